#include "io/record_writer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.hpp"
#include "io/stored_fields.hpp"

namespace polykarma::hdf5 {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kShare = "share of population";

/// The axes of one layout, by name.
class LayoutAxes {
public:
    explicit LayoutAxes(const Layout& layout, std::size_t outcomes)
        : stage{"stage", layout.stages()},
          type{"type", layout.types()},
          urgency{"urgency", layout.exogenous_states()},
          action{"action", 0},
          outcome{"outcome", outcomes},
          account{"account", layout.lattice().accounts()},
          longest{},
          state{stage, type, urgency} {
        for (const auto r : Range<Stage>(layout.stages()))
            if (const std::size_t count = layout.stage(r).actions.size(); count > action.length) {
                action.length = count;
                longest = r;
            }
        for (const auto a : Range<Account>(layout.lattice().accounts()))
            state.push_back({"karma_" + layout.account_name(a), layout.lattice().line_length(a)});
    }

    Axis stage, type, urgency, action, outcome, account;
    Stage longest;  ///< the stage with the most actions
    Axes state;
};

template <class Infos>
std::vector<std::string> names(const Infos& infos) {
    std::vector<std::string> result;
    for (const auto& info : infos) result.push_back(info.name);
    return result;
}

std::vector<std::int32_t> numbers(std::size_t count) {
    std::vector<std::int32_t> result(count);
    std::iota(result.begin(), result.end(), 0);
    return result;
}

void write_coordinates(GroupWriter& group, const EquilibriumRecord& record, const LayoutAxes& axes) {
    const Layout& layout = *record.layout;
    std::vector<std::string> stages, accounts;
    for (const auto r : Range<Stage>(layout.stages())) stages.push_back(layout.stage(r).name);
    for (const auto a : Range<Account>(axes.account.length)) accounts.push_back(layout.account_name(a));
    group.coordinate({"stage", "contest of a resource, in the order of the cycle", ""}, stages);
    group.coordinate({"type", "user type", ""}, names(layout.type_infos()));
    group.coordinate({"urgency", "urgency state", ""}, names(layout.exogenous_infos()));
    if (!accounts.empty()) group.coordinate({"account", "karma account, by the resource it belongs to", ""}, accounts);
    for (std::size_t i = 3; i < axes.state.size(); ++i)
        group.coordinate({axes.state[i].name, "karma balance of account " + accounts[i - 3], "karma"},
                         numbers(axes.state[i].length));
    group.coordinate({"action", "action; see action_label and action_bid", ""}, numbers(axes.action.length));
    group.coordinate({"outcome", "what an action leads to", ""}, record.outcomes);
}

void write_auxiliary_coordinates(GroupWriter& group, const Layout& layout, const LayoutAxes& axes) {
    std::vector<std::string> labels;
    std::vector<double> bids, shares, urgencies;
    for (const auto& action : layout.stage(axes.longest).actions) {
        labels.push_back(action.label);
        bids.push_back(action.bid);
    }
    for (const auto& type : layout.type_infos()) shares.push_back(type.share);
    for (const auto& urgency : layout.exogenous_infos()) urgencies.push_back(urgency.urgency);
    group.strings({"action_label", "name of the action", ""}, labels, {axes.action});
    group.array<double>({"action_bid", "bid of the action, NaN where it is none", "karma"}, bids, {axes.action});
    group.array<double>({"urgency_value", "urgency", "payoff per delay"}, urgencies, {axes.urgency});
    group.array<double>({"type_share", "size of the type", kShare}, shares, {axes.type});
}

/// First entries of the states, counted in the file; the rank that has the last state adds the number of all.
std::vector<std::uint64_t> row_starts(const StatesInFile& share, std::size_t states) {
    std::vector<std::uint64_t> starts;
    starts.reserve(share.mass.size() + 1);
    for (std::size_t i = 0; i < share.mass.size(); ++i) starts.push_back(share.first_entry + share.rows.starts[i]);
    if (!starts.empty() && share.first + share.mass.size() == states) starts.push_back(share.entries);
    return starts;
}

}  // namespace

