#pragma once

#include <cstdint>
#include <span>

namespace polykarma {

/// An integer credit that is `whole` or `whole + 1`, the latter with probability `fraction`; what exceeds the room of
/// an account is clipped.
struct Credit {
    int whole = 0;
    double fraction = 0.0;  ///< in [0, 1)
    double lost = 0.0;      ///< payment for which no receiver had room, karma per capita
};

/// The credit whose expectation over the receivers equals the payment, clipping included:
///   sum_k receivers[k] [(1 - f) min(q, room) + f min(q + 1, room)] = payment,  room = k_max - k
/// Shapes   receivers [balance 0..k_max]: mass that receives, by balance after the debit
/// Ensures  no credit when nothing was paid; lost > 0 only when every receiver is full
Credit saturated_credit(double payment, std::span<const double> receivers);

/// What receivers [balance] would get above k_max if it were not clipped, karma per capita.
[[nodiscard]] double clipped(const Credit& credit, std::span<const double> receivers);

/// Value before the credit from value after it, along one line: out[k] = E[in[min(k + credit, k_max)]].
void pull(const Credit& credit, std::span<const double> in, std::span<double> out);

/// Mass after the credit from mass before it, along one line: adds to out. Adjoint of pull.
void push(const Credit& credit, std::span<const double> in, std::span<double> out);

/// An integer payment shared out evenly among single agents: everybody who receives gets `whole`, as far as there is
/// room, and `extra` of the `able` ones who have room for more get one more, which ones is for chance.
struct IntegerCredit {
    std::int64_t whole = 0;
    std::int64_t extra = 0;
    std::int64_t able = 0;
    std::int64_t lost = 0;  ///< for which no receiver had room
};

/// The credit whose sum over the receivers is the payment, clipping included.
///   receivers [balance 0..k_max]: agents who receive, by balance after the debit
[[nodiscard]] IntegerCredit integer_credit(std::int64_t payment, std::span<const std::int64_t> receivers);

}  // namespace polykarma
