"""sweep with teams of ranks, a work folder, shards, full groups and warm starts."""

import os
import re
import shutil
import signal
import subprocess
import time

import h5py
import pytest

from program import LANE, MPIEXEC, POLYKARMA, TIMEOUT, polykarma, rows_of, with_passage, write

# Twelve points on small lattices, some of which fail.
GRID = """title = "Grid"
base = "lane.toml"
starts = ["even", "zero"]
[[axis]]
name = "k"
key = "resource.lane.k_max"
values = [3, 6, 4]
[[axis]]
name = "discount"
key = "resource.lane.discount"
from = 0.5
to = 0.9
count = 2
"""

# 32 points that take a twentieth of a second each.
SLOW = ["--set", "solver.method=dynamics", "--set", "solver.lambda=1e9", "--set", "solver.max_iterations=5000"]
SLOW_LANE = with_passage(LANE, "k_max = 6", "k_max = 60")
SLOW_GRID = with_passage(with_passage(GRID, "lane.toml", "slow_lane.toml"),
                         'name = "k"\nkey = "resource.lane.k_max"\nvalues = [3, 6, 4]',
                         'name = "mean"\nkey = "resource.lane.k_mean"\nvalues = [2, 3, 4, 5, 6, 7, 8, 9]')


@pytest.fixture
def grid(folder):
    write(folder / "grid.toml", GRID)
    write(folder / "slow_lane.toml", SLOW_LANE)
    write(folder / "slow.toml", SLOW_GRID)
    return folder


def sweep(folder, *arguments, study="grid.toml", **options):
    return polykarma("sweep", study, "-q", "--format", "csv", *arguments, cwd=folder, **options)


def rows_without_clock(result):
    rows = rows_of(result.out)
    for row in rows:
        row.pop("seconds")
    return rows


def own_lines(result):
    return [line for line in result.err.splitlines() if line.startswith("polykarma:")]


def swept(folder, study, *arguments, **options):
    """Rows of a sweep that tells of no trouble."""
    result = sweep(folder, *arguments, study=study, **options)
    assert (result.code, own_lines(result)) == (0, []), result
    return rows_without_clock(result)


def assert_swept_alike_on_ranks_and_teams(folder, study):
    alone = swept(folder, study, "-o", "alone.h5")
    for ranks, together in [(1, "1"), (2, "1"), (2, "2"), (3, "2"), (3, "auto"), (5, "1"), (5, "3"), (5, "5")]:
        assert swept(folder, study, "-o", "ranks.h5", "--ranks-per-economy", together, ranks=ranks) == alone
        assert_same_contents(folder / "alone.h5", folder / "ranks.h5")


def assert_same_contents(a, b):
    difference = subprocess.run(["h5diff", "--exclude-path=/provenance", "--exclude-path=/timing", a, b],
                                capture_output=True, text=True)
    assert difference.returncode == 0, difference.stdout + difference.stderr


@pytest.mark.parametrize("ranks", [1, 2, 3, 5])
@pytest.mark.parametrize("together", ["1", "2", "auto"])
def test_a_sweep_does_not_depend_on_ranks_and_teams(grid, ranks, together):
    alone = sweep(grid, "-o", "alone.h5")
    assert alone.code == 0, alone
    result = sweep(grid, "-o", "ranks.h5", "--ranks-per-economy", together, ranks=ranks)
    assert (result.code, own_lines(result)) == (0, [])
    assert rows_without_clock(result) == rows_without_clock(alone)
    assert_same_contents(grid / "alone.h5", grid / "ranks.h5")


def test_the_time_of_every_point_is_kept(grid):
    assert sweep(grid, "-o", "out.h5").code == 0
    with h5py.File(grid / "out.h5") as file:
        assert len(file["timing/point_seconds"]) == 12
        assert file["timing"].attrs["points"] == 12
        assert 0 < file["timing"].attrs["share_solving"] <= 1


def test_a_sweep_tells_what_it_took(grid):
    result = polykarma("sweep", "grid.toml", "--format", "csv", cwd=grid)
    assert result.code == 0
    assert re.fullmatch(r"12 points in [0-9.e-]+ s on 1 rank, [0-9.]+ % of the time inside solves",
                        result.err.splitlines()[-1])


