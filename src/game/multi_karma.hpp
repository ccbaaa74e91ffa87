#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/simd.hpp"
#include "config/economy.hpp"
#include "game/concept.hpp"
#include "game/credit.hpp"
#include "game/exchange.hpp"
#include "game/priority_auction.hpp"
#include "game/spending_path.hpp"
#include "game/urgency_chain.hpp"

namespace polykarma {

/// The rules of a multi-karma economy, free of any file format.                                              ([MK] 2)
struct MultiKarmaRules {
    struct Resource {
        std::string name;
        Capacity capacity;
        int k_max = 0;
        double k_mean = 0.0;
        Redistribution redistribution = Redistribution::all;
    };
    struct UserType {
        std::string name;
        double share = 0.0;
        UrgencyChain chain;
        std::vector<double> discount;  ///< [resource], applied on leaving its stage
    };
    std::vector<ExogenousInfo> urgencies;
    std::vector<Resource> resources;
    Exchange exchange;
    std::vector<UserType> types;
    double nominal_payoff = 2.0;    ///< sigma_n
    double tie_smoothing = 1e-4;    ///< epsilon
    double idle_delay_cost = 1.0;   ///< payoff per unit of delay that an agent with urgency 0 loses when taking part
};

/// Rules of an economy file. Throws InputError, with file and line, for a chain without a unique stationary law and
/// for money pumps.
MultiKarmaRules rules_of(const EconomyConfig& economy);

/// States and state-action pairs of an economy, from its file alone: nothing is allocated. Pairs are an estimate
/// (floors of exchanged balances are taken as half a unit each).
struct GameSize {
    double states = 0.0;
    double pairs = 0.0;
};
GameSize estimate_size(const EconomyConfig& economy);

/// Several resources contested in turn, one karma account each.                                              ([MK])
///
/// Actions of a state: 0 stays inactive, 1 + b bids b, up to what all accounts are worth at this resource.
/// Outcomes: priority access (pays the bid), general-purpose access, inactive.
class MultiKarma {
public:
    /// Shares of agents by own balance and action; every aggregate of a stage derives from it.
    struct Sums {
        AlignedVector<double> joint;  ///< [own balance][action, padded]
    };

    struct Aggregates {
        AlignedVector<double> nu;         ///< [action, padded] share of the population, nu[0] inactive    ([MK] eq. 3)
        AlignedVector<double> psi;        ///< [action, padded] probability of priority access             ([MK] eq. 4)
        AlignedVector<double> reward;     ///< [urgency][action, padded] expected immediate reward
        std::vector<double> receivers;    ///< [own balance after the debit] mass that receives the credit
        double delay = 0.0;               ///< t_d, relative excess of general-purpose users               ([MK] eq. 5)
        double mean_payment = 0.0;        ///< karma per capita
        Credit credit;
    };

    struct Workspace {
        AlignedVector<double> mixed;     ///< [site of the next stage]
        AlignedVector<double> plain;     ///< [site] continuation without credit
        AlignedVector<double> credited;  ///< [site] continuation with credit
        AlignedVector<double> path;      ///< one cache line of room before and after
        AlignedVector<double> row;
    };

    struct Push {
        AlignedVector<double> mixed;
        AlignedVector<double> plain;
        AlignedVector<double> credited;
        AlignedVector<double> path;
        Stage stage;
        const Aggregates* aggregates = nullptr;
        std::span<double> out;
        Block block;
        std::size_t line = 0;
        bool line_used = false;
        bool block_used = false;
    };

    explicit MultiKarma(MultiKarmaRules rules);

    [[nodiscard]] const MultiKarmaRules& rules() const { return rules_; }
    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] Sums make_sums(Stage r) const;
    [[nodiscard]] Aggregates make_aggregates(Stage r) const;
    [[nodiscard]] Workspace make_workspace() const;
    [[nodiscard]] Push make_push() const;

    void clear(Sums& sums) const { std::fill(sums.joint.begin(), sums.joint.end(), 0.0); }
    void tally(Stage r, const Site& site, double mass, Row response, Sums& sums) const;
    void derive(Stage r, const Sums& sums, Aggregates& m) const;

    template <class Visit>
    void rows(Stage r, const Aggregates& m, std::span<const double> next, Workspace& w, Visit&& visit) const;

    void begin(Push& push, Stage r, const Aggregates& m, std::span<double> out) const;
    void add(Push& push, const Site& site, double mass, Row response) const;
    void finish(Push& push) const;

