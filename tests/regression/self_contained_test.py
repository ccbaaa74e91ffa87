"""The pairwise economies of the papers, from their input files: certified, and as others found them."""

import h5py
import pytest

from program import INPUTS, complaint, polykarma, rows_of

CASE_STUDY = INPUTS / "paper" / "self_contained" / "case_study.toml"
WORKED_EXAMPLE = INPUTS / "paper" / "fair_money" / "worked_example.toml"


def test_worked_example_is_certified_in_a_lattice_that_closes(tmp_path):
    result = polykarma("solve", WORKED_EXAMPLE, "-q", "-o", "out.h5", cwd=tmp_path)
    assert result.code == 0, result
    assert polykarma("certify", "out.h5", cwd=tmp_path).code == 0
    with h5py.File(tmp_path / "out.h5") as file:
        certificate = file["certificate"]
        assert certificate["stationarity"][()] <= 1e-7
        assert certificate["karma_error"][()] <= 1e-12  # others ended half a percent low
        assert 0.0 < certificate["karma_tail"][()] <= 1e-6
        assert file["d"].shape == (1, 1, 2, file["d"].shape[3]) and file["d"].shape[3] > 61
        assert file["observables/efficiency"][0] == pytest.approx(-0.406062, abs=1e-3)
        assert [o.decode() for o in file["outcome"][...]] == ["win", "lose"]


def test_a_file_can_be_started_from(tmp_path):
    assert polykarma("solve", WORKED_EXAMPLE, "-q", "-o", "first.h5", "--set", "contest.k_max=100",
                     cwd=tmp_path).code == 0
    result = polykarma("solve", WORKED_EXAMPLE, "-q", "--start", "first.h5", "--set", "contest.k_max=100", "--format",
                       "csv", cwd=tmp_path)
    assert result.code == 0, result
    assert int(rows_of(result.out)[0]["iterations"]) < 50


def test_a_lattice_that_may_not_grow_is_not_certified(tmp_path):
    result = polykarma("solve", WORKED_EXAMPLE, "-q", "--set", "contest.largest_k_max=45", cwd=tmp_path)
    assert result.code == 3
    assert "does not close" in result.out


def test_nobody_has_a_future(tmp_path):
    result = polykarma("solve", CASE_STUDY, "--set", "contest.payee=peer", "--set", "type.agent.discount=0", cwd=tmp_path)
    message = complaint(result, 2)
    assert message.startswith("--set type.agent.discount=0: type.agent.discount = 0"), message
    inspected = polykarma("inspect", CASE_STUDY, "--format", "csv", cwd=tmp_path)
    assert float(next(row["value"] for row in rows_of(inspected.out) if row["quantity"] == "benchmark_en_agent")
                 ) == pytest.approx(-31 / 44, abs=1e-4)


@pytest.mark.parametrize("payee", ["peer", "society"])
def test_without_discounting_karma_is_nearly_as_efficient_as_knowing_urgencies(tmp_path, payee):
    result = polykarma("solve", CASE_STUDY, "-q", "-o", "out.h5", "--set", f"contest.payee={payee}", "--set",
                       "type.agent.discount=1", "--set", "contest.k_max=60", "--set", "solver.tolerance.gain=3e-4",
                       cwd=tmp_path)
    assert result.code == 0, result
    assert polykarma("certify", "out.h5", cwd=tmp_path).code == 0
    with h5py.File(tmp_path / "out.h5") as file:
        average = file["average_payoff"][0]
        assert file["average_payoff"].shape == (1,)
        assert file["V"][0, 0, 0, 10] == average
        assert file["observables/efficiency"][0] == pytest.approx(average, abs=1e-6)
        best = file["observables/dictator_efficiency"][0]
        assert best - 1e-3 < average < best
