"""The README check sees a changed number, a missing place or measurement; records keep no names of places."""

import unittest

from table import blocks_of, kernels_of, number, refreshed

RAW = {
    "context": {
        "date": "2001-02-03T04:05:06+00:00", "host_name": "somewhere", "executable": "/some/where/kernels_bench",
        "cpu": "A CPU", "num_cpus": 2, "mhz_per_cpu": 2000, "caches": [{"type": "Data", "level": 1, "size": 32768}],
        "compiler": "GNU 12.2.0", "flags": "-O3", "build_type": "Release", "commit": "abc", "states": "7500",
        "pairs": "195000", "response_bytes": "1770240",
    },
    "benchmarks": [
        {"name": "sweep/lambda:1", "run_type": "iteration", "repetition_index": i, "iterations": 10, "real_time": 9.0,
         "cpu_time": time, "time_unit": "ms", "pairs/s": 1e12 / time}
        for i, time in enumerate((2.0, 1.0, 4.0))
    ] + [{"name": "sweep/lambda:1_mean", "run_type": "aggregate", "cpu_time": 2.3, "time_unit": "ms"}],
}
SOLVES = [{"name": "all", "start": "even", "iterations": 1234, "reason": "converged", "seconds": 2.5,
           "peak_bytes": 35e6}]

README = "".join(f"<!-- measured: {name} -->\n<!-- end -->\ntext\n" for name in (
    "machine", "sweep", "solve"))


class TableSelfCheck(unittest.TestCase):
    def setUp(self):
        self.blocks = blocks_of(kernels_of(RAW), SOLVES)
        self.readme = refreshed(README, self.blocks)

    def test_numbers_reach_the_readme(self):
        self.assertIn("| lambda = 1 | 2,000 | 1,000 | 3 | 500 | - |", self.readme)
        self.assertIn("| all | even | 1,234 | converged | 2.5 | 35 |", self.readme)
        self.assertEqual(self.readme.count("text\n"), 3)

    def test_refreshing_twice_changes_nothing(self):
        self.assertEqual(refreshed(self.readme, self.blocks), self.readme)

    def test_changed_number_is_seen(self):
        stale = self.readme.replace("2,000", "1,900")
        self.assertNotEqual(refreshed(stale, self.blocks), stale)

    def test_place_and_measurement_need_each_other(self):
        with self.assertRaisesRegex(KeyError, "no place"):
            refreshed(README.replace("measured: sweep", "other: sweep"), self.blocks)
        with self.assertRaisesRegex(KeyError, "never measured"):
            refreshed(README + "<!-- measured: push -->\n<!-- end -->\n", self.blocks)

    def test_no_statistics_and_no_places_are_kept(self):
        kept = kernels_of(RAW)
        self.assertEqual(len(kept["benchmarks"]), 3)
        self.assertNotIn("some", str(kept))

    def test_numbers_have_three_digits(self):
        self.assertEqual([number(x) for x in (0.0583, 1.0, 194.4, 12709.0, 181335.0)],
                         ["0.0583", "1.00", "194", "12,700", "181,000"])


if __name__ == "__main__":
    unittest.main()
