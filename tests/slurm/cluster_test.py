"""local_slurm.sh ends what it started, whatever ends it, and nothing else."""

import os
import pathlib
import signal
import subprocess
import time

import pytest

SCRIPT = pathlib.Path(__file__).with_name("local_slurm.sh")
TIMEOUT = 60


def wait_for(condition):
    limit = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.1)


def processes_of(folder):
    """Commands of processes whose environment names the cluster."""
    name = f"SLURM_CONF={folder}/slurm.conf".encode()
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if name in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "comm").read_text().strip())
        except OSError:  # gone, or not ours to look at
            pass
    return found


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM, None], ids=["kill -9", "terminated", "command ends"])
def test_nothing_is_left(tmp_path, ending):
    command = f"""
        sbatch --output=/dev/null --wrap 'sleep 600' > /dev/null
        until [ "$(squeue -h -o %T)" = RUNNING ]; do sleep 0.1; done
        echo $SLURM_LOCAL; exec sleep {600 if ending else 0}"""
    stranger = subprocess.Popen(["sleep", "600"])
    cluster = subprocess.Popen([SCRIPT, "bash", "-c", command], stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "TMPDIR": str(tmp_path)})
    try:
        folder = pathlib.Path(cluster.stdout.readline().strip())
        assert folder.parent == tmp_path
        if ending:
            wait_for(lambda: {"munged", "slurmctld", "slurmd", "sleep"} <= set(processes_of(folder)))
            cluster.send_signal(ending)
        assert cluster.wait(TIMEOUT) == (-ending if ending else 0)
        wait_for(lambda: not folder.exists())
        assert processes_of(folder) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        cluster.kill()


def test_the_status_is_that_of_the_command(tmp_path):
    done = subprocess.run([SCRIPT, "bash", "-c", "exit 7"], timeout=TIMEOUT, env={**os.environ, "TMPDIR": str(tmp_path)})
    assert done.returncode == 7
    wait_for(lambda: not list(tmp_path.iterdir()))


def test_what_is_missing_is_named(tmp_path):
    for tool in ("bash", "env"):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    done = subprocess.run([SCRIPT, "true"], timeout=TIMEOUT, capture_output=True, text=True, env={"PATH": str(tmp_path)})
    assert (done.returncode, done.stdout) == (2, "")
    assert "munged is not installed" in done.stderr and "apt-get install slurmctld slurmd slurm-client munge" in done.stderr
