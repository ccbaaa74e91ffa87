"""Simulations that are stopped or killed, and go on as if they had never been."""

import io
import os
import re
import signal
import time

import h5py
import pytest

from program import PAIRS, complaint, polykarma, write
from runs import kill_tree, same_results, start

# Two runs; a checkpoint after every period makes them slow enough for a signal to come in time.
SIMULATE = ["simulate", "pairs.toml", "--policy", "pairs.h5", "--agents", "301", "--periods", "150", "--burn-in", "20",
            "--every", "7", "--trace-agents", "4", "--seed", "1", "--seed", "2", "-q", "-o", "out.h5",
            "--behaviour", "sne=0.6", "--behaviour", "learn:0.1=0.4"]
KEEPING = ["--work-dir", "work", "--checkpoint-every-iterations", "1"]
RESUME = ["--work-dir", "work", "--resume"]


@pytest.fixture(scope="session")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solved")
    write(folder / "pairs.toml", PAIRS)
    assert polykarma("solve", "pairs.toml", "-q", "-o", "pairs.h5", cwd=folder).code == 0
    assert polykarma(*SIMULATE, cwd=folder).code == 0
    return folder


@pytest.fixture
def folder(solved, tmp_path):
    for name in ("pairs.toml", "pairs.h5"):
        (tmp_path / name).write_bytes((solved / name).read_bytes())
    return tmp_path


def wait_for_a_checkpoint(run, folder):
    deadline = time.monotonic() + 60
    while not (folder / "work" / "runs.h5").exists():
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.002)


def started(folder, ranks=None):
    """A simulation of which there are checkpoints and, between two of the next ones, some contests of traced agents."""
    run = start(*SIMULATE, *KEEPING, cwd=folder, ranks=ranks)
    wait_for_a_checkpoint(run, folder)
    with h5py.File(folder / "work" / "trace.h5") as file:
        place, size = file["total_karma"].id.get_offset(), file["total_karma"].id.get_storage_size()
    while not any((folder / "work" / "trace.h5").read_bytes()[place:place + size]):
        assert run.poll() is None
        time.sleep(0.002)
    return run


def stop(run):
    run.send_signal(signal.SIGUSR1)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 5, err
    assert "work/runs.h5 has the state" in err


def expect_end(folder, solved, ranks=None):
    result = polykarma(*SIMULATE, *RESUME, cwd=folder, ranks=ranks)
    assert result.code == 0, result
    same, compared = same_results(solved / "out.h5", folder / "out.h5")
    assert same, compared
    assert os.listdir(folder / "work") == []
    return result.err


@pytest.mark.parametrize("ranks, later", [(None, 2), (2, 3), (3, None)])
def test_a_signal_stops_and_another_number_of_ranks_goes_on(folder, solved, ranks, later):
    stop(started(folder, ranks))
    assert not (folder / "out.h5").exists()
    went_on = re.search(r"going on with run [12] after (\d+) periods", expect_end(folder, solved, later))
    assert int(went_on[1]) > 0


def test_stopped_again_and_again(folder, solved):
    stop(started(folder))
    for _ in range(4):
        run = start(*SIMULATE, *KEEPING, "--resume", cwd=folder)
        time.sleep(0.1)
        run.send_signal(signal.SIGUSR1)
        run.communicate(timeout=60)
        assert run.returncode in (0, 5, -signal.SIGUSR1)  # done, stopped, or not yet listening
        if run.returncode == 0:
            return
    expect_end(folder, solved)


@pytest.mark.parametrize("ranks, later", [(None, 3), (5, 2)])
def test_killed(folder, solved, ranks, later):
    kill_tree(started(folder, ranks))
    (folder / "work" / "runs.h5.partial-1").write_bytes(b"half of a checkpoint")
    expect_end(folder, solved, later)


def records_in(content, whole):
    """How many records of the first run a file that is being written has."""
    with h5py.File(io.BytesIO(content)) as file:
        assert file["agent_contests"].shape == whole["agent_contests"].shape
        written = file["total_karma"][0, :, 0] > 0
        records = int(written.sum())
        assert written[:records].all()
        complete = max(0, records - 1)  # the newest one may have come while the file was read
        assert (file["payoff_sum"][0, :complete] == whole["payoff_sum"][0, :complete]).all()
    return records


def test_what_is_written_so_far_can_be_read_at_any_time(folder, solved):
    """Also after a kill, whose checkpoint may be older than the records."""
    run, trace = started(folder), folder / "work" / "trace.h5"
    with h5py.File(solved / "out.h5") as whole:
        records = 0
        while records < 4:
            records = records_in(trace.read_bytes(), whole)
            assert run.poll() is None and not (folder / "out.h5").exists()
        kill_tree(run)
        assert records_in(trace.read_bytes(), whole) >= records
    expect_end(folder, solved)


def test_without_a_file_a_run_is_kept_too(folder):
    only_printed = [option for option in SIMULATE if option not in ("-o", "out.h5", "--trace-agents", "4")]
    run = start(*only_printed, *KEEPING, cwd=folder)
    wait_for_a_checkpoint(run, folder)
    stop(run)
    assert os.listdir(folder / "work") == ["runs.h5"]
    assert "it is of another simulation" in complaint(polykarma(*SIMULATE, *RESUME, cwd=folder), 4)
    resumed, at_once = (polykarma(*only_printed, "--format", "csv", *more, cwd=folder) for more in (RESUME, []))
    assert resumed.code == 0
    assert resumed.out == at_once.out


@pytest.mark.parametrize("harm", ["missing", "cut short"])
def test_records_that_are_gone_are_missed(folder, harm):
    stop(started(folder))
    trace = folder / "work" / "trace.h5"
    content = trace.read_bytes()
    trace.unlink()
    if harm == "cut short":
        trace.write_bytes(content[:len(content) // 2])
    result = polykarma(*SIMULATE, *RESUME, cwd=folder)
    assert result.code == 4 and "error: work/trace.h5: " in result.err, result
    assert not (folder / "out.h5").exists()


def test_nothing_to_resume_begins_from_the_start(folder, solved):
    assert "going on" not in expect_end(folder, solved)


def test_a_checkpoint_of_another_simulation(folder):
    stop(started(folder))
    assert "holds a checkpoint of a simulation" in complaint(polykarma(*SIMULATE, "--work-dir", "work", cwd=folder), 4)
    said = complaint(polykarma(*SIMULATE, *RESUME, "--seed", "3", cwd=folder), 4)
    assert "it is of another simulation" in said and '"--seed 3" here' in said


@pytest.mark.parametrize("place", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_damaged_checkpoint(folder, solved, place):
    stop(started(folder))
    checkpoint = folder / "work" / "runs.h5"
    content = bytearray(checkpoint.read_bytes())
    for i in range(int(place * len(content)), min(len(content), int(place * len(content)) + 64)):
        content[i] ^= 0xff
    checkpoint.write_bytes(content)
    result = polykarma(*SIMULATE, *RESUME, cwd=folder)
    assert result.code in (0, 4), result  # padding may be hit
    if result.code == 4:
        assert "runs.h5" in result.err
        assert not (folder / "out.h5").exists()


def test_options_that_make_no_sense(folder):
    assert "--work-dir DIR beside it" in complaint(polykarma(*SIMULATE, "--resume", cwd=folder), 2)
    assert "--checkpoint-every" in complaint(polykarma(*SIMULATE, "--work-dir", "work", "--checkpoint-every", "-1",
                                                       cwd=folder), 2)
