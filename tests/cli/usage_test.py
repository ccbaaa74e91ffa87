"""The command line itself: commands, options, help, version, formats, where output goes."""

import json
import re
import shlex

import pytest

from program import INPUTS, complaint, polykarma, rows_of

COMMANDS = ["solve", "equilibria", "sweep", "design", "sensitivity", "reproduce", "certify", "inspect", "compare",
            "keys"]


def test_help_lists_every_command():
    result = polykarma("--help")
    assert (result.code, result.err) == (0, "")
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", result.out, re.MULTILINE), command
    for code in ["0 certified", "1 a bug", "2 command line", "3 tolerance", "4 a file"]:
        assert code in result.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    result = polykarma(command, "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"usage: polykarma {command}")
    assert "--help" in result.out
    assert "Example" in result.out


def test_version_tells_how_it_was_built():
    result = polykarma("--version")
    assert (result.code, result.err) == (0, "")
    assert re.match(r"polykarma \d+\.\d+\.\d+ \(commit \w+(-dirty)?\)\n", result.out)
    for word in ["compiler", "build", "HDF5", "MPI"]:
        assert word in result.out


@pytest.mark.parametrize("arguments, words", [
    ([], ["missing command", "polykarma --help"]),
    (["slove"], ["unknown command slove", "polykarma --help"]),
    (["slo\nve"], ["unknown command slo ve"]),
    (["solve"], ["missing argument ECONOMY", "polykarma solve --help"]),
    (["solve", "lane.toml", "desks.toml"], ["too many", "polykarma solve --help"]),
    (["solve", "lane.toml", "--fast"], ["'--fast'", "polykarma solve --help"]),
    (["solve", "lane.toml", "--quie"], ["'--quie'"]),
    (["solve", "lane.toml", "-o"], ["--output"]),
    (["solve", "lane.toml", "-o", ""], ["--output", "empty"]),
    (["solve", "lane.toml", "--format", "xml"], ["--format xml", "text, csv or json"]),
    (["solve", "lane.toml", "--start", "evne"], ["--start = evne", "even, zero, proportional", "random_2, ..., or a result file"]),
    (["solve", "lane.toml", "--start", "a" * 300], ["--start", "even, zero, proportional"]),
    (["solve", "lane.toml", "--start", "neighbour_0"], ["--start = neighbour_0", "neighbour_1"]),
    (["solve", "lane.toml", "--tolerance", "tight"], ["--tolerance tight: solver.tolerance.stationarity"]),
    (["solve", "lane.toml", "--tolerance", "-1"], ["--tolerance -1: solver.tolerance.stationarity = -1"]),
    (["solve", "lane.toml", "--method", "fast"], ["--method fast: solver.method"]),
    (["solve", "lane.toml", "--select", "logit-twig"], ["--select logit-twig: solver.select"]),
    (["solve", "lane.toml", "--tolerance", "1e-6", "--set", "solver.method=dynamics"],
     ["--tolerance = 1e-6 (method dynamics raises no lambda", "method accelerated"]),
    (["solve", "lane.toml", "--tolerance", "1e-6", "--method", "dynamics"], ["--tolerance = 1e-6"]),
    (["equilibria"], ["missing argument ECONOMY"]),
    (["equilibria", "lane.toml", "--starts", "0"], ["--starts 0 (out of range): 1 to 1000000"]),
    (["equilibria", "lane.toml", "--starts", "-1"], ["--starts -1 (out of range)"]),
    (["equilibria", "lane.toml", "--starts", "many"], ["'many'", "'--starts'", "polykarma equilibria --help"]),
    (["sweep", "study.toml", "--starts", "1000000"], ["--starts 1000000 (out of range): 1 to 500000"]),
    (["sweep"], ["missing argument STUDY"]),
    (["sweep", "study.toml", "--start", "even"], ["'--start'"]),
    (["certify"], ["missing argument FILE"]),
    (["inspect"], ["missing argument FILE"]),
    (["compare", "a.h5"], ["two files"]),
    (["compare", "a.h5", "b.h5", "c.h5"], ["too many"]),
    (["reproduce"], ["missing argument NAME", "reproduce --list"]),
    (["reproduce", "table9"], ["unknown name table9", "reproduce --list"]),
    (["keys", "--all"], ["'--all'"]),
], ids=lambda value: " ".join(value)[:30].replace("\n", "|") if isinstance(value, list) else "")
def test_mistakes_on_the_command_line(folder, arguments, words):
    line = complaint(polykarma(*arguments, cwd=folder), 2)
    for word in words:
        assert word in line


def test_keys_cover_economies_and_studies():
    for arguments, key in [([], "k_max"), (["--study"], "starts")]:
        text = polykarma("keys", *arguments)
        schema = polykarma("keys", "--schema", *arguments)
        assert (text.code, schema.code, text.err, schema.err) == (0, 0, "", "")
        assert key in text.out
        assert key in json.dumps(json.loads(schema.out))


def test_reproduce_lists_its_tables():
    result = polykarma("reproduce", "--list")
    assert (result.code, result.err) == (0, "")
    assert "multi-karma-table1 " in result.out and "self-contained-fig4 " in result.out


def test_standard_output_holds_results_only_and_quiet_is_quiet(folder):
    loud = polykarma("sweep", "study.toml", "--format", "csv", cwd=folder)
    quiet = polykarma("sweep", "study.toml", "--format", "csv", "-q", cwd=folder)
    assert (loud.code, quiet.code) == (0, 0)
    assert "point 1 of 4" in loud.err
    assert quiet.err == ""
    assert len(rows_of(loud.out)) == len(rows_of(quiet.out)) == 4
    assert loud.out.splitlines()[0] == quiet.out.splitlines()[0]


@pytest.mark.parametrize("arguments", [
    ["--help"], ["--version"], ["solve", "--help"], ["keys", "--schema"], ["reproduce", "--list"],
    ["solve", "lane.toml", "-q"], ["sweep", "study.toml", "-q"], ["inspect", "lane.toml"],
    ["inspect", "lane.toml", "--resolved"], ["certify", "{}/lane.h5"], ["certify", "{}/study.h5"],
    ["compare", "{0}/lane.h5", "{0}/desks.h5"],
], ids=" ".join)
def test_a_full_standard_output_is_an_io_error(folder, solved, arguments):
    with open("/dev/full", "w") as full:
        result = polykarma(*[a.format(solved) for a in arguments], cwd=folder, stdout=full)
    assert result.code == 4
    assert result.err == "polykarma: error: standard output: cannot be written\n"


def test_a_full_standard_error_stops_nothing(folder):
    with open("/dev/full", "w") as full:
        result = polykarma("sweep", "study.toml", "--format", "csv", cwd=folder, stderr=full)
    assert result.code == 0
    assert len(rows_of(result.out)) == 4


def test_every_shipped_input_can_be_inspected():
    economies = [path for path in INPUTS.rglob("*.toml") if "base = " not in path.read_text()]
    assert len(economies) >= 3
    for path in economies:
        result = polykarma("inspect", path)
        assert (result.code, result.err) == (0, ""), result
        assert "\nsbatch " in result.out


def test_the_batch_job_is_not_refused_by_the_memory_limit(folder):
    def job(*changes):
        overrides = [word for change in changes for word in ("--set", change)]
        result = polykarma("inspect", "lane.toml", *overrides, cwd=folder)
        assert (result.code, result.err) == (0, "")
        (words,) = [shlex.split(line) for line in result.out.splitlines() if line.startswith("sbatch ")]
        return shlex.split(words[-1].removeprefix("--wrap="))

    assert "solver.memory_limit" not in " ".join(job())
    above = job("solver.max_iterations=5", "solver.memory_limit=1")
    assert above[-1].startswith("solver.memory_limit=")
    assert above[0] == "polykarma"
    assert polykarma(*above[1:], cwd=folder).code == 3
