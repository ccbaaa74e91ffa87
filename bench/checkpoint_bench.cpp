// What a checkpoint costs: the state of the dynamics after some steps, when every pair has weight, written again and
// again; within that the arrays alone, put in order before, into one HDF5 file; beside it the same bytes written by each
// rank as one piece of one file and flushed, which is what the machine can do. Run under mpirun with two ranks at least:
//   checkpoint_bench ECONOMY DIRECTORY [STEPS]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "config/reader.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "game/multi_karma.hpp"
#include "io/checkpoint_file.hpp"
#include "io/file_order.hpp"
#include "io/record_writer.hpp"
#include "io/shared_file.hpp"
#include "parallel/session.hpp"
#include "study/solve_economy.hpp"

namespace {

using namespace polykarma;
namespace fs = std::filesystem;

constexpr int kRounds = 5;

/// Seconds between two meetings of all ranks, the median of some.
double seconds_of(const Collective& ranks, const std::function<void()>& work) {
    std::vector<double> seconds;
    for (int round = 0; round < kRounds; ++round) {
        ranks.barrier();
        const auto begin = std::chrono::steady_clock::now();
        work();
        ranks.barrier();
        seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    std::ranges::sort(seconds);
    return seconds[kRounds / 2];
}

/// This rank's piece of a file of `size` bytes.
void write_piece(const fs::path& file, std::size_t size, const std::vector<char>& piece, const Collective& ranks) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT, 0666);
    const auto begin = static_cast<off_t>(size / static_cast<std::size_t>(ranks.size())) * ranks.rank();
    for (std::size_t done = 0; done < piece.size();) {
        const auto count =
            ::pwrite(descriptor, piece.data() + done, piece.size() - done, begin + static_cast<off_t>(done));
        if (count <= 0) throw std::runtime_error("cannot write " + file.string());
        done += static_cast<std::size_t>(count);
    }
    ::fsync(descriptor);
    ::close(descriptor);
}

int measure(const fs::path& economy_file, const fs::path& directory, int steps, const Collective& ranks) {
    const EconomyConfig economy = read_economy(economy_file);
    const auto game = build_game<MultiKarma>(economy, ranks.size());
    const Part part = part_of(*game, ranks.rank(), ranks.size());
    Field mass(part);
    game->start_mass(economy.solver.karma_start, mass, economy.solver.seed);
    Evolution<MultiKarma> evolution(*game, search_settings(economy), std::move(mass), even_response(part), ranks);
    for (int i = 0; i < steps; ++i) evolution.step();

    const fs::path checkpoint = directory / "checkpoint-bench.h5", plain = directory / "checkpoint-bench.plain",
                   arrays = directory / "checkpoint-bench.arrays.h5";
    const auto state = [&] {
        return SearchState{.memory = {},
                           .rule = {},
                           .history = {},
                           .dynamics = evolution.state(),
                           .newton = {},
                           .start = "even",
                           .earlier = {}};
    };
    const double copying = seconds_of(ranks, [&] { static_cast<void>(state()); });
    const SearchState ready = state();
    StatesInFile ordered{};
    const double ordering = seconds_of(ranks, [&] {
        ordered = to_file_order(FileShares(part.layout(), ranks), ready.dynamics.mass, ready.dynamics.value,
                                ready.dynamics.response);
    });
    const double all = seconds_of(ranks, [&] {
        write_checkpoint(checkpoint, {to_toml(economy), ""}, 1, state(), ranks);
    });
    ranks.barrier();
    const std::size_t size = fs::file_size(checkpoint);
    const std::vector<char> piece(size / static_cast<std::size_t>(ranks.size()), 'x');
    const double together = seconds_of(ranks, [&] {
        hdf5::write_together(arrays, ranks, size, [&](hdf5::GroupWriter& root) {
            root.store(hdf5::Storage::plain);
            const hdf5::Axis states{"state", part.layout().states()};
            root.stretch<double>({"d", "", ""}, ordered.mass, {states});
            root.stretch<double>({"V", "", ""}, ordered.value, {states});
            hdf5::write_policy(root, ordered, part.layout().states());
        });
    });
    const double baseline = seconds_of(ranks, [&] {
        if (ranks.is_root()) fs::remove(plain);
        ranks.barrier();
        write_piece(plain, size, piece, ranks);
    });
    if (ranks.is_root()) {
        for (const auto& file : {checkpoint, arrays, plain}) fs::remove(file);
        const double megabytes = static_cast<double>(size) / 1e6;
        fmt::print("{} ranks, {:.1f} MB: a checkpoint takes {:.3f} s, of which copying {:.3f} s, the order of files {:.3f} s; "
                   "its arrays are written in {:.3f} s ({:.0f} MB/s), plain pieces in {:.3f} s ({:.0f} MB/s)\n",
                   ranks.size(), megabytes, all, copying, ordering, together, megabytes / together, baseline,
                   megabytes / baseline);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const MpiSession session(argc, argv);
    const Collective world = Collective::world(session);
    return session.run([&] {
        if (argc < 3 || world.size() < 2) throw InputError("usage: mpirun -n RANKS checkpoint_bench ECONOMY DIRECTORY [STEPS]");
        return measure(argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 20, world);
    });
}
