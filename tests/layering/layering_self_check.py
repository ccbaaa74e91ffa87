"""The layering check finds each kind of violation in a made-up tree, and none in the tree without it."""

import pathlib
import tempfile
import unittest

from layering_test import violations

CLEAN = {
    "src/CMakeLists.txt": "foreach(folder IN ITEMS base certificate equilibrium io)\nendforeach()\n",
    "src/base/CMakeLists.txt": "polykarma_library(base SOURCES a.cpp HEADERS a.hpp)\n",
    "src/base/a.hpp": "#include <vector>\n",
    "src/base/a.cpp": '#include "base/a.hpp"\n',
    "src/certificate/CMakeLists.txt": "polykarma_library(certificate HEADERS c.hpp DEPENDS polykarma::base)\n",
    "src/certificate/c.hpp": '#include "base/a.hpp"\n',
    "src/equilibrium/CMakeLists.txt": "polykarma_library(equilibrium HEADERS e.hpp DEPENDS polykarma::certificate)\n",
    "src/equilibrium/e.hpp": '#include "base/a.hpp"  // linked through the certificate\n',
    "src/io/CMakeLists.txt": "polykarma_library(io SOURCES f.cpp DEPENDS polykarma::base hdf5::hdf5)\n",
    "src/io/f.cpp": "#include <hdf5.h>\n#include <mpi.h>\n",
    "apps/polykarma/main.cpp": "#include <mpi.h>\n",
}


def found_with(changes):
    with tempfile.TemporaryDirectory() as directory:
        project = pathlib.Path(directory)
        for name, text in {**CLEAN, **changes}.items():
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return violations(project)


class LayeringSelfCheck(unittest.TestCase):
    def expect_one(self, changes, *fragments):
        found = found_with(changes)
        self.assertEqual(len(found), 1, found)
        for fragment in fragments:
            self.assertIn(fragment, found[0])

    def test_clean_tree_has_none(self):
        self.assertEqual(found_with({}), [])

    def test_include_of_a_later_folder(self):
        self.expect_one({"src/base/a.cpp": '#include "io/f.hpp"\n'}, "src/base/a.cpp", "io comes after base")

    def test_include_of_a_folder_that_is_not_linked(self):
        self.expect_one({"src/io/f.cpp": "# include <certificate/c.hpp>\n"}, "does not link polykarma::certificate")

    def test_certificate_that_links_a_solver(self):
        text = "polykarma_library(certificate\n    HEADERS c.hpp\n    DEPENDS polykarma::base\n" \
               "        polykarma::equilibrium)\n"
        found = found_with({"src/certificate/CMakeLists.txt": text})
        self.assertTrue(any("must be independent" in line for line in found), found)

    def test_mpi_outside_its_folders(self):
        self.expect_one({"src/base/a.hpp": "#include <mpi.h>\n"}, "src/base/a.hpp", "includes mpi.h")
        self.expect_one({"apps/polykarma/solve.cpp": '#include "mpi.h"\n'}, "apps/polykarma/solve.cpp")

    def test_hdf5_outside_its_folder(self):
        self.expect_one({"apps/polykarma/main.cpp": "#include <H5DSpublic.h>\n"}, "includes H5DSpublic.h")

    def test_header_that_would_not_be_installed(self):
        self.expect_one({"src/base/b.hpp": ""}, "src/base/b.hpp: missing from HEADERS")

    def test_folder_missing_from_the_list(self):
        self.expect_one({"src/extra/x.cpp": ""}, "src/extra: missing")


if __name__ == "__main__":
    unittest.main()
