#include "game/pairwise.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "game/exchange.hpp"
#include "game/start_laws.hpp"

namespace polykarma {
namespace {

Layout layout_of(const PairwiseRules& rules) {
    std::vector<TypeInfo> types;
    for (const auto& type : rules.types) types.push_back({type.name, type.share});
    Layout::StageInfo stage{"contest", Account{}, {}};
    for (int bid = 0; bid <= rules.k_max; ++bid)
        stage.actions.push_back({std::to_string(bid), true, static_cast<double>(bid)});
    return Layout(Lattice({rules.k_max}), std::move(types), rules.urgencies, {std::move(stage)}, CycleEnd::wraps);
}

}  // namespace

const std::array<std::string, 2> Pairwise::kOutcomes{"win", "lose"};

Pairwise::Pairwise(PairwiseRules rules)
    : rules_(std::move(rules)),
      tax_(rules_.tax_coefficient, rules_.tax_power, rules_.k_max),
      layout_(layout_of(rules_)),
      stride_(padded(layout_.longest_row())),
      reference_(static_cast<std::size_t>(std::lround(rules_.k_mean))) {}

void Pairwise::Contested::clear() {
    std::fill(winners.begin(), winners.end(), 0.0);
    std::fill(losers.begin(), losers.end(), 0.0);
}

Pairwise::Contested Pairwise::make_contested() const {
    Contested contested;
    contested.winners.resize(stride_ + kLanes, 0.0);
    contested.losers.resize(padded(2 * balances() - 1) + kLanes, 0.0);
    return contested;
}

Pairwise::Aggregates Pairwise::make_aggregates(Stage) const {
    Aggregates m;
    for (auto* by_bid : {&m.nu, &m.win, &m.behind}) by_bid->resize(stride_, 0.0);
    m.reward.resize(layout_.exogenous_states() * stride_, 0.0);
    m.receivers.resize(balances(), 0.0);
    m.left.resize(balances(), 0.0);
    m.contested = make_contested();
    return m;
}

Pairwise::Workspace Pairwise::make_workspace(const Part& part) const {
    Workspace w(part);
    w.after.resize(padded(2 * balances() - 1) + kLanes, 0.0);
    w.spent.resize(stride_ + kLanes, 0.0);
    w.received.resize(simd::kWidth * stride_, 0.0);
    w.row.resize(stride_, 0.0);
    w.behind.resize(stride_, 0.0);
    for (auto& line : w.lines) line.resize(balances(), 0.0);
    w.blocks.resize(part.states(Stage{}) / balances(), make_contested());
    w.moving.resize(part.states(Stage{}), 0.0);
    return w;
}

void Pairwise::row_lengths(Stage, std::size_t, std::span<std::uint32_t> lengths) const {
    std::iota(lengths.begin(), lengths.end(), 1U);
}

/// Bid shares are normalised: a pair draws twice on the mass, and an error of the mass would grow from step to step.
///
/// They are made of rounded terms. Of what a bid pays to peers and what they receive for it, one is the mass that bids
/// it, the other the rounded share, so that karma drifts: by up to 1e-14 of it in a step where everybody mixes over 150
/// bids, and some 1e-15 once few are left. Newton's method gives it back, and a certificate tells how much is missing.
void Pairwise::derive(Stage, std::span<const double> sums, Aggregates& m) const {
    std::fill(m.nu.begin(), m.nu.end(), 0.0);
    for (std::size_t k = 0; k < balances(); ++k)
        for (std::size_t b = 0; b <= k; ++b) m.nu[b] += sums[k * stride_ + b];
    const double total = std::accumulate(m.nu.begin(), m.nu.end(), 0.0);
    m.bids = 0;
    double below = 0.0;
    for (std::size_t b = 0; b < balances(); ++b) {
        m.nu[b] = total == 0.0 ? 0.0 : m.nu[b] / total;
        m.win[b] = std::min(1.0, below + 0.5 * m.nu[b]);
        below += m.nu[b];
        if (m.nu[b] != 0.0) m.bids = b + 1;
    }

    m.contested.clear();
    m.mean_payment = 0.0;
    for (std::size_t k = 0; k < balances(); ++k) {
        const double* const joint = sums.data() + k * stride_;
        double mass = 0.0;
        for (std::size_t b = 0; b <= k; ++b) {
            mass += joint[b];
            m.mean_payment += joint[b] * m.win[b] * static_cast<double>(b);
        }
        if (mass != 0.0) contest(m, k, 1.0, mass, Row(joint, k + 1), m.behind, m.contested);
    }
    m.overflow = 0.0;
    for (std::size_t k = balances(); k < 2 * balances() - 1; ++k)
        m.overflow += m.contested.losers[k] * static_cast<double>(k + 1 - balances());
    settle(m.contested, m.left);
    m.tax = tax_.revenue(m.left);
    std::fill(m.receivers.begin(), m.receivers.end(), 0.0);
    push(tax_, std::span<const double>(m.left), m.receivers);
    m.credit = saturated_credit(m.tax + (rules_.payee == Payee::society ? m.mean_payment : m.overflow), m.receivers);

    for (std::size_t u = 0; u < rules_.urgencies.size(); ++u)
        for (std::size_t b = 0; b < balances(); ++b)
            m.reward[u * stride_ + b] = payoff(rules_.urgencies[u].urgency, m.win[b]);
}

void Pairwise::lose(const Aggregates& m, std::size_t balance, double mass, double won, AlignedVector<double>& bidding,
                    Contested& out) const {
    using namespace simd;
    double* const losers = out.losers.data() + balance;
    if (rules_.payee == Payee::society) {
        const double sign = std::copysign(1.0, mass);
        losers[0] += sign * std::max(0.0, sign * (mass - won));  // rounding: never of the other sign
        return;
    }
    double below = 0.0;
    for (std::size_t b = 0; b < m.bids; ++b) {
        const double share = bidding[b];
        bidding[b] = below + 0.5 * share;
        below += share;
    }
    for (std::size_t b = 0; b < m.bids; b += kWidth) {
        const Vec lost = load(m.nu.data() + b) * load(bidding.data() + b);
        store_unaligned(load_unaligned(losers + b) + lost, losers + b);
    }
}

void Pairwise::settle(const Contested& contested, std::span<double> out) const {
    const std::size_t k_max = balances() - 1;
    for (std::size_t k = 0; k <= k_max; ++k) out[k] = contested.losers[k] + contested.winners[k_max - k];
    for (std::size_t k = k_max + 1; k <= 2 * k_max; ++k) out[k_max] += contested.losers[k];
}

void Pairwise::continue_line(const Aggregates& m, Block b, const double* next, std::size_t block,
                             Workspace& w) const {
    const auto& type = rules_.types[layout_.type(b).at()];
    const std::size_t length = balances();
    const auto after = std::span(w.after).first(length);
    pull(type.chain, Stage{}, layout_.exogenous(b), type.discount, next, block, w.lines[0]);
    if (rules_.criterion == Criterion::average)
        for (double& v : w.lines[0]) v -= next[reference_];
    pull(m.credit, w.lines[0], w.lines[1]);
    pull(tax_, w.lines[1], after);
    std::fill(w.after.begin() + static_cast<std::ptrdiff_t>(length), w.after.end(), after.back());
    std::reverse_copy(after.begin(), after.end(), w.spent.begin());
}

/// Suffix sums over the opponent's bid, side by side for as many balances as a vector holds.
void Pairwise::receive(const Aggregates& m, std::size_t balance, Workspace& w) const {
    using namespace simd;
    Vec above = 0.0;
    for (std::size_t b = m.bids; b-- > 0;) {
        const Vec met = m.nu[b] * load_unaligned(w.after.data() + balance + b);
        const Vec lost = above + 0.5 * met;
        for (std::size_t i = 0; i < kWidth; ++i) w.received[i * stride_ + b] = lost[i];
        above += met;
    }
}

void Pairwise::begin(Workspace& w, Stage, const Aggregates& m) const {
    w.aggregates = &m;
    for (auto& block : w.blocks) block.clear();
}

void Pairwise::finish(Workspace& w, std::span<double> out) const {
    const std::size_t length = balances();
    std::fill(w.moving.begin(), w.moving.end(), 0.0);
    for (std::size_t block = 0; block < w.blocks.size(); ++block) {
        auto& [left, taxed] = w.lines;
        settle(w.blocks[block], left);
        std::fill(taxed.begin(), taxed.end(), 0.0);
        push(tax_, std::span<const double>(left), std::span(taxed));
        push(w.aggregates->credit, std::span<const double>(taxed),
             std::span(w.moving).subspan(block * length, length));
    }
    for (const Piece& piece : w.part.pieces(Stage{}))
        for (const auto v : Range<Exogenous>(layout_.exogenous_states()))
            push(rules_.types[piece.type.at()].chain, Stage{}, v, w.moving.data() + piece.first_state, length,
                 out.subspan(piece.first_state + v.at() * length, length));
}

double Pairwise::cycle_discount() const {
    double largest = 0.0;
    for (const auto& type : rules_.types) largest = std::max(largest, type.discount);
    return largest;
}

Action Pairwise::start_action(PolicyStart rule, Stage r, const Site& site, std::size_t row_length, int seed) const {
    const auto largest_bid = static_cast<double>(row_length - 1);
    const auto bid = [](double b) { return Action{static_cast<std::size_t>(b)}; };
    if (rule == PolicyStart::zero) return bid(0.0);
    if (rule == PolicyStart::random)
        return bid(std::floor(largest_bid * drawn(seed, Purpose::policy, r.at(), site.block.at())));
    const double urgency = rules_.urgencies[layout_.exogenous(site.block).at()].urgency;
    if (urgency == 0.0) return bid(0.0);
    double largest = 0.0;
    for (const auto& u : rules_.urgencies) largest = std::max(largest, u.urgency);
    return bid(guarded_floor(largest_bid * urgency / largest));
}

void Pairwise::start_mass(KarmaStart rule, Field& mass, int seed) const {
    const std::vector<double> law = start_law(rule, rules_.k_mean, rules_.k_max, seed, 0);
    mass.part().for_each_site(Stage{}, [&](const Site& site, std::size_t) {
        mass.stage(Stage{})[site.state] = stationary_exogenous(Stage{}, site.block) * law[site.position];
    });
}

}  // namespace polykarma
