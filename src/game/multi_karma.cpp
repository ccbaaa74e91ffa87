#include "game/multi_karma.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace polykarma {
namespace {

Lattice lattice_of(const MultiKarmaRules& rules) {
    std::vector<int> k_max;
    for (const auto& resource : rules.resources) k_max.push_back(resource.k_max);
    return Lattice(std::move(k_max));
}

/// Actions of the longest row: inactive, and bids up to what full accounts are worth.
Layout::StageInfo stage_of(const MultiKarmaRules& rules, const Lattice& lattice, Account r) {
    Layout::StageInfo stage{rules.resources[r.at()].name, r, {}};
    stage.actions.push_back({"inactive", false, std::numeric_limits<double>::quiet_NaN()});
    const int means = SpendingPath::means(lattice, rules.exchange, r, lattice.lines(r) - 1);
    for (int bid = 0; bid <= lattice.k_max(r) + means; ++bid)
        stage.actions.push_back({std::to_string(bid), true, static_cast<double>(bid)});
    return stage;
}

Layout layout_of(const MultiKarmaRules& rules) {
    Lattice lattice = lattice_of(rules);
    std::vector<TypeInfo> types;
    for (const auto& type : rules.types) types.push_back({type.name, type.share});
    std::vector<Layout::StageInfo> stages;
    for (const auto r : Range<Account>(rules.resources.size())) stages.push_back(stage_of(rules, lattice, r));
    return Layout(std::move(lattice), std::move(types), rules.urgencies, std::move(stages), CycleEnd::wraps);
}

}  // namespace

const std::array<std::string, 3> MultiKarma::kOutcomes{"priority", "general_purpose", "inactive"};

MultiKarma::MultiKarma(MultiKarmaRules rules) : rules_(std::move(rules)), layout_(layout_of(rules_)) {
    for (const auto r : Range<Stage>(layout_.stages())) strides_.push_back(padded(layout_.stage(r).actions.size()));
}

MultiKarma::Aggregates MultiKarma::make_aggregates(Stage r) const {
    Aggregates m;
    m.nu.resize(action_stride(r), 0.0);
    m.psi.resize(action_stride(r), 0.0);
    m.reward.resize(layout_.exogenous_states() * action_stride(r), 0.0);
    m.receivers.resize(layout_.line_length(r), 0.0);
    return m;
}

MultiKarma::Workspace MultiKarma::make_workspace(const Part& part) const {
    Workspace w(part);
    std::size_t largest_block = 0;
    for (const auto r : Range<Stage>(layout_.stages())) {
        auto& paths = w.paths.emplace_back();
        const Piece* before = nullptr;
        for (const Piece& piece : part.pieces(r)) {
            // Types that own the same lines share their paths.
            const bool same = before != nullptr && before->lines == piece.lines;
            paths.push_back(same ? paths.back()
                                 : std::make_shared<const SpendingPath>(layout_.lattice(), rules_.exchange,
                                                                        layout_.contested(r), piece));
            before = &piece;
            largest_block = std::max(largest_block, piece.lines.size() * layout_.line_length(r));
        }
    }
    const std::size_t with_room = padded(layout_.longest_row()) + 3 * kLanes;
    w.plain.resize(largest_block, 0.0);
    w.credited.resize(largest_block, 0.0);
    w.path.resize(with_room, 0.0);
    w.row.resize(padded(layout_.longest_row()), 0.0);
    w.stays.resize(part.most_states(), 0.0);
    w.receives.resize(part.most_states(), 0.0);
    w.paid.resize(with_room, 0.0);
    return w;
}

void MultiKarma::row_lengths(Stage r, std::size_t line, std::span<std::uint32_t> lengths) const {
    const int means = SpendingPath::means(layout_.lattice(), rules_.exchange, layout_.contested(r), line);
    std::iota(lengths.begin(), lengths.end(), static_cast<std::uint32_t>(means + 2));
}

void MultiKarma::entered_lines(Stage r, std::size_t line, std::vector<std::size_t>& entered) const {
    SpendingPath::entered_lines(layout_.lattice(), rules_.exchange, layout_.contested(r), line, entered);
}

bool MultiKarma::receives(Stage r, Outcome outcome) const {
    switch (rules_.resources[r.at()].redistribution) {
        case Redistribution::all: return true;
        case Redistribution::active: return outcome != kInactive;
        case Redistribution::non_winners: return outcome != kPriority;
    }
    return true;
}

void MultiKarma::derive(Stage r, std::span<const double> sums, Aggregates& m) const {
    const auto& resource = rules_.resources[r.at()];
    const std::size_t stride = action_stride(r);
    const std::size_t actions = layout_.stage(r).actions.size();
    const std::size_t balances = m.receivers.size();

    std::fill(m.nu.begin(), m.nu.end(), 0.0);
    for (std::size_t k = 0; k < balances; ++k)
        for (std::size_t a = 0; a < actions; ++a) m.nu[a] += sums[k * stride + a];
    priority_probabilities(std::span(m.nu).subspan(1, actions - 1), resource.capacity.priority, rules_.tie_smoothing,
                           std::span(m.psi).subspan(1, actions - 1));

    double general_purpose = 0.0;
    m.mean_payment = 0.0;
    for (std::size_t a = 1; a < actions; ++a) {
        general_purpose += m.nu[a] * (1.0 - m.psi[a]);
        m.mean_payment += m.nu[a] * m.psi[a] * static_cast<double>(a - 1);
    }
    m.delay = congestion_delay(general_purpose, resource.capacity);

    std::fill(m.receivers.begin(), m.receivers.end(), 0.0);
    for (std::size_t k = 0; k < balances; ++k) {
        const double* const joint = sums.data() + k * stride;
        if (receives(r, kInactive)) m.receivers[k] += joint[0];
        for (std::size_t a = 1; a < actions; ++a) {
            const double won = joint[a] * m.psi[a];
            if (receives(r, kGeneralPurpose)) m.receivers[k] += joint[a] - won;
            if (receives(r, kPriority)) m.receivers[k - std::min(k, a - 1)] += won;
        }
    }
    m.credit = saturated_credit(m.mean_payment, m.receivers);

    for (std::size_t u = 0; u < rules_.urgencies.size(); ++u) {
        const double urgency = rules_.urgencies[u].urgency;
        double* const reward = m.reward.data() + u * stride;
        for (std::size_t a = 1; a < actions; ++a) {
            const double expected_delay = (1.0 - m.psi[a]) * m.delay;
            reward[a] = payoff(urgency, expected_delay);
        }
    }
}

