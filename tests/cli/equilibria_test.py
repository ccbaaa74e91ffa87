"""equilibria: one economy from many starts."""

import json
import math

import h5py
import pytest

from program import INPUTS, polykarma, rows_of

DESKS = INPUTS / "tutorial" / "two_desks.toml"  # 2 equilibria: the afternoon desk costs 2 or 3
COLUMNS = ("equilibrium,starts,staff_en,guest_en,SW_en,staff_ex,guest_ex,SW_ex,price_morning,price_afternoon,"
           "stationarity,gain_mean,exploitability_mean,start_names")
FIRST = ["even", "zero", "proportional", "even_slow", "zero_slow", "proportional_slow", "random_1", "neighbour_1"]


def equilibria(*arguments, cwd):
    result = polykarma("equilibria", *arguments, "--format", "csv", "-q", cwd=cwd)
    return result, rows_of(result.out)


def test_every_start_is_in_one_equilibrium_the_best_first(tmp_path):
    result, rows = equilibria(DESKS, "--starts", "8", "-o", "out.h5", cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0] == COLUMNS
    assert [row["equilibrium"] for row in rows] == ["1", "2"]
    welfare = [float(row["SW_en"]) for row in rows]
    assert welfare[0] > welfare[1]
    names = [row["start_names"].split(", ") for row in rows]
    assert [len(them) for them in names] == [int(row["starts"]) for row in rows]
    assert sorted(sum(names, [])) == sorted(FIRST)
    assert [(row["price_morning"], row["price_afternoon"]) for row in rows] == [("2", "2"), ("2", "3")]
    with h5py.File(tmp_path / "out.h5") as file:
        table = file["equilibria"][()]
        assert len(file["results"]) == 8
        assert [text.decode() for text in table["start_names"]] == [",".join(them) for them in names]
        for stored, row in zip(table, rows):
            assert stored["SW_en"] == float(row["SW_en"])
            assert stored["price_level_afternoon"] == float(row["price_afternoon"])
            point = file[f"points/{stored['point']:04d}"]
            assert point["certificate/stationarity"][()] == float(row["stationarity"])
            assert point.attrs["start"].decode() in row["start_names"].split(", ")
            members = [r for r in file["results"][()] if r["equilibrium"] == stored["equilibrium"]]
            assert len(members) == stored["starts"]
            assert min(r["stationarity"] for r in members) == stored["stationarity"]


def test_a_price_is_the_smallest_bid_that_wins_more_often_than_not(tmp_path):
    assert equilibria(DESKS, "--starts", "1", "-o", "out.h5", cwd=tmp_path)[0].code == 0
    with h5py.File(tmp_path / "out.h5") as file:
        point = file["points/0000"]
        bids = point["action_bid"][()]
        for stage, price in enumerate(point["observables/price_level"][()]):
            likely = point["outcome_probability"][stage, 0] >= 0.5
            assert price == min(bids[likely])


@pytest.mark.parametrize("start", ["random_1", "neighbour_1"])
def test_a_start_of_the_table_can_be_solved_alone(folder, start):
    result, rows = equilibria("lane.toml", "--starts", "8", cwd=folder)
    alone = rows_of(polykarma("solve", "lane.toml", "--start", start, "-q", "--format", "csv", cwd=folder).out)
    (holder,) = [row for row in rows if start in row["start_names"].split(", ")]
    assert float(alone[0]["commuter_en"]) == pytest.approx(float(holder["commuter_en"]), abs=1e-4)


def test_a_start_that_cannot_be_stops_nobody(folder):
    # The first neighbour, with more priority, has longer delays than may be.
    result, rows = equilibria("lane.toml", "--starts", "8", "--set", "resource.lane.priority_capacity=0.22", "--set",
                              "nominal_payoff=1.8", cwd=folder)
    assert result.code == 0
    assert "1 of 8 starts did not end certified: failed 1" in result.err
    assert "point 7 failed: lane.toml: " in result.err and "solver.neighbour = 1 (there is no such economy)" in result.err
    assert sum(int(row["starts"]) for row in rows) == 7