@pytest.mark.parametrize("full, groups", [("all", range(12)), ("none", []), ("0,5,9-11", [0, 5, 9, 10, 11])])
def test_full_groups_are_written_of_the_points_asked_for(grid, full, groups):
    assert sweep(grid, "-o", "out.h5", "--full", full).code == 0
    with h5py.File(grid / "out.h5") as file:
        assert sorted(file["points"]) == [f"{point:04}" for point in groups]
        assert len(file["results"]) == 12
        assert len(file["equilibria"]) > 0


def test_failed_points_are_named_and_counted(grid):
    result = sweep(grid, "--set", "resource.lane.k_mean=4", study="grid.toml")
    assert result.code == 3
    assert [row["reason"] == "failed" for row in rows_of(result.out)] == [True] * 4 + [False] * 8
    assert len(own_lines(result)) == 4
    many = sweep(grid, "--set", "resource.lane.k_mean=5")
    assert [row["reason"] == "failed" for row in rows_of(many.out)] == [True] * 4 + [False] * 4 + [True] * 4
    result = sweep(grid, "--set", "resource.lane.k_mean=6", "--starts", "4")
    assert own_lines(result)[-1] == "polykarma: 6 more points failed; the table says why"
    assert len(own_lines(result)) == 11


def test_a_folder_is_gone_on_with(grid):
    whole = sweep(grid, "-o", "whole.h5")
    first = sweep(grid, "-o", "first.h5", "--work-dir", "work", ranks=2)
    assert (first.code, own_lines(first)) == (0, [])
    assert_same_contents(grid / "whole.h5", grid / "first.h5")

    again = sweep(grid, "-o", "again.h5", "--work-dir", "work")
    assert again.code == 2
    assert "--work-dir = work (holds what an earlier run has computed" in again.err
    assert not (grid / "again.h5").exists()

    # What one of the ranks had found is lost.
    os.remove(sorted((grid / "work").glob("*.journal"))[-1])
    again = sweep(grid, "-o", "again.h5", "--work-dir", "work", "--resume", ranks=3)
    assert (again.code, own_lines(again)) == (0, [])
    assert rows_without_clock(again) == rows_without_clock(whole)
    assert_same_contents(grid / "whole.h5", grid / "again.h5")


def test_nothing_that_is_known_is_solved_again(grid):
    assert sweep(grid, "--work-dir", "work", "-o", "out.h5").code == 0
    result = polykarma("sweep", "grid.toml", "--work-dir", "work", "--resume", "-o", "again.h5", cwd=grid)
    assert result.code == 0
    assert result.err.startswith("0 points in ")
    assert_same_contents(grid / "out.h5", grid / "again.h5")


def test_shards_are_merged_again_and_again(grid):
    sweep(grid, "-o", "whole.h5")
    for shard in (2, 1):
        result = sweep(grid, "--work-dir", "work", "--shard", f"{shard}/3", ranks=shard)
        assert (result.code, result.out, own_lines(result)) == (0, "", [])
    result = sweep(grid, "--work-dir", "work", "--merge", "-o", "out.h5")
    assert (result.code, result.err) == (3, "polykarma: 4 points are missing\n")
    assert [row["point"] for row in rows_of(result.out)] == ["0", "1", "3", "4", "6", "7", "9", "10"]
    assert sweep(grid, "--work-dir", "work", "--shard", "3/3").code == 0
    for name in ("out.h5", "twice.h5"):
        result = sweep(grid, "--work-dir", "work", "--merge", "-o", name)
        assert (result.code, result.err) == (0, "")
        assert_same_contents(grid / "whole.h5", grid / name)


def test_a_merge_tells_of_full_groups_that_were_not_kept(grid):
    sweep(grid, "-o", "whole.h5")
    assert sweep(grid, "--work-dir", "work", "--full", "1").code == 0
    result = sweep(grid, "--work-dir", "work", "--merge", "-o", "out.h5")
    assert (result.code, result.err) == (
        0, "polykarma: the full equilibria of 11 points were not kept; --resume computes them\n")
    with h5py.File(grid / "out.h5") as file:
        assert list(file["points"]) == ["0001"]
    assert sweep(grid, "--work-dir", "work", "--resume", "-o", "out.h5").code == 0
    assert_same_contents(grid / "whole.h5", grid / "out.h5")


