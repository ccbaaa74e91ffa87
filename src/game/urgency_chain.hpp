#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/index.hpp"
#include "game/rule_error.hpp"

namespace polykarma {

/// A chain with more than one closed class: `first` and `second` recur, and never lead to each other.
struct ReducibleChain : RuleError {
    ReducibleChain(Exogenous a, Exogenous b)
        : RuleError("the chain has no unique stationary law"), first(a), second(b) {}
    Exogenous first;
    Exogenous second;
};

/// How the exogenous state of one type moves from each stage to the next.
///   phi[r][u][u+], rows sum to one; the last stage leads to the first one of the next day      ([MK] eq. 1)
class UrgencyChain {
public:
    using Matrix = std::vector<std::vector<double>>;

    /// Throws ReducibleChain when there is no unique stationary law.
    explicit UrgencyChain(std::vector<Matrix> transition);

    [[nodiscard]] double probability(Stage r, Exogenous from, Exogenous to) const {
        return transition_[r.at()][from.at()][to.at()];
    }
    [[nodiscard]] std::size_t states() const { return transition_.front().size(); }
    [[nodiscard]] std::size_t stages() const { return transition_.size(); }

    /// Stationary law [stage][exogenous].
    [[nodiscard]] double stationary(Stage r, Exogenous u) const { return stationary_[r.at()][u.at()]; }
    [[nodiscard]] bool occurs(Stage r, Exogenous u) const { return stationary(r, u) > 0.0; }

private:
    std::vector<Matrix> transition_;
    std::vector<std::vector<double>> stationary_;
};

/// Value before urgency moves from value after it, along one line: out[k] = factor sum_v phi[u][v] in[v][k].
///   in: the line in the first urgency; its successors lie `block` apart
void pull(const UrgencyChain& chain, Stage r, Exogenous u, double factor, const double* in, std::size_t block,
          std::span<double> out);

/// Mass after urgency has moved from mass before it: out[k] = sum_u phi[u][v] in[u][k]. The adjoint, factor aside.
void push(const UrgencyChain& chain, Stage r, Exogenous v, const double* in, std::size_t block, std::span<double> out);

/// The chain of one agent at a time: the third face beside the values and the mass that the games move by it.
class UrgencyDraw {
public:
    explicit UrgencyDraw(const UrgencyChain& chain);

    /// The successor of an exogenous state, by a word uniform over 32 bits: probabilities are off by at most 2^-32.
    [[nodiscard]] std::uint8_t operator()(Stage r, std::uint8_t from, std::uint32_t word) const {
        return successor(cumulated_.data() + (r.at() * states_ + from) * (states_ - 1), word);
    }
    /// An exogenous state by the stationary law of a stage.
    [[nodiscard]] std::uint8_t stationary(Stage r, std::uint32_t word) const {
        return successor(stationary_.data() + r.at() * (states_ - 1), word);
    }

private:
    [[nodiscard]] std::uint8_t successor(const std::uint64_t* cumulated, std::uint32_t word) const {
        std::uint8_t to = 0;
        for (std::size_t v = 0; v + 1 < states_; ++v) to = static_cast<std::uint8_t>(to + (word >= cumulated[v]));
        return to;
    }
    std::size_t states_;
    std::vector<std::uint64_t> cumulated_;   // [stage][from][to, but the last]: 2^32 P[at most `to`]
    std::vector<std::uint64_t> stationary_;  // [stage][to, but the last]
};

/// The convenient form of a chain: urgency is drawn on arriving at a resource, `need` being the probability of needing
/// it at all (otherwise the state `idle`). Each morning draws anew; when `kept`, a positive urgency lasts through the
/// day, and urgency 0 is drawn anew at the next resource.
///   draw [urgency], need [resource], values [urgency]; returns [resource][from][to]
std::vector<UrgencyChain::Matrix> drawn_chain(std::span<const double> draw, std::span<const double> need, bool kept,
                                              std::span<const double> values, Exogenous idle);

}  // namespace polykarma
