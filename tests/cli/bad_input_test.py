"""Input that cannot be used: one line with place, key, value and allowed range; exit code 2; nothing left behind."""

import os
import re
import subprocess

import h5py
import pytest

from program import DESKS, POLYKARMA, STUDY, complaint, polykarma, with_passage, write

EXCHANGE = 'rule = "worth"\nworth = [1, 1]'
STAFF_DRAW = "draw = { idle = 0.5, busy = 0.5 }"
# A third resource.
NIGHT = '[[resource]]\nname = "night"\ncapacity = 0.5\npriority_capacity = 0.2\nk_max = 5\nk_mean = 2\n[exchange]'

# name: (passage, replacement, what the line says)
MISTAKES = {
    "unknown key": ("k_max = 5", "kmax = 5", ["bad.toml:12: ", "early.kmax", "did you mean k_max?"]),
    "missing key": ("capacity = 0.5\n", "", ["bad.toml:8: ", "early.capacity", "missing", "0 < capacity <= 1"]),
    "text for a number": ("value = 3", 'value = "three"', ["bad.toml:7: ", 'urgency.busy.value = "three"', "number"]),
    "fraction for an integer": ("k_max = 5", "k_max = 4.5", ["bad.toml:12: ", "k_max = 4.5", "1 <= k_max <= 10000"]),
    "not a number": ("value = 3", "value = nan", ["bad.toml:7: ", "value = nan", "0 <= value"]),
    "infinite": ("k_mean = 2", "k_mean = inf", ["bad.toml:13: ", "k_mean = inf", "not a finite number"]),
    "unknown choice": ("k_mean = 2", 'k_mean = 2\nredistribution = "some"',
                       ["bad.toml:14: ", 'redistribution = "some"', "active, all, non_winners"]),
    "probabilities": (STAFF_DRAW, "draw = { idle = 0.5, busy = 0.45 }",
                      ["bad.toml:28: ", "type.staff.chain.draw = [0.5, 0.45]", "misses 1 by 0.05", "sum to 1"]),
    "shares": ("share = 0.75", "share = 0.7", ["bad.toml:31: ", "type.guest.share", "miss 1 by 0.05"]),
    "priority at capacity": ("priority_capacity = 0.2", "priority_capacity = 0.5",
                             ["bad.toml:11: ", "early.priority_capacity = 0.5", "0 <= priority_capacity < capacity"]),
    "mean above maximum": ("k_mean = 2", "k_mean = 6", ["bad.toml:13: ", "early.k_mean = 6", "0 <= k_mean <= k_max"]),
    "no discounting": ("discount = 0.9", "discount = 1", ["bad.toml:20: ", "late.discount = 1", "below 1"]),
    "negative worth": ("[1, 1]", "[1, -1]", ["bad.toml:23: ", "exchange.worth.1 = -1", "<= each number"]),
    "negative rate": (EXCHANGE, 'rule = "rates"\nrates = [[1, -1], [1, 1]]', ["bad.toml:23: ", "exchange.rates", "-1"]),
    "money pump": (EXCHANGE, 'rule = "rates"\nrates = [[1, 2], [1, 1]]',
                   ["bad.toml:23: ", "exchange.rates", "late -> early -> late", "turns 1 karma into 2"]),
    "chain without a unique law": (STAFF_DRAW, "transition = { early = [[1, 0], [0, 1]], late = [[1, 0], [0, 1]] }",
                                  ["bad.toml:27: ", "type.staff.chain", "idle and busy never lead to each other"]),
    "syntax": ("k_max = 5", "k_max = = 5", ["bad.toml:12: ", "TOML"]),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_in_an_economy(tmp_path, name):
    passage, replacement, words = MISTAKES[name]
    write(tmp_path / "bad.toml", with_passage(DESKS, passage, replacement))
    line = complaint(polykarma("solve", "bad.toml", "-o", "out.h5", cwd=tmp_path), 2)
    for word in words:
        assert word in line
    assert os.listdir(tmp_path) == ["bad.toml"]


def test_a_money_pump_of_three_is_named_account_by_account(tmp_path):
    text = with_passage(with_passage(DESKS, "[exchange]", NIGHT), EXCHANGE,
                        'rule = "rates"\nrates = [[1, 1, 0], [0, 1, 1], [2, 0, 1]]')
    write(tmp_path / "bad.toml", text)
    line = complaint(polykarma("solve", "bad.toml", cwd=tmp_path), 2)
    cycle = line.split("money pump: ")[1].split(" turns")[0].split(" -> ")
    assert cycle[0] == cycle[-1]
    assert sorted(cycle[1:]) == ["early", "late", "night"]


SOLVE = ["solve", "lane.toml", "-o", "out.h5"]
SWEEP = ["sweep", "study.toml", "-o", "out.h5"]


@pytest.mark.parametrize("command, assignment, words", [
    (SOLVE, "resource.lane.kmax=3", ["--set resource.lane.kmax=3", "did you mean k_max?"]),
    (SWEEP, "resource.lane.kmax=3", ["--set resource.lane.kmax=3", "did you mean k_max?"]),
    (["inspect", "lane.toml"], "resource.lane.kmax=3", ["--set resource.lane.kmax=3", "did you mean k_max?"]),
    (SOLVE, "resource.lane.k_max=0", ["--set resource.lane.k_max=0", "1 <= k_max <= 10000"]),
    (SOLVE, "resource.lane.k_mean=7", ["k_mean = 7", "0 <= k_mean <= k_max"]),
    (SWEEP, "resource.lane.k_max=1", ["study.toml:7: ", "k_mean = 2", "0 <= k_mean <= k_max"]),
    (SOLVE, "resource.road.k_max=3", ["resource.road", "lane"]),
    (SOLVE, "resource.lane.k_max", ["--set resource.lane.k_max", "KEY=VALUE"]),
    (SOLVE, "solver.start=evne", ["solver.start", "even, zero, proportional"]),
    (SOLVE, "title=\n", ["title"]),
])
def test_mistakes_in_an_override(folder, command, assignment, words):
    before = sorted(os.listdir(folder))
    line = complaint(polykarma(*command, "--set", assignment, cwd=folder), 2)
    for word in words:
        assert word in line
    assert sorted(os.listdir(folder)) == before


@pytest.mark.parametrize("passage, replacement, words", [
    ("base = ", "bsae = ", ["study.toml:2: ", "did you mean base?"]),
    ("k_mean", "k_maen", ["study.toml:", "did you mean k_mean?"]),
    ("[2, 4]", "[9, 9.5]", ["study.toml:7: ", "k_mean = 9", "0 <= k_mean <= k_max"]),
    ("[2, 4]", "[2, 2]", ["study.toml:", "mean", "label"]),
    ('"zero"', '"even"', ["study.toml:3: ", "starts", "twice"]),
    ('"zero"', '"none"', ["study.toml:3: ", "starts", "even, zero, proportional"]),
    ('name = "mean"', 'name = "start"', ["study.toml:7: ", "axis.name = start", "another name"]),
])
def test_mistakes_in_a_study(folder, passage, replacement, words):
    write(folder / "study.toml", with_passage(STUDY, passage, replacement))
    line = complaint(polykarma("sweep", "study.toml", "-o", "out.h5", cwd=folder), 2)
    for word in words:
        assert word in line
    assert not (folder / "out.h5").exists()


@pytest.mark.parametrize("content, code, words", [
    (b"", 2, ["bad.toml: ", "empty"]),
    (b"\x7fELF\0\1\2\3", 2, ["bad.toml: ", "binary", "text file"]),
    (b"\xff\xfe\xfd", 2, ["bad.toml:1: "]),
    (b"#" * (2 << 20), 2, ["bad.toml: ", "too large", "1 MiB"]),
    (None, 4, ["bad.toml: ", "cannot be read", "No such file"]),
], ids=["empty", "binary", "not UTF-8", "huge", "absent"])
def test_files_that_are_no_toml(tmp_path, content, code, words):
    if content is not None:
        (tmp_path / "bad.toml").write_bytes(content)
    for command in ("solve", "sweep"):
        line = complaint(polykarma(command, "bad.toml", cwd=tmp_path), code)
        for word in words:
            assert word in line


@pytest.mark.parametrize("command", ["solve", "sweep", "inspect", "certify"])
def test_directories(folder, command):
    (folder / "place").mkdir()
    assert "place: " in complaint(polykarma(command, "place", cwd=folder), 4)


def test_a_study_without_its_base(folder):
    (folder / "lane.toml").unlink()
    line = complaint(polykarma("sweep", "study.toml", cwd=folder), 4)
    assert line.startswith("study.toml:") and "its base cannot be used (lane.toml: cannot be read" in line


def test_a_study_and_an_economy_are_told_apart(folder):
    assert "this is a study of economies" in complaint(polykarma("solve", "study.toml", cwd=folder), 2)
    assert "this is an economy, not a study" in complaint(polykarma("sweep", "lane.toml", cwd=folder), 2)


def test_a_file_system_that_takes_no_files_is_noticed_at_once(folder):
    result = polykarma("solve", "lane.toml", "-o", "/proc/out.h5", cwd=folder)
    assert complaint(result, 4).startswith("/proc/out.h5: cannot be created")


@pytest.mark.parametrize("content", [b"", b"title = 3\n", b"\x89HDF\r\n\x1a\n" + b"\0" * 100],
                         ids=["empty", "text", "torn"])
@pytest.mark.parametrize("command", [["certify", "bad.h5"], ["compare", "bad.h5", "bad.h5"],
                                     ["solve", "lane.toml", "--start", "bad.h5"]], ids=lambda command: command[0])
def test_files_that_are_no_results(folder, command, content):
    (folder / "bad.h5").write_bytes(content)
    assert "bad.h5: " in complaint(polykarma(*command, cwd=folder), 4)


def test_hdf5_files_of_others(folder):
    with h5py.File(folder / "other.h5", "w") as other:
        other["d"] = [1.0]
    for command in [["certify", "other.h5"], ["inspect", "other.h5"], ["compare", "other.h5", "other.h5"]]:
        assert "other.h5: " in complaint(polykarma(*command, cwd=folder), 4)


def test_groups_that_are_not_there(solved):
    assert "/points/0009" in complaint(polykarma("certify", "study.h5", "--point", "/points/0009", cwd=solved), 2)
    line = complaint(polykarma("compare", "study.h5", "study.h5", "--point-a", "/points/0009", cwd=solved), 4)
    assert "/points/0009" in line
    assert "is a study" in complaint(polykarma("compare", "study.h5", "lane.h5", cwd=solved), 4)
    assert "--set" in complaint(polykarma("inspect", "lane.h5", "--set", "title=\"x\"", cwd=solved), 2)


def peak_memory(arguments, cwd):
    """Exit code, standard error, and the largest resident set of one run in MiB."""
    process = subprocess.Popen([POLYKARMA, *arguments], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               text=True)
    text = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    return process.returncode, text, usage.ru_maxrss / 1024


@pytest.mark.parametrize("command", [["solve", "big.toml"], ["sweep", "big_study.toml"]],
                         ids=lambda command: command[0])
def test_huge_economies_are_refused_before_anything_is_allocated(folder, command):
    text = with_passage(DESKS, "[exchange]", NIGHT).replace("k_max = 5", "k_max = 10000")
    write(folder / "big.toml", with_passage(text, "[1, 1]", "[1, 1, 1]"))
    write(folder / "big_study.toml", STUDY.replace("lane.toml", "big.toml").replace("resource.lane", "resource.early"))
    before = sorted(os.listdir(folder))
    code, text, memory = peak_memory([*command, "-o", "out.h5"], folder)
    assert code == 2
    assert text.count("\n") == 1
    for word in ["solver.memory_limit = 4096 MiB", "1.2e+13 states", "MiB", "lower k_max"]:
        assert word in text
    assert memory < 200  # the program, its libraries and the test's own pages before it started
    assert sorted(os.listdir(folder)) == before


def test_the_size_of_a_huge_economy_can_be_asked_for(folder):
    result = polykarma("inspect", "desks.toml", "--set", "resource.*.k_max=10000", cwd=folder)
    assert (result.code, result.err) == (0, "")
    assert re.search(r"^states +8.002e\+08$", result.out, re.MULTILINE)  # 2 stages * 2 types * 2 urgencies * 10001^2
    assert "sbatch" not in result.out
    assert result.out.splitlines()[-1].startswith("No machine holds this: ")
