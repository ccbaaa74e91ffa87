#include "game/urgency_chain.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace polykarma {
namespace {

using Matrix = UrgencyChain::Matrix;

Matrix product(const Matrix& a, const Matrix& b) {
    const std::size_t n = a.size();
    Matrix c(n, std::vector<double>(n, 0.0));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k)
            for (std::size_t j = 0; j < n; ++j) c[i][j] += a[i][k] * b[k][j];
    return c;
}

/// reach[i][j]: j can be reached from i in any number of days.
std::vector<std::vector<bool>> reachable(const Matrix& day) {
    const std::size_t n = day.size();
    std::vector<std::vector<bool>> reach(n, std::vector<bool>(n));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) reach[i][j] = i == j || day[i][j] > 0.0;
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                if (reach[i][k] && reach[k][j]) reach[i][j] = true;
    return reach;
}

/// The states of the only closed class of the day chain.
std::vector<std::size_t> closed_class(const Matrix& day) {
    const std::size_t n = day.size();
    const auto reach = reachable(day);
    std::vector<std::size_t> members;
    for (std::size_t i = 0; i < n; ++i) {
        bool recurrent = true;
        for (std::size_t j = 0; j < n; ++j) recurrent = recurrent && (!reach[i][j] || reach[j][i]);
        if (recurrent) members.push_back(i);
    }
    for (const std::size_t i : members)
        if (!reach[members.front()][i]) throw ReducibleChain(Exogenous{members.front()}, Exogenous{i});
    return members;
}

/// Stationary law of the closed class by elimination without subtraction (Grassmann, Taksar, Heyman), which keeps
/// every entry accurate to rounding.
std::vector<double> stationary_law(const Matrix& day) {
    const auto members = closed_class(day);
    const std::size_t m = members.size();
    Matrix p(m, std::vector<double>(m));
    for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < m; ++j) p[i][j] = day[members[i]][members[j]];
    for (std::size_t k = m; k-- > 1;) {
        const double out = std::accumulate(p[k].begin(), p[k].begin() + static_cast<std::ptrdiff_t>(k), 0.0);
        for (std::size_t i = 0; i < k; ++i) p[i][k] /= out;
        for (std::size_t i = 0; i < k; ++i)
            for (std::size_t j = 0; j < k; ++j) p[i][j] += p[i][k] * p[k][j];
    }
    std::vector<double> x(m, 0.0);
    x[0] = 1.0;
    for (std::size_t k = 1; k < m; ++k)
        for (std::size_t i = 0; i < k; ++i) x[k] += x[i] * p[i][k];
    const double total = std::accumulate(x.begin(), x.end(), 0.0);
    std::vector<double> law(day.size(), 0.0);
    for (std::size_t i = 0; i < m; ++i) law[members[i]] = x[i] / total;
    return law;
}

}  // namespace

UrgencyChain::UrgencyChain(std::vector<Matrix> transition) : transition_(std::move(transition)) {
    Matrix day = transition_.front();
    for (std::size_t r = 1; r < transition_.size(); ++r) day = product(day, transition_[r]);
    stationary_.push_back(stationary_law(day));
    for (std::size_t r = 0; r + 1 < transition_.size(); ++r) {
        std::vector<double> next(day.size(), 0.0);
        for (std::size_t u = 0; u < day.size(); ++u)
            for (std::size_t v = 0; v < day.size(); ++v) next[v] += stationary_[r][u] * transition_[r][u][v];
        stationary_.push_back(std::move(next));
    }
}

namespace {

/// out[k] = sum_i weight(i) in[i][k], over the i of `states` that have weight.
template <class Weight>
void mix(std::size_t states, Weight&& weight, const double* in, std::size_t block, std::span<double> out) {
    std::fill(out.begin(), out.end(), 0.0);
    for (const auto i : Range<Exogenous>(states)) {
        const double w = weight(i);
        if (w == 0.0) continue;
        const double* const line = in + i.at() * block;
        for (std::size_t k = 0; k < out.size(); ++k) out[k] += w * line[k];
    }
}

}  // namespace

void pull(const UrgencyChain& chain, Stage r, Exogenous u, double factor, const double* in, std::size_t block,
          std::span<double> out) {
    mix(chain.states(), [&](Exogenous v) { return factor * chain.probability(r, u, v); }, in, block, out);
}

void push(const UrgencyChain& chain, Stage r, Exogenous v, const double* in, std::size_t block, std::span<double> out) {
    mix(chain.states(), [&](Exogenous u) { return chain.probability(r, u, v); }, in, block, out);
}

UrgencyDraw::UrgencyDraw(const UrgencyChain& chain) : states_(chain.states()) {
    const Range<Exogenous> states(states_);
    const auto cumulate = [&](std::vector<std::uint64_t>& cumulated, const auto& probability) {
        double sum = 0.0;
        for (std::size_t v = 0; v + 1 < states_; ++v) {
            sum += probability(Exogenous{v});
            cumulated.push_back(static_cast<std::uint64_t>(std::llround(std::min(sum, 1.0) * 0x1p32)));
        }
    };
    for (const auto r : Range<Stage>(chain.stages())) {
        for (const auto u : states) cumulate(cumulated_, [&](Exogenous v) { return chain.probability(r, u, v); });
        cumulate(stationary_, [&](Exogenous v) { return chain.stationary(r, v); });
    }
}

std::vector<Matrix> drawn_chain(std::span<const double> draw, std::span<const double> need, bool kept,
                                std::span<const double> values, Exogenous idle) {
    const std::size_t n = draw.size();
    std::vector<Matrix> transition;
    for (std::size_t r = 0; r < need.size(); ++r) {
        const std::size_t next = (r + 1) % need.size();
        const bool morning = next == 0;
        Matrix phi(n, std::vector<double>(n, 0.0));
        for (std::size_t u = 0; u < n; ++u) {
            if (kept && !morning && values[u] > 0.0) {
                phi[u][u] = 1.0;
                continue;
            }
            for (std::size_t v = 0; v < n; ++v) phi[u][v] = need[next] * draw[v];
            phi[u][idle.at()] += 1.0 - need[next];
        }
        transition.push_back(std::move(phi));
    }
    return transition;
}

}  // namespace polykarma
