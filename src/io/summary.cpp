#include "io/summary.hpp"

namespace polykarma {

EquilibriumSummary summary_of(const EquilibriumRecord& record) {
    EquilibriumSummary summary{.title = record.title,
                               .start = record.search.start,
                               .reason = std::string(to_string(record.search.reason)),
                               .certified = record.certified,
                               .lambda = record.search.lambda,
                               .iterations = record.search.iterations,
                               .types = {},
                               .welfare = record.welfare,
                               .tolerance = record.tolerance,
                               .certificate = record.certificate,
                               .bid_share = {},
                               .seconds = record.seconds};
    for (const auto& type : record.layout->type_infos()) summary.types.push_back(type.name);
    for (const auto& stage : record.shares) {
        auto& nu = summary.bid_share.emplace_back(stage.front().size(), 0.0);
        for (const auto& block : stage)
            for (std::size_t a = 0; a < nu.size(); ++a) nu[a] += block[a];
    }
    return summary;
}

}  // namespace polykarma
