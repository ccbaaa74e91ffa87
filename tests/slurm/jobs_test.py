"""The batch scripts of jobs/, shrunk by options and variables, on the SLURM cluster of local_slurm.sh."""

import csv
import os
import pathlib
import re
import subprocess
import time

import pytest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
JOBS = PROJECT / "jobs"
INPUTS = PROJECT / "inputs"
PROGRAM = pathlib.Path(os.environ["POLYKARMA_BUILD"]) / "apps/polykarma/polykarma"
TIMEOUT = 400  # far longer than anything takes, also on a machine that does something else
LONG = 450000  # steps: a minute or more

LANE = INPUTS / "tutorial/priority_lane.toml"
THREE = INPUTS / "scaling/three_resources.toml"
SMALL = ["--set", "resource.*.k_max=4", "--set", "resource.*.k_mean=2"]
CHECKPOINTS = ["--checkpoint-every", "0.01"]


def steps(count):
    """So many steps of the dynamics on the small economy, which then ends with 3. 10,000 take a second or more."""
    return [*SMALL, "--method", "dynamics", "--set", f"solver.max_iterations={count}",
            "--set", "solver.tolerance.stationarity=1e-30", "--set", "solver.step=1e-3"]


STUDY = f"""title = "Means"
base = "{LANE}"
[[axis]]
name = "mean"
key = "resource.lane.k_mean"
values = [2, 3, 4, 5]
[[axis]]
name = "k_max"
key = "resource.lane.k_max"
values = [12, 14, 16]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where jobs are submitted and write."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POLYKARMA_JOBS", str(JOBS))
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=TIMEOUT, **options)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout.strip()


def sbatch(*arguments, **environment):
    """Submits a job of the folder jobs/; its number."""
    return run("sbatch", "--parsable", *arguments, env={**os.environ, **environment})


def states(job):
    """States of a job, or of the tasks of an array."""
    return run("squeue", "-h", "-r", "-t", "all", "-j", job, "-o", "%T").split()


def wait_until(condition, what):
    limit = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < limit, what()
        time.sleep(0.2)


def logs():
    return {path.name: path.read_text() for path in pathlib.Path().rglob("*.log")}


def wait(job, state="COMPLETED"):
    """Until a job has ended, which must be like this."""
    ends = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"}
    wait_until(lambda: set(states(job)) <= ends, lambda: (states(job), logs()))
    assert set(states(job)) == {state}, logs()


def begin_alone(*arguments, **options):
    """The program without SLURM, on one process."""
    environment = {**os.environ, "OMPI_MCA_ess_singleton_isolated": "1"}
    return subprocess.Popen(list(map(str, [PROGRAM, *arguments, "-q"])), env=environment, stdout=subprocess.DEVNULL,
                            **options)


def alone(*arguments):
    begin_alone(*arguments).wait(TIMEOUT)


def assert_same_contents(a, b):
    done = subprocess.run(["h5diff", "--exclude-path=/provenance", "--exclude-path=/timing", a, b], capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module", autouse=True)
def long_job(tmp_path_factory):
    """A solve that its time limit of a minute interrupts: SLURM warns 15 to 40 s after the start. It shares the cluster
    with the other tests."""
    folder = tmp_path_factory.mktemp("long")
    job = run("sbatch", "--parsable", "--ntasks=1", "--time=1", "--signal=B:USR1@20", JOBS / "solve.sbatch", THREE, "out.h5",
              *steps(LONG), cwd=folder, env={**os.environ, "POLYKARMA_JOBS": str(JOBS)})
    expected = begin_alone("solve", THREE, "-o", "expected.h5", *steps(LONG), cwd=folder)
    yield folder, job, expected
    expected.kill()


@pytest.mark.parametrize("launcher", ["srun --mpi=pmix", "mpirun"])
def test_an_economy_is_solved_by_either_launcher(folder, launcher):
    job = sbatch("--ntasks=2", "--time=2", JOBS / "solve.sbatch", THREE, "out.h5", *SMALL, POLYKARMA_LAUNCHER=launcher)
    alone("solve", THREE, "-o", "expected.h5", *SMALL)
    wait(job)
    assert_same_contents("expected.h5", "out.h5")


def test_a_simulation_that_is_told_to_stop_is_queued_again_and_ends_in_the_same_file(folder):
    game = ["--policy", "uncontrolled", "--agents", "1e5", "--periods", "2000", "--burn-in", "100", "--trace-agents", "5",
            "--seed", "1", "--seed", "2"]
    job = sbatch("--ntasks=2", JOBS / "simulate.sbatch", LANE, "trace.h5", *game, *CHECKPOINTS)
    wait_until(pathlib.Path("trace.work/runs.h5").exists, logs)
    assert not pathlib.Path("trace.h5").exists()
    run("scancel", "--signal=USR1", "--batch", job)
    alone("simulate", LANE, "-o", "expected.h5", *game)
    wait(job)
    (log,) = logs().values()
    assert log.count("is queued again") == 1
    assert_same_contents("expected.h5", "trace.h5")
    assert os.listdir("trace.work") == []


def test_shards_of_a_sweep_are_merged_into_what_one_allocation_writes(folder):
    merge = run(JOBS / "sweep_array.sh", 3, "study.toml", "array.h5", env={**os.environ, "POLYKARMA_SBATCH": "--ntasks=1"})
    one = sbatch(JOBS / "sweep.sbatch", "study.toml", "one.h5")
    alone("sweep", "study.toml", "-o", "expected.h5")
    wait(merge)
    wait(one)
    assert_same_contents("expected.h5", "array.h5")
    assert_same_contents("expected.h5", "one.h5")


def test_a_chain_ends_with_pictures(folder):
    plot = run(JOBS / "reproduce.sh", "multi-karma-table1", "results", "--set", "resource.*.k_max=6", "--set", "resource.*.k_mean=2",
               "--set", "solver.max_iterations=500")
    wait(plot)
    assert len(list(pathlib.Path("results/pictures").glob("*.svg"))) >= 2
    (comparison,) = pathlib.Path("results").glob("multi-karma-table1-compare-*.log")
    assert "published" in comparison.read_text()


def test_every_figure_is_a_chain(folder):
    names = ["fig3", "fig4", "fig5", "fig6", "self-contained-table1", "worked-example"]
    plots = {name: run(JOBS / "reproduce.sh", name, "figures") for name in names}
    for name, plot in plots.items():
        wait(plot)
        (comparison,) = pathlib.Path("figures").glob(f"{name}-compare-*.log")
        assert "equilibrium 1" in comparison.read_text() or "certified in" in comparison.read_text(), name
        assert pathlib.Path(f"figures/{name}.h5").exists()
    assert list(pathlib.Path("figures/pictures").glob("*.svg"))


def test_names_of_several_studies_and_of_none_are_told(folder):
    for name, count in (("table1", 2), ("fig99", 0)):
        done = subprocess.run([JOBS / "reproduce.sh", name, "figures"], capture_output=True, text=True)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"{name} is the name of {count} studies, not of one" in done.stderr


def test_a_chain_is_broken_by_a_step_that_fails(folder):
    plot = run(JOBS / "reproduce.sh", "multi-karma-table1", "results", "--set", "resource.*.k_maximum=6")
    wait(plot, "CANCELLED")
    (solve,) = pathlib.Path("results").glob("multi-karma-table1-solve-*.log")
    assert "k_max" in solve.read_text()
    assert not pathlib.Path("results/pictures").exists()


def has_begun(folder):
    """Whether a solve has written a checkpoint, so that it is in the middle of it."""
    return lambda: any(pathlib.Path(folder).glob("*checkpoint*"))


@pytest.mark.parametrize("launcher", ["srun --mpi=pmix", "mpirun"])
def test_a_job_that_is_told_to_stop_is_queued_again_and_ends_in_the_same_file(folder, launcher):
    job = sbatch("--ntasks=2", JOBS / "solve.sbatch", THREE, "out.h5", *steps(40000), *CHECKPOINTS,
                 POLYKARMA_LAUNCHER=launcher)
    wait_until(has_begun("out.work"), logs)
    run("scancel", "--signal=USR1", "--batch", job)
    alone("solve", THREE, "-o", "expected.h5", *steps(40000))
    wait(job, "FAILED")
    (log,) = logs().values()
    assert log.count("is queued again") == 1
    assert_same_contents("expected.h5", "out.h5")


def test_a_cancelled_job_leaves_nothing_under_the_final_name(folder):
    job = sbatch("--ntasks=1", JOBS / "solve.sbatch", THREE, "out.h5", *steps(2000000), *CHECKPOINTS)
    wait_until(has_begun("out.work"), logs)
    run("scancel", job)
    wait(job, "CANCELLED")
    assert not list(pathlib.Path().glob("out.h5*"))


def test_the_lines_of_the_readme_work_as_printed(folder, monkeypatch):
    monkeypatch.delenv("POLYKARMA_JOBS")
    for entry in PROJECT.iterdir():
        if not entry.name.startswith("."):
            (folder / entry.name).symlink_to(entry)
    (folder / "results").unlink(missing_ok=True)
    lines = re.findall(r"^(?:sbatch .*)?\bjobs/\S+\.s.*", (PROJECT / "README.md").read_text(), re.MULTILINE)
    assert len(lines) == 6
    jobs = [run("bash", "-c", line).split()[-1] for line in lines]
    for job in jobs:
        wait(job)
    written = ["lane.h5", "lane_trace.h5", "width.h5", "sample.h5", "results/multi-karma-table1.h5", "results/pictures/study.png", "scaling.csv"]
    assert [name for name in written if not pathlib.Path(name).exists()] == []


@pytest.mark.parametrize("series", ["strong", "weak"])
def test_scaling_is_measured_on_every_number_of_ranks(folder, series):
    job = sbatch(JOBS / "scaling.sbatch", series, "scaling.csv", THREE, "--set", "resource.*.k_max=6", ROUNDS="1",
                 ITERATIONS="5")
    wait(job)
    with open("scaling.csv", newline="") as file:
        one, two = csv.DictReader(file)
    assert [(run["series"], run["ranks"], run["kind"]) for run in (one, two)] == [
        (series, "1", "measured"), (series, "2", "measured")]
    growth = float(two["pairs"]) / float(one["pairs"])
    assert growth == 1 if series == "strong" else 1.5 < growth < 2.5
    plot = sbatch(JOBS / "serial.sbatch", "polykarma-plot", "scaling.csv", "-o", "pictures", "--format", "svg")
    wait(plot)
    assert pathlib.Path("pictures/scaling.svg").exists()


def test_mistakes_are_told(folder):
    for arguments, words in {("solve.sbatch", LANE): "usage: sbatch",
                             ("scaling.sbatch", "sideways", "x.csv", LANE): "strong or weak"}.items():
        job = sbatch(JOBS / arguments[0], *arguments[1:])
        wait(job, "FAILED")
        assert words in logs()[f"{arguments[0].split('.')[0]}-{job}.log"]
    job = sbatch(JOBS / "serial.sbatch", "true", POLYKARMA_MACHINE="nowhere")
    wait(job, "FAILED")
    assert "machines/nowhere.sh" in logs()[f"serial-{job}.log"]


def test_a_job_at_its_time_limit_is_queued_again(folder, long_job):
    where, job, expected = long_job
    os.chdir(where)
    wait(job, "FAILED")  # with 3: as many steps as were asked for
    expected.wait(TIMEOUT)
    (log,) = logs().values()
    assert "is queued again" in log
    assert_same_contents("expected.h5", "out.h5")
