"""Signals, and checkpoints that cannot be used or written."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import time

import h5py
import pytest

from program import complaint, polykarma
from runs import KEEPING, KEEPING_ALL, OUTPUT, QUICK, RESUME, expect_end, ranks_of, start, went_on_after

A, B = "checkpoint-a.h5", "checkpoint-b.h5"


def newest_and_older(work):
    def sequence(name):
        with h5py.File(work / name) as file:
            return file.attrs["sequence"]
    return sorted([A, B], key=sequence, reverse=True)


def resumed(folder, *more):
    return polykarma(*QUICK, *OUTPUT, *RESUME, *more, cwd=folder, timeout=300)


@pytest.mark.parametrize("name", ["SIGUSR1", "SIGTERM"])
@pytest.mark.parametrize("ranks, later", [(None, 2), (2, 3), (3, None)])
def test_a_signal_stops_and_another_run_goes_on(folder, quick_reference, name, ranks, later):
    run = start(*QUICK, *OUTPUT, *KEEPING_ALL, cwd=folder, ranks=ranks)
    wait_for(folder / "work" / A, run)
    # mpirun passes SIGUSR1 on; SIGTERM comes from SLURM, and one rank that hears of it is enough.
    os.kill(run.pid if name == "SIGUSR1" else ranks_of(run)[-1], getattr(signal, name))
    expect_stopped(run, folder)
    assert went_on_after(expect_end(folder, quick_reference, later, QUICK)) > 0


def wait_for(file, run):
    deadline = time.monotonic() + 60
    while not file.exists():
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)


def expect_stopped(run, folder):
    out, err = run.communicate(timeout=60)
    assert run.returncode == 5, err
    assert out == ""
    said = [line for line in err.splitlines() if line.startswith("polykarma: stopped by a signal")]
    assert len(said) == 1 and "work/checkpoint-" in said[0] and "--resume" in said[0]
    assert not (folder / "out.h5").exists()
    assert sorted(os.listdir(folder / "work")) in ([A], [A, B])


def test_nothing_to_resume_begins_from_the_start(folder, quick_reference):
    err = expect_end(folder, quick_reference, solve=QUICK)
    assert "work holds no checkpoint yet: beginning from the start" in err


def test_a_fresh_run_does_not_overwrite_checkpoints(stopped):
    line = complaint(polykarma(*QUICK, *OUTPUT, *KEEPING, cwd=stopped), 4)
    assert line.startswith("work: holds checkpoints of a run (--resume continues it")


@pytest.mark.parametrize("length", [0, 100, 3000, -1])
def test_a_truncated_checkpoint_is_refused_and_the_older_one_used(stopped, quick_reference, length):
    newest, _ = newest_and_older(stopped / "work")
    file = stopped / "work" / newest
    os.truncate(file, length if length >= 0 else file.stat().st_size - 1)
    err = expect_end(stopped, quick_reference, solve=QUICK)
    assert f"polykarma: note: work/{newest}: is not a readable HDF5 file" in err
    assert went_on_after(err) > 0


def test_a_damaged_checkpoint_is_refused(stopped, quick_reference):
    newest, _ = newest_and_older(stopped / "work")
    with h5py.File(stopped / "work" / newest, "r+") as file:
        file["dynamics/d"][7] = float("nan")
    assert f"work/{newest}: /dynamics/d cannot be used (not finite)" in expect_end(stopped, quick_reference, solve=QUICK)


@pytest.mark.parametrize("array", ["dynamics/d", "dynamics/V", "dynamics/pi/probability", "search/history"])
def test_a_changed_number_is_noticed(stopped, quick_reference, array):
    newest, _ = newest_and_older(stopped / "work")
    with h5py.File(stopped / "work" / newest, "r+") as file:
        values = file[array][...]
        values.flat[abs(values).argmax()] *= 1 + 2**-50
        file[array][...] = values
    err = expect_end(stopped, quick_reference, solve=QUICK)
    assert f"work/{newest}: /digest cannot be used (the content is not what was written)" in err
    assert went_on_after(err) > 0


def test_a_checkpoint_of_another_program_is_refused(stopped, quick_reference):
    newest, older = newest_and_older(stopped / "work")
    with h5py.File(stopped / "work" / newest, "r+") as file:
        file.attrs.modify("commit", "0123456")
    assert f"work/{newest}: cannot be resumed (it was written by polykarma" in expect_end(stopped, quick_reference, solve=QUICK)


def test_checkpoints_of_another_economy_are_refused(stopped):
    line = resumed(stopped, "--set", "resource.H.capacity=0.55")
    assert line.code == 4
    notes = [text for text in line.err.splitlines() if "cannot be resumed (it is of another economy" in text]
    assert len(notes) == 2
    assert '"capacity = 0.5" there, "capacity = 0.55" here' in notes[0]
    assert line.err.splitlines()[-1].startswith("polykarma: error: work: holds no checkpoint that can be resumed")
    assert sorted(os.listdir(stopped / "work")) == [A, B]


def test_checkpoints_of_another_method_are_refused(stopped):
    result = resumed(stopped, "--method", "dynamics")
    assert result.code == 4 and 'method = "accelerated"' in result.err


@pytest.mark.parametrize("options, message", [
    (["--resume"], "--resume (without a work folder): --work-dir DIR beside it"),
    (["--checkpoint-every", "1"], "--checkpoint-every (without a work folder): --work-dir DIR beside it"),
    (["--work-dir", ""], "--work-dir (is empty): a folder"),
    (["--work-dir", "w", "--checkpoint-every", "-1"], "--checkpoint-every -1 (out of range): minutes, at least 0"),
    (["--work-dir", "w", "--checkpoint-every-iterations", "0"],
     "--checkpoint-every-iterations 0 (out of range): at least 1"),
])
def test_options_that_make_no_sense(folder, options, message):
    assert complaint(polykarma(*QUICK, *options, cwd=folder), 2) == message
    assert not (folder / "w").exists()


@contextlib.contextmanager
def small_disk(place, size):
    """A file system of so many bytes; where nothing can be mounted, a limit on what the program may write."""
    place.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True)
    try:
        if mount.returncode == 0:
            yield {}, "No space left on device"
        else:
            yield {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))}, "File too large"
    finally:
        if mount.returncode == 0:
            subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("ranks", [None, 2])
def test_a_full_disk_is_an_error_and_the_last_checkpoint_stays_good(stopped, quick_reference, ranks):
    work, aside = stopped / "work", stopped / "aside"
    newest, older = newest_and_older(work)
    os.remove(work / older)
    shutil.move(work, aside)
    with small_disk(work, (aside / newest).stat().st_size + 16384) as (limit, reason):
        if ranks and limit:
            limit = {"env": {"OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo"}, **limit}
        shutil.copy(aside / newest, work)
        result = polykarma(*QUICK, *OUTPUT, *RESUME, cwd=stopped, ranks=ranks, **limit)
        assert result.code == 4, result
        errors = [line for line in result.err.splitlines() if line.startswith("polykarma: error: ")]
        assert len(errors) == 1
        assert errors[0].startswith(f"polykarma: error: work/{older}: cannot be written ({reason}"), errors
        assert os.listdir(work) == [newest]
        assert (work / newest).read_bytes() == (aside / newest).read_bytes()
        shutil.rmtree(aside)
        shutil.copytree(work, aside)
    work.rmdir()
    shutil.move(aside, work)
    assert went_on_after(expect_end(stopped, quick_reference, solve=QUICK)) > 0
