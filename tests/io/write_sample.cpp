// Writes the sample files that the tests of the Python loader read: write_sample DIRECTORY
#include <cstdio>
#include <filesystem>

#include "io/sample.hpp"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s DIRECTORY\n", argv[0]);
        return 2;
    }
    const std::filesystem::path directory = argv[1];
    for (const std::vector<int>& k_max : {std::vector{5}, std::vector{4, 2}, std::vector{2, 3, 4}}) {
        const auto record = polykarma::test::sample_record(k_max);
        const auto name = "resources" + std::to_string(k_max.size()) + ".h5";
        polykarma::write_equilibrium(directory / name, record, {"write_sample", 1});
    }
    polykarma::test::write_sample_study(directory / "study.h5", polykarma::test::sample_record({4, 2}));
    return 0;
}
