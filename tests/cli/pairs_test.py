"""Sweeps over pairwise economies, whose lattices grow."""

import os

import h5py
import numpy
import pytest

from program import write
from sweep_test import assert_same_contents, assert_swept_alike_on_ranks_and_teams, swept

PAYEES = """title = "Payees"
base = "pairs.toml"
[[axis]]
name = "payee"
key = "contest.payee"
values = ["peer", "society"]
[[axis]]
name = "discount"
key = "type.patient.discount"
values = [0.7, 0.75, 0.8]
"""


@pytest.fixture
def payees(folder):
    write(folder / "payees.toml", PAYEES)
    return folder


def payees_swept(folder, *arguments, **options):
    return swept(folder, "payees.toml", *arguments, **options)


def largest_balances(file):
    with h5py.File(file) as stored:
        return [stored["points"][point]["d"].shape[-1] - 1 for point in sorted(stored["points"])]


def test_a_sweep_does_not_depend_on_ranks_and_teams(payees):
    assert_swept_alike_on_ranks_and_teams(payees, "payees.toml")
    assert min(largest_balances(payees / "alone.h5")) > 12


def test_a_folder_is_gone_on_with(payees):
    payees_swept(payees, "-o", "whole.h5")
    payees_swept(payees, "--work-dir", "work", "--shard", "2/3", ranks=2)
    payees_swept(payees, "--work-dir", "work", "--resume", ranks=2)
    os.remove(sorted((payees / "work").glob("*.journal"))[-1])
    payees_swept(payees, "-o", "again.h5", "--work-dir", "work", "--resume", "--ranks-per-economy", "2", ranks=3)
    assert_same_contents(payees / "whole.h5", payees / "again.h5")


def test_a_warm_start_begins_in_the_lattice_that_the_point_before_needed(payees):
    cold = payees_swept(payees, "-o", "cold.h5")
    warm = payees_swept(payees, "-o", "warm.h5", "--warm-start")
    with h5py.File(payees / "warm.h5") as file:
        assert list(file["results"]["warm_from"]) == [-1, 0, 1, -1, 3, 4]
        assert file["points/0004/search"].attrs["start"] == b"point 3"
    needed = numpy.reshape(largest_balances(payees / "warm.h5"), (2, 3))
    assert (numpy.diff(needed) >= 0).all()
    for row, other in zip(warm, cold):
        assert row["certified"] == other["certified"]
        for name in ["patient_en", "hasty_en"]:
            # Neither is known any better than what could be gained in it.
            assert float(row[name]) == pytest.approx(float(other[name]), abs=1e-2)
    assert sum(int(row["iterations"]) for row in warm) < sum(int(row["iterations"]) for row in cold)
    assert payees_swept(payees, "-o", "ranks.h5", "--warm-start", ranks=3) == warm
    assert_same_contents(payees / "warm.h5", payees / "ranks.h5")


def test_no_warm_start_from_a_lattice_that_is_not_allowed(payees):
    write(payees / "payees.toml", PAYEES.replace("type.patient.discount", "contest.largest_k_max")
          .replace("[0.7, 0.75, 0.8]", "[1000, 13, 500]"))
    rows = payees_swept(payees, "--warm-start", "-o", "out.h5")
    assert [row["reason"] for row in rows] == ["converged", "does not close", "converged"] * 2
    with h5py.File(payees / "out.h5") as file:
        assert list(file["results"]["warm_from"]) == [-1] * 6
    assert largest_balances(payees / "out.h5")[1::3] == [13, 13]
