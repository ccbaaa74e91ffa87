#include "game/credit.hpp"

#include <algorithm>
#include <cstddef>

#include "base/error.hpp"

namespace polykarma {

Credit saturated_credit(double payment, std::span<const double> receivers) {
    Credit credit;
    double remaining = payment;
    const std::size_t k_max = receivers.size() - 1;
    // The (q + 1)-th unit reaches those with room > q, that is balances below k_max - q.
    double reached = 0.0;
    for (std::size_t k = 0; k < k_max; ++k) reached += receivers[k];
    for (std::size_t q = 0; q < k_max; ++q) {
        if (remaining <= 0.0) return credit;
        if (remaining < reached) {
            credit.fraction = remaining / reached;
            return credit;
        }
        remaining -= reached;
        ++credit.whole;
        // Summed afresh: a running difference would leave rounding where nobody is.
        reached = 0.0;
        for (std::size_t k = 0; k + 1 < k_max - q; ++k) reached += receivers[k];
    }
    credit.lost = std::max(remaining, 0.0);
    return credit;
}

double clipped(const Credit& credit, std::span<const double> receivers) {
    double sum = 0.0;
    for (std::size_t k = 0; k < receivers.size(); ++k) {
        const double room = static_cast<double>(receivers.size() - 1 - k);
        const double whole = std::max(0.0, credit.whole - room), more = std::max(0.0, credit.whole + 1 - room);
        sum += receivers[k] * (whole + credit.fraction * (more - whole));
    }
    return sum;
}

void pull(const Credit& credit, std::span<const double> in, std::span<double> out) {
    POLYKARMA_EXPECTS(in.size() == out.size());
    const auto n = static_cast<std::ptrdiff_t>(in.size());
    const std::ptrdiff_t q = std::min<std::ptrdiff_t>(credit.whole, n - 1);
    const double f = credit.fraction;
    const std::ptrdiff_t inner = n - 1 - q;  // balances with room for q + 1
    for (std::ptrdiff_t k = 0; k < inner; ++k)
        out[static_cast<std::size_t>(k)] =
            in[static_cast<std::size_t>(k + q)] +
            f * (in[static_cast<std::size_t>(k + q + 1)] - in[static_cast<std::size_t>(k + q)]);
    std::fill(out.begin() + inner, out.end(), in.back());
}

void push(const Credit& credit, std::span<const double> in, std::span<double> out) {
    POLYKARMA_EXPECTS(in.size() == out.size());
    const auto n = static_cast<std::ptrdiff_t>(in.size());
    const std::ptrdiff_t q = std::min<std::ptrdiff_t>(credit.whole, n - 1);
    const double f = credit.fraction;
    const std::ptrdiff_t inner = n - 1 - q;
    for (std::ptrdiff_t k = 0; k < inner; ++k) {
        const double mass = in[static_cast<std::size_t>(k)];
        const double raised = f * mass;
        out[static_cast<std::size_t>(k + q)] += mass - raised;
        out[static_cast<std::size_t>(k + q + 1)] += raised;
    }
    for (std::ptrdiff_t k = inner; k < n; ++k) out.back() += in[static_cast<std::size_t>(k)];
}

IntegerCredit integer_credit(std::int64_t payment, std::span<const std::int64_t> receivers) {
    IntegerCredit credit;
    const std::size_t k_max = receivers.size() - 1;
    for (const std::int64_t agents : receivers.first(k_max)) credit.able += agents;
    // The (q + 1)-th unit reaches those with room > q, that is balances below k_max - q.
    for (std::size_t q = 0; q < k_max && payment >= credit.able; ++q) {
        payment -= credit.able;
        ++credit.whole;
        credit.able -= receivers[k_max - 1 - q];
    }
    (credit.able > 0 ? credit.extra : credit.lost) = payment;
    return credit;
}

}  // namespace polykarma
