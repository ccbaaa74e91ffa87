#include "oracle/dense_pairs.hpp"

#include <algorithm>
#include <cmath>

namespace polykarma::oracle {
namespace {

/// Both roundings of an amount with the right mean.
struct Rounded {
    std::size_t units;
    Real probability;
};
std::array<Rounded, 2> rounded(Real amount) {
    const auto down = static_cast<std::size_t>(std::floor(amount));
    const Real up = amount - std::floor(amount);
    return {Rounded{down, 1.0L - up}, Rounded{down + 1, up}};
}

}  // namespace

DensePairs::DensePairs(const PairwiseRules& rules) : rules_(rules) {}

Real DensePairs::win(const Aggregates& m, std::size_t bid) const {
    Real probability = 0.0L;
    for (std::size_t other = 0; other < m.nu.size(); ++other)
        probability += other < bid ? m.nu[other] : other == bid ? 0.5L * m.nu[other] : 0.0L;
    return probability;
}

std::vector<DensePairs::Chance> DensePairs::contest(const Aggregates& m, std::size_t karma, std::size_t bid) const {
    std::vector<Chance> result;
    for (std::size_t other = 0; other < m.nu.size(); ++other)
        for (const bool coin : {true, false}) {
            const bool wins = bid > other || (bid == other && coin);
            const std::size_t received = rules_.payee == Payee::peer ? other : 0;
            result.push_back({wins ? karma - bid : karma + received, 0.5L * m.nu[other]});
        }
    return result;
}

std::vector<DensePairs::Chance> DensePairs::taxed(std::size_t karma) const {
    const Real held = static_cast<Real>(karma);
    const Real due = std::min(held, static_cast<Real>(rules_.tax_coefficient) *
                                        std::pow(held, static_cast<Real>(rules_.tax_power)));
    std::vector<Chance> result;
    for (const auto& [units, probability] : rounded(due))
        if (probability > 0.0L) result.push_back({karma - units, probability});
    return result;
}

DensePairs::Aggregates DensePairs::aggregates(const Values& mass, const Rows& response) const {
    Aggregates m;
    m.nu.resize(balances(), 0.0L);
    Real total = 0.0L;
    for (std::size_t x = 0; x < states(); ++x)
        for (std::size_t b = 0; b < response[x].size(); ++b) {
            m.nu[b] += mass[x] * response[x][b];
            total += mass[x] * response[x][b];
        }
    for (Real& share : m.nu) share /= total;

    const std::size_t top = balances() - 1;
    std::vector<Real> room(balances(), 0.0L);  // [units] mass with room for so many
    for (std::size_t x = 0; x < states(); ++x)
        for (std::size_t b = 0; b < response[x].size(); ++b)
            for (const auto& [held, reached] : contest(m, karma(x), b)) {
                const Real moved = mass[x] * response[x][b] * reached;
                if (held < karma(x)) m.payment += moved * static_cast<Real>(karma(x) - held);
                m.overflow += moved * static_cast<Real>(held - std::min(held, top));
                for (const auto& [left, kept] : taxed(std::min(held, top))) {
                    m.tax += moved * kept * static_cast<Real>(std::min(held, top) - left);
                    room[top - left] += moved * kept;
                }
            }
    const Real pool = m.tax + (rules_.payee == Payee::society ? m.payment : m.overflow);
    // Unit by unit: the next one reaches those who still have room.
    Real left = pool;
    for (std::size_t unit = 1; unit <= top && left > 0.0L; ++unit) {
        Real reached = 0.0L;
        for (std::size_t r = unit; r <= top; ++r) reached += room[r];
        const Real part = reached > 0.0L ? std::min(1.0L, left / reached) : 1.0L;
        m.credit += part;
        left -= part * reached;
        if (part < 1.0L) left = 0.0L;
    }
    m.lost = std::max(0.0L, left);
    return m;
}

Transitions DensePairs::transitions(const Aggregates& m, std::size_t state, std::size_t bid) const {
    const std::size_t top = balances() - 1;
    const std::size_t urgencies = rules_.urgencies.size();
    const std::size_t u = state / balances() % urgencies, type = state / balances() / urgencies;
    Transitions result;
    for (const auto& [held, reached] : contest(m, karma(state), bid))
        for (const auto& [left, kept] : taxed(std::min(held, top)))
            for (const auto& [units, credited] : rounded(m.credit))
                for (std::size_t v = 0; v < urgencies; ++v) {
                    const Real phi = rules_.types[type].chain.probability(polykarma::Stage{}, Exogenous{u}, Exogenous{v});
                    const Real probability = reached * kept * credited * phi;
                    if (probability > 0.0L)
                        result.emplace_back((type * urgencies + v) * balances() + std::min(top, left + units),
                                            probability);
                }
    return result;
}

Rows DensePairs::action_values(const Aggregates& m, const Values& next) const {
    Rows q(states());
    for (std::size_t x = 0; x < states(); ++x)
        for (std::size_t b = 0; b <= karma(x); ++b) {
            Real continuation = 0.0L;
            for (const auto& [to, p] : transitions(m, x, b)) continuation += p * next[to];
            const std::size_t block = x / balances();
            const Real urgency = rules_.urgencies[block % rules_.urgencies.size()].urgency;
            const Real discount = rules_.types[block / rules_.urgencies.size()].discount;
            q[x].push_back(-urgency * (1.0L - win(m, b)) + discount * continuation);
        }
    return q;
}

Values DensePairs::push(const Aggregates& m, const Values& mass, const Rows& response) const {
    Values out(states(), 0.0L);
    for (std::size_t x = 0; x < states(); ++x)
        for (std::size_t b = 0; b < response[x].size(); ++b) {
            const Real moved = mass[x] * response[x][b];
            if (moved == 0.0L) continue;
            for (const auto& [to, p] : transitions(m, x, b)) out[to] += moved * p;
        }
    return out;
}

}  // namespace polykarma::oracle
