#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "config/allocation.hpp"
#include "config/economy.hpp"
#include "config/study.hpp"

namespace polykarma {

/// What a choice is called in files and tables, in the order of the enumerators.
template <class E>
struct ChoiceNames;

template <>
struct ChoiceNames<GameFamily> {
    static constexpr std::array<std::string_view, 2> names{"multi_karma", "pairwise"};
};

template <>
struct ChoiceNames<Payee> {
    static constexpr std::array<std::string_view, 2> names{"peer", "society"};
};

template <>
struct ChoiceNames<Redistribution> {
    static constexpr std::array<std::string_view, 3> names{"active", "all", "non_winners"};
};

template <>
struct ChoiceNames<ExchangeRule> {
    static constexpr std::array<std::string_view, 3> names{"none", "worth", "rates"};
};

template <>
struct ChoiceNames<SolverMethod> {
    static constexpr std::array<std::string_view, 2> names{"accelerated", "dynamics"};
};

template <>
struct ChoiceNames<Selection> {
    static constexpr std::array<std::string_view, 3> names{"start", "neighbour", "logit_branch"};
};

template <>
struct ChoiceNames<PolicyStart> {
    static constexpr std::array<std::string_view, 4> names{"even", "zero", "proportional", "random"};
};

template <>
struct ChoiceNames<KarmaStart> {
    static constexpr std::array<std::string_view, 3> names{"at_mean", "uniform", "random"};
};

template <>
struct ChoiceNames<AxisSpacing> {
    static constexpr std::array<std::string_view, 2> names{"linear", "log"};
};

template <>
struct ChoiceNames<SampleMethod> {
    static constexpr std::array<std::string_view, 2> names{"sobol", "random"};
};

template <>
struct ChoiceNames<DesignObjective> {
    static constexpr std::array<std::string_view, 2> names{"SW_en", "SW_ex"};
};

template <>
struct ChoiceNames<DesignAlgorithm> {
    static constexpr std::array<std::string_view, 2> names{"direct", "sbplx"};
};

template <>
struct ChoiceNames<Allocation> {
    static constexpr std::array<std::string_view, 5> names{"bids", "uncontrolled", "coin", "turn", "dictator"};
};

/// The name of a choice, e.g. "non_winners".
template <class E>
[[nodiscard]] constexpr std::string_view name_of(E choice) {
    return ChoiceNames<E>::names[static_cast<std::size_t>(choice)];
}

}  // namespace polykarma
