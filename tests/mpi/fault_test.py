"""Trouble on some ranks ends all of them: within seconds, with one line and the code of that trouble."""

import itertools
import os
import shlex
import subprocess
import time

import pytest

PROGRAM = os.environ["POLYKARMA_FAULT_PROGRAM"]
MPIEXEC = shlex.split(os.environ["POLYKARMA_MPIEXEC"])
RANKS = 3

# What a rank says, and the code of the program.
TROUBLES = {
    "memory": ("error", "out of memory", 2),
    "contract": ("bug", "fault_program.cpp:1: contract broken: injected", 1),
    "io": ("error", "injected.h5: cannot be written (No space left on device)", 4),
    "input": ("error", "injected.toml:3: k_max = 0 (too small): at least 1", 2),
    "other": ("bug", "injected", 1),
}

# How long a rank that failed waits for the others, in milliseconds: as in the program, and as far shorter as ranks that
# share a core can tell.
PATIENCE = 3000
SHORT = 600

# Starting and ending takes a second of it; later than this, somebody waits for what never comes.
END = 20


def line_of(rank, trouble):
    kind, reason, _ = TROUBLES[trouble]
    return f"polykarma: {kind}{f' on rank {rank}' if rank > 0 else ''}: {reason}"


def run(point, troubles=(), patience=PATIENCE, ranks=RANKS):
    """Code, own lines on standard error, and whether MPI_Abort ended it. `troubles` are pairs of rank and trouble."""
    command = [*MPIEXEC, str(ranks)] if ranks else []
    command += [PROGRAM, str(patience), point, *(f"{rank}:{trouble}" for rank, trouble in troubles)]
    begin = time.monotonic()
    # Looking for faster networks takes Open MPI longer than these runs.
    done = subprocess.run(command, env=dict(os.environ, OMPI_MCA_pml="ob1"), timeout=3 * END, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True)
    assert time.monotonic() - begin < END
    lines = [line for line in done.stderr.splitlines() if line.startswith("polykarma:")]
    # What mpirun has to say of an abort gets garbled now and then, and mpirun then says that instead.
    return done.returncode, lines, "MPI_ABORT" in done.stderr or "show_help" in done.stderr


@pytest.mark.parametrize("ranks", [None, 1, 2, 3, 5])
def test_without_trouble_nothing_is_said(ranks):
    assert run("nowhere", ranks=ranks) == (0, [], False)


@pytest.mark.parametrize("rank, trouble", itertools.product(range(RANKS), TROUBLES))
def test_trouble_of_one_rank_ends_all(rank, trouble):
    code, lines, aborted = run("progress", [(rank, trouble)], SHORT)
    assert lines == [line_of(rank, trouble)]
    assert code == TROUBLES[trouble][-1]
    assert aborted


OPERATIONS = ["sum", "maximum", "exchange", "all_to_all", "broadcast", "receive", "barrier"]


@pytest.mark.parametrize("point, rank", [*itertools.product(["start", "sweep"], range(RANKS)),
                                         *((point, i % RANKS) for i, point in enumerate(OPERATIONS))])
def test_whatever_the_others_wait_in(point, rank):
    code, lines, _ = run(point, [(rank, "io")], SHORT)
    assert lines == [line_of(rank, "io")]
    assert code == 4


def test_the_usual_patience_ends_as_well():
    assert run("sweep", [(1, "memory")]) == (2, [line_of(1, "memory")], True)


@pytest.mark.parametrize("rank", range(RANKS))
def test_trouble_behind_the_last_operation_ends_in_good_order(rank):
    assert run("end", [(rank, "io")]) == (4, [line_of(rank, "io")], False)


@pytest.mark.parametrize("ranks", [None, 1, 3])
@pytest.mark.parametrize("point", ["start", "progress"])
@pytest.mark.parametrize("trouble", ["input", "contract"])
def test_the_same_trouble_on_all_ranks_is_told_once_in_good_order(point, trouble, ranks):
    everybody = [(rank, trouble) for rank in range(ranks or 1)]
    assert run(point, everybody, ranks=ranks) == (TROUBLES[trouble][-1], [line_of(0, trouble)], False)


def test_different_trouble_on_all_ranks_is_that_of_the_root():
    assert run("progress", [(0, "io"), (1, "memory"), (2, "other")]) == (4, [line_of(0, "io")], False)


@pytest.mark.parametrize("troubles", [[(1, "io"), (2, "contract")], [(0, "memory"), (2, "io")],
                                      [(1, "other"), (3, "memory"), (4, "io")]], ids=str)
def test_different_trouble_on_some_ranks_is_told_once(troubles):
    first, trouble = troubles[0]
    ranks = max(rank for rank, _ in troubles) + 1
    assert run("exchange", troubles, SHORT, ranks=ranks) == (TROUBLES[trouble][-1], [line_of(first, trouble)], True)
