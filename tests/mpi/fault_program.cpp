#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "dynamics/one_agent.hpp"
#include "equilibrium/evolutionary.hpp"
#include "equilibrium/start.hpp"
#include "parallel/collective.hpp"
#include "support/small_economy.hpp"

// Solves a small economy on all ranks, in which some of them run into trouble:
//   fault_program PATIENCE POINT [RANK:TROUBLE]...
// PATIENCE in milliseconds; POINT is where: start, sweep (between two rows of a stage), progress (between two steps),
// sum, maximum, exchange, all_to_all, broadcast, receive, barrier (instead of that operation), or end.
// TROUBLE is what: memory, contract, io, input or other.

namespace polykarma {
namespace {

[[noreturn]] void run_into(std::string_view trouble) {
    if (trouble == "contract") throw ContractViolation("injected", "fault_program.cpp", 1);
    if (trouble == "io") throw IoError("injected.h5", "cannot be written", "No space left on device");
    if (trouble == "input") throw InputError({"injected.toml", 3}, "k_max", "0", "too small", "at least 1");
    if (trouble == "other") throw std::runtime_error("injected");
    if (trouble == "memory") {
        const volatile auto too_much = std::numeric_limits<std::ptrdiff_t>::max() / 2;
        static_cast<void>(::operator new(static_cast<std::size_t>(too_much)));
    }
    std::abort();  // what the test asked for does not exist
}

/// A program that does not do what its test asks for ends without a line of its own.
class Faults {
public:
    Faults(std::string point, const std::vector<std::string>& troubles, int rank) : point_(std::move(point)) {
        for (const std::string& trouble : troubles) {
            const auto colon = trouble.find(':');
            if (std::stoi(trouble.substr(0, colon)) == rank) own_ = trouble.substr(colon + 1);
        }
    }
    void at(std::string_view point) const {
        if (point == point_ && !own_.empty()) run_into(own_);
    }

private:
    std::string point_;
    std::string own_;
};

void values_of_the_even_response(const MultiKarma& game, const Field& mass, const Response& response,
                                 const Collective& ranks, const Faults& faults) {
    Operators<MultiKarma> operators(game, mass.part(), ranks);
    operators.aggregate(mass, response);
    Field value(mass.part());
    int rows = 0;
    iterate_values(operators, value, [&](Stage r, const Site& site, const auto& q) {
        if (++rows == 10) faults.at("sweep");
        return expected_value(response.row(r, site, q.size()), q.row());
    });
}

void steps(const MultiKarma& game, Field mass, Response response, const Collective& ranks, const Faults& faults) {
    EvolutionSettings settings;
    settings.lambda = 20.0;
    settings.max_iterations = 20;
    evolve(
        game, settings, std::move(mass), std::move(response),
        [&](long iteration, const Residuals&) {
            if (iteration == 7) faults.at("progress");
        },
        ranks);
}

/// One of each, in which others wait when a rank does not come.
void operations(const Collective& ranks, const Faults& faults) {
    const auto size = static_cast<std::size_t>(ranks.size());
    std::array<std::int64_t, 1> count{1};
    faults.at("sum");
    ranks.sum(count);
    std::array<double, 1> largest{1.0};
    faults.at("maximum");
    ranks.maximum(largest);
    Collective::Messages messages;
    for (int rank = 0; rank < ranks.size(); ++rank) {
        if (rank == ranks.rank()) continue;
        messages.sends.push_back({rank, 0, 1});
        messages.receives.push_back({rank, static_cast<std::size_t>(rank), 1});
    }
    std::vector<double> received(size);
    faults.at("exchange");
    ranks.exchange(messages, largest, received);
    faults.at("all_to_all");
    static_cast<void>(ranks.all_to_all(std::vector<std::vector<std::byte>>(size)));
    faults.at("broadcast");
    static_cast<void>(ranks.broadcast(1));
    faults.at("receive");
    if (!ranks.is_root()) ranks.send_to_root({});
    for (int rank = 1; ranks.is_root() && rank < ranks.size(); ++rank) static_cast<void>(ranks.receive(rank));
    faults.at("barrier");
    ranks.barrier();
}

int work(const Collective& ranks, const Faults& faults) {
    faults.at("start");
    const MultiKarma game(
        test::small_economy({5, 4}, {2.0, 1.5}, Exchange::from_worth({1.0, 1.0}), Redistribution::all));
    const Part part = part_of(game, ranks.rank(), ranks.size());
    Field mass(part);
    game.start_mass(KarmaStart::at_mean, mass);
    values_of_the_even_response(game, mass, even_response(part), ranks, faults);
    steps(game, mass, even_response(part), ranks, faults);
    operations(ranks, faults);
    faults.at("end");
    return 0;
}

}  // namespace
}  // namespace polykarma

int main(int argc, char** argv) {
    using namespace polykarma;
    const MpiSession session(argc, argv);
    const Collective ranks = Collective::world(session);
    if (argc < 3) return EXIT_FAILURE;
    const Faults faults(argv[2], {argv + 3, argv + argc}, ranks.rank());
    return session.run([&] { return work(ranks, faults); }, std::chrono::milliseconds(std::stoi(argv[1])));
}
