"""Under mpirun: the same results on any number of ranks, errors told once, and nobody left waiting."""

import subprocess

import pytest

from program import LANE, STUDY, polykarma, rows_of, with_passage, write


def own_lines(result):
    """Lines of the program itself; mpirun adds its own about exit codes."""
    return [line for line in result.err.splitlines() if line.startswith("polykarma:")]


def sweep(folder, ranks, *arguments):
    name = f"ranks{ranks}.h5"
    result = polykarma("sweep", "study.toml", "-q", "--format", "csv", "-o", name, *arguments, cwd=folder, ranks=ranks)
    rows = rows_of(result.out)
    for row in rows:
        row.pop("seconds")
    return result, rows, name


@pytest.mark.parametrize("ranks", [1, 2, 3, 5])
def test_a_sweep_does_not_depend_on_the_number_of_ranks(folder, ranks):
    alone, expected, reference = sweep(folder, None)
    assert alone.code == 0
    result, rows, name = sweep(folder, ranks)
    assert result.code == 0, result
    assert rows == expected
    difference = subprocess.run(["h5diff", "--exclude-path=/provenance", "--exclude-path=/timing", reference, name],
                                cwd=folder, capture_output=True, text=True)
    assert difference.returncode == 0, difference.stdout + difference.stderr
    listing = [subprocess.run(["h5dump", "-n", file], cwd=folder, capture_output=True, text=True, check=True).stdout
               .replace(file, "") for file in (reference, name)]
    assert listing[0] == listing[1]


def test_more_ranks_than_points(folder):
    write(folder / "study.toml", with_passage(with_passage(STUDY, "[2, 4]", "[2]"), '["even", "zero"]', '["zero"]'))
    result, rows, _ = sweep(folder, 3)
    assert result.code == 0, result
    assert len(rows) == 1


def test_a_failed_point_stops_no_rank(folder):
    result, rows, _ = sweep(folder, 2, "--set", "resource.lane.k_max=3", "--set", "solver.max_iterations=20")
    assert result.code == 3
    assert [row["reason"] for row in rows] == ["iteration limit", "iteration limit", "failed", "failed"]
    assert len(own_lines(result)) == 2


@pytest.mark.parametrize("arguments, code, word", [
    (["bogus"], 2, "unknown command"),
    (["solve", "bad.toml"], 2, "did you mean k_max?"),
    (["solve", "absent.toml"], 4, "absent.toml"),
    (["solve", "lane.toml", "--set", "solver.memory_limit=1e-3"], 2, "solver.memory_limit"),
    (["solve", "lane.toml", "-o", "absent/out.h5"], 4, "absent/out.h5"),
    (["sweep", "study.toml", "--set", "resource.lane.kmax=3"], 2, "did you mean k_max?"),
    (["sweep", "study.toml", "-o", "absent/out.h5"], 4, "absent/out.h5"),
    (["sweep", "study.toml", "--set", "solver.memory_limit=1e-3"], 2, "solver.memory_limit"),
    (["certify", "absent.h5"], 4, "absent.h5"),
], ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_an_error_is_told_once(folder, arguments, code, word):
    write(folder / "bad.toml", with_passage(LANE, "k_max", "kmax"))
    result = polykarma(*arguments, cwd=folder, ranks=2)
    assert result.code == code, result
    assert result.out == ""
    (line,) = own_lines(result)
    assert word in line


def test_one_economy_is_solved_once(folder):
    result = polykarma("solve", "lane.toml", "-o", "out.h5", "--format", "csv", cwd=folder, ranks=2)
    assert (result.code, result.err) == (0, "")
    assert len(rows_of(result.out)) == 1
    assert polykarma("certify", "out.h5", cwd=folder, ranks=2).code == 0
    limited = polykarma("solve", "lane.toml", "-q", "--set", "solver.max_iterations=5", cwd=folder, ranks=2)
    assert limited.code == 3


def test_a_target_that_fills_up_ends_all_ranks(folder):
    # The ranks' shared memory is a file too, so they talk through sockets.
    sockets = {"OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo", "PMIX_MCA_gds": "hash"}
    limited = ["sh", "-c", 'ulimit -f 16; exec "$@"', "sh"]
    result = polykarma("sweep", "study.toml", "-q", "-o", "out.h5", cwd=folder, ranks=2, wrapper=limited, env=sockets)
    assert result.code == 4
    assert own_lines(result) == ["polykarma: error: out.h5: cannot be written (File too large)"]
    assert not list(folder.glob("out.h5*"))
