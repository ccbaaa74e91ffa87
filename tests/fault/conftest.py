import signal
import time

import pytest

from program import polykarma, write
from runs import CYCLING, KEEPING_ALL, OUTPUT, QUICK, SOLVE, start


def left_alone(folder, solve):
    """The result of a run without a work folder."""
    write(folder / "cycling.toml", CYCLING)
    result = polykarma(*solve, *OUTPUT, cwd=folder)
    assert result.code == 0, result
    return folder / "out.h5"


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    return left_alone(tmp_path_factory.mktemp("reference"), SOLVE)


@pytest.fixture(scope="session")
def quick_reference(tmp_path_factory):
    return left_alone(tmp_path_factory.mktemp("quick_reference"), QUICK)


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "cycling.toml", CYCLING)
    return tmp_path


@pytest.fixture
def stopped(folder):
    """A folder with the two checkpoints of a quick run that was asked to stop."""
    run = start(*QUICK, *OUTPUT, *KEEPING_ALL, cwd=folder)
    deadline = time.monotonic() + 60
    while not (folder / "work" / "checkpoint-b.h5").exists():
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.002)
    run.send_signal(signal.SIGUSR1)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 5, err
    return folder
