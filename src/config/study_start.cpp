#include "config/study_start.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include "config/choices.hpp"
#include "config/describe.hpp"

namespace polykarma {
namespace {

constexpr std::array<std::string_view, 3> kPolicies{"even", "zero", "proportional"};
constexpr std::string_view kSlowSuffix = "_slow";
constexpr std::string_view kRandomPrefix = "random_";
constexpr std::string_view kNeighbourPrefix = "neighbour_";
constexpr std::string_view kLogitBranch = "logit_branch";

struct Pace {
    double step;
    double response_rate;
};
constexpr Pace kSlow{0.05, 1.0};
constexpr std::array<Pace, 3> kPaces{{{0.2, 0.5}, {0.1, 1.0}, kSlow}};

const Pace& pace_of(int seed) { return kPaces[static_cast<std::size_t>(seed) % kPaces.size()]; }

void add_pace(StudyStart& start, const Pace& pace) {
    start.overrides.push_back(fmt::format("solver.step={}", pace.step));
    start.overrides.push_back(fmt::format("solver.response_rate={}", pace.response_rate));
}

/// The number behind the prefix of a name, at most `largest`. One number has one name, so that no start is there twice.
std::optional<int> number_behind(std::string_view prefix, std::string_view name, int largest) {
    if (!name.starts_with(prefix)) return {};
    const std::string_view digits = name.substr(prefix.size());
    if (digits.empty() || digits.front() == '-' || (digits.size() > 1 && digits.front() == '0')) return {};
    int number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc{} || at != end || number > largest) return {};
    return number;
}

StudyStart start_with(std::string name, std::string_view policy, Selection select) {
    return {std::move(name),
            {fmt::format("solver.start={}", policy), fmt::format("solver.select={}", name_of(select))}};
}

StudyStart random_start(int seed) {
    StudyStart start = start_with(fmt::format("{}{}", kRandomPrefix, seed), "random", Selection::start);
    start.overrides.push_back("solver.karma_start=random");
    start.overrides.push_back(fmt::format("solver.seed={}", seed));
    add_pace(start, pace_of(seed));
    return start;
}

StudyStart neighbour_start(int neighbour) {
    StudyStart start = start_with(fmt::format("{}{}", kNeighbourPrefix, neighbour), "even", Selection::neighbour);
    start.overrides.push_back(fmt::format("solver.neighbour={}", neighbour));
    return start;
}

/// The name of the policy and pace that a search begins with.
std::string name_of_beginning(const SolverConfig& solver) {
    const std::string policy(name_of(solver.start));
    const auto has_pace = [&](const Pace& pace) {
        return solver.step == pace.step && solver.response_rate == pace.response_rate;
    };
    if (solver.start != PolicyStart::random) return has_pace(kSlow) ? fmt::format("{}{}", policy, kSlowSuffix) : policy;
    const bool is_named = solver.karma_start == KarmaStart::random && has_pace(pace_of(solver.seed));
    return is_named ? random_start(solver.seed).name : policy;
}

}  // namespace

std::optional<StudyStart> find_start(std::string_view name) {
    if (name == kLogitBranch) return start_with(std::string(name), "even", Selection::logit_branch);
    if (const auto seed = number_behind(kRandomPrefix, name, largest_seed)) return random_start(*seed);
    if (const auto neighbour = number_behind(kNeighbourPrefix, name, largest_neighbour); neighbour && *neighbour > 0)
        return neighbour_start(*neighbour);
    const bool slow = name.ends_with(kSlowSuffix);
    const std::string_view policy = name.substr(0, name.size() - (slow ? kSlowSuffix.size() : 0));
    for (const std::string_view known : kPolicies) {
        if (policy != known) continue;
        StudyStart start = start_with(std::string(name), policy, Selection::start);
        if (slow) add_pace(start, kSlow);
        return start;
    }
    return {};
}

StudyStart start_of(const SolverConfig& solver) {
    const auto named = [&] {
        switch (solver.select) {
            case Selection::logit_branch:
                return std::string(kLogitBranch);
            case Selection::neighbour:
                return neighbour_start(solver.neighbour).name;
            case Selection::start:
                break;
        }
        return name_of_beginning(solver);
    };
    return {named(), {fmt::format("solver.start={}", name_of(solver.start))}};
}

std::vector<StudyStart> standard_starts(std::size_t count) {
    std::vector<StudyStart> starts;
    const auto add = [&](const std::string& name) {
        if (starts.size() < count) starts.push_back(*find_start(name));
    };
    for (const std::string_view suffix : {std::string_view{}, kSlowSuffix})
        for (const std::string_view policy : kPolicies) add(fmt::format("{}{}", policy, suffix));
    for (int number = 1; starts.size() < count; ++number) {
        add(fmt::format("{}{}", kRandomPrefix, number));
        if (number <= largest_neighbour) add(fmt::format("{}{}", kNeighbourPrefix, number));
    }
    return starts;
}

}  // namespace polykarma
