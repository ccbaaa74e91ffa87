"""sensitivity: derivatives with respect to the numbers of an economy."""

import pytest

from program import INPUTS, complaint, polykarma, rows_of

LANE = INPUTS / "tutorial/priority_lane.toml"
DESKS = INPUTS / "tutorial/two_desks.toml"


def sensitivity(economy, *arguments, **options):
    result = polykarma("sensitivity", economy, "--format", "csv", "-q", *arguments, **options)
    return result, {(row["key"], row["quantity"]): row for row in rows_of(result.out)}


def welfare(economy, key, value):
    settings = [f"{key}={value!r}", "solver.tolerance.stationarity=1e-10"]
    result = polykarma("solve", economy, "--format", "csv", "-q", *(w for s in settings for w in ("--set", s)))
    row = rows_of(result.out)[0]
    return float(row["SW_en"])


def test_derivatives_are_those_of_solving_anew():
    result, rows = sensitivity(LANE)
    assert (result.code, result.err) == (0, "")
    keys = list(dict.fromkeys(key for key, _ in rows))
    assert keys == ["resource.lane.priority_capacity", "resource.lane.capacity", "nominal_payoff",
                    "resource.lane.discount", "urgency.normal.value", "urgency.urgent.value"]
    for key in keys:
        row = {name: float(rows[key, "SW_en"][name]) for name in ("at", "step", "derivative", "error", "left", "right")}
        quotient = (welfare(LANE, key, row["at"] + row["step"]) - welfare(LANE, key, row["at"] - row["step"])) \
            / (2 * row["step"])
        assert abs(row["derivative"] - quotient) <= row["error"] + 1e-5, key
        assert abs(row["left"] - row["right"]) <= 1e-3 * max(1, abs(quotient)), key
        assert rows[key, "SW_en"]["verdict"] == "smooth"


def test_ranks_change_nothing():
    alone = sensitivity(DESKS)[0]
    shared = sensitivity(DESKS, ranks=2)[0]
    assert (alone.code, shared.code) == (0, 0)
    assert shared.out == alone.out
    assert alone.out.count("type.staff.share") == 6


def test_a_worth_has_values_on_both_sides():
    result, rows = sensitivity(DESKS, "--key", "exchange.worth.1")
    assert result.code == 0
    row = rows["exchange.worth.1", "SW_en"]
    assert row["derivative"] == "nan" and float(row["step"]) == 1e-4
    for side, worth in (("left_value", 0.9999), ("right_value", 1.0001)):
        alone = polykarma("solve", DESKS, "--format", "csv", "-q", "--set", f"exchange.worth=[1, {worth}]", "--set",
                          "solver.tolerance.stationarity=1e-10")
        assert abs(float(row[side]) - float(rows_of(alone.out)[0]["SW_en"])) < 1e-9
    assert row["verdict"] == "jump"


def test_what_is_not_certified_says_so():
    result, rows = sensitivity(LANE, "--key", "nominal_payoff", "--set", "solver.max_iterations=5")
    assert result.code == 3
    assert {row["certified"] for row in rows.values()} == {"false"}
    assert all("iteration limit" in row["verdict"] for row in rows.values())


@pytest.mark.parametrize("arguments, words", [
    (["--key", "resource.lane.k_max"], ["--key = resource.lane.k_max", "whole numbers"]),
    (["--key", "resource.lane.k_mean"], ["price level", "sweep"]),
    (["--key", "resource.lane.capacty"], ["did you mean capacity?"]),
    (["--key", "title"], ["no real number"]),
    (["--key", "type.commuter.share"], ["no other type"]),
    (["--step", "0"], ["--step 0", "0 < step < 1"]),
    (["--step", "x"], ["--step"]),
])
def test_mistakes(arguments, words):
    line = complaint(polykarma("sensitivity", LANE, *arguments), 2)
    for word in words:
        assert word in line
