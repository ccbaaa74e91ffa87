"""certify reads the file alone, and notices when it was changed."""

import json
import shutil

import h5py
import numpy
import pytest

from program import polykarma, rows_of


@pytest.fixture
def copy(tmp_path, solved):
    """A copy of the two-account result, to be damaged."""
    return shutil.copy(solved / "desks.h5", tmp_path / "copy.h5")


def verdict(file):
    result = polykarma("certify", file)
    assert result.err == ""
    return result.code


def test_an_untouched_file_is_certified(copy):
    result = polykarma("certify", copy)
    assert (result.code, result.err) == (0, "")
    assert "certified: the recomputed certificate meets the tolerance and is the recorded one" in result.out


def test_only_the_file_is_needed(tmp_path, copy):
    elsewhere = tmp_path / "empty"
    elsewhere.mkdir()
    assert polykarma("certify", copy, cwd=elsewhere).code == 0
    assert list(elsewhere.iterdir()) == []


# A visited state holds more than 1e-9 of the population; 1 % of the least of them still shows in its mass.
@pytest.mark.parametrize("which", ["largest", "median", "least visited", "empty"])
def test_one_changed_entry_of_d_is_noticed(copy, which):
    with h5py.File(copy, "r+") as file:
        d = file["d"][...]
        flat = d.reshape(-1)
        order = numpy.argsort(flat)
        visited = order[flat[order] > 1e-7]
        entry = {"largest": visited[-1], "median": visited[len(visited) // 2], "least visited": visited[0],
                 "empty": order[0]}[which]
        flat[entry] = flat[entry] * 1.01 if which != "empty" else 1e-7
        file["d"][...] = d
    assert verdict(copy) == 3


def test_mass_moved_between_two_states_is_noticed(copy):
    with h5py.File(copy, "r+") as file:
        d = file["d"][...]
        flat = d[0, 0].reshape(-1)
        order = numpy.argsort(flat)
        flat[order[-1]] -= 1e-5
        flat[order[-2]] += 1e-5
        file["d"][...] = d
    assert verdict(copy) == 3


@pytest.mark.parametrize("change, code", [("scaled", 3), ("swapped", 3), ("negative", 3), ("not a number", 4)])
def test_a_changed_policy_is_noticed(copy, change, code):
    with h5py.File(copy, "r+") as file:
        starts = file["pi/row_start"][...].astype(int)
        probability = file["pi/probability"][...]
        # The fullest state where two actions are told apart.
        row = next(r for r in numpy.argsort(file["d"][...].reshape(-1))[::-1]
                   if numpy.ptp(probability[starts[r]:starts[r + 1]]) > 0.1)
        first, last = starts[row], starts[row + 1]
        if change == "scaled":
            probability[first] += 1e-3
        elif change == "swapped":
            probability[first:last] = numpy.roll(probability[first:last], 1)
        elif change == "negative":
            probability[first:first + 2] += [-2.0, 2.0]
        else:
            probability[first] = numpy.nan
        file["pi/probability"][...] = probability
    result = polykarma("certify", copy)
    assert result.code == code, result


def test_a_recorded_certificate_that_flatters_is_noticed(copy):
    with h5py.File(copy, "r+") as file:
        file["certificate/gain_max"][...] = 0.5 * file["certificate/gain_max"][()]
    result = polykarma("certify", copy)
    assert result.code == 3
    assert "not the one whose certificate is recorded" in result.out


@pytest.mark.parametrize("name", ["V", "welfare/payoff_en", "welfare/payoff_ex", "welfare/benchmark_en"])
def test_values_and_payoffs_of_another_state_are_noticed(copy, name):
    with h5py.File(copy, "r+") as file:
        file[name][...] = 1.001 * file[name][...]
    result = polykarma("certify", copy)
    assert result.code == 3
    assert "values or payoffs recorded are not those of the state" in result.out


# Far below the mass of a visited state; still shows in the mass of its type.
def test_a_tiny_change_of_d_is_noticed(copy):
    with h5py.File(copy, "r+") as file:
        d = file["d"]
        place = numpy.unravel_index(numpy.argmax(d[...]), d.shape)
        d[place] += 1e-10
    assert verdict(copy) == 3


def test_the_tolerance_is_that_of_the_economy(tmp_path, solved):
    state = tmp_path / "early.h5"
    assert polykarma("solve", "desks.toml", "-o", state, "-q", "--set", "solver.max_iterations=2", cwd=solved).code == 3
    with h5py.File(state, "r+") as file:
        for name in ["stationarity", "gain", "exploitability"]:
            file["certificate/tolerance_" + name][...] = 1e3
        file["certificate/certified"][...] = 1
        file.attrs["certified"] = 1
    result = polykarma("certify", state)
    assert result.code == 3
    assert "does not meet the tolerance of its economy" in result.out


def test_every_point_of_a_study_is_certified(solved):
    table = polykarma("certify", "study.h5", "--format", "csv", cwd=solved)
    assert table.code == 0
    assert [row["group"] for row in rows_of(table.out)] == [f"/points/000{i}" for i in range(4)]
    items = json.loads(polykarma("certify", "study.h5", "--point", "/points/0002", "--format", "json", cwd=solved).out)
    assert [item["group"] for item in items] == ["/points/0002"]
    assert items[0]["certified"] is True


def test_one_changed_point_of_a_study_is_noticed(tmp_path, solved):
    copy = shutil.copy(solved / "study.h5", tmp_path / "study.h5")
    with h5py.File(copy, "r+") as file:
        file["points/0001/d"][0, 0, 0, 0] += 1e-6
    table = polykarma("certify", copy, "--format", "csv")
    assert table.code == 3
    assert [row["certified"] for row in rows_of(table.out)] == ["true", "false", "true", "true"]
