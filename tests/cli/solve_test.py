"""solve, inspect and compare on economies that can be used."""

import json
import math
import os
import subprocess

import h5py
import pytest

from program import DESKS, INPUTS, POLYKARMA, complaint, polykarma, rows_of, with_passage, write

COLUMNS = ("start,certified,reason,lambda,commuter_en,SW_en,commuter_ex,SW_ex,stationarity,gain_mean,gain_max,"
           "exploitability_mean,exploitability_max,iterations,seconds")


def solve_row(*arguments, cwd, code=0):
    result = polykarma("solve", *arguments, "-q", "--format", "csv", cwd=cwd)
    assert (result.code, result.err) == (code, ""), result
    (row,) = rows_of(result.out)
    return row


@pytest.mark.parametrize("name", ["priority_lane", "two_desks"])
def test_the_tutorial_economies_are_solved(tmp_path, name):
    result = polykarma("solve", INPUTS / "tutorial" / f"{name}.toml", "-o", "out.h5", cwd=tmp_path)
    assert result.code == 0, result
    assert "\ncertified (converged after " in result.out
    assert "every type beats the benchmark: yes" in result.out
    assert result.out.endswith("written to out.h5\n")
    assert [path.name for path in tmp_path.iterdir()] == ["out.h5"]


def test_csv_and_json_say_the_same(folder):
    table = polykarma("solve", "lane.toml", "--format", "csv", cwd=folder)
    assert table.out.splitlines()[0] == COLUMNS
    (row,) = rows_of(table.out)
    (item,) = json.loads(polykarma("solve", "lane.toml", "--format", "json", cwd=folder).out)
    assert list(item) == COLUMNS.split(",")
    assert item["certified"] is True and row["certified"] == "true"
    assert item["reason"] == row["reason"] == "converged"
    for name in COLUMNS.split(",")[4:-1]:
        assert item[name] == float(row[name]), name


def test_stability_is_printed_written_and_shown_again(folder):
    row = solve_row("lane.toml", "--stability", "-o", "out.h5", "--set", "solver.step=0.1", cwd=folder)
    assert row["attractor"] == "yes"
    said = polykarma("inspect", "out.h5", cwd=folder).out
    assert "attractor of the dynamics (step 0.1, response rate 0.5): yes (leading eigenvalue 0." in said
    with h5py.File(folder / "out.h5") as file:
        stability = file["stability"].attrs
        assert (stability["step"], stability["response_rate"], stability["lambda"]) == (0.1, 0.5, 1000.0)
        assert stability["modulus"] == float(row["modulus"]) < 1.0
        assert stability["steps_per_e_fold"] == pytest.approx(-1.0 / math.log(stability["modulus"]))
        assert stability["products"] > 0
    failed = solve_row("lane.toml", "--stability", "--set", "solver.max_iterations=5", cwd=folder, code=3)
    assert failed["attractor"] == "-"  # what is no fixed point has no stability


def test_overrides_reach_the_economy(folder):
    resolved = polykarma("inspect", "desks.toml", "--resolved", "--set", "resource.*.k_max=3", "--set", 'title="New"',
                         "--set", "type.staff.chain.draw={ idle = 0.25, busy = 0.75 }", "--set",
                         'exchange={ rule = "none" }', cwd=folder)
    assert resolved.code == 0, resolved
    assert resolved.out.count("k_max = 3\n") == 2
    assert 'title = "New"\n' in resolved.out
    assert 'rule = "none"\n' in resolved.out
    assert "draw = { idle = 0.25, busy = 0.75 }\n" in resolved.out


def test_the_resolved_economy_is_the_same_economy(folder):
    resolved = polykarma("inspect", "desks.toml", "--resolved", cwd=folder)
    write(folder / "again.toml", resolved.out)
    assert polykarma("inspect", "again.toml", "--resolved", cwd=folder).out == resolved.out
    for name in ("desks", "again"):
        assert polykarma("solve", f"{name}.toml", "-q", "-o", f"{name}.h5", cwd=folder).code == 0
    result = polykarma("compare", "desks.h5", "again.h5", cwd=folder)
    assert "same economy: yes" in result.out
    assert "same equilibrium: yes" in result.out


def test_a_limit_that_is_reached_is_no_success(folder):
    row = solve_row("lane.toml", "-o", "out.h5", "--set", "solver.max_iterations=10", cwd=folder, code=3)
    assert (row["certified"], row["reason"], row["iterations"]) == ("false", "iteration limit", "10")
    with h5py.File(folder / "out.h5") as file:
        assert file["certificate/certified"][()] == 0
    text = polykarma("inspect", "out.h5", cwd=folder)
    assert "NOT certified (iteration limit after 10 iterations" in text.out
    assert polykarma("certify", "out.h5", cwd=folder).code == 3


@pytest.mark.parametrize("start", ["even", "zero", "proportional"])
def test_a_starting_rule_is_recorded(folder, start):
    assert solve_row("lane.toml", "--start", start, cwd=folder)["start"] == start
    assert solve_row("lane.toml", "--set", f"solver.start={start}", cwd=folder)["start"] == start


