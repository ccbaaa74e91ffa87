#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/simd.hpp"
#include "config/economy.hpp"
#include "game/concept.hpp"
#include "game/credit.hpp"
#include "game/exchange.hpp"
#include "game/game_size.hpp"
#include "game/priority_auction.hpp"
#include "game/shares.hpp"
#include "game/spending_path.hpp"
#include "game/urgency_chain.hpp"

namespace polykarma {

/// The rules of a multi-karma economy, free of any file format.                                              ([MK] 2)
struct MultiKarmaRules {
    using Game = class MultiKarma;
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

GameSize multi_karma_size(const EconomyConfig& economy);

/// Several resources contested in turn, one karma account each.                                              ([MK])
///
/// Actions of a state: 0 stays inactive, 1 + b bids b, up to what all accounts are worth at this resource.
/// Outcomes: priority access (pays the bid), general-purpose access, inactive.
class MultiKarma {
public:
    struct Aggregates {
        AlignedVector<double> nu;         ///< [action, padded] share of the population, nu[0] inactive    ([MK] eq. 3)
        AlignedVector<double> psi;        ///< [action, padded] probability of priority access             ([MK] eq. 4)
        AlignedVector<double> reward;     ///< [urgency][action, padded] expected immediate reward
        std::vector<double> receivers;    ///< [own balance after the debit] mass that receives the credit
        double delay = 0.0;               ///< t_d, relative excess of general-purpose users               ([MK] eq. 5)
        double mean_payment = 0.0;        ///< karma per capita
        Credit credit;
    };

    /// Paths of the lines of one part, and buffers for one stage of it.
    struct Workspace {
        explicit Workspace(const Part& part) : part(part), entering(part) {}
        Part part;
        std::vector<std::vector<std::shared_ptr<const SpendingPath>>> paths;  ///< [stage][piece]
        AlignedVector<double> plain;     ///< [line][position] of a block: continuation without credit
        AlignedVector<double> credited;  ///< the same with credit
        AlignedVector<double> path;      ///< one cache line of room before and after
        AlignedVector<double> row;

        Stage stage;  ///< that mass leaves, and under which aggregates
        const Aggregates* aggregates = nullptr;
        std::size_t line_length = 0;     ///< of that stage
        AlignedVector<double> stays;     ///< [state] mass after the debit that receives no credit
        AlignedVector<double> receives;  ///< [state] mass after the debit that does
        std::array<double*, 3> after{};  ///< [outcome] which of the two
        EnteringMass entering;           ///< mass that pays with other accounts than the contested one
        AlignedVector<double> paid;      ///< mass on the path of the line being visited, with room like `path`
        Block block;                     ///< of that line
        std::size_t line = 0;
        std::size_t line_state = 0;      ///< its first state
        bool line_used = false;
    };

    /// Q[a] = reward[a] + stay + psi[a] (paid[a] - stay), where `stay` is the continuation of general-purpose access
    /// and `paid` that of paying, path[k_max - k + bid]; action 0 (psi = 0) has a continuation of its own.
    class Values {
    public:
        [[nodiscard]] std::size_t size() const { return count_; }
        [[nodiscard]] double operator[](std::size_t action) const {
            return action == 0 ? idle_ : reward_[action] + stay_ + psi_[action] * (paid_[action] - stay_);
        }
        /// The only branches are the first vector (inactive) and the last one (padding).
        [[nodiscard]] Row row() const;

    private:
        friend MultiKarma;
        std::size_t count_ = 0;
        const double* reward_ = nullptr;  // [action, padded]
        const double* psi_ = nullptr;     // [action, padded]
        const double* paid_ = nullptr;    // [action], from 1 on
        double stay_ = 0.0;
        double idle_ = 0.0;
        double* buffer_ = nullptr;
    };

    enum Outcome : std::size_t { kPriority, kGeneralPurpose, kInactive };

    explicit MultiKarma(MultiKarmaRules rules);

    [[nodiscard]] const MultiKarmaRules& rules() const { return rules_; }
    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] Aggregates make_aggregates(Stage r) const;
    [[nodiscard]] Workspace make_workspace(const Part& part) const;

    void row_lengths(Stage r, std::size_t line, std::span<std::uint32_t> lengths) const;
    void entered_lines(Stage r, std::size_t line, std::vector<std::size_t>& entered) const;

