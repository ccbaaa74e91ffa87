"""polykarma-plot as a user runs it, on made-up files."""

import os
import pathlib
import resource
import subprocess
import sys
import unittest

from in_folder import DISCOUNTS, PAIRS, PROJECT, InFolder

import h5py
import numpy as np
from matplotlib import image

import make_example
from make_example import Example

SCRIPT = PROJECT / "apps/plot/polykarma-plot"
PYTHON = os.environ.get("POLYKARMA_PYTHON", sys.executable)


def run(*arguments, **options):
    return subprocess.run([PYTHON, str(SCRIPT), *map(str, arguments)], capture_output=True, text=True, **options)


class Program(InFolder):
    def drawn(self, *arguments):
        """Names of the files it says it wrote, each of which must be there and be a picture."""
        done = run(*arguments, "-o", self.folder / "pictures")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        paths = [pathlib.Path(line) for line in done.stdout.splitlines()]
        for path in paths:
            self.check_picture(path)
        left = {path for path in (self.folder / "pictures").rglob("*") if path.is_file()}
        self.assertEqual(left, set(paths))
        return [str(path.relative_to(self.folder / "pictures")) for path in paths]

    def check_picture(self, path):
        if path.suffix == ".svg":
            text = path.read_text()
            self.assertIn("<svg", text)
            self.assertGreater(text.count("<path"), 20, path)
        else:
            pixels = image.imread(path)[..., :3]
            self.assertGreater(min(pixels.shape[:2]), 400, path)
            self.assertGreater(len(np.unique(pixels[::5, ::5].reshape(-1, 3), axis=0)), 20, path)

    def test_equilibrium_in_both_formats(self):
        names = ["policy_S", "policy_C", "karma", "utilisation", "convergence"]
        self.assertEqual(self.drawn(self.equilibrium()), [f"{n}.{ext}" for n in names for ext in ("png", "svg")])

    def test_study(self):
        self.assertEqual(self.drawn(self.study(), "--format", "png"), ["study.png", "equilibria.png", "plane.png", "utilisation.png"])

    def test_search(self):
        self.assertEqual(self.drawn(self.search(), "--format", "png"), ["design.png"])

    def test_simulation(self):
        self.assertEqual(self.drawn(self.simulation(), "--format", "png"), ["trace.png", "holdings.png", "access.png"])

    def test_study_with_agents(self):
        path = self.study(PAIRS, axes=DISCOUNTS, starts=("even",), published=False, agents=True)
        names = ["study", "equilibria", "plane", "utilisation", "bids_patient", "bids_hasty", "tradeoff", "types"]
        self.assertEqual(self.drawn(path, "--format", "png"), [f"{name}.png" for name in names])

    def test_scaling(self):
        self.assertEqual(self.drawn(self.scaling()), ["scaling.png", "scaling.svg"])

    def test_point_of_a_study(self):
        names = self.drawn(self.study(), "--format", "png", "--point", 3, "--only", "policy,study")
        self.assertEqual(names, ["study.png", "point_0003/policy_S.png", "point_0003/policy_C.png"])

    def test_points_leave_out_the_failed_one(self):
        names = self.drawn(self.study(), "--format", "svg", "--points", "--only", "karma")
        self.assertEqual(names, [f"point_{n:04d}/karma.svg" for n in range(15)])

    def test_the_same_file_gives_the_same_svg(self):
        path = self.equilibrium(Example(k_max=4))
        texts = []
        for _ in range(2):
            self.drawn(path, "--format", "svg", "--only", "utilisation")
            texts.append((self.folder / "pictures/utilisation.svg").read_bytes())
        self.assertEqual(*texts)

    def test_many_designs_and_other_numbers_of_types(self):
        nine = {"worth": tuple("abcdefghi")}
        path = self.study(Example(k_max=2), axes=nine)
        self.assertEqual(self.drawn(path, "--format", "png"), ["study.png", "equilibria.png", "plane.png"])
        three = self.study(Example(types=("a", "b", "c"), k_max=2), axes={"worth": ("x",)}, published=False)
        self.assertEqual(self.drawn_again(three, "--format", "png"), ["study.png", "equilibria.png", "utilisation.png"])

    def drawn_again(self, *arguments):
        for path in (self.folder / "pictures").iterdir():
            path.unlink()
        return self.drawn(*arguments)

    def test_three_resources_and_awkward_names(self):
        example = Example("Cost $5 to $9", ("a", "b", "c"), ("x/y", "with blank"), k_max=3, history_steps=0)
        names = self.drawn(self.equilibrium(example), "--format", "png")
        self.assertEqual(names, ["policy_x_y.png", "policy_with_blank.png", "utilisation.png"])

    def test_under_mpirun_and_without_a_home(self):
        hostile = {**os.environ, "OMPI_COMM_WORLD_SIZE": "2", "HOME": "/proc/nowhere", "PYTHONDONTWRITEBYTECODE": "1"}
        for name in ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
            hostile.pop(name, None)
        path = self.equilibrium(Example(k_max=3))
        done = run(path, "-o", self.folder, "--only", "utilisation", "--format", "png", env=hostile)
        self.assertEqual((done.returncode, done.stderr.count("Traceback")), (0, 0), done.stderr)

    def test_help_teaches(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for word in ("policy", "plane", "--only", "examples", "exit status", "svg"):
            self.assertIn(word, done.stdout)


class Trouble(InFolder):
    def refused(self, code, *arguments, says=(), **options):
        done = run(*arguments, **options)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for word in says:
            self.assertIn(word, done.stderr)

    def test_arguments(self):
        path = self.equilibrium(Example(k_max=2))
        self.refused(2, says=["required"])
        self.refused(2, path, says=["-o"])
        self.refused(2, path, "-o", self.folder, "--format", "pdf", says=["pdf", "png, svg"])
        self.refused(2, path, "-o", self.folder, "--only", "pie", says=["pie", "utilisation"])
        self.refused(2, path, "-o", self.folder, "--only", "study", says=["no picture 'study'"])
        self.refused(2, path, "-o", self.folder, "--point", 1, says=["--point", "studies"])
        self.refused(2, self.study(Example(k_max=2)), "-o", self.folder, "--point", 99, says=["99", "0 to 15"])

    def test_files_that_cannot_be_read(self):
        out = self.folder / "pictures"
        self.refused(4, self.folder / "missing.h5", "-o", out, says=["missing.h5", "No such file"])
        self.refused(4, self.folder, "-o", out, says=["directory"])
        for name, content in (("empty.h5", b""), ("binary.h5", bytes(range(256)) * 8), ("text.h5", b"title = 1\n")):
            (self.folder / name).write_bytes(content)
            self.refused(2, self.folder / name, "-o", out, says=[name, "HDF5"])
        self.assertFalse(out.exists())

    def test_foreign_incomplete_and_newer_files(self):
        out = self.folder / "pictures"
        with h5py.File(self.folder / "foreign.h5", "w") as file:
            file["x"] = 1
        self.refused(2, self.folder / "foreign.h5", "-o", out, says=["not a polykarma file"])
        path = self.equilibrium(Example(k_max=2))
        with h5py.File(path, "a") as file:
            del file["d"]
        self.refused(2, path, "-o", out, says=["/d", "complete"])
        path = self.equilibrium(Example(k_max=2))
        with h5py.File(path, "a") as file:
            del file["d"]
            file["d"] = np.zeros((2, 3))
        self.refused(2, path, "-o", out, says=["d has shape (2, 3)"])
        with h5py.File(path, "a") as file:
            file.attrs["format_version"] = 99
        self.refused(2, path, "-o", out, says=["format_version = 99"])
        path = self.simulation()
        with h5py.File(path, "a") as file:
            del file["payoff_sum"]
        self.refused(2, path, "-o", out, says=["/payoff_sum", "complete"])
        path = self.study(Example(k_max=2), axes={"a": ("x",)})
        with h5py.File(path, "a") as file:
            del file["results"]
        self.refused(2, path, "-o", out, says=["/results"])

    def test_scaling_tables_that_cannot_be_used(self):
        out = self.folder / "pictures"
        for wrong in ({"seconds": "nan"}, {"seconds": ""}, {"ranks": "0"}, {"kind": "guessed"}, {"pairs": "many"}):
            rows = make_example.scaling_rows()
            rows[3].update(wrong)
            self.refused(2, self.scaling(rows), "-o", out, says=["scaling.csv:5", "positive"])
        self.refused(2, self.scaling([dict(row, series="") for row in make_example.scaling_rows()]), "-o", out,
                     says=["no run of a series strong or weak"])

    def test_targets_that_cannot_be_written(self):
        path = self.equilibrium(Example(k_max=2))
        blocked = self.folder / "file"
        blocked.write_text("in the way")
        self.refused(4, path, "-o", blocked, says=["file", "folder"])
        self.refused(4, path, "-o", blocked / "below", says=["below"])
        full = self.folder / "full"
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))  # noqa: E731
        self.refused(4, path, "-o", full, "--only", "utilisation", "--format", "png", preexec_fn=limit,
                     says=["utilisation.png", "too large"])
        self.assertEqual(list(full.iterdir()), [])

    def test_files_without_equilibria_have_no_such_picture(self):
        path = self.study(Example(k_max=2), axes={"worth": ("x",)})
        with h5py.File(path, "a") as file:
            del file["equilibria"]
        done = run(path, "-o", self.folder / "pictures", "--only", "equilibria")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no picture 'equilibria'", done.stderr)


if __name__ == "__main__":
    unittest.main()