def test_continuing_from_a_converged_file_is_short(folder, solved):
    first = solve_row("lane.toml", cwd=folder)
    again = solve_row("lane.toml", "--start", solved / "lane.h5", cwd=folder)
    assert again["start"] == str(solved / "lane.h5")
    assert int(again["iterations"]) < int(first["iterations"]) / 10
    assert math.isclose(float(again["commuter_en"]), float(first["commuter_en"]), abs_tol=1e-5)


def test_a_tighter_tolerance_continues_from_a_file(folder, solved):
    row = solve_row("lane.toml", "--start", solved / "lane.h5", "--set", "solver.tolerance.stationarity=1e-9",
                    cwd=folder)
    assert float(row["stationarity"]) <= 1e-9


@pytest.mark.parametrize("economy, override, code", [
    ("desks.toml", "title=\"x\"", 4),            # other states
    ("lane.toml", "resource.lane.k_max=7", 4),
    ("lane.toml", "resource.lane.k_mean=3", 2),  # the same states, other karma
])
def test_the_state_of_another_economy_is_refused(folder, solved, economy, override, code):
    line = complaint(polykarma("solve", economy, "--set", override, "--start", solved / "lane.h5", "-o", "out.h5", "-q",
                               cwd=folder), code)
    assert "lane.h5" in line
    assert not (folder / "out.h5").exists()


def test_a_study_is_no_start(folder, solved):
    line = complaint(polykarma("solve", "lane.toml", "--start", solved / "study.h5", "-q", cwd=folder), 4)
    assert "is a study" in line


def test_the_paper_benchmark_is_exact():
    economy = INPUTS / "paper" / "multi_karma" / "highway_parking.toml"
    table = rows_of(polykarma("inspect", economy, "--format", "csv").out)
    values = {row["quantity"]: row["value"] for row in table}
    assert values["benchmark_en_S"] == values["benchmark_ex_S"] == "3.75"
    assert (values["benchmark_en_C"], values["benchmark_ex_C"]) == ("2.625", "3.5")
    assert (values["states"], values["pairs"]) == ("7500", "195000")


def test_inspect_shows_what_solve_said(solved):
    text = polykarma("inspect", "lane.h5", cwd=solved)
    said = polykarma("solve", "lane.toml", "-q", cwd=solved)
    assert text.out == said.out
    (row,) = rows_of(polykarma("inspect", "lane.h5", "--format", "csv", cwd=solved).out)
    assert (row["group"], row["certified"]) == ("/", "true")


def test_compare_tells_equilibria_apart(folder, solved):
    same = polykarma("compare", solved / "lane.h5", solved / "lane.h5")
    assert same.code == 0
    assert "same equilibrium: yes\nsame economy: yes\n" in same.out
    other = polykarma("compare", solved / "lane.h5", solved / "desks.h5")
    assert other.code == 0
    assert "same equilibrium: no (other states)\nsame economy: no\n" in other.out

    # The same states but fewer actions: accounts that cannot be combined.
    write(folder / "apart.toml", with_passage(DESKS, 'rule = "worth"\nworth = [1, 1]', 'rule = "none"'))
    assert polykarma("solve", "apart.toml", "-o", "apart.h5", "-q", cwd=folder).code == 0
    for pair in [("apart.h5", solved / "desks.h5"), (solved / "desks.h5", "apart.h5")]:
        apart = polykarma("compare", *pair, cwd=folder)
        assert (apart.code, apart.err) == (0, "")
        assert "same equilibrium: no\nsame economy: no\n" in apart.out
        assert '[exchange] rule = "none"\n' in apart.out


def test_compare_gives_tables(solved):
    table = rows_of(polykarma("compare", "lane.h5", "lane.h5", "--format", "csv", cwd=solved).out)
    values = {row["quantity"]: float(row["difference"]) for row in table}
    assert {"commuter_en", "commuter_ex", "SW_en", "SW_ex", "d_largest", "d_l1"} <= set(values)
    assert set(values.values()) == {0.0}
    points = polykarma("compare", "study.h5", "study.h5", "--point-a", "/points/0000", "--point-b", "/points/0001",
                       "--format", "json", cwd=solved)
    assert {item["quantity"] for item in json.loads(points.out)} == set(values)


@pytest.mark.parametrize("start", ["neighbour_1", "neighbour_4", "logit_branch"])
def test_a_selection_is_a_start_by_name(folder, start):
    row = solve_row("lane.toml", "--start", start, cwd=folder)
    assert (row["start"], row["certified"]) == (start, "true")
    assert float(row["commuter_en"]) == pytest.approx(float(solve_row("lane.toml", cwd=folder)["commuter_en"]), abs=1e-4)


