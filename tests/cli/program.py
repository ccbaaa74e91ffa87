"""Starts the real program; what the tests of the command line share."""

import csv
import dataclasses
import io
import os
import pathlib
import shlex
import subprocess

POLYKARMA = os.environ["POLYKARMA"]
INPUTS = pathlib.Path(os.environ["POLYKARMA_INPUTS"])
MPIEXEC = shlex.split(os.environ["POLYKARMA_MPIEXEC"])

# A run takes a fraction of a second; far later than this it waits for something that never comes.
TIMEOUT = 60


@dataclasses.dataclass
class Result:
    code: int
    out: str
    err: str


def polykarma(*arguments, cwd=None, ranks=None, wrapper=(), timeout=TIMEOUT, **options):
    """Runs the program, alone or under mpirun, which starts `wrapper` with it; `options` go to subprocess.run."""
    command = [*wrapper, POLYKARMA, *map(str, arguments)]
    # Looking for faster networks takes Open MPI longer than these runs.
    environment = dict(os.environ, OMPI_MCA_pml="ob1", **options.pop("env", {}))
    if ranks is None:
        environment["OMPI_MCA_ess_singleton_isolated"] = "1"  # one process needs no daemon, which takes time to start
    else:
        command = [*MPIEXEC, str(ranks), *command]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
    done = subprocess.run(command, cwd=cwd, timeout=timeout, env=environment, text=True, **options)
    return Result(done.returncode, done.stdout, done.stderr)


def rows_of(text):
    """A CSV table as a list of dictionaries."""
    return list(csv.DictReader(io.StringIO(text)))


def complaint(result, code):
    """The one line of a run that failed with `code`, without the program's name."""
    assert result.code == code, result
    assert result.out == "", result
    lines = result.err.splitlines()
    assert len(lines) == 1, result.err
    start = "polykarma: error: "
    assert lines[0].startswith(start), lines[0]
    return lines[0][len(start):]


# One account of six units: solved in hundredths of a second.
LANE = """title = "Lane"
[[urgency]]
name = "calm"
value = 1
[[urgency]]
name = "urgent"
value = 6
[[resource]]
name = "lane"
capacity = 0.5
priority_capacity = 0.2
k_max = 6
k_mean = 2
discount = 0.9
[[type]]
name = "commuter"
share = 1
[type.chain]
draw = { calm = 0.8, urgent = 0.2 }
"""

# Two accounts under exchange, two types.
DESKS = """title = "Desks"
[[urgency]]
name = "idle"
value = 0
[[urgency]]
name = "busy"
value = 3
[[resource]]
name = "early"
capacity = 0.5
priority_capacity = 0.2
k_max = 5
k_mean = 2
[[resource]]
name = "late"
capacity = 0.5
priority_capacity = 0.2
k_max = 5
k_mean = 2
discount = 0.9
[exchange]
rule = "worth"
worth = [1, 1]
[[type]]
name = "staff"
share = 0.75
[type.chain]
draw = { idle = 0.5, busy = 0.5 }
[[type]]
name = "guest"
share = 0.25
[type.chain]
draw = { busy = 1 }
need = { early = 0.5 }
"""

# Pairs of bidders; the accounts have no bound, and this lattice is too small for what is held in them.
PAIRS = """title = "Pairs"
game = "pairwise"
[[urgency]]
name = "calm"
value = 0
[[urgency]]
name = "urgent"
value = 3
[contest]
payee = "peer"
k_mean = 3
k_max = 12
[[type]]
name = "patient"
share = 0.75
discount = 0.8
[type.chain]
draw = { calm = 0.5, urgent = 0.5 }
[[type]]
name = "hasty"
share = 0.25
discount = 0.6
[type.chain]
draw = { calm = 0.75, urgent = 0.25 }
"""

STUDY = """title = "Means"
base = "lane.toml"
starts = ["even", "zero"]
[[axis]]
name = "mean"
key = "resource.lane.k_mean"
values = [2, 4]
"""


def write(path, text):
    path.write_text(text)
    return path


def with_passage(text, passage, replacement):
    """The text with one passage replaced, which must be there."""
    assert passage in text, passage
    return text.replace(passage, replacement, 1)