void write_policy(GroupWriter& group, const StatesInFile& share, std::size_t states) {
    GroupWriter pi = group.subgroup("pi");
    const Axis entry{"entry", share.entries};
    pi.stretch<std::uint64_t>(
        {"row_start", "first entry of each state, states in the order of d; last: all entries", ""},
        row_starts(share, states), {{"state", states + 1}});
    pi.stretch<std::int32_t>({"action", "action of each entry, increasing within a state", ""}, share.rows.actions,
                             {entry});
    pi.stretch<double>({"probability", "probability of the action in the state", "1"}, share.rows.probabilities,
                       {entry});
}

namespace {

/// Mean bid and activity of every state, from its row.
void write_policy_summary(GroupWriter& group, const Layout& layout, const StatesInFile& share, const LayoutAxes& axes) {
    const SparseRows& rows = share.rows;
    std::vector<double> mean_bid(share.mass.size()), activity(share.mass.size());
    const std::size_t stage_states = layout.blocks() * layout.sites();
    for (std::size_t x = 0; x < activity.size(); ++x) {
        const auto& actions = layout.stage(Stage{(share.first + x) / stage_states}).actions;
        double bids = 0.0, bidding = 0.0;
        for (auto i = static_cast<std::size_t>(rows.starts[x]); i < rows.starts[x + 1]; ++i) {
            const ActionInfo& action = actions[static_cast<std::size_t>(rows.actions[i])];
            if (!action.participates) continue;
            activity[x] += rows.probabilities[i];
            if (std::isnan(action.bid)) continue;
            bids += rows.probabilities[i] * action.bid;
            bidding += rows.probabilities[i];
        }
        mean_bid[x] = bidding > 0.0 ? bids / bidding : kNothing;
    }
    group.stretch<double>({"mean_bid", "mean bid given that the agent takes part, NaN where it never does", "karma"},
                          mean_bid, axes.state);
    group.stretch<double>({"activity", "probability of taking part in the contest", "1"}, activity, axes.state);
}

void write_social_state(GroupWriter& group, const EquilibriumRecord& record, const StatesInFile& share,
                        const LayoutAxes& axes) {
    const Layout& layout = *record.layout;
    group.stretch<double>(
        {"d", "population distribution: share of the population in each state; sums to one per stage", kShare},
        share.mass, axes.state);
    const bool is_relative = !record.average_payoff.empty();
    group.stretch<double>({"V",
                           is_relative ? "expected payoff from each state on when following pi, relative to the average"
                                       : "expected discounted payoff from each state on when following pi",
                           "payoff"},
                          share.value, axes.state);
    if (is_relative)
        group.array<double>({"average_payoff", "payoff in a cycle, on average, that V is relative to", "payoff"},
                            record.average_payoff, {axes.type});
    write_policy(group, share, layout.states());
    write_policy_summary(group, layout, share, axes);
}

/// Arrays over actions have the length of the longest stage; `padding` fills the rest.
void copy_padded(const std::vector<double>& from, std::size_t length, double padding, std::vector<double>& to) {
    POLYKARMA_EXPECTS(from.size() <= length);
    to.insert(to.end(), from.begin(), from.end());
    to.resize(to.size() + length - from.size(), padding);
}

void write_actions(GroupWriter& group, const EquilibriumRecord& record, const LayoutAxes& axes) {
    std::vector<double> bid_share, action_share, probability;
    for (const auto& stage : record.shares) {
        std::vector<double> total(axes.action.length, 0.0);
        for (const auto& block : stage) {
            for (std::size_t a = 0; a < block.size(); ++a) total[a] += block[a];
            copy_padded(block, axes.action.length, 0.0, action_share);
        }
        copy_padded(total, axes.action.length, 0.0, bid_share);
    }
    for (const auto& stage : record.outcome_probability)
        for (const auto& outcome : stage) copy_padded(outcome, axes.action.length, kNothing, probability);
    group.array<double>({"bid_share", "nu: share of the population that takes each action", kShare}, bid_share,
                        {axes.stage, axes.action});
    group.array<double>({"action_share",
                         "share of the population that is of the type, in the urgency state, and takes "
                         "the action",
                         kShare},
                        action_share, {axes.stage, axes.type, axes.urgency, axes.action});
    group.array<double>({"outcome_probability",
                         "psi: probability of each outcome for who takes the action; NaN for "
                         "actions that the stage does not have",
                         "1"},
                        probability, {axes.stage, axes.outcome, axes.action});
}

void write_utilisation(GroupWriter& group, const EquilibriumRecord& record, const LayoutAxes& axes) {
    std::vector<double> utilisation;
    for (std::size_t r = 0; r < record.shares.size(); ++r)
        for (const auto& block : record.shares[r])
            for (const auto& outcome : record.outcome_probability[r])
                utilisation.push_back(std::inner_product(block.begin(), block.end(), outcome.begin(), 0.0));
    group.array<double>({"utilisation",
                         "share of the population that is of the type, in the urgency state, and meets "
                         "the outcome",
                         kShare},
                        utilisation, {axes.stage, axes.type, axes.urgency, axes.outcome});
}

void write_observables(GroupWriter& group, const EquilibriumRecord& record, const LayoutAxes& axes) {
    GroupWriter observables = group.subgroup("observables");
    for (const auto& observable : record.observables)
        observables.array<double>({observable.name, observable.description, observable.unit}, observable.values,
                                  {axes.stage});
}

void write_payoffs(GroupWriter& group, const std::string& name, const std::string& what,
                   const std::vector<Payoff>& payoffs, const Axis& type) {
    std::vector<double> endogenous, exogenous;
    for (const auto& payoff : payoffs) {
        endogenous.push_back(payoff.endogenous);
        exogenous.push_back(payoff.exogenous);
    }
    group.array<double>({name + "_en", what + ", mean over all stages", "payoff per stage"}, endogenous, {type});
    group.array<double>({name + "_ex", what + ", mean over the stages with participation; NaN where there are none",
                         "payoff per stage"},
                        exogenous, {type});
}

void write_welfare(GroupWriter& group, const Welfare& measured, const LayoutAxes& axes) {
    GroupWriter welfare = group.subgroup("welfare");
    write_payoffs(welfare, "payoff", "payoff", measured.payoffs, axes.type);
    write_payoffs(welfare, "benchmark", "payoff without priority access", measured.benchmark, axes.type);
    for (const auto& field : kMeasureFields) {
        const Payoff value = measured.*field.member;
        const std::string name = field.name, units = name == "nash" ? "1" : "payoff per stage";
        welfare.scalar<double>({name + "_en", std::string(field.long_name) + ", over all stages", units},
                               value.endogenous);
        welfare.scalar<double>({name + "_ex", std::string(field.long_name) + ", over stages with participation", units},
                               value.exogenous);
    }
    welfare.scalar<std::int8_t>(
        {"everyone_gains", "1 when payoff_en of every type is above benchmark_en by more than is tolerated", ""},
        measured.everyone_gains ? 1 : 0);
}

template <class Struct, std::size_t n>
void write_fields(GroupWriter& group, const std::array<StoredField<Struct>, n>& fields, const Struct& values) {
    for (const auto& field : fields)
        group.scalar<double>({field.name, field.long_name, field.units}, values.*field.member);
}

void write_certificate(GroupWriter& group, const EquilibriumRecord& record) {
    GroupWriter certificate = group.subgroup("certificate");
    write_fields(certificate, kCertificateFields, record.certificate);
    write_fields(certificate, kToleranceFields, record.tolerance);
    certificate.scalar<std::int8_t>({"certified", "1 when d and pi meet the tolerances", ""}, record.certified ? 1 : 0);
}

void write_search(GroupWriter& group, const SearchRecord& found) {
    GroupWriter search = group.subgroup("search");
    search.attribute("method", found.method);
    search.attribute("start", found.start);
    search.attribute("karma_start", found.karma_start);
    search.attribute("lambda", found.lambda);
    search.attribute("lambda_asked", found.lambda_asked);
    search.attribute("reason", std::string(to_string(found.reason)));
    search.attribute("amplitude", found.amplitude);
    search.attribute("iterations", std::int64_t{found.iterations});
}

void write_stability(GroupWriter& group, const std::optional<Stability>& found) {
    if (!found) return;
    GroupWriter stability = group.subgroup("stability");
    stability.attribute("long_name",
                        std::string("eigenvalue of largest modulus of one step of the evolutionary dynamics, "
                                    "linearised at the state"));
    stability.attribute("attractor", std::string(to_string(found->attraction())));
    for (const auto& field : kStabilityFields) stability.attribute(field.name, (*found).*field.member);
    stability.attribute("modulus", found->modulus());
    stability.attribute("steps_per_e_fold", found->steps_per_e_fold());
    stability.attribute("products", std::int64_t{found->products});
}

void write_history(GroupWriter& group, const std::vector<HistoryPoint>& points) {
    std::vector<std::int64_t> iterations;
    std::vector<double> stationarity, gain, bellman;
    for (const auto& point : points) {
        iterations.push_back(point.iteration);
        stationarity.push_back(point.residuals.stationarity);
        gain.push_back(point.residuals.gain);
        bellman.push_back(point.residuals.bellman);
    }
    GroupWriter history = group.subgroup("history");
    const Axes axes{{"step", points.size()}};
    history.array<std::int64_t>({"iteration", "iteration at which the residuals were noted", ""}, iterations, axes);
    history.array<double>({"stationarity", "sum over stages of ||pushed d[r] - d[r+1]||_1", kShare}, stationarity,
                          axes);
    history.array<double>({"gain", "mean one-stage gain", "payoff"}, gain, axes);
    history.array<double>({"bellman", "largest change of V in one sweep", "payoff"}, bellman, axes);
}

void write_branch(GroupWriter& group, const std::vector<BranchPoint>& points) {
    if (points.empty()) return;
    std::vector<double> lambda, arclength, change;
    std::vector<std::int8_t> jump;
    for (const auto& point : points) {
        lambda.push_back(point.lambda);
        arclength.push_back(point.arclength);
        change.push_back(point.change);
        jump.push_back(point.jump ? 1 : 0);
    }
    GroupWriter branch = group.subgroup("branch");
    const Axes axes{{"point", points.size()}};
    branch.array<double>({"lambda", "sharpness of the response", "1 / payoff"}, lambda, axes);
    branch.array<double>({"arclength", "so far, in (log lambda, bid shares)", ""}, arclength, axes);
    branch.array<double>({"change", "||change of the bid shares||_1 since the point before", kShare}, change, axes);
    branch.array<std::int8_t>({"jump", "1 where it could not be followed further, and was left", ""}, jump, axes);
}

}  // namespace

void write_heading(GroupWriter& group, const std::string& format, const std::string& title) {
    group.attribute("format", format);
    group.attribute("format_version", kFormatVersion);
    group.attribute("title", title);
}

void write_record(GroupWriter& group, const EquilibriumRecord& record, const StatesInFile& states) {
    const LayoutAxes axes(*record.layout, record.outcomes.size());
    write_heading(group, kEquilibriumFormat, record.title);
    group.attribute("certified", std::int64_t{record.certified});
    group.attribute("reason", std::string(to_string(record.search.reason)));
    write_coordinates(group, record, axes);
    write_auxiliary_coordinates(group, *record.layout, axes);
    write_social_state(group, record, states, axes);
    write_actions(group, record, axes);
    write_utilisation(group, record, axes);
    write_observables(group, record, axes);
    write_welfare(group, record.welfare, axes);
    write_certificate(group, record);
    write_stability(group, record.stability);
    write_search(group, record.search);
    write_history(group, record.search.history);
    write_branch(group, record.search.branch);
    group.string({"economy", "the economy, every default spelled out (TOML)", ""}, record.economy);
}

}  // namespace polykarma::hdf5
