"""Under mpirun: the same results on any number of ranks, errors told once, and nobody left waiting."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

import h5py
import pytest

from program import INPUTS, LANE, MPIEXEC, POLYKARMA, STUDY, TIMEOUT, polykarma, rows_of, with_passage, write

# Where files cannot grow, the ranks' shared memory cannot either, so they talk through sockets.
SOCKETS = {"OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo", "OMPI_MCA_osc": "pt2pt",
           "PMIX_MCA_gds": "hash"}


def own_lines(result):
    """Lines of the program itself; mpirun adds its own about exit codes."""
    return [line for line in result.err.splitlines() if line.startswith("polykarma:")]


def files_at_most(blocks):
    """A wrapper under which no file grows beyond so many blocks of 512 bytes."""
    return ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh"]


def assert_same_contents(a, b):
    difference = subprocess.run(["h5diff", "--exclude-path=/provenance", "--exclude-path=/timing", a, b],
                                capture_output=True, text=True)
    assert difference.returncode == 0, difference.stdout + difference.stderr


def sweep(folder, ranks, *arguments):
    name = f"ranks{ranks}.h5"
    result = polykarma("sweep", "study.toml", "-q", "--format", "csv", "-o", name, *arguments, cwd=folder, ranks=ranks)
    rows = rows_of(result.out)
    for row in rows:
        row.pop("seconds")
    return result, rows, name


@pytest.mark.parametrize("ranks", [1, 2, 3, 5])
def test_a_sweep_does_not_depend_on_the_number_of_ranks(folder, ranks):
    alone, expected, reference = sweep(folder, None)
    assert alone.code == 0
    result, rows, name = sweep(folder, ranks)
    assert result.code == 0, result
    assert rows == expected
    assert_same_contents(folder / reference, folder / name)
    listing = [subprocess.run(["h5dump", "-n", file], cwd=folder, capture_output=True, text=True, check=True).stdout
               .replace(file, "") for file in (reference, name)]
    assert listing[0] == listing[1]


def test_equilibria_do_not_depend_on_the_number_of_ranks(folder):
    texts = []
    for ranks in (None, 1, 2, 3):
        result = polykarma("equilibria", "desks.toml", "--starts", "9", "-q", "-o", f"{ranks}.h5", cwd=folder, ranks=ranks)
        assert result.code == 0, result
        assert_same_contents(folder / "None.h5", folder / f"{ranks}.h5")
        texts.append(result.out)
    assert len(set(texts)) == 1


def test_more_ranks_than_points(folder):
    write(folder / "study.toml", with_passage(with_passage(STUDY, "[2, 4]", "[2]"), '["even", "zero"]', '["zero"]'))
    result, rows, _ = sweep(folder, 3)
    assert result.code == 0, result
    assert len(rows) == 1


def test_a_failed_point_stops_no_rank(folder):
    result, rows, _ = sweep(folder, 2, "--set", "resource.lane.k_max=3", "--set", "solver.max_iterations=20")
    assert result.code == 3
    assert [row["reason"] for row in rows] == ["iteration limit", "iteration limit", "failed", "failed"]
    assert len(own_lines(result)) == 2


@pytest.mark.parametrize("arguments, code, word", [
    (["bogus"], 2, "unknown command"),
    (["solve", "bad.toml"], 2, "did you mean k_max?"),
    (["solve", "absent.toml"], 4, "absent.toml"),
    (["solve", "lane.toml", "--set", "solver.memory_limit=1e-3"], 2, "solver.memory_limit"),
    (["solve", "lane.toml", "-o", "absent/out.h5"], 4, "absent/out.h5"),
    (["sweep", "study.toml", "--set", "resource.lane.kmax=3"], 2, "did you mean k_max?"),
    (["sweep", "study.toml", "-o", "absent/out.h5"], 4, "absent/out.h5"),
    (["sweep", "study.toml", "--set", "solver.memory_limit=1e-3"], 2, "solver.memory_limit"),
    (["certify", "absent.h5"], 4, "absent.h5"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_an_error_is_told_once(folder, arguments, code, word):
    write(folder / "bad.toml", with_passage(LANE, "k_max", "kmax"))
    result = polykarma(*arguments, cwd=folder, ranks=2)
    assert result.code == code, result
    assert result.out == ""
    (line,) = own_lines(result)
    assert word in line


# How an economy is solved, and the code: two accounts under exchange; one account, whose only line is one rank's; two
# with three lines for each of two types, of which five ranks get one or two; three accounts, cut short; and pairs, whose
# two lines are the types', in lattice after lattice.
ECONOMIES = {
    "desks": (["desks.toml"], 0),
    "lane": (["lane.toml"], 0),
    "two units": (["desks.toml", "--set", "resource.*.k_max=2", "--set", "resource.*.k_mean=1"], 0),
    "three resources": ([INPUTS / "scaling" / "three_resources.toml", "--set", "resource.*.k_max=4", "--set",
                         "resource.*.k_mean=2", "--set", "solver.max_iterations=30"], 3),
    "pairs": (["pairs.toml"], 0),
}


def without_clock(rows):
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def solve(folder, economy, ranks, *options):
    """Rows and file of an economy, which is solved alone when there are no ranks."""
    arguments, code = ECONOMIES[economy]
    name = f"{ranks}.h5"
    result = polykarma("solve", *arguments, "-q", "--format", "csv", "-o", name, *options, cwd=folder, ranks=ranks)
    assert (result.code, own_lines(result)) == (code, []), result
    return without_clock(rows_of(result.out)), folder / name


@pytest.mark.parametrize("economy", ECONOMIES)
def test_an_equilibrium_does_not_depend_on_the_number_of_ranks(folder, economy):
    expected, reference = solve(folder, economy, None)
    assert len(expected) == 1
    for ranks in [1, 2, 3, 5]:
        rows, file = solve(folder, economy, ranks)
        assert rows == expected, ranks
        assert_same_contents(reference, file)
    assert sorted(path.name for path in folder.glob("*.h5*")) == ["1.h5", "2.h5", "3.h5", "5.h5", "None.h5"]


@pytest.mark.parametrize("economy", ["desks", "three resources"])
def test_a_certificate_does_not_depend_on_who_wrote_and_who_reads(folder, economy):
    _, file = solve(folder, economy, 3)
    alone = {style: polykarma("certify", file, "--format", style) for style in ["text", "csv"]}
    assert alone["text"].code == ECONOMIES[economy][1]
    for ranks in [1, 2, 3, 5]:
        for style, expected in alone.items():
            result = polykarma("certify", file, "--format", style, ranks=ranks)
            assert (result.code, result.out, own_lines(result)) == (expected.code, expected.out, []), (ranks, style)


def test_the_text_is_told_by_the_root_alone(folder):
    def text(ranks):
        result = polykarma("solve", "desks.toml", cwd=folder, ranks=ranks)
        assert (result.code, result.err) == (0, ""), result
        return result.out

    assert text(3) == text(None)


def test_a_file_is_continued_on_any_number_of_ranks(folder, solved):
    def row(ranks):
        result = polykarma("solve", "desks.toml", "-q", "--start", solved / "desks.h5", "--set",
                           "solver.lambda=2000", "--format", "csv", "-o", f"{ranks}.h5", cwd=folder,
                           ranks=ranks)
        assert result.code == 0, result
        return without_clock(rows_of(result.out))

    expected = row(None)
    assert int(expected[0]["iterations"]) > 1
    for ranks in [2, 3, 5]:
        assert row(ranks) == expected
        assert_same_contents(folder / "None.h5", folder / f"{ranks}.h5")


@pytest.mark.parametrize("arguments", [
    ["inspect", "desks.toml"], ["inspect", "desks.h5"], ["inspect", "study.h5", "--format", "csv"],
    ["compare", "desks.h5", "desks.h5"], ["keys"], ["--version"], ["--help"], ["solve", "--help"],
    ["certify", "study.h5", "--format", "csv"],
], ids=" ".join)
def test_what_is_not_partitioned_is_said_once(solved, arguments):
    alone = polykarma(*arguments, cwd=solved)
    assert alone.code == 0
    result = polykarma(*arguments, cwd=solved, ranks=3)
    assert (result.code, result.out, result.err) == (0, alone.out, alone.err)


def set_policy(file, value):
    with h5py.File(file, "r+") as opened:
        probability = opened["pi/probability"]
        probability[len(probability) - 1] = value  # in the stretch that the last rank reads


def cut_in_half(file):
    os.truncate(file, os.path.getsize(file) // 2)


@pytest.mark.parametrize("damage", [lambda file: set_policy(file, float("nan")), cut_in_half],
                         ids=["not a number", "cut in half"])
@pytest.mark.parametrize("command", [["certify"], ["solve", "desks.toml", "-q", "--start"]], ids=["certify", "start"])
def test_a_corrupted_file_is_refused_once(folder, solved, command, damage):
    copy = shutil.copy(solved / "desks.h5", folder / "copy.h5")
    damage(copy)
    alone = polykarma(*command, "copy.h5", cwd=folder)
    assert alone.code == 4, alone
    for ranks in [2, 3]:
        result = polykarma(*command, "copy.h5", cwd=folder, ranks=ranks)
        assert (result.code, result.out) == (4, ""), result
        assert own_lines(result) == alone.err.splitlines()
        assert "MPI_ABORT" not in result.err


def test_one_economy_is_solved_once(folder):
    result = polykarma("solve", "lane.toml", "-o", "out.h5", "--format", "csv", cwd=folder, ranks=2)
    assert (result.code, own_lines(result)) == (0, [])
    assert len(rows_of(result.out)) == 1
    limited = polykarma("solve", "lane.toml", "-q", "--set", "solver.max_iterations=5", cwd=folder, ranks=2)
    assert limited.code == 3


@pytest.mark.parametrize("command", [["sweep", "study.toml"],
                                     ["solve", "desks.toml", "--set", "solver.max_iterations=20"]],
                         ids=["sweep", "solve"])
@pytest.mark.parametrize("blocks", [0, 16], ids=["at once", "after 8 KiB"])
def test_a_target_that_fills_up_ends_all_ranks(folder, command, blocks):
    (folder / "out.h5").write_bytes(b"old")
    result = polykarma(*command, "-q", "-o", "out.h5", cwd=folder, ranks=2, wrapper=files_at_most(blocks), env=SOCKETS)
    assert result.code == 4, result
    assert own_lines(result) == ["polykarma: error: out.h5: cannot be written (File too large)"]
    assert [path.name for path in folder.glob("out.h5*")] == ["out.h5"]
    assert (folder / "out.h5").read_bytes() == b"old"


@pytest.mark.parametrize("limited", [0, 1, 2])
def test_a_limit_of_one_rank_alone_ends_all_ranks(folder, limited):
    wrapper = ["sh", "-c", f'[ "$OMPI_COMM_WORLD_RANK" = {limited} ] && ulimit -f 16; exec "$@"', "sh"]
    result = polykarma("solve", "desks.toml", "--set", "solver.max_iterations=20", "-q", "-o", "out.h5", cwd=folder,
                       ranks=3, wrapper=wrapper, env=SOCKETS)
    assert result.code == 4, result
    assert own_lines(result) == ["polykarma: error: out.h5: cannot be written (File too large)"]
    assert not list(folder.glob("out.h5*"))


def test_a_full_disk_is_told_with_the_room_that_is_needed(folder):
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], capture_output=True).returncode != 0:
        pytest.skip("nothing can be mounted")
    try:
        result = polykarma("solve", "desks.toml", "--set", "solver.max_iterations=20", "-q", "-o", "disk/out.h5",
                           cwd=folder, ranks=2)
        assert result.code == 4, result
        (line,) = own_lines(result)
        assert line.startswith("polykarma: error: disk/out.h5: cannot be written (No space left on device: needs ")
        assert " MB, room for the file before compression" in line
        assert os.listdir(disk) == []
    finally:
        subprocess.run(["umount", disk], check=True)


def children(process):
    return [int(child) for child in pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def alive(process):
    """Neither gone nor waiting to be buried."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def seconds_worked(process):
    ticks = int(pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[11])
    return ticks / os.sysconf("SC_CLK_TCK")


def wait_for(condition):
    limit = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


@pytest.mark.parametrize("victim", [0, 1, 2])
def test_a_killed_rank_ends_all(folder, victim):
    # Would take minutes.
    long = [*MPIEXEC, "3", POLYKARMA, "solve", INPUTS / "scaling" / "three_resources.toml", "-q", "-o", "out.h5"]
    job = subprocess.Popen(long, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        wait_for(lambda: len(children(job.pid)) == 3)
        ranks = children(job.pid)
        # Starting takes a fifth of this: they are in the middle of it.
        wait_for(lambda: all(seconds_worked(rank) > 1 for rank in ranks))
        os.kill(ranks[victim], signal.SIGKILL)
        begin = time.monotonic()
        job.communicate(timeout=TIMEOUT)
        assert time.monotonic() - begin < 20
    finally:
        job.kill()
    assert job.returncode not in (0, 3)
    wait_for(lambda: not any(alive(rank) for rank in ranks))
    assert not list(folder.glob("out.h5*"))
