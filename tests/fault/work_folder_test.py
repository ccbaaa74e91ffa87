"""Who may use a work folder."""

import os
import signal
import socket
import time

from program import complaint, polykarma
from runs import KEEPING, OUTPUT, QUICK, RESUME, SOLVE, expect_end, kill_tree, start, went_on_after


def started(folder, ranks=None, **environment):
    """A run that holds the work folder, and is halted."""
    run = start(*SOLVE, *OUTPUT, *KEEPING, cwd=folder, ranks=ranks, **environment)
    deadline = time.monotonic() + 60
    while not (folder / "work" / "checkpoint-a.h5").exists():
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    run.send_signal(signal.SIGSTOP)
    return run


def test_a_second_writer_is_refused_with_the_owner(folder):
    run = started(folder, SLURM_JOB_ID="4711")
    try:
        before = (folder / "work" / "lock").read_text()
        line = complaint(polykarma(*SOLVE, *OUTPUT, *RESUME, cwd=folder), 4)
        assert line.startswith("work/lock: the work folder is in use by another run (")
        for part in (f"host {socket.gethostname()}", f"process {run.pid}", "job 4711", " s ago"):
            assert part in line
        assert (folder / "work" / "lock").read_text() == before
    finally:
        kill_tree(run)


def test_the_lock_of_a_killed_run_is_taken_over(folder, reference):
    run = started(folder)
    kill_tree(run)
    err = expect_end(folder, reference)
    assert f"work/lock: taken over from host {socket.gethostname()}, process {run.pid}" in err
    assert "its process is gone" in err
    assert went_on_after(err) > 0


def test_the_lock_of_another_machine_counts_until_it_has_been_silent(folder, quick_reference):
    lock = folder / "work" / "lock"
    lock.parent.mkdir()
    lock.write_text("host elsewhere\nprocess 1\nborn 1\njob 815\nrestarts 0\nshard \nstarted 2001-02-03T04:05:06Z\n")
    line = complaint(polykarma(*QUICK, *OUTPUT, *RESUME, cwd=folder), 4)
    assert "host elsewhere, process 1, job 815, since 2001-02-03T04:05:06Z" in line
    an_hour_ago = time.time() - 3600
    os.utime(lock, (an_hour_ago, an_hour_ago))
    assert "taken over from host elsewhere" in expect_end(folder, quick_reference, solve=QUICK)


def test_a_folder_that_cannot_be_used_is_named(folder):
    # A pseudo file system takes no files from anybody, the superuser included.
    assert complaint(polykarma(*QUICK, *OUTPUT, "--work-dir", "/proc/work", cwd=folder), 4).startswith(
        "/proc/work: the work folder cannot be created (")
    assert complaint(polykarma(*QUICK, *OUTPUT, "--work-dir", "/proc", cwd=folder), 4).startswith(
        "/proc: the work folder cannot be written to (")
    assert complaint(polykarma(*QUICK, *OUTPUT, "--work-dir", "cycling.toml", cwd=folder), 4).startswith(
        "cycling.toml: the work folder cannot be ")