    /// Sums are shares of agents by own balance and action, [own balance][action, padded]: every aggregate of a stage
    /// derives from them. Each state adds to them once per action it takes, rounded to kShares.
    [[nodiscard]] std::size_t sums_size(Stage r) const { return layout_.line_length(r) * action_stride(r); }
    template <class AnyRow>
    void tally(Stage r, const Site& site, double mass, const AnyRow& response, std::span<double> sums) const {
        add_shares(mass, response, sums.data() + site.position * action_stride(r));
    }
    void derive(Stage r, std::span<const double> sums, Aggregates& m) const;

    void entry_values(Stage r, const Aggregates& m, std::span<const double> next, Workspace& w, const Piece& piece,
                      std::size_t line, std::span<double> out) const;
    template <class Visit>
    void rows(Stage r, const Aggregates& m, std::span<const double> next, Entries& entries, Workspace& w,
              Visit&& visit) const;

    void begin(Workspace& w, Stage r, const Aggregates& m) const;
    void add(Workspace& w, const Site& site, double mass, Row response) const;
    void add(Workspace& w, const Site& site, double mass, const SparseRow& response) const;
    void close(Workspace& w) const;
    [[nodiscard]] EnteringMass& entering(Workspace& w) const { return w.entering; }
    void finish(Workspace& w, std::span<double> out) const;

