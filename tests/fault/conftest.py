import signal
import time

import pytest

from program import polykarma, write
from runs import CYCLING, KEEPING, OUTPUT, SOLVE, start


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    """The result of a run that was left alone, without a work folder."""
    folder = tmp_path_factory.mktemp("reference")
    write(folder / "cycling.toml", CYCLING)
    result = polykarma(*SOLVE, *OUTPUT, cwd=folder)
    assert result.code == 0, result
    return folder / "out.h5"


@pytest.fixture
def folder(tmp_path):
    write(tmp_path / "cycling.toml", CYCLING)
    return tmp_path


@pytest.fixture
def stopped(folder):
    """A folder with the two checkpoints of a run that was asked to stop."""
    run = start(*SOLVE, *OUTPUT, *KEEPING, cwd=folder)
    deadline = time.monotonic() + 60
    while not (folder / "work" / "checkpoint-b.h5").exists():
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    run.send_signal(signal.SIGUSR1)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 5, err
    return folder
