"""sweep and reproduce."""

import csv
import json

import h5py

from program import INPUTS, STUDY, polykarma, rows_of, write

# Scripts read these columns; they do not change.
TABLE_COLUMNS = ("redistribution,exchange,start,equilibrium,lambda,reason,S_en,C_en,SW_en,S_ex,C_ex,SW_ex,"
                 "published_distance,stationarity,gain_mean,gain_max,exploitability_mean,exploitability_max,iterations,"
                 "seconds")
# A few steps on a small lattice: the form of the table, not its numbers.
SMALL = ["--set", "resource.*.k_max=4", "--set", "resource.*.k_mean=1", "--set", "solver.max_iterations=20"]


def sweep(*arguments, cwd):
    result = polykarma("sweep", "study.toml", "--format", "csv", "-q", *arguments, cwd=cwd)
    return result, rows_of(result.out)


def test_a_sweep_has_a_row_per_point_and_start(folder):
    result, rows = sweep("-o", "out.h5", cwd=folder)
    assert (result.code, result.err) == (0, "")
    assert [(row["point"], row["mean"], row["start"]) for row in rows] == [
        ("0", "2", "even"), ("1", "2", "zero"), ("2", "4", "even"), ("3", "4", "zero")]
    assert {row["certified"] for row in rows} == {"true"}
    assert [row["equilibrium"] for row in rows] == ["1", "1", "1", "1"]
    with h5py.File(folder / "out.h5") as file:
        assert len(file["results"]) == 4
        assert sorted(file["points"]) == ["0000", "0001", "0002", "0003"]


def test_inspect_lists_the_points(solved):
    rows = rows_of(polykarma("inspect", "study.h5", "--format", "csv", cwd=solved).out)
    assert [(row["group"], row["labels"], row["start"]) for row in rows] == [
        ("/points/0000", "2", "even"), ("/points/0001", "2", "zero"), ("/points/0002", "4", "even"),
        ("/points/0003", "4", "zero")]
    text = polykarma("inspect", "study.h5", cwd=solved)
    assert text.out.startswith("Means\n")


def test_a_point_that_fails_is_a_row_with_its_reason(folder):
    result, rows = sweep("-o", "out.h5", "--set", "resource.lane.k_max=3", "--set", "solver.max_iterations=20",
                         cwd=folder)
    assert result.code == 3
    reason = "study.toml:7: resource.lane.k_mean = 4 (above k_max = 3): 0 <= k_mean <= k_max"
    assert result.err == "".join(f"polykarma: point {i} failed: {reason}\n" for i in (2, 3))
    assert [row["reason"] for row in rows] == ["iteration limit", "iteration limit", "failed", "failed"]
    assert [row["error"] for row in rows] == ["", "", reason, reason]
    assert float(rows[0]["stationarity"]) > 0.0
    for name in ("commuter_en", "SW_en", "stationarity", "gain_mean", "lambda"):
        assert rows[2][name] == "nan", name
    with h5py.File(folder / "out.h5") as file:
        assert "d" in file["points/0001"] and "d" not in file["points/0002"]
    shown = polykarma("inspect", "out.h5", cwd=folder)
    assert shown.code == 0
    assert f"/points/0002 failed: {reason}" in shown.err


def test_a_point_without_rules_fails_alone(folder):
    pump = ('[[axis]]\nname = "exchange"\nkey = "exchange"\nlabels = ["unit", "pump"]\nvalues = [\n'
            '{ rule = "worth", worth = [1, 1] },\n{ rule = "rates", rates = [[1, 2], [1, 1]] }]\n')
    write(folder / "study.toml", STUDY.split("[[axis]]")[0].replace("lane", "desks") + pump)
    result, rows = sweep("--set", "solver.max_iterations=20", cwd=folder)
    assert result.code == 3
    assert [row["reason"] for row in rows] == ["iteration limit"] * 2 + ["failed"] * 2
    assert "late -> early -> late" in rows[3]["error"]


def test_strict_asks_for_certificates(folder):
    few = ["--set", "solver.max_iterations=20"]
    assert sweep(*few, cwd=folder)[0].code == 0
    assert sweep(*few, "--strict", cwd=folder)[0].code == 3
    assert sweep("--strict", cwd=folder)[0].code == 0


def test_more_starts_than_the_study_s(folder):
    result, rows = sweep("--starts", "5", cwd=folder)
    assert result.code == 0
    assert [row["start"] for row in rows] == 2 * ["even", "zero", "proportional", "even_slow", "zero_slow"]


def test_json_holds_what_json_cannot_say(folder):
    result = polykarma("sweep", "study.toml", "--format", "json", "-q", "--set", "resource.lane.k_max=3", "--set",
                       "solver.max_iterations=20", cwd=folder)
    items = json.loads(result.out)
    assert len(items) == 4
    assert items[2]["SW_en"] == "nan" and items[2]["certified"] is False
    assert isinstance(items[0]["stationarity"], float)


def test_the_columns_of_a_reproduction_are_frozen(tmp_path):
    result = polykarma("reproduce", "multi-karma-table1", "--format", "csv", "-q", "-o", "table.h5", *SMALL,
                       cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0] == TABLE_COLUMNS
    rows = rows_of(result.out)
    exchanges = ["none", "unit", "P_worth_more", "P_worth_less"]
    assert [(row["redistribution"], row["exchange"], row["start"]) for row in rows] == [
        (who, how, start) for who in ("active", "all") for how in exchanges 
        for start in ("even", "zero", "zero_slow")]
    with open(INPUTS / "paper" / "multi_karma" / "table1" / "published.csv") as file:
        published = {(row["redistribution"], row["exchange"]): row
                     for row in csv.DictReader(line for line in file if not line.startswith("#"))}
    for row in rows:
        printed = published[row["redistribution"], row["exchange"]]
        largest = max(abs(float(row[name]) - float(printed[name]))
                      for name in ("S_en", "C_en", "SW_en", "S_ex", "C_ex", "SW_ex"))
        assert abs(float(row["published_distance"]) - largest) < 1e-12 or largest == float("inf")
        assert row["equilibrium"] == "0"
    with h5py.File(tmp_path / "table.h5") as file:
        assert len(file["results"]) == 24
        assert len(file["equilibria"]) == 0
        assert len(file["published/redistribution"]) == 8


def test_a_reproduction_is_shown_beside_the_printed_values():
    result = polykarma("reproduce", "multi-karma-table1", "-q", *SMALL)
    assert result.code == 0
    assert result.out.count(": published") == 8
    assert "4.5741" in result.out
    assert result.out.count("  not certified: iteration limit") == 8
    assert "3: even, zero, zero_slow" in result.out
    assert "E. Elokda" in result.out
    assert polykarma("reproduce", "multi-karma-table1", "-q", "--strict", *SMALL).code == 3
