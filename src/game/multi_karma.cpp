#include "game/multi_karma.hpp"

#include <algorithm>
#include <cmath>

namespace polykarma {
namespace {

enum Outcome : std::size_t { kPriority, kGeneralPurpose, kInactive };

Lattice lattice_of(const MultiKarmaRules& rules) {
    std::vector<int> k_max;
    for (const auto& resource : rules.resources) k_max.push_back(resource.k_max);
    return Lattice(std::move(k_max));
}

std::vector<SpendingPath> paths_of(const MultiKarmaRules& rules, const Lattice& lattice) {
    std::vector<SpendingPath> paths;
    for (const auto r : Range<Account>(rules.resources.size())) paths.emplace_back(lattice, rules.exchange, r);
    return paths;
}

Layout::StageInfo stage_of(const MultiKarmaRules& rules, const SpendingPath& path, std::size_t r, std::size_t sites) {
    Layout::StageInfo stage{rules.resources[r].name, Account{r}, {}, {}};
    stage.actions.push_back({"inactive", false, std::numeric_limits<double>::quiet_NaN()});
    for (std::size_t bid = 0; bid < path.line_length() + path.longest_extra(); ++bid)
        stage.actions.push_back({std::to_string(bid), true, static_cast<double>(bid)});
    for (std::size_t site = 0; site < sites; ++site)
        stage.row_lengths.push_back(path.extra(site / path.line_length()) + site % path.line_length() + 2);
    return stage;
}

Layout layout_of(const MultiKarmaRules& rules, const std::vector<SpendingPath>& paths) {
    Lattice lattice = lattice_of(rules);
    std::vector<TypeInfo> types;
    for (const auto& type : rules.types) types.push_back({type.name, type.share});
    std::vector<Layout::StageInfo> stages;
    for (std::size_t r = 0; r < paths.size(); ++r) stages.push_back(stage_of(rules, paths[r], r, lattice.sites()));
    return Layout(std::move(lattice), std::move(types), rules.urgencies, std::move(stages), CycleEnd::wraps);
}

}  // namespace

const std::array<std::string, 3> MultiKarma::kOutcomes{"priority", "general_purpose", "inactive"};

MultiKarma::MultiKarma(MultiKarmaRules rules)
    : rules_(std::move(rules)), paths_(paths_of(rules_, lattice_of(rules_))), layout_(layout_of(rules_, paths_)) {
    for (const auto r : Range<Stage>(layout_.stages())) {
        longest_path_ = std::max(longest_path_, paths_[r.at()].line_length() + paths_[r.at()].longest_extra());
        longest_row_ = std::max(longest_row_, layout_.stage(r).actions.size());
    }
}

MultiKarma::Sums MultiKarma::make_sums(Stage r) const {
    return {AlignedVector<double>(paths_[r.at()].line_length() * action_stride(r), 0.0)};
}

MultiKarma::Aggregates MultiKarma::make_aggregates(Stage r) const {
    Aggregates m;
    m.nu.resize(action_stride(r), 0.0);
    m.psi.resize(action_stride(r), 0.0);
    m.reward.resize(layout_.exogenous_states() * action_stride(r), 0.0);
    m.receivers.resize(paths_[r.at()].line_length(), 0.0);
    return m;
}

MultiKarma::Workspace MultiKarma::make_workspace() const {
    const AlignedVector<double> sites(layout_.sites(), 0.0);
    return {sites, sites, sites, AlignedVector<double>(padded(longest_path_) + 3 * kLanes, 0.0),
            AlignedVector<double>(padded(longest_row_), 0.0)};
}

MultiKarma::Push MultiKarma::make_push() const {
    Push push;
    push.mixed.resize(layout_.sites(), 0.0);
    push.plain.resize(layout_.sites(), 0.0);
    push.credited.resize(layout_.sites(), 0.0);
    push.path.resize(padded(longest_path_) + 3 * kLanes, 0.0);
    return push;
}

bool MultiKarma::receives(Stage r, std::size_t outcome) const {
    switch (rules_.resources[r.at()].redistribution) {
        case Redistribution::all: return true;
        case Redistribution::active: return outcome != kInactive;
        case Redistribution::non_winners: return outcome != kPriority;
    }
    return true;
}

void MultiKarma::tally(Stage r, const Site& site, double mass, Row response, Sums& sums) const {
    using namespace simd;
    if (mass == 0.0) return;
    double* const joint = sums.joint.data() + site.position * action_stride(r);
    for (std::size_t a = 0; a < padded(response.size()); a += kWidth)
        store(load(joint + a) + mass * load(response.data() + a), joint + a);
}

void MultiKarma::derive(Stage r, const Sums& sums, Aggregates& m) const {
    const auto& resource = rules_.resources[r.at()];
    const std::size_t stride = action_stride(r);
    const std::size_t actions = layout_.stage(r).actions.size();
    const std::size_t balances = m.receivers.size();

    std::fill(m.nu.begin(), m.nu.end(), 0.0);
    for (std::size_t k = 0; k < balances; ++k)
        for (std::size_t a = 0; a < actions; ++a) m.nu[a] += sums.joint[k * stride + a];
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
        const double* const joint = sums.joint.data() + k * stride;
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
            reward[a] = urgency > 0.0 ? urgency * (rules_.nominal_payoff - expected_delay)
                                      : -rules_.idle_delay_cost * expected_delay;
        }
    }
}

