"""design: a search over variables."""

import json

import h5py
import pytest

from program import INPUTS, complaint, polykarma, rows_of, with_passage, write

STUDY = f"""title = "Capacities"
base = "{INPUTS}/tutorial/two_desks.toml"
[[axis]]
name = "exchange"
key = "exchange.worth.1"
values = [1, "3/2"]
[[variable]]
name = "morning"
key = "resource.morning.priority_capacity"
lower = 0.02
upper = 0.24
[[variable]]
name = "afternoon"
key = "resource.afternoon.priority_capacity"
lower = 0.02
upper = 0.24
[design]
evaluations = 6
"""


@pytest.fixture
def searched(tmp_path):
    write(tmp_path / "study.toml", STUDY)
    return tmp_path


def design(*arguments, cwd, **options):
    result = polykarma("design", "study.toml", "--format", "csv", "-q", *arguments, cwd=cwd, **options)
    return result, rows_of(result.out)


def test_a_search_has_a_row_per_combination(searched):
    result, rows = design("-o", "out.h5", cwd=searched)
    assert (result.code, result.err) == (0, "")
    assert [row["exchange"] for row in rows] == ["1", "3/2"]
    assert [row["economies"] for row in rows] == ["7", "7"]
    assert sorted(row["best"] for row in rows) == ["false", "true"]
    with h5py.File(searched / "out.h5") as file:
        assert file.attrs["objective"] == b"SW_en" or file.attrs["objective"] == "SW_en"
        table, best = file["evaluations"][()], file["best"][()]
        assert list(table["evaluation"]) == [0, 1, 2, 3, 4, 5, 6] * 2
        assert list(table["morning"][:2]) == [0.2, 0.13]  # the base economy's own, then the middle
        assert list(table["afternoon"][:2]) == [0.2, 0.13]
        for number, row in enumerate(rows):
            of = table[table["point"] == number]
            assert float(row["SW_en"]) == max(of["SW_en"][of["certified"] == 1]) == best["SW_en"][number]
            assert float(row["base"]) == of["SW_en"][0]
            assert float(row["gain"]) == float(row["SW_en"]) - float(row["base"]) >= 0
            point = file[f"points/{number:04d}"]
            assert point["welfare/nash_en"][()] == best["SW_en"][number]
            assert point.attrs["variable_morning"] == best["morning"][number] == float(row["morning"])
    assert polykarma("certify", "out.h5", cwd=searched).code == 0
    assert len(rows_of(polykarma("inspect", "out.h5", "--format", "csv", cwd=searched).out)) == 2


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_ranks_change_nothing(searched, ranks):
    alone, expected = design("-o", "alone.h5", cwd=searched)
    result, rows = design("-o", "ranks.h5", cwd=searched, ranks=ranks)
    assert (alone.code, result.code) == (0, 0)
    assert rows == expected
    with h5py.File(searched / "alone.h5") as a, h5py.File(searched / "ranks.h5") as b:
        for name in ("evaluations", "best"):
            assert a[name][()].tobytes() == b[name][()].tobytes()
        assert (a["points/0001/d"][()] == b["points/0001/d"][()]).all()


def test_the_best_point_is_the_economy_solved_alone(searched):
    _, rows = design(cwd=searched)
    settings = [f"exchange.worth=[1, {json.dumps(rows[1]['exchange'])}]",
                *(f"resource.{name}.priority_capacity={rows[1][name]}" for name in ("morning", "afternoon"))]
    alone = polykarma("solve", INPUTS / "tutorial/two_desks.toml", "--format", "csv", "-q",
                      *(word for setting in settings for word in ("--set", setting)))
    assert rows_of(alone.out)[0]["SW_en"] == rows[1]["SW_en"]


def test_text_says_which_equilibrium_and_what_is_best(searched):
    result = polykarma("design", "study.toml", cwd=searched)
    assert result.code == 0
    assert "equilibrium reached from the start even" in result.out
    assert "\nbest of all: " in result.out
    assert "design 2 of 2, economy 6 of 6" in result.err and "design 1 of 2, the base" in result.err


def test_none_certified_is_not_reached(searched):
    result, rows = design("-o", "out.h5", "--set", "solver.max_iterations=5", cwd=searched)
    assert result.code == 3
    reason = "none of 7 economies has a certified equilibrium in which every type gains"
    assert result.err == "".join(f"polykarma: design {i}: {reason}\n" for i in (0, 1))
    assert [(row["certified"], row["best"], row["SW_en"]) for row in rows] == [("0", "false", "nan")] * 2
    with h5py.File(searched / "out.h5") as file:
        assert {reason.decode() for reason in file["evaluations"]["reason"]} == {"iteration limit"}


@pytest.mark.parametrize("passage, replacement, words", [
    ("upper = 0.24", "upper = 0.02", ["study.toml:10: ", "variable.morning.lower", "lower < upper"]),
    ("afternoon.priority_capacity", "morning.priority_capacity", ["study.toml:14: ", "one variable per key"]),
    ("morning.priority_capacity", "morning.k_max", ["study.toml:9: ", "no real number"]),
    ("morning.priority_capacity", "morning.priority_capcity", ["study.toml:9: ", "did you mean"]),
    ("evaluations = 6", "evaluations = 0", ["study.toml:18: ", "1 <= evaluations"]),
    ("evaluations = 6", 'algorithm = "bobyqa"', ["study.toml:18: ", "direct, sbplx"]),
    ('name = "morning"', 'name = "SW_en"', ["study.toml:9: ", "another name"]),
])
def test_mistakes(searched, passage, replacement, words):
    write(searched / "study.toml", with_passage(STUDY, passage, replacement))
    line = complaint(polykarma("design", "study.toml", "-o", "out.h5", cwd=searched), 2)
    for word in words:
        assert word in line
    assert not (searched / "out.h5").exists()


def test_grids_and_searches_are_told_apart(searched, folder):
    assert "polykarma design" in complaint(polykarma("sweep", "study.toml", cwd=_with(searched, STUDY)), 2)
    grid = _with(folder, STUDY.split("[[variable]]")[0])
    assert "polykarma sweep" in complaint(polykarma("design", "study.toml", cwd=grid), 2)


def _with(folder, study):
    write(folder / "study.toml", study)
    return folder


def test_a_variable_cannot_be_set(searched):
    line = complaint(polykarma("design", "study.toml", "--set", "resource.*.priority_capacity=0.1", cwd=searched), 2)
    assert "variable morning" in line
