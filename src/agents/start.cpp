#include "agents/start.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "agents/alias_rows.hpp"
#include "agents/hand_out.hpp"

namespace polykarma {
namespace {

constexpr std::uint32_t kBeginning = 0;

/// The law of a state (exogenous state, site) of one type at the first stage.
void append_law(const Field& mass, Type type, AliasRows& laws) {
    const Layout& layout = mass.part().layout();
    std::vector<std::int32_t> states;
    std::vector<double> weights;
    for (const auto u : Range<Exogenous>(layout.exogenous_states())) {
        const auto d = mass.block(Stage{}, layout.block(type, u));
        for (std::size_t site = 0; site < d.size(); ++site) {
            if (!(d[site] > 0.0)) continue;
            states.push_back(static_cast<std::int32_t>(u.at() * layout.sites() + site));
            weights.push_back(d[site]);
        }
    }
    laws.append(states, weights);
}

void draw_states(const Field& mass, const RandomNumbers& numbers, Population& agents) {
    const Layout& layout = mass.part().layout();
    AliasRows laws;
    for (const auto t : Range<Type>(layout.types())) append_law(mass, t, laws);
    std::array<int, Lattice::kMaxAccounts> storage;
    const std::span balances = std::span(storage).first(agents.karma.size());
    agents.for_each_tile([&](const Tile& tile) {
        for (std::size_t i = 0; i < tile.size; ++i) {
            const auto word = numbers(tile.first_agent + i, kBeginning, ChanceOf::start_state)[0];
            const auto state = static_cast<std::size_t>(laws.draw(tile.type.at(), word));
            agents.exogenous[tile.begin + i] = static_cast<std::uint8_t>(state / layout.sites());
            layout.lattice().balances(layout.contested(Stage{}), state % layout.sites(), balances);
            for (std::size_t a = 0; a < balances.size(); ++a) agents.karma[a][tile.begin + i] = balances[a];
        }
    });
}

void draw_urgencies(const Contest& contest, const RandomNumbers& numbers, Population& agents) {
    agents.for_each_tile([&](const Tile& tile) {
        for (std::size_t i = 0; i < tile.size; ++i) {
            const auto word = numbers(tile.first_agent + i, kBeginning, ChanceOf::start_state)[0];
            agents.exogenous[tile.begin + i] = contest.urgency(tile.type).stationary(Stage{}, word);
        }
    });
}

std::int64_t total(std::span<const std::int32_t> karma, const Collective& ranks) {
    std::array sum{std::accumulate(karma.begin(), karma.end(), std::int64_t{0})};
    ranks.sum(sum);
    return sum[0];
}

std::int32_t largest(std::span<const std::int32_t> karma, const Collective& ranks) {
    std::array largest{karma.empty() ? 0.0 : static_cast<double>(*std::ranges::max_element(karma))};
    ranks.maximum(largest);
    return static_cast<std::int32_t>(largest[0]);
}

/// What all agents are to hold in an account.
std::int64_t meant(const Contest& contest, Account a, const Population& agents) {
    return std::llround(contest.mean_karma(a) * static_cast<double>(agents.agents()));
}

/// Gives so many units to agents at random, as evenly as possible, or takes them. Taking is giving what is missing up
/// to the largest account.   what_for: numbers the occasions; returns what found no room.
std::int64_t give(std::int64_t units, Account a, std::size_t what_for, const Contest& contest, const RandomNumbers& numbers,
                  const Collective& ranks, Population& agents) {
    const bool taken = units < 0;
    const std::int32_t full = largest(agents.karma[a.at()], ranks);
    HandOut hand_out(taken ? full : contest.limit(a), ranks);
    std::array<std::int32_t, kTile> storage;
    const std::vector<std::uint8_t> everybody(kTile, 1);
    const auto on_tiles = [&](auto&& work, bool back) {
        agents.for_each_tile([&](const Tile& tile) {
            const std::span karma = std::span(agents.karma[a.at()]).subspan(tile.begin, tile.size);
            const std::span balances = std::span(storage).first(tile.size);
            const auto mirrored = [&](std::int32_t k) { return taken ? full - k : k; };
            std::ranges::transform(karma, balances.begin(), mirrored);
            work(balances, std::span(everybody).first(tile.size));
            if (back) std::ranges::transform(balances, karma.begin(), mirrored);
        });
    };
    on_tiles([&](auto balances, auto receives) { hand_out.count(balances, receives); }, false);
    hand_out.decide(std::abs(units), numbers, static_cast<std::uint32_t>(what_for), ChanceOf::start_karma);
    on_tiles([&](auto balances, auto receives) { hand_out.give(balances, receives); }, true);
    return hand_out.credit().lost;
}

/// Of every group of accounts, in units of its account of least worth: that comes closest.
std::int64_t correct(const Contest& contest, const RandomNumbers& numbers, const Collective& ranks,
                     Population& agents) {
    std::int64_t moved = 0;
    const Range<Account> accounts(agents.karma.size());
    for (const auto first : accounts) {
        Account least = first;
        double missing = 0.0;
        bool done = false;
        for (const auto a : accounts) {
            if (contest.group(a) != contest.group(first)) continue;
            done = done || a < first;
            if (contest.worth(a) < contest.worth(least)) least = a;
            missing += contest.worth(a) *
                       static_cast<double>(meant(contest, a, agents) - total(agents.karma[a.at()], ranks));
        }
        if (done) continue;
        const std::int64_t units = std::llround(missing / contest.worth(least));
        moved += std::abs(units) - give(units, least, least.at(), contest, numbers, ranks, agents);
    }
    return moved;
}

/// Mean balance of an account at the first stage.
double mean_balance(const Field& mass, Account a) {
    const Layout& layout = mass.part().layout();
    std::array<int, Lattice::kMaxAccounts> balances{};
    double sum = 0.0;
    for (std::size_t site = 0; site < layout.sites(); ++site) {
        layout.lattice().balances(layout.contested(Stage{}), site, std::span(balances).first(layout.lattice().accounts()));
        for (const auto b : Range<Block>(layout.blocks())) sum += mass.block(Stage{}, b)[site] * balances[a.at()];
    }
    return sum;
}

/// Of every account, until it holds what it does in the distribution.
std::int64_t restore(const Field& mass, const Contest& contest, const RandomNumbers& numbers, const Collective& ranks,
                     Population& agents) {
    std::int64_t moved = 0;
    const std::size_t accounts = agents.karma.size();
    for (const auto a : Range<Account>(accounts)) {
        const std::int64_t units = std::llround(mean_balance(mass, a) * static_cast<double>(agents.agents())) -
                                   total(agents.karma[a.at()], ranks);
        moved += std::abs(units) - give(units, a, accounts + a.at(), contest, numbers, ranks, agents);
    }
    return moved;
}

}  // namespace

std::int64_t start_population(const Contest& contest, const Field* mass, StartKarma karma, const RandomNumbers& numbers,
                              const Collective& ranks, Population& agents) {
    if (mass != nullptr) {
        draw_states(*mass, numbers, agents);
        const std::int64_t restored =
            karma == StartKarma::of_distribution ? restore(*mass, contest, numbers, ranks, agents) : 0;
        return restored + correct(contest, numbers, ranks, agents);
    }
    draw_urgencies(contest, numbers, agents);
    for (const auto a : Range<Account>(agents.karma.size()))
        static_cast<void>(give(meant(contest, a, agents), a, a.at(), contest, numbers, ranks, agents));
    return 0;
}

}  // namespace polykarma