def test_a_merge_needs_a_folder(grid):
    result = sweep(grid, "--work-dir", "absent", "--merge")
    assert (result.code, result.out) == (4, "")
    assert "absent: cannot be read" in result.err


def test_an_edited_study_names_the_points_that_changed(grid):
    assert sweep(grid, "--work-dir", "work").code == 0
    write(grid / "grid.toml", "# another comment\n" + with_passage(GRID, "Grid", "Grid of lanes"))
    assert sweep(grid, "--work-dir", "work", "--resume").code == 0
    write(grid / "grid.toml", with_passage(GRID, "[3, 6, 4]", "[3, 5, 4]"))
    result = sweep(grid, "--work-dir", "work", "--resume", ranks=2)
    assert (result.code, result.out) == (2, "")
    assert own_lines(result) == ["polykarma: error: --work-dir = work (4 of its points are other economies in this "
                                 "study: 4, 5, 6, 7): the study as it was, or another folder"]
    write(grid / "grid.toml", GRID)
    write(grid / "lane.toml", (grid / "lane.toml").read_text().replace("value = 6", "value = 7"))
    result = sweep(grid, "--work-dir", "work", "--merge")
    assert "(12 of its points are other economies in this study: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...)" in result.err


def test_a_sample_can_be_enlarged(grid):
    sample = """title = "Sample"
base = "lane.toml"
[[axis]]
name = "discount"
key = "resource.lane.discount"
lower = 0.5
upper = 0.9
[sample]
count = 4
"""
    write(grid / "grid.toml", sample)
    assert sweep(grid, "--work-dir", "work").code == 0
    write(grid / "grid.toml", with_passage(sample, "count = 4", "count = 8"))
    result = polykarma("sweep", "grid.toml", "--work-dir", "work", "--resume", "--format", "csv", cwd=grid)
    assert result.code == 0
    assert result.err.splitlines()[-1].startswith("4 points in ")
    assert len(rows_of(result.out)) == 8


def start(folder, *arguments, ranks=None):
    command = [POLYKARMA, "sweep", "slow.toml", "-q", "--work-dir", "work", *SLOW, *arguments]
    if ranks is not None:
        command = [*MPIEXEC, str(ranks), *command]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            start_new_session=True)


def checkpoints(folder):
    return sorted(file.name for file in (folder / "work").glob("point-*"))


def wait_for_records(folder, size=4000):
    limit = time.monotonic() + TIMEOUT
    while sum(file.stat().st_size for file in (folder / "work").glob("*.journal")) < size:
        assert time.monotonic() < limit
        time.sleep(0.01)


@pytest.mark.parametrize("ranks", [None, 2])
def test_a_signal_ends_a_sweep_that_can_be_gone_on_with(grid, ranks):
    whole = sweep(grid, "-o", "whole.h5", *SLOW, study="slow.toml")
    job = start(grid, "-o", "out.h5", ranks=ranks)
    wait_for_records(grid)
    job.send_signal(signal.SIGUSR1)
    out, err = job.communicate(timeout=TIMEOUT)
    assert job.returncode == 5, err
    assert out == ""
    assert "polykarma: stopped by a signal; --resume goes on" in err.splitlines()
    assert not (grid / "out.h5").exists()
    result = sweep(grid, "-o", "out.h5", "--work-dir", "work", "--resume", *SLOW, study="slow.toml")
    assert result.code == whole.code
    assert checkpoints(grid) == []
    assert_same_contents(grid / "whole.h5", grid / "out.h5")


def test_a_killed_sweep_can_be_gone_on_with(grid):
    sweep(grid, "-o", "whole.h5", *SLOW, study="slow.toml")
    for kill in range(1, 4):
        job = start(grid, "--resume")
        wait_for_records(grid, 3000 * kill)
        os.killpg(job.pid, signal.SIGKILL)
        job.communicate(timeout=TIMEOUT)
        assert job.returncode == -signal.SIGKILL
    # And in the middle of a write.
    last = sorted((grid / "work").glob("*.journal"))[-1]
    os.truncate(last, last.stat().st_size - 7)
    sweep(grid, "-o", "out.h5", "--work-dir", "work", "--resume", *SLOW, study="slow.toml")
    assert_same_contents(grid / "whole.h5", grid / "out.h5")