void MultiKarma::continue_line(Stage r, const Aggregates& m, Block b, const double* next, std::size_t block,
                               std::span<double> plain, std::span<double> credited) const {
    const auto& type = rules_.types[layout_.type(b).at()];
    pull(type.chain, r, layout_.exogenous(b), type.discount[r.at()], next, block, plain);
    pull(m.credit, plain, credited);
}

void MultiKarma::entry_values(Stage r, const Aggregates& m, std::span<const double> next, Workspace& w,
                              const Piece& piece, std::size_t line, std::span<double> out) const {
    const std::size_t length = layout_.line_length(r);
    const auto plain = std::span(w.plain).first(length), credited = std::span(w.credited).first(length);
    const double* const first = next.data() + piece.first_state + (line - piece.lines.first) * length;
    for (const auto u : Range<Exogenous>(layout_.exogenous_states())) {
        continue_line(r, m, layout_.block(piece.type, u), first, piece.lines.size() * length, plain, credited);
        out[u.at()] = receives(r, kPriority) ? credited[0] : plain[0];
    }
}

void MultiKarma::begin(Workspace& w, Stage r, const Aggregates& m) const {
    w.stage = r;
    w.aggregates = &m;
    w.line_length = layout_.line_length(r);
    w.line_used = false;
    for (const auto outcome : {kPriority, kGeneralPurpose, kInactive})
        w.after[outcome] = receives(r, outcome) ? w.receives.data() : w.stays.data();
    std::fill(w.stays.begin(), w.stays.end(), 0.0);
    std::fill(w.receives.begin(), w.receives.end(), 0.0);
    w.entering.clear();
}

void MultiKarma::close_line(Workspace& w) const {
    if (!w.line_used) return;
    const std::size_t number = w.part.piece_number(w.stage, layout_.type(w.block));
    const Piece& piece = w.part.pieces(w.stage)[number];
    const SpendingPath& path = *w.paths[w.stage.at()][number];
    const std::size_t line = w.line - piece.lines.first;
    path.push(line, std::span(w.paid).subspan(kLanes, path.positions(line)),
              {w.after[kPriority] + w.line_state, w.line_length},
              w.entering.of(piece, layout_.exogenous(w.block)));
    std::fill(w.paid.begin(), w.paid.end(), 0.0);
    w.line_used = false;
}

void MultiKarma::close(Workspace& w) const { close_line(w); }

/// Line by line: who entered from other lines joins, the credit is paid, and urgency moves on.
void MultiKarma::finish(Workspace& w, std::span<double> out) const {
    const Stage r = w.stage;
    const std::size_t length = layout_.line_length(r);
    const Range<Exogenous> urgencies(layout_.exogenous_states());
    for (const Piece& piece : w.part.pieces(r)) {
        const auto& chain = rules_.types[piece.type.at()].chain;
        const std::size_t block = piece.lines.size() * length;
        for (std::size_t line = 0; line < piece.lines.size(); ++line) {
            const std::size_t first = piece.first_state + line * length;
            for (const auto u : urgencies) {
                const std::size_t state = first + u.at() * block;
                w.after[kPriority][state] += w.entering.of(piece, u).value(line);
                push(w.aggregates->credit, std::span<const double>(w.receives).subspan(state, length),
                     std::span(w.stays).subspan(state, length));
            }
            for (const auto v : urgencies)
                push(chain, r, v, w.stays.data() + first, block, out.subspan(first + v.at() * block, length));
        }
    }
}

double MultiKarma::cycle_discount() const {
    double largest = 0.0;
    for (const auto& type : rules_.types) {
        double product = 1.0;
        for (const double alpha : type.discount) product *= alpha;
        largest = std::max(largest, product);
    }
    return largest;
}

double MultiKarma::conserved_weight(std::size_t quantity, std::span<const int> balances) const {
    double value = 0.0;
    for (const auto a : Range<Account>(balances.size()))
        if (rules_.exchange.group(a) == quantity) value += rules_.exchange.worth(a) * balances[a.at()];
    return value;
}

double MultiKarma::conserved_value(std::size_t quantity) const {
    double value = 0.0;
    for (const auto a : Range<Account>(rules_.resources.size()))
        if (rules_.exchange.group(a) == quantity) value += rules_.exchange.worth(a) * rules_.resources[a.at()].k_mean;
    return value;
}

double MultiKarma::outcome_probability(Stage, const Aggregates& m, std::size_t outcome, Action a) const {
    if (a.at() == 0) return outcome == kInactive ? 1.0 : 0.0;
    switch (outcome) {
        case kPriority: return m.psi[a.at()];
        case kGeneralPurpose: return 1.0 - m.psi[a.at()];
        default: return 0.0;
    }
}

}  // namespace polykarma