    [[nodiscard]] double reward(Stage r, const Aggregates& m, Block b, Action a) const {
        return m.reward[layout_.exogenous(b).at() * action_stride(r) + a.at()];
    }
    [[nodiscard]] double stationary_exogenous(Stage r, Block b) const {
        const auto& type = rules_.types[layout_.type(b).at()];
        return type.share * type.chain.stationary(r, layout_.exogenous(b));
    }
    /// Largest product of discounts over the types.
    [[nodiscard]] double cycle_discount() const;

    /// One conserved karma value per group of accounts connected by exchange: sum of worth * balance.
    [[nodiscard]] std::size_t conserved() const { return rules_.exchange.groups(); }
    [[nodiscard]] double conserved_weight(std::size_t quantity, std::span<const int> balances) const;
    /// What the economy's initial mean karma makes it.
    [[nodiscard]] double conserved_value(std::size_t quantity) const;
    /// Karma that found no room in one push of this stage, per capita.
    [[nodiscard]] double lost(const Aggregates& m) const { return m.credit.lost; }

    [[nodiscard]] std::span<const std::string> outcomes() const { return kOutcomes; }
    [[nodiscard]] double outcome_probability(Stage r, const Aggregates& m, std::size_t outcome, Action a) const;

    void terminal_value(std::span<double>) const {}
    void initial_law(std::span<double>) const {}

    /// The action every agent takes under a starting rule other than even.
    [[nodiscard]] Action start_action(PolicyStart rule, Stage r, const Site& site, std::size_t row_length) const;
    /// Starting mass: the stationary law of urgency times a karma law with the economy's means, all accounts alike.
    void start_mass(KarmaStart rule, Field& mass) const;

private:
    [[nodiscard]] std::size_t action_stride(Stage r) const { return padded(layout_.stage(r).actions.size()); }
    [[nodiscard]] bool receives(Stage r, std::size_t outcome) const;
    void continuation(Stage r, const Aggregates& m, Block b, std::span<const double> next, Workspace& w) const;
    void flush_line(Push& push) const;
    void flush_block(Push& push) const;

    static const std::array<std::string, 3> kOutcomes;
    MultiKarmaRules rules_;
    std::vector<SpendingPath> paths_;  // [stage]
    Layout layout_;
    std::size_t longest_path_ = 0;
    std::size_t longest_row_ = 0;
};

/// Q[a] = reward[a] + stay + psi[a] (path[k_max - k + bid] - stay), where `stay` is the continuation of general-purpose
/// access and path the continuation of paying; action 0 (psi = 0) has a continuation of its own.
template <class Visit>
void MultiKarma::rows(Stage r, const Aggregates& m, std::span<const double> next, Workspace& w, Visit&& visit) const {
    using namespace simd;
    const SpendingPath& path = paths_[r.at()];
    const std::size_t length = path.line_length();
    const double* const psi = m.psi.data();
    double* const row = w.row.data();
    double* const spend = w.path.data() + kLanes;
    const Vec lanes = lane_numbers();
    const auto after = [&](std::size_t outcome) -> std::span<const double> {
        return receives(r, outcome) ? w.credited : w.plain;
    };
    const auto winner = after(0), loser = after(1), idle = after(2);

    for (const auto b : Range<Block>(layout_.blocks())) {
        continuation(r, m, b, next, w);
        const double* const reward = m.reward.data() + layout_.exogenous(b).at() * action_stride(r);
        Site site{b, 0, 0, 0};
        for (site.line = 0; site.line * length < winner.size(); ++site.line) {
            path.pull(site.line, winner, {spend, path.positions(site.line)});
            for (site.position = 0; site.position < length; ++site.position, ++site.index) {
                const std::size_t count = path.extra(site.line) + site.position + 2;
                const double* const paid = spend + (length - 1 - site.position) - 1;
                const Vec stay = loser[site.index];
                for (std::size_t a = 0; a < padded(count); a += kWidth) {
                    Vec q = load(reward + a) + stay + load(psi + a) * (load_unaligned(paid + a) - stay);
                    if (a == 0) q = select_less(lanes, 0.5, idle[site.index], q);
                    if (a + kWidth > count)
                        q = select_less(lanes, static_cast<double>(count) - static_cast<double>(a), q, kForbidden);
                    store(q, row + a);
                }
                visit(static_cast<const Site&>(site), Row(row, count));
            }
        }
    }
}

static_assert(Game<MultiKarma>);

}  // namespace polykarma
