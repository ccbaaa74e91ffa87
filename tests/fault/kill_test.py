"""Runs that are killed, at any time and all at once: the next one goes on, and the end is the same."""

import os
import random
import signal
import time

import h5py
import pytest

from program import PAIRS, polykarma, write
from runs import (KEEPING, KEEPING_ALL, OUTPUT, RESUME, SOLVE, expect_end, kill_tree, ranks_of, start,
                  went_on_after)

KILLS = 20
MID_SOLVE = 15  # of them, at least
SEED = 20


def newest(work):
    """Number of the newest checkpoint file by its time, to see that a run gets on."""
    return max((entry.stat().st_mtime_ns for entry in work.glob("checkpoint-?.h5")), default=0)


def wait_for_progress(run, work, before):
    """Until a run has written a checkpoint of its own. False if it has ended."""
    while newest(work) == before:
        if run.poll() is not None:
            return False
        time.sleep(0.002)
    return True


def test_killed_again_and_again_the_end_is_the_same(folder, reference, capsys):
    chance = random.Random(SEED)
    work = folder / "work"
    work.mkdir()
    killed = mid_solve = ends = 0
    while killed < KILLS:
        ranks = chance.choice([None, 1, 2])
        before = newest(work)
        run = start(*SOLVE, *OUTPUT, *RESUME, cwd=folder, ranks=ranks)
        # Sometimes before it has done anything.
        early = chance.random() < 0.1
        if early or wait_for_progress(run, work, before):
            time.sleep(chance.uniform(0.0, 0.6))
        if run.poll() is not None:
            run.communicate()
            assert run.returncode == 0
            ends += 1  # too fast for the kill: from the start again
            continue
        kill_tree(run)
        killed += 1
        mid_solve += newest(work) != before
        check = start(*SOLVE, *OUTPUT, *RESUME, cwd=folder)
        said = [check.stderr.readline()]
        while said[-1] and "going on after" not in said[-1] and "no checkpoint yet" not in said[-1]:
            said.append(check.stderr.readline())
        assert said[-1], said
        kill_tree(check)
        with capsys.disabled():
            print(f"kill {killed} ({ranks or 'no'} ranks of mpirun): after {went_on_after(said[-1])} iterations")
    assert mid_solve >= MID_SOLVE
    expect_end(folder, reference)


def largest_balance(work):
    """In any of the checkpoints."""
    found = [0]
    for file in work.glob("checkpoint-?.h5"):
        with h5py.File(file) as checkpoint:
            found.append(int(checkpoint["search/k_max"][0, 0]))
    return max(found)


@pytest.mark.parametrize("ranks, later", [(None, 2), (2, None)])
def test_killed_in_a_larger_lattice(folder, ranks, later):
    solve = ["solve", write(folder / "pairs.toml", PAIRS), "-q"]
    assert polykarma(*solve, "-o", "alone.h5", cwd=folder).code == 0
    run = start(*solve, *OUTPUT, *KEEPING_ALL, cwd=folder, ranks=ranks)
    while largest_balance(folder / "work") <= 12:
        assert run.poll() is None
        time.sleep(0.002)
    kill_tree(run)
    assert went_on_after(expect_end(folder, folder / "alone.h5", ranks=later, solve=solve)) > 0


@pytest.mark.parametrize("call", ["write", "rename"])
def test_killed_within_the_writing_of_a_checkpoint(folder, reference, call):
    run = start(*SOLVE, *OUTPUT, *KEEPING, cwd=folder, LD_PRELOAD=os.environ["POLYKARMA_KILL_IN_WRITE"],
                POLYKARMA_KILL_IN=call, POLYKARMA_KILL_AT="10")
    run.communicate(timeout=60)
    assert run.returncode == -signal.SIGKILL
    left = sorted(os.listdir(folder / "work"))
    assert left[:2] == ["checkpoint-a.h5", "checkpoint-b.h5"]
    assert left[2].startswith("checkpoint-b.h5.partial-")
    assert went_on_after(expect_end(folder, reference)) > 0


def test_one_rank_killed_ends_the_job_with_a_message(folder, reference):
    work = folder / "work"
    work.mkdir()
    run = start(*SOLVE, *OUTPUT, *KEEPING, cwd=folder, ranks=2)
    assert wait_for_progress(run, work, 0)
    ranks = ranks_of(run)
    assert len(ranks) == 2
    os.kill(ranks[1], signal.SIGKILL)
    _, err = run.communicate(timeout=30)
    assert run.returncode != 0
    assert "signal 9 (Killed)" in err
    assert "taken over" in expect_end(folder, reference)
