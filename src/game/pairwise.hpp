#pragma once

#include <array>
#include <limits>
#include <string>
#include <vector>

#include "base/simd.hpp"
#include "config/economy.hpp"
#include "game/concept.hpp"
#include "game/credit.hpp"
#include "game/game_size.hpp"
#include "game/property_tax.hpp"
#include "game/shares.hpp"
#include "game/urgency_chain.hpp"

namespace polykarma {

/// The rules of a pairwise karma economy, free of any file format.                                          ([SC] 3)
struct PairwiseRules {
    using Game = class Pairwise;
    struct UserType {
        std::string name;
        double share = 0.0;
        UrgencyChain chain;  ///< of one stage
        double discount = 0.0;
    };
    std::vector<ExogenousInfo> urgencies;
    std::vector<UserType> types;
    Payee payee = Payee::society;
    double tax_coefficient = 0.0;
    double tax_power = 1.0;
    int k_max = 0;
    double k_mean = 0.0;
    Criterion criterion = Criterion::discounted;  ///< average: every discount is 1
};

/// Rules of an economy file. Throws InputError, with file and line, for a chain without a unique stationary law.
PairwiseRules pairwise_rules_of(const EconomyConfig& economy);

/// Agents without a future bid all they have. If who wins pays its peer, karma collects with fewer and fewer of them, and
/// in the limit contests are decided like by a coin: there is a closed form and no equilibrium. Throws InputError then.
void require_a_future(const EconomyConfig& economy);

GameSize pairwise_size(const EconomyConfig& economy);

/// One resource, contested by two random agents at a time: the higher bid wins, ties by a fair coin.        ([SC])
///
/// Actions of a state: b bids b, up to the karma held. Outcomes: win (pays the bid), lose (payoff -u).
/// Order of a period: bids, outcomes, payments, tax, credit, then urgency moves. A loser who receives the opponent's
/// bid has two reasons at once for where it goes, losing and to whom: its rows are a correlation with the bid shares.
/// Karma that a loser receives above k_max is not lost: it joins the credit.
class Pairwise {
public:
    /// Mass after the contest, of one block: winners [k_max - k + bid] by what they have left, losers [balance up to
    /// 2 k_max] by what they hold then. A cache line of room after each.
    struct Contested {
        AlignedVector<double> winners;
        AlignedVector<double> losers;
        void clear();
    };
    struct Aggregates {
        AlignedVector<double> nu;       ///< [bid, padded] share of the agents who contest
        AlignedVector<double> win;      ///< [bid, padded] probability of winning
        AlignedVector<double> reward;   ///< [urgency][bid, padded] expected immediate reward
        std::size_t bids = 0;           ///< nobody bids this or more
        std::vector<double> receivers;  ///< [balance after contest and tax] mass that receives the credit
        double mean_payment = 0.0;      ///< karma per capita, and so on
        double tax = 0.0;
        double overflow = 0.0;  ///< received by losers above k_max
        Credit credit;
        Contested contested;           ///< scratch: of all blocks together
        AlignedVector<double> behind;  ///< scratch
        std::vector<double> left;      ///< scratch
    };

    struct Workspace {
        explicit Workspace(const Part& part) : part(part), entering(part) {}
        Part part;
        AlignedVector<double> after;     ///< [balance] continuation after the contest; filled up above k_max
        AlignedVector<double> spent;     ///< the same downwards from k_max, with room
        AlignedVector<double> received;  ///< [balance of a vector][bid, padded] expected continuation of losers
        AlignedVector<double> row;
        std::array<std::vector<double>, 2> lines;  ///< scratch

        const Aggregates* aggregates = nullptr;
        std::vector<Contested> blocks;  ///< [block of the part]
        AlignedVector<double> behind;   ///< [bid, padded] mass of a state that the bid beats, ties for a half
        AlignedVector<double> moving;   ///< [state] mass before urgency moves
        EnteringMass entering;          ///< none: there is one line
    };

    /// Q[b] = reward[b] + stay + received[b] + win[b] (spent[b] - stay): `stay` is what a loser who receives nothing
    /// goes on with, `received` the part of losing that depends on the opponent's bid, probability included. One of the
    /// two is zero.
    class Values {
    public:
        [[nodiscard]] std::size_t size() const { return count_; }
        [[nodiscard]] double operator[](std::size_t bid) const {
            return reward_[bid] + (stay_ + received_[bid]) + win_[bid] * (spent_[bid] - stay_);
        }
        [[nodiscard]] Row row() const;