    [[nodiscard]] double reward(Stage r, const Aggregates& m, Block b, Action a) const {
        return m.reward[layout_.exogenous(b).at() * action_stride(r) + a.at()];
    }
    /// Whether an agent receives a part of what is paid at a stage.
    [[nodiscard]] bool receives(Stage r, Outcome outcome) const;
    /// Payoff of taking part, for the delay that the agent suffers or expects.
    [[nodiscard]] double payoff(double urgency, double delay) const {
        return urgency > 0.0 ? urgency * (rules_.nominal_payoff - delay) : -rules_.idle_delay_cost * delay;
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

    void terminal_value(const Part&, std::span<double>) const {}
    void initial_law(const Part&, std::span<double>) const {}

    /// The action every agent takes under a starting rule other than even.   seed: of the rule random
    [[nodiscard]] Action start_action(PolicyStart rule, Stage r, const Site& site, std::size_t row_length,
                                      int seed = 0) const;
    /// Starting mass: the stationary law of urgency times a karma law per account, with the economy's means.
    ///   seed: of the rule random
    void start_mass(KarmaStart rule, Field& mass, int seed = 0) const;

private:
    [[nodiscard]] std::size_t action_stride(Stage r) const { return strides_[r.at()]; }
    /// Value after the contest on one line, [position]: urgency mixed and discounted, without and with credit.
    ///   next: of the line in the piece's first exogenous state; block: distance to the same line in the next one
    void continue_line(Stage r, const Aggregates& m, Block b, const double* next, std::size_t block,
                       std::span<double> plain, std::span<double> credited) const;
    /// Where the winners of a state go, [action], on the path of its line, to which this turns first. Action 0 has room
    /// there and no winners.
    [[nodiscard]] double* spending_from(Workspace& w, const Site& site) const;
    /// Those who did not win: what is left of the state's mass, to the last bit, stays.
    void settle(Workspace& w, const Site& site, double mass, double won, double idle) const;
    void close_line(Workspace& w) const;

    static const std::array<std::string, 3> kOutcomes;
    MultiKarmaRules rules_;
    Layout layout_;
    std::vector<std::size_t> strides_;  // [stage] actions, padded
};

inline double* MultiKarma::spending_from(Workspace& w, const Site& site) const {
    if (!w.line_used || site.line != w.line || site.block != w.block) {
        close_line(w);
        w.line = site.line;
        w.block = site.block;
        w.line_state = site.state - site.position;
        w.line_used = true;
    }
    return w.paid.data() + kLanes + (w.line_length - 1 - site.position) - 1;
}

inline void MultiKarma::settle(Workspace& w, const Site& site, double mass, double won, double idle) const {
    const double sign = std::copysign(1.0, mass);
    const double lost = sign * std::max(0.0, sign * (mass - won - idle));  // rounding: never of the other sign
    w.after[kGeneralPurpose][site.state] += lost;
    w.after[kInactive][site.state] += idle;
}

inline void MultiKarma::add(Workspace& w, const Site& site, double mass, Row response) const {
    using namespace simd;
    if (mass == 0.0) return;
    const double* const psi = w.aggregates->psi.data();
    double* const paid = spending_from(w, site);
    Vec won = 0.0;
    for (std::size_t a = 0; a < padded(response.size()); a += kWidth) {
        const Vec wins = mass * load(response.data() + a) * load(psi + a);
        if (stdx::none_of(wins != 0.0)) continue;
        store_unaligned(load_unaligned(paid + a) + wins, paid + a);
        won += wins;
    }
    settle(w, site, mass, stdx::reduce(won), mass * response[0]);
}

inline void MultiKarma::add(Workspace& w, const Site& site, double mass, const SparseRow& response) const {
    if (mass == 0.0) return;
    const double* const psi = w.aggregates->psi.data();
    double* const paid = spending_from(w, site);
    double won = 0.0, idle = 0.0;
    for_each_action(response, [&](std::size_t a, double p) {
        const double share = mass * p, wins = share * psi[a];
        paid[a] += wins;
        won += wins;
        if (a == 0) idle = share;
    });
    settle(w, site, mass, won, idle);
}

[[gnu::always_inline]] inline Row MultiKarma::Values::row() const {
    using namespace simd;
    const Vec lanes = lane_numbers();
    const Vec stay = stay_;
    for (std::size_t a = 0; a < padded(count_); a += kWidth) {
        Vec q = load(reward_ + a) + stay + load(psi_ + a) * (load_unaligned(paid_ + a) - stay);
        if (a == 0) q = select_less(lanes, 0.5, idle_, q);
        if (a + kWidth > count_)
            q = select_less(lanes, static_cast<double>(count_) - static_cast<double>(a), q, kForbidden);
        store(q, buffer_ + a);
    }
    return {buffer_, count_};
}

template <class Visit>
void MultiKarma::rows(Stage r, const Aggregates& m, std::span<const double> next, Entries& entries, Workspace& w,
                      Visit&& visit) const {
    const std::size_t length = layout_.line_length(r);
    double* const spend = w.path.data() + kLanes;
    Values values;
    values.psi_ = m.psi.data();
    values.buffer_ = w.row.data();
    const auto after = [&](Outcome outcome) -> const double* {
        return receives(r, outcome) ? w.credited.data() : w.plain.data();
    };
    const double* const winner = after(kPriority);
    const double* const loser = after(kGeneralPurpose);
    const double* const idle = after(kInactive);

    std::size_t number = 0;
    for (const Piece& piece : w.part.pieces(r)) {
        const SpendingPath& path = *w.paths[r.at()][number++];
        const std::size_t block = piece.lines.size() * length;
        for (const auto u : Range<Exogenous>(layout_.exogenous_states())) {
            const Block b = layout_.block(piece.type, u);
            const auto entry = entries.of(piece, u);
            for (std::size_t line = 0, first = 0; line < piece.lines.size(); ++line, first += length) {
                continue_line(r, m, b, next.data() + piece.first_state + first, block,
                              std::span(w.plain).subspan(first, length), std::span(w.credited).subspan(first, length));
                entry[line] = winner[first];
            }
            values.reward_ = m.reward.data() + u.at() * action_stride(r);
            Site site{b, piece.lines.first, 0, piece.lines.first * length, piece.first_state + u.at() * block};
            for (std::size_t line = 0, here = 0; line < piece.lines.size(); ++line, ++site.line) {
                path.pull(line, {winner + here, length}, entry, {spend, path.positions(line)});
                const std::size_t fewest = path.extra(line) + 2;
                for (site.position = 0; site.position < length; ++site.position, ++site.index, ++site.state, ++here) {
                    values.count_ = fewest + site.position;
                    values.paid_ = spend + (length - 1 - site.position) - 1;
                    values.stay_ = loser[here];
                    values.idle_ = idle[here];
                    visit(static_cast<const Site&>(site), static_cast<const Values&>(values));
                }
            }
        }
    }
}

static_assert(ActionValues<MultiKarma::Values>);
static_assert(Game<MultiKarma>);

}  // namespace polykarma
