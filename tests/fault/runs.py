"""Solves that keep checkpoints: starting, ending and comparing them."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from program import MPIEXEC, POLYKARMA, polykarma

# Karma of the second resource is worth less and is handed out to all: the dynamics cycles. From its neighbour the way
# leads through detours and over several economies; its own start through one of them, a tenth as long.
CYCLING = """title = "Cycling"
[[urgency]]
name = "none"
value = 0
[[urgency]]
name = "low"
value = 1
[[urgency]]
name = "high"
value = 4
[[resource]]
name = "H"
capacity = 0.5
priority_capacity = 0.2
k_max = 6
k_mean = 2.1
redistribution = "all"
[[resource]]
name = "P"
capacity = 0.6
priority_capacity = 0.25
k_max = 5
k_mean = 1.75
redistribution = "all"
discount = 0.9
[exchange]
rule = "worth"
worth = [1, 0.6666666666666666]
[[type]]
name = "S"
share = 0.6
[type.chain]
draw = { low = 0.7, high = 0.3 }
[[type]]
name = "C"
share = 0.4
[type.chain]
draw = { low = 0.7, high = 0.3 }
need = { H = 0.5 }
"""

SOLVE = ["solve", "cycling.toml", "--start", "neighbour_1", "-q"]
QUICK = ["solve", "cycling.toml", "-q"]
OUTPUT = ["-o", "out.h5"]
KEEPING = ["--work-dir", "work", "--checkpoint-every-iterations", "20"]
# A checkpoint after every iteration makes quick runs slow enough for a signal to come in time.
KEEPING_ALL = ["--work-dir", "work", "--checkpoint-every-iterations", "1"]
RESUME = [*KEEPING, "--resume"]
TO_THE_END = ["--work-dir", "work", "--resume"]


def start(*arguments, cwd, ranks=None, **environment):
    """Starts a run of the program as a process group of its own, alone or under mpirun."""
    command = [POLYKARMA, *arguments]
    environment = dict(os.environ, OMPI_MCA_pml="ob1", **environment)
    if ranks is None:
        environment["OMPI_MCA_ess_singleton_isolated"] = "1"
    else:
        command = [*MPIEXEC, str(ranks), *command]
    return subprocess.Popen(command, cwd=cwd, env=environment, text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def started_by(run):
    """Numbers of the processes that a run and all it has started consist of, as far as they have not ended."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue  # it has ended
        if int(session) == run.pid and state not in "ZX":
            found.append(int(stat.parent.name))
    return found


def ranks_of(run):
    program = os.path.realpath(POLYKARMA)
    return sorted(process for process in started_by(run) if os.readlink(f"/proc/{process}/exe") == program)


def kill_tree(run):
    """Ends a run and all it has started, as a node that fails would: first the one that would start or tell others."""
    run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 30
    while left := started_by(run):
        assert time.monotonic() < deadline
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
    run.communicate(timeout=30)


def went_on_after(err):
    """Iterations after which a resumed run says that it goes on; 0 for one that began from the start."""
    match = re.search(r"going on after (\d+) iterations", err)
    return int(match[1]) if match else 0


def same_results(a, b):
    """Whether two result files agree in everything but how and when they were made."""
    compared = subprocess.run([shutil.which("h5diff"), "--exclude-path", "/provenance", "--exclude-path", "/timing", a, b],
                              capture_output=True, text=True)
    return compared.returncode == 0 and compared.stdout == "", compared


def expect_end(folder, reference, ranks=None, solve=SOLVE):
    """Resumes once more, to the end; what was not interrupted ends in the same file. Returns standard error."""
    result = polykarma(*solve, *OUTPUT, *TO_THE_END, cwd=folder, ranks=ranks, timeout=300)
    assert result.code == 0, result
    same, compared = same_results(reference, folder / "out.h5")
    assert same, compared
    assert sorted(os.listdir(folder / "work")) == []
    return result.err