    private:
        friend Pairwise;
        std::size_t count_ = 0;
        const double* reward_ = nullptr;    // [bid, padded]
        const double* win_ = nullptr;       // [bid, padded]
        const double* spent_ = nullptr;     // [bid]
        const double* received_ = nullptr;  // [bid, padded]
        double stay_ = 0.0;
        double* buffer_ = nullptr;
    };

    explicit Pairwise(PairwiseRules rules);

    [[nodiscard]] const PairwiseRules& rules() const { return rules_; }
    [[nodiscard]] const PropertyTax& tax() const { return tax_; }
    /// Payoff of a contest that is won with this probability.
    [[nodiscard]] static double payoff(double urgency, double win) { return -urgency * (1.0 - win); }
    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] Aggregates make_aggregates(Stage r) const;
    [[nodiscard]] Workspace make_workspace(const Part& part) const;

    void row_lengths(Stage r, std::size_t line, std::span<std::uint32_t> lengths) const;
    void entered_lines(Stage, std::size_t, std::vector<std::size_t>&) const {}

    /// Shares of agents by balance and bid, [balance][bid, padded], rounded to kShares.
    [[nodiscard]] std::size_t sums_size(Stage) const { return balances() * stride_; }
    template <class AnyRow>
    void tally(Stage, const Site& site, double mass, const AnyRow& response, std::span<double> sums) const {
        add_shares(mass, response, sums.data() + site.position * stride_);
    }
    void derive(Stage r, std::span<const double> sums, Aggregates& m) const;

    void entry_values(Stage, const Aggregates&, std::span<const double>, Workspace&, const Piece&, std::size_t,
                      std::span<double>) const {}
    template <class Visit>
    void rows(Stage r, const Aggregates& m, std::span<const double> next, Entries& entries, Workspace& w,
              Visit&& visit) const;

    void begin(Workspace& w, Stage r, const Aggregates& m) const;
    template <class AnyRow>
    void add(Workspace& w, const Site& site, double mass, const AnyRow& response) const {
        if (mass != 0.0)
            contest(*w.aggregates, site.position, mass, mass, response, w.behind, w.blocks[site.state / balances()]);
    }
    void close(Workspace&) const {}
    [[nodiscard]] EnteringMass& entering(Workspace& w) const { return w.entering; }
    void finish(Workspace& w, std::span<double> out) const;

    [[nodiscard]] double reward(Stage, const Aggregates& m, Block b, Action a) const {
        return m.reward[layout_.exogenous(b).at() * stride_ + a.at()];
    }
    [[nodiscard]] double stationary_exogenous(Stage r, Block b) const {
        const auto& type = rules_.types[layout_.type(b).at()];
        return type.share * type.chain.stationary(r, layout_.exogenous(b));
    }
    [[nodiscard]] Criterion criterion() const { return rules_.criterion; }
    /// First urgency, mean balance: in every lattice the same.
    [[nodiscard]] bool is_reference(const Site& site) const {
        return layout_.exogenous(site.block).at() == 0 && site.position == reference_;
    }
    /// The largest discount of any type.
    [[nodiscard]] double cycle_discount() const;

    [[nodiscard]] std::size_t conserved() const { return 1; }
    [[nodiscard]] double conserved_weight(std::size_t, std::span<const int> balances) const { return balances[0]; }
    [[nodiscard]] double conserved_value(std::size_t) const { return rules_.k_mean; }
    /// Credit for which nobody had room, per capita.
    [[nodiscard]] double lost(const Aggregates& m) const { return m.credit.lost; }

    [[nodiscard]] double clipped(const Aggregates& m) const {
        return m.overflow + polykarma::clipped(m.credit, m.receivers);
    }

    [[nodiscard]] std::span<const std::string> outcomes() const { return kOutcomes; }
    [[nodiscard]] double outcome_probability(Stage, const Aggregates& m, std::size_t outcome, Action a) const {
        return outcome == 0 ? m.win[a.at()] : 1.0 - m.win[a.at()];
    }
    void terminal_value(const Part&, std::span<double>) const {}
    void initial_law(const Part&, std::span<double>) const {}

