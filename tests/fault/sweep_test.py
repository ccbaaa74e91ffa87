"""Sweeps with warm starts, whose points depend on those before: stopped, killed, and checkpoints that cannot be used."""

import os
import signal
import time

import h5py
import pytest

from program import LANE, polykarma, write
from runs import KEEPING_ALL, OUTPUT, kill_tree, same_results, start

CHAIN = """title = "Chain"
base = "lane.toml"
[[axis]]
name = "priority_capacity"
key = "resource.lane.priority_capacity"
from = 0.12
to = 0.22
count = 6
"""
# Some hundred iterations a point, warm or not.
BLUNT = """
[solver]
method = "dynamics"
lambda = 20
tolerance = { stationarity = 1e-10, gain = 1, exploitability = 10 }
"""
SWEEP = ["sweep", "chain.toml", "-q", "--format", "csv", "--warm-start", *OUTPUT]


@pytest.fixture
def chain(tmp_path):
    write(tmp_path / "lane.toml", LANE + BLUNT)
    write(tmp_path / "chain.toml", CHAIN)
    whole = polykarma(*SWEEP, cwd=tmp_path)
    assert whole.code == 0, whole
    os.rename(tmp_path / "out.h5", tmp_path / "whole.h5")
    with h5py.File(tmp_path / "whole.h5") as file:
        assert list(file["results"]["warm_from"]) == [-1, 0, 1, 2, 3, 4]
    return tmp_path


def checkpoints_in(folder):
    return sorted(name for name in os.listdir(folder / "work") if name.endswith(".h5"))


def interrupted_in(point, chain, how, ranks=None):
    """A sweep that has solved the points before and has both checkpoints of this one."""
    run = start(*SWEEP, *KEEPING_ALL, cwd=chain, ranks=ranks)
    deadline = time.monotonic() + 60
    while not (chain / "work" / f"point-{point}-b.h5").exists():
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.002)
    if how == "kill":
        kill_tree(run)
    else:
        run.send_signal(signal.SIGUSR1)
        _, err = run.communicate(timeout=60)
        assert run.returncode == 5, err
    assert f"point-{point}-b.h5" in checkpoints_in(chain)


def bytes_in_journals(folder):
    return sum(file.stat().st_size for file in folder.glob("*.journal"))


def ended(chain, ranks=None):
    """Resumes to the end; the same as in one go. Returns standard error."""
    result = polykarma(*SWEEP, "--work-dir", "work", "--resume", cwd=chain, ranks=ranks, timeout=300)
    assert result.code == 0, result
    same, compared = same_results(chain / "whole.h5", chain / "out.h5")
    assert same, compared
    assert checkpoints_in(chain) == []
    return result.err


@pytest.mark.parametrize("how", ["signal", "kill"])
@pytest.mark.parametrize("ranks, later", [(None, 2), (2, None)])
def test_a_chain_goes_on_with_the_point_at_hand(chain, how, ranks, later):
    interrupted_in(3, chain, how, ranks)
    assert "point-3-" in ended(chain, later).partition("going on after")[0]


def test_a_chain_whose_checkpoint_is_damaged_begins_again(chain):
    interrupted_in(3, chain, "signal")
    for name in checkpoints_in(chain):
        with h5py.File(chain / "work" / name, "r+") as file:
            file["dynamics/d"][...] *= 1 + 2**-50
    err = ended(chain)
    assert "the content is not what was written" in err and "going on" not in err


def test_a_chain_of_another_way_begins_again(chain):
    interrupted_in(3, chain, "signal")
    for name in checkpoints_in(chain):
        with h5py.File(chain / "work" / name, "r+") as file:
            file.attrs.modify("asked_start", file.attrs["asked_start"].decode()[:-1] + "?")
    err = ended(chain)
    assert "cannot be resumed (it began from point 2, by way" in err and "going on" not in err


def test_points_that_are_known_are_not_written_again(chain):
    result = polykarma(*SWEEP, "--work-dir", "in_one_go", cwd=chain)
    assert result.code == 0, result
    interrupted_in(3, chain, "signal")
    for name in checkpoints_in(chain):
        os.remove(chain / "work" / name)
    ended(chain)
    of_six = bytes_in_journals(chain / "in_one_go")
    assert of_six < bytes_in_journals(chain / "work") < 7 / 6 * of_six
