"""A disk that fails although it granted the room ends all ranks: one message, exit code 4, nothing left behind.
   last_resort_test.py MPIEXEC WRITE_OVER_LIMIT"""

import os
import subprocess
import sys
import tempfile
import unittest

MPIEXEC, WRITE_OVER_LIMIT = sys.argv[1:3]


class LastResort(unittest.TestCase):
    def expect_end(self, ranks):
        # The ranks' shared memory is a file too, so they talk through sockets.
        environment = {**os.environ, "OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo"}
        with tempfile.TemporaryDirectory() as directory:
            target = os.path.join(directory, "a.h5")
            with open(target, "w") as old:
                old.write("old")
            result = subprocess.run([MPIEXEC, "-n", str(ranks), WRITE_OVER_LIMIT, target], env=environment, timeout=60,
                                    capture_output=True, text=True)
            own = [line for line in result.stderr.splitlines() if line.startswith("polykarma:")]
            self.assertEqual(result.returncode, 4, result)
            self.assertEqual(len(own), 1, result)
            self.assertTrue(own[0].startswith(f"polykarma: error: {target}: "), own[0])
            self.assertEqual(os.listdir(directory), ["a.h5"])
            with open(target) as old:
                self.assertEqual(old.read(), "old")

    def test_two_ranks(self):
        self.expect_end(2)

    def test_more_ranks_than_write_at_once(self):
        self.expect_end(5)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
