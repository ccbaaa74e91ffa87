#include "io/summary.hpp"

#include <limits>

namespace polykarma {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

}  // namespace

EquilibriumSummary summary_of(const EquilibriumRecord& record) {
    EquilibriumSummary summary{.title = record.title,
                               .start = record.search.start,
                               .reason = std::string(to_string(record.search.reason)),
                               .certified = record.certified,
                               .lambda = record.search.lambda,
                               .lambda_asked = record.search.lambda_asked,
                               .amplitude = record.search.amplitude,
                               .iterations = record.search.iterations,
                               .types = {},
                               .stages = {},
                               .accounts = {},
                               .urgencies = {},
                               .welfare = record.welfare,
                               .tolerance = record.tolerance,
                               .certificate = record.certificate,
                               .stability = record.stability,
                               .bid_share = {},
                               .price_level = std::vector<double>(record.layout->stages(), kUnknown),
                               .marginals = record.marginals,
                               .seconds = record.seconds};
    for (const auto& type : record.layout->type_infos()) summary.types.push_back(type.name);
    for (const auto r : Range<Stage>(record.layout->stages())) summary.stages.push_back(record.layout->stage(r).name);
    for (const auto a : Range<Account>(record.layout->lattice().accounts()))
        summary.accounts.push_back(record.layout->account_name(a));
    for (const auto& urgency : record.layout->exogenous_infos()) summary.urgencies.push_back(urgency.name);
    for (const auto& observable : record.observables)
        if (observable.name == kPriceLevel) summary.price_level = observable.values;
    for (const auto& stage : record.shares) {
        auto& nu = summary.bid_share.emplace_back(stage.front().size(), 0.0);
        for (const auto& block : stage)
            for (std::size_t a = 0; a < nu.size(); ++a) nu[a] += block[a];
    }
    return summary;
}

}  // namespace polykarma
