#include "game/priority_auction.hpp"

#include <algorithm>
#include <cstddef>

namespace polykarma {

void priority_probabilities(std::span<const double> nu, double priority, double epsilon, std::span<double> psi) {
    double above = 0.0;
    for (std::size_t b = nu.size(); b-- > 0;) {
        if (above >= priority)
            psi[b] = 0.0;
        else if (above <= priority - epsilon - nu[b])
            psi[b] = 1.0;
        else
            psi[b] = std::min(1.0, (priority - above) / (epsilon + nu[b]));  // rounding: never more winners than bids
        above += nu[b];
    }
}

double congestion_delay(double general_purpose_users, const Capacity& capacity) {
    const double general_purpose = capacity.total - capacity.priority;
    return std::max(0.0, (general_purpose_users - general_purpose) / general_purpose);
}

Admission admission(std::span<const std::int64_t> bids, std::int64_t places) {
    Admission result;
    for (std::size_t b = bids.size(); b-- > 0;) {
        result.marginal = b;
        result.bidders = bids[b];
        result.admitted = std::min(bids[b], places - result.winners);
        result.winners += result.admitted;
        if (result.admitted < result.bidders) break;
    }
    return result;
}

}  // namespace polykarma
