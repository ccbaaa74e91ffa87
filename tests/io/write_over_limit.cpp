// Writes more than the room it asked for, under a file size limit that comes after the room was granted:
// write_over_limit FILE, on several ranks. What a disk does that fails in spite of its promise.
#include <algorithm>
#include <cstdio>
#include <random>

#include <sys/resource.h>

#include "io/shared_file.hpp"

int main(int argc, char** argv) {
    using namespace polykarma;
    const MpiSession session(argc, argv);
    const Collective ranks = Collective::world(session);
    if (argc != 2 || ranks.size() == 1) {
        std::fprintf(stderr, "usage: mpirun -n 2 %s FILE\n", argv[0]);
        return 2;
    }
    constexpr std::size_t size = std::size_t{1} << 20;
    std::mt19937_64 random(static_cast<unsigned>(ranks.rank()));
    std::vector<std::uint64_t> values(size);
    std::generate(values.begin(), values.end(), random);
    hdf5::write_together(argv[1], ranks, 4096, [&](hdf5::GroupWriter& root) {
        const rlimit limit{1 << 16, 1 << 16};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        root.stretch<std::uint64_t>({"values", "values", ""}, values,
                                    {{"i", size * static_cast<std::size_t>(ranks.size())}});
    });
    return 0;
}
