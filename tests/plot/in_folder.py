"""What all tests of polykarma-plot stand on: made-up files in a folder of their own."""

import pathlib
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "apps/plot"))

from polykarma_plot import environment  # noqa: E402

environment.prepare()

import make_example  # noqa: E402
from make_example import Example, Runs  # noqa: E402
from polykarma_plot import results  # noqa: E402

# Two types who contest one resource in pairs, and an axis of numbers.
PAIRS = Example("Pairs", ("contest",), ("patient", "hasty"), k_max=8, pooled=False, game="pairwise")
DISCOUNTS = {"payee": ("peer", "society"), "discount": ("0.5", "0.7", "0.9")}


class InFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def fresh(self, name):
        """A file that is not there yet: others may be open."""
        taken = len(list(self.folder.glob(f"{name}*.h5")))
        return self.folder / f"{name}{taken or ''}.h5"

    def equilibrium(self, example=Example()):
        path = self.fresh("equilibrium")
        make_example.equilibrium_file(path, example)
        return path

    def study(self, *arguments, **options):
        path = self.fresh("study")
        make_example.study_file(path, *arguments, **options)
        return path

    def search(self, *arguments, **options):
        path = self.fresh("search")
        make_example.search_file(path, *arguments, **options)
        return path

    def simulation(self, runs=Runs()):
        path = self.fresh("simulation")
        make_example.simulation_file(path, runs)
        return path

    def scaling(self, rows=()):
        path = self.folder / "scaling.csv"
        make_example.scaling_file(path, rows or make_example.scaling_rows())
        return path

    def opened(self, path):
        file, content = results.open_file(path)
        self.addCleanup(getattr(file, "close", lambda: None))
        return content