def test_the_text_names_starts_that_do_not_end_certified(folder):
    few = ["--starts", "3", "-q", "--set", "solver.max_iterations=5"]
    result = polykarma("equilibria", "lane.toml", *few, "-o", "out.h5", cwd=folder)
    assert (result.code, result.err) == (3, "")
    assert result.out.splitlines()[1:] == ["no certified equilibrium",
                                           "3 of 3 starts did not end certified: iteration limit 3"]
    with h5py.File(folder / "out.h5") as file:
        assert len(file["equilibria"]) == 0 and len(file["results"]) == 3
    found = polykarma("equilibria", "lane.toml", "--starts", "3", "-q", cwd=folder)
    assert found.code == 0
    assert "did not end certified" not in found.out


def test_a_table_for_scripts_holds_nothing_else(folder):
    result = polykarma("equilibria", "lane.toml", "--starts", "2", "-q", "--format", "json", "--set",
                       "solver.max_iterations=5", cwd=folder)
    assert result.code == 3
    assert json.loads(result.out) == []
    assert result.err == "polykarma: 2 of 2 starts did not end certified: iteration limit 2\n"


def test_one_certified_start_is_enough(folder):
    # Between what the fastest and the slowest of the starts need.
    result, rows = equilibria("lane.toml", "--starts", "6", "--set", "solver.method=dynamics", "--set",
                              "solver.max_iterations=300", cwd=folder)
    assert result.code == 0
    assert "6 starts did not end certified: iteration limit" in result.err
    assert 0 < sum(int(row["starts"]) for row in rows) < 6


def test_stability_is_a_column_and_in_the_file(tmp_path):
    result, rows = equilibria(DESKS, "--starts", "2", "--stability", "-o", "out.h5", cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0] == COLUMNS.replace(",start_names", ",attractor,modulus,start_names")
    with h5py.File(tmp_path / "out.h5") as file:
        for stored, row in zip(file["equilibria"][()], rows):
            group = file[f"points/{stored['point']:04d}/stability"].attrs
            assert row["attractor"] == stored["attractor"].decode() == group["attractor"].decode() == "yes"
            assert float(row["modulus"]) == stored["modulus"] == group["modulus"]
            assert math.hypot(stored["eigenvalue_real"], stored["eigenvalue_imaginary"]) == pytest.approx(stored["modulus"])
            assert stored["eigenvalue_residual"] == group["residual"] < 1.0 - stored["modulus"]


def test_stability_costs_time_and_is_not_computed_unasked(tmp_path):
    assert equilibria(DESKS, "--starts", "1", "-o", "out.h5", cwd=tmp_path)[0].code == 0
    with h5py.File(tmp_path / "out.h5") as file:
        assert "stability" not in file["points/0000"]
        (stored,) = file["equilibria"][()]
        assert stored["attractor"] == b"" and math.isnan(stored["modulus"])


@pytest.mark.parametrize("arguments, code, word", [
    (["absent.toml"], 4, "absent.toml"),
    (["lane.toml", "--set", "resource.lane.kmax=3"], 2, "did you mean k_max?"),
    (["lane.toml", "--set", "solver.memory_limit=1e-3"], 2, "solver.memory_limit"),
    (["lane.toml", "-o", "lane.toml"], 2, "is an input"),
    (["lane.toml", "--set", "solver.start=zero"], 2, "is set by start even"),
    (["lane.toml", "--starts", "7", "--set", "solver.seed=5"], 2, "is set by start random_1"),
    (["lane.toml", "-o", "absent/out.h5"], 4, "absent/out.h5"),
    (["study.toml"], 2, "study.toml"),
])
def test_mistakes_are_one_line(folder, arguments, code, word):
    result = polykarma("equilibria", *arguments, cwd=folder)
    assert (result.code, result.out) == (code, "")
    assert len(result.err.splitlines()) == 1 and word in result.err, result.err