    /// The action every agent takes under a starting rule other than even.   seed: of the rule random
    [[nodiscard]] Action start_action(PolicyStart rule, Stage r, const Site& site, std::size_t row_length,
                                      int seed = 0) const;
    /// Starting mass: the stationary law of urgency times a karma law.   seed: of the rule random
    void start_mass(KarmaStart rule, Field& mass, int seed = 0) const;

private:
    [[nodiscard]] std::size_t balances() const { return layout_.sites(); }
    [[nodiscard]] Contested make_contested() const;
    /// Where the agents of one state go: `scale` times the response, `mass` in all.
    void contest(const Aggregates& m, std::size_t balance, double scale, double mass, Row response,
                 AlignedVector<double>& behind, Contested& out) const;
    void contest(const Aggregates& m, std::size_t balance, double scale, double mass, const SparseRow& response,
                 AlignedVector<double>& behind, Contested& out) const;
    /// Losers of one state.   bidding [bid, padded] its mass; won: of all of it
    void lose(const Aggregates& m, std::size_t balance, double mass, double won, AlignedVector<double>& bidding,
              Contested& out) const;
    /// Mass by balance after the contest, cut off at k_max.
    void settle(const Contested& contested, std::span<double> out) const;
    /// Continuation after the contest for one block, upwards and downwards; relative under the average criterion.
    void continue_line(const Aggregates& m, Block b, const double* next, std::size_t block, Workspace& w) const;
    /// Expected continuation of losers, for a vector of balances from this one on.
    void receive(const Aggregates& m, std::size_t balance, Workspace& w) const;

    static const std::array<std::string, 2> kOutcomes;
    PairwiseRules rules_;
    PropertyTax tax_;
    Layout layout_;
    std::size_t stride_;     // bids, padded
    std::size_t reference_;  // balance whose V is taken from all under the average criterion
};

inline void Pairwise::contest(const Aggregates& m, std::size_t balance, double scale, double mass, Row response,
                              AlignedVector<double>& behind, Contested& out) const {
    using namespace simd;
    double* const winners = out.winners.data() + (balances() - 1 - balance);
    Vec won = 0.0;
    for (std::size_t b = 0; b < padded(response.size()); b += kWidth) {
        const Vec share = scale * load(response.data() + b);
        const Vec wins = share * load(m.win.data() + b);
        store(share, behind.data() + b);
        if (stdx::none_of(wins != 0.0)) continue;
        store_unaligned(load_unaligned(winners + b) + wins, winners + b);
        won += wins;
    }
    std::fill(behind.begin() + static_cast<std::ptrdiff_t>(padded(response.size())), behind.end(), 0.0);
    lose(m, balance, mass, stdx::reduce(won), behind, out);
}

inline void Pairwise::contest(const Aggregates& m, std::size_t balance, double scale, double mass,
                              const SparseRow& response, AlignedVector<double>& behind, Contested& out) const {
    double* const winners = out.winners.data() + (balances() - 1 - balance);
    double won = 0.0;
    std::fill(behind.begin(), behind.end(), 0.0);
    for_each_action(response, [&](std::size_t b, double p) {
        const double share = scale * p, wins = share * m.win[b];
        behind[b] = share;
        winners[b] += wins;
        won += wins;
    });
    lose(m, balance, mass, won, behind, out);
}

[[gnu::always_inline]] inline Row Pairwise::Values::row() const {
    using namespace simd;
    const Vec stay = stay_;
    for (std::size_t b = 0; b < padded(count_); b += kWidth) {
        Vec q = load(reward_ + b) + (stay + load(received_ + b)) + load(win_ + b) * (load_unaligned(spent_ + b) - stay);
        if (b + kWidth > count_)
            q = select_less(lane_numbers(), static_cast<double>(count_) - static_cast<double>(b), q, kForbidden);
        store(q, buffer_ + b);
    }
    return {buffer_, count_};
}

template <class Visit>
void Pairwise::rows(Stage r, const Aggregates& m, std::span<const double> next, Entries&, Workspace& w,
                    Visit&& visit) const {
    const std::size_t length = balances();
    Values values;
    values.win_ = m.win.data();
    values.buffer_ = w.row.data();
    std::fill(w.received.begin(), w.received.end(), 0.0);
    for (const Piece& piece : w.part.pieces(r))
        for (const auto u : Range<Exogenous>(layout_.exogenous_states())) {
            const Block b = layout_.block(piece.type, u);
            continue_line(m, b, next.data() + piece.first_state, length, w);
            values.reward_ = m.reward.data() + u.at() * stride_;
            Site site{b, 0, 0, 0, piece.first_state + u.at() * length};
            for (; site.position < length; ++site.position, ++site.index, ++site.state) {
                const std::size_t of_vector = site.position % simd::kWidth;
                if (rules_.payee == Payee::peer && of_vector == 0) receive(m, site.position, w);
                values.count_ = site.position + 1;
                values.spent_ = w.spent.data() + (length - 1 - site.position);
                values.received_ = w.received.data() + of_vector * stride_;
                values.stay_ = rules_.payee == Payee::society ? w.after[site.position] : 0.0;
                visit(static_cast<const Site&>(site), static_cast<const Values&>(values));
            }
        }
}

static_assert(ActionValues<Pairwise::Values>);
static_assert(UnboundedGame<Pairwise>);
static_assert(AverageGame<Pairwise>);

}  // namespace polykarma
