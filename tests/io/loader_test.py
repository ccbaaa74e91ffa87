"""The Python loader on files that the library wrote.   loader_test.py WRITE_SAMPLE APPS_PLOT_DIR"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

WRITE_SAMPLE, PLOT_DIR = sys.argv[1:3]
sys.path.insert(0, PLOT_DIR)
import polykarma_io  # noqa: E402


class Loader(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        subprocess.run([WRITE_SAMPLE, cls.directory.name], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def file(self, name):
        return str(pathlib.Path(self.directory.name, name))

    def test_axes_are_labelled(self):
        for resources, karma in ((1, {"karma_H": 6}), (2, {"karma_H": 5, "karma_P": 3}),
                                 (3, {"karma_H": 3, "karma_P": 4, "karma_C": 5})):
            data = polykarma_io.load(self.file(f"resources{resources}.h5"))
            state = {"stage": resources, "type": 2, "urgency": 3, **karma}
            for name in ("d", "V", "mean_bid", "activity"):
                self.assertEqual(dict(data[name].sizes), state, name)
            self.assertEqual(list(data.stage.values), ["H", "P", "C"][:resources])
            self.assertEqual(list(data.account.values), ["H", "P", "C"][:resources])
            self.assertEqual(list(data.urgency.values), ["none", "low", "high"])
            self.assertEqual(list(data.karma_H.values), list(range(karma["karma_H"])))
            self.assertEqual(data.bid_share.dims, ("stage", "action"))
            self.assertEqual(data.outcome_probability.dims, ("stage", "outcome", "action"))
            self.assertEqual(data.utilisation.dims, ("stage", "type", "urgency", "outcome"))
            self.assertEqual(data["observables/delay"].dims, ("stage",))
            self.assertEqual(data["history/gain"].dims, ("step",))
            self.assertEqual(list(data["history/iteration"].values), [] if resources == 1 else [10, 20])
            self.assertEqual(list(data.action_label.values[:3]), ["inactive", "0", "1"])
            self.assertIn("action_bid", data.coords)

    def test_selects_by_label(self):
        data = polykarma_io.load(self.file("resources2.h5"))
        chosen = data.d.sel(stage="P", type="C", urgency="high", karma_H=4, karma_P=1)
        with h5py.File(self.file("resources2.h5")) as file:
            self.assertEqual(float(chosen), file["d"][1, 1, 2, 4, 1])
        self.assertEqual(data.attrs["format"], "polykarma-equilibrium")
        self.assertEqual(data.attrs["format_version"], 2)
        self.assertEqual(data.d.attrs["units"], "share of population")
        self.assertIn('title = "Sample"', str(data.economy.values))

    def test_every_dataset_says_what_it_is(self):
        with h5py.File(self.file("resources2.h5")) as file:
            def check(name, node):
                if isinstance(node, h5py.Dataset):
                    self.assertTrue(node.attrs["long_name"], name)
                    self.assertIn("units", node.attrs, name)
                    if node.size > 1:
                        self.assertEqual((node.compression, node.compression_opts, node.shuffle), ("gzip", 4, True))
                    for axis in node.dims:
                        self.assertTrue(len(axis) or axis.label or h5py.h5ds.is_scale(node.id), name)
            file.visititems(check)

    def test_policy_is_a_law_and_gives_the_stored_summaries(self):
        for resources in (1, 2, 3):
            path = self.file(f"resources{resources}.h5")
            data, pi = polykarma_io.load(path), polykarma_io.policy(path)
            self.assertEqual(pi.dims, (*data.d.dims, "action"))
            # Sums of at most 15 positive terms, each rounded once.
            np.testing.assert_allclose(pi.sum("action"), 1.0, rtol=1e-14)
            np.testing.assert_allclose(1.0 - pi.sel(action=0), data.activity, rtol=0, atol=1e-14)
            bids = pi.isel(action=slice(1, None)) * data.action_bid.isel(action=slice(1, None))
            taking_part = data.activity.where(data.activity > 0)
            np.testing.assert_allclose(bids.sum("action") / taking_part, data.mean_bid, rtol=1e-13)

    def test_points_of_a_study(self):
        path = self.file("study.h5")
        point, alone = polykarma_io.load(path, "/points/0000"), polykarma_io.load(self.file("resources2.h5"))
        self.assertTrue(point.equals(alone))
        self.assertEqual(point.d.dims, alone.d.dims)
        self.assertEqual(point.attrs["axis_exchange"], "none")
        pi = polykarma_io.policy(path, "/points/0000")
        self.assertTrue(pi.equals(polykarma_io.policy(self.file("resources2.h5"))))

    def test_tables_of_a_study(self):
        with h5py.File(self.file("study.h5")) as file:
            results = file["results"][()]
            self.assertEqual(results.dtype.names[:4], ("point", "exchange", "start", "equilibrium"))
            self.assertEqual([bytes(x) for x in results["exchange"]], [b"none", b"unit"])
            self.assertTrue(np.isnan(results["payoff_en_S"][1]) and not np.isnan(results["payoff_en_S"][0]))
            self.assertEqual(file["published/S_en"][0], 4.5741)
            self.assertEqual(list(file["published/exchange"].asstr()), ["none", "unit"])
            self.assertEqual(file["timing"].attrs["seconds"], 1.5)
            self.assertEqual(file["provenance"].attrs["command_line"], b"polykarma sweep sample.toml")

    def test_files_differ_by_provenance_and_clocks_only(self):
        with tempfile.TemporaryDirectory() as second:
            subprocess.run([WRITE_SAMPLE, second], check=True)
            for name in ("resources2.h5", "study.h5"):
                command = ["h5diff", "--exclude-path=/provenance", "--exclude-path=/timing"]
                run = subprocess.run([*command, self.file(name), str(pathlib.Path(second, name))], capture_output=True)
                self.assertEqual((run.returncode, run.stdout), (0, b""), name)

    def test_opens_in_xarray_without_the_loader(self):
        import xarray as xr

        path = self.file("study.h5")
        with xr.open_dataset(path, engine="h5netcdf", group="points/0000", phony_dims="sort") as data:
            self.assertEqual(data.d.dims, ("stage", "type", "urgency", "karma_H", "karma_P"))
            self.assertEqual(data.attrs["title"], "Sample")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