def test_a_folder_has_one_writer(grid):
    job = start(grid)
    try:
        wait_for_records(grid, 1)
        second = sweep(grid, "--work-dir", "work", "--resume", *SLOW, study="slow.toml")
        assert (second.code, second.out) == (4, "")
        assert os.uname().nodename in second.err
        shard = sweep(grid, "--work-dir", "work", "--shard", "1/4", "--resume", *SLOW, study="slow.toml")
        assert shard.code == 4 and "in use by another run" in shard.err
        assert sweep(grid, "--work-dir", "work", "--merge", *SLOW, study="slow.toml").code == 3
    finally:
        os.killpg(job.pid, signal.SIGKILL)
        job.communicate(timeout=TIMEOUT)


def test_a_journal_that_cannot_grow_ends_all_ranks(grid):
    sweep(grid, "-o", "whole.h5")
    wrapper = ["sh", "-c", 'ulimit -f 64; exec "$@"', "sh"]
    result = sweep(grid, "--work-dir", "work", wrapper=wrapper)
    assert (result.code, result.out) == (4, ""), result
    assert re.fullmatch(r"polykarma: error: work/1of1-run001-rank0000\.journal: cannot be written \(File too large\)\n",
                        result.err)
    result = sweep(grid, "-o", "out.h5", "--work-dir", "work", "--resume")
    assert result.code == 0
    assert_same_contents(grid / "whole.h5", grid / "out.h5")


def test_warm_starts_are_recorded(grid):
    result = sweep(grid, "--warm-start", "-o", "out.h5", "--full", "3")
    assert result.code == 0
    with h5py.File(grid / "out.h5") as file:
        assert list(file["results"]["warm_from"]) == [-1, -1, 0, 1, -1, -1, 4, 5, -1, -1, 8, 9]
        assert file["points/0003/search"].attrs["start"] == b"point 1"
    ranks = sweep(grid, "--warm-start", "-o", "ranks.h5", "--full", "3", ranks=3)
    assert rows_without_clock(ranks) == rows_without_clock(result)
    assert_same_contents(grid / "out.h5", grid / "ranks.h5")


@pytest.mark.parametrize("arguments, words", [
    (["--ranks-per-economy", "0"], "--ranks-per-economy 0 (is none): 1 to 1000000, or auto"),
    (["--ranks-per-economy", "many"], "--ranks-per-economy many"),
    (["--full", "12"], "--full 12 (12 is no point): all, none, or a list like 0,5,10-20 of 0 to 11"),
    (["--full", "5-3"], "--full 5-3"),
    (["--full", "1,,2"], "--full 1,,2"),
    (["--full", ""], "--full"),
    (["--resume"], "--resume (without a work folder): --work-dir DIR beside it"),
    (["--merge"], "--merge (without a work folder)"),
    (["--work-dir", "work", "--shard", "4/3"], "--shard 4/3 (is none): I/N with I from 1 to N"),
    (["--work-dir", "work", "--shard", "0/3"], "--shard 0/3"),
    (["--work-dir", "work", "--shard", "1/2", "-o", "out.h5"], "--shard (computes a part of the points)"),
    (["--work-dir", ""], "--work-dir (is empty): a folder"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_mistakes_are_told_before_anything_is_computed(grid, arguments, words):
    result = sweep(grid, *arguments)
    assert (result.code, result.out) == (2, ""), result
    assert words in result.err
    assert not (grid / "work").exists()


def test_a_folder_that_cannot_be_made(grid):
    write(grid / "work", "a file")
    result = sweep(grid, "--work-dir", "work", ranks=2)
    assert (result.code, result.out) == (4, ""), result
    assert len(own_lines(result)) == 1
    shutil.copy(grid / "work", grid / "copy")
    assert (grid / "work").read_text() == "a file"