def test_a_neighbour_that_cannot_be_is_named(folder):
    line = complaint(polykarma("solve", "lane.toml", "--set", "resource.lane.priority_capacity=0.45", "--set", "nominal_payoff=100", "--start",
                               "neighbour_1", "-q", cwd=folder), 2)
    assert "--start neighbour_1: solver.neighbour = 1 (there is no such economy): resource.lane.priority_capacity" in line


def test_what_is_tolerated_is_no_gain(folder):
    loose = ["--set", "solver.tolerance.exploitability=1e3", "-q"]
    assert "every type beats the benchmark: yes" in polykarma("solve", "lane.toml", "-q", cwd=folder).out
    assert "every type beats the benchmark: no" in polykarma("solve", "lane.toml", *loose, cwd=folder).out


def asked_for(result):
    assert (result.code, result.err) == (0, "")
    first, *lines = result.out.splitlines()
    assert first == "#!/bin/bash" and all(line.startswith("#") for line in lines) and "estimate" in lines[0]
    return dict(line.removeprefix("#SBATCH --").split("=") for line in lines if line.startswith("#SBATCH") and "=" in line)


@pytest.mark.parametrize("k_max, ranks", [(6, 1), (24, 2), (60, 40)])
def test_inspect_tells_what_to_ask_a_cluster_for(k_max, ranks):
    economy = [INPUTS / "scaling/three_resources.toml", "--set", f"resource.*.k_max={k_max}"]
    asked = asked_for(polykarma("inspect", *economy, "--sbatch"))
    assert int(asked["ntasks"]) == ranks
    hours, minutes, seconds = map(int, asked["time"].split(":"))
    assert 3600 * hours + 60 * minutes + seconds > int(asked["signal"].removeprefix("B:USR1@"))
    assert 40 < int(asked["mem-per-cpu"].removesuffix("M")) < 4000


def test_inspect_tells_what_a_sweep_needs():
    table1 = INPUTS / "paper/multi_karma/table1/study.toml"
    small = asked_for(polykarma("inspect", table1, "--set", "resource.*.k_max=12", "--sbatch"))
    large = asked_for(polykarma("inspect", table1, "--set", "resource.*.k_max=200", "--sbatch"))
    assert int(small["ntasks"]) == 1 < int(large["ntasks"])
    assert int(small["mem-per-cpu"].removesuffix("M")) < int(large["mem-per-cpu"].removesuffix("M"))


def test_inspect_counts_lattices_that_grow_and_evaluations():
    pairs = INPUTS / "paper/self_contained/case_study.toml"
    assert int(asked_for(polykarma("inspect", pairs, "--sbatch"))["mem-per-cpu"].removesuffix("M")) > 100
    design = INPUTS / "paper/multi_karma/design.toml"
    few, many = (asked_for(polykarma("inspect", design, "--sbatch"))["time"],
                 asked_for(polykarma("inspect", INPUTS / "paper/multi_karma/table1/study.toml", "--sbatch"))["time"])
    assert few > many


def test_inspect_tells_what_a_simulation_needs(folder):
    asked = asked_for(polykarma("inspect", "lane.toml", "--sbatch", "--agents", "4e6", "--periods", 1000, cwd=folder))
    assert asked["ntasks"] == "1"
    run = subprocess.Popen([POLYKARMA, "simulate", "lane.toml", "--policy", "uncontrolled", "--agents", "4e6", "--periods", "3",
                            "-q", "--work-dir", "work", "--checkpoint-every-iterations", "1", "-o", "trace.h5"], cwd=folder,
                           stdout=subprocess.DEVNULL, env={**os.environ, "OMPI_MCA_ess_singleton_isolated": "1"})
    _, status, used = os.wait4(run.pid, 0)
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0
    megabytes = int(asked["mem-per-cpu"].removesuffix("M"))
    assert megabytes / 3 < used.ru_maxrss / 1024 < megabytes
    many = asked_for(polykarma("inspect", "lane.toml", "--sbatch", "--agents", "4e9", "--periods", 1000, cwd=folder))
    assert 1 < int(many["ntasks"]) < 4e9 / 1e5
    for wrong in (["--agents", 100], ["--periods", 5], ["--agents", 100, "--periods", 5]):
        sbatch = ["--sbatch"] if len(wrong) < 4 else []
        assert "both, beside --sbatch" in complaint(polykarma("inspect", "lane.toml", *sbatch, *wrong, cwd=folder), 2)


def test_inspect_finds_no_machine_for_everything():
    line = complaint(polykarma("inspect", INPUTS / "scaling/four_resources.toml", "--set", "resource.*.k_max=10000",
                               "--sbatch"), 2)
    assert "No machine holds this" in line


def test_inspect_prints_one_thing():
    table1 = INPUTS / "paper/multi_karma/table1/study.toml"
    assert "is a study of" in complaint(polykarma("inspect", table1), 2)
    for other in (["--resolved"], ["--format", "json"]):
        assert "--sbatch prints the head" in complaint(polykarma("inspect", table1, "--sbatch", *other), 2)
    assert "--resolved prints TOML" in complaint(polykarma("inspect", table1, "--resolved", "--format", "csv"), 2)