void MultiKarma::continuation(Stage r, const Aggregates& m, Block b, std::span<const double> next,
                              Workspace& w) const {
    const Type t = layout_.type(b);
    const auto& type = rules_.types[t.at()];
    const std::size_t sites = layout_.sites();
    std::fill(w.mixed.begin(), w.mixed.end(), 0.0);
    for (const auto v : Range<Exogenous>(layout_.exogenous_states())) {
        const double weight = type.discount[r.at()] * type.chain.probability(r, layout_.exogenous(b), v);
        if (weight == 0.0) continue;
        const double* const value = next.data() + layout_.block(t, v).at() * sites;
        for (std::size_t i = 0; i < sites; ++i) w.mixed[i] += weight * value[i];
    }
    layout_.lattice().transpose(layout_.contested(layout_.next(r)), layout_.contested(r), w.mixed, w.plain);
    const std::size_t length = paths_[r.at()].line_length();
    for (std::size_t start = 0; start < sites; start += length)
        pull(m.credit, std::span<const double>(w.plain).subspan(start, length),
             std::span(w.credited).subspan(start, length));
}

void MultiKarma::begin(Push& push, Stage r, const Aggregates& m, std::span<double> out) const {
    push.stage = r;
    push.aggregates = &m;
    push.out = out;
    push.block = Block{};
    push.line = 0;
    push.line_used = push.block_used = false;
    std::fill(out.begin(), out.end(), 0.0);
}

/// What wins is spent along the path; what is left of the state's mass, to the last bit, stays.
void MultiKarma::add(Push& push, const Site& site, double mass, Row response) const {
    using namespace simd;
    if (mass == 0.0) return;
    if (site.block != push.block || site.line != push.line) flush_line(push);
    if (site.block != push.block) flush_block(push);
    push.block = site.block;
    push.line = site.line;
    push.line_used = push.block_used = true;

    const Stage r = push.stage;
    const double* const psi = push.aggregates->psi.data();
    const std::size_t length = paths_[r.at()].line_length();
    double* const paid = push.path.data() + kLanes + (length - 1 - site.position) - 1;
    Vec won = 0.0;
    for (std::size_t a = 0; a < padded(response.size()); a += kWidth) {
        const Vec wins = mass * load(response.data() + a) * load(psi + a);
        if (stdx::none_of(wins != 0.0)) continue;
        store_unaligned(load_unaligned(paid + a) + wins, paid + a);
        won += wins;
    }
    const double idle = mass * response[0];
    const double stays = std::max(0.0, mass - stdx::reduce(won) - idle);
    (receives(r, kGeneralPurpose) ? push.credited : push.plain)[site.index] += stays;
    (receives(r, kInactive) ? push.credited : push.plain)[site.index] += idle;
}

void MultiKarma::flush_line(Push& push) const {
    if (!push.line_used) return;
    const SpendingPath& path = paths_[push.stage.at()];
    auto& winners = receives(push.stage, kPriority) ? push.credited : push.plain;
    path.push(push.line, std::span(push.path).subspan(kLanes, path.positions(push.line)), winners);
    std::fill(push.path.begin(), push.path.end(), 0.0);
    push.line_used = false;
}

void MultiKarma::flush_block(Push& push) const {
    if (!push.block_used) return;
    const Stage r = push.stage;
    const Type t = layout_.type(push.block);
    const std::size_t sites = layout_.sites();
    const std::size_t length = paths_[r.at()].line_length();
    for (std::size_t start = 0; start < sites; start += length)
        polykarma::push(push.aggregates->credit, std::span<const double>(push.credited).subspan(start, length),
                        std::span(push.plain).subspan(start, length));
    layout_.lattice().transpose(layout_.contested(r), layout_.contested(layout_.next(r)), push.plain, push.mixed);
    for (const auto v : Range<Exogenous>(layout_.exogenous_states())) {
        const double weight = rules_.types[t.at()].chain.probability(r, layout_.exogenous(push.block), v);
        if (weight == 0.0) continue;
        double* const out = push.out.data() + layout_.block(t, v).at() * sites;
        for (std::size_t i = 0; i < sites; ++i) out[i] += weight * push.mixed[i];
    }
    std::fill(push.plain.begin(), push.plain.end(), 0.0);
    std::fill(push.credited.begin(), push.credited.end(), 0.0);
    push.block_used = false;
}

void MultiKarma::finish(Push& push) const {
    flush_line(push);
    flush_block(push);
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
