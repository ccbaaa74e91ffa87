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

std::optional<StudyStart> random_start(std::string_view digits) {
    int seed = 0;
    const char* const end = digits.data() + digits.size();
    // One seed has one name, so that no start is there twice.
    if (digits.empty() || digits.front() == '-' || (digits.size() > 1 && digits.front() == '0')) return {};
    const auto [at, error] = std::from_chars(digits.data(), end, seed);
    if (error != std::errc{} || at != end || seed > largest_seed) return {};
    StudyStart start{std::string(kRandomPrefix) + std::string(digits),
                     {"solver.start=random", "solver.karma_start=random", fmt::format("solver.seed={}", seed)}};
    add_pace(start, pace_of(seed));
    return start;
}

}  // namespace

std::optional<StudyStart> find_start(std::string_view name) {
    if (name.starts_with(kRandomPrefix)) return random_start(name.substr(kRandomPrefix.size()));
    const bool slow = name.ends_with(kSlowSuffix);
    const std::string_view policy = name.substr(0, name.size() - (slow ? kSlowSuffix.size() : 0));
    for (const std::string_view known : kPolicies) {
        if (policy != known) continue;
        StudyStart start{std::string(name), {fmt::format("solver.start={}", policy)}};
        if (slow) add_pace(start, kSlow);
        return start;
    }
    return {};
}

StudyStart start_of(const SolverConfig& solver) {
    const std::string policy(name_of(solver.start));
    const auto has_pace = [&](const Pace& pace) {
        return solver.step == pace.step && solver.response_rate == pace.response_rate;
    };
    std::string name = policy;
    if (solver.start != PolicyStart::random) {
        if (has_pace(kSlow)) name += kSlowSuffix;
    } else if (solver.karma_start == KarmaStart::random && has_pace(pace_of(solver.seed))) {
        name = fmt::format("{}{}", kRandomPrefix, solver.seed);
    }
    return {name, {"solver.start=" + policy}};
}

std::vector<StudyStart> standard_starts(std::size_t count) {
    std::vector<StudyStart> starts;
    const auto add = [&](const std::string& name) {
        if (starts.size() < count) starts.push_back(*find_start(name));
    };
    for (const std::string_view suffix : {std::string_view{}, kSlowSuffix})
        for (const std::string_view policy : kPolicies) add(fmt::format("{}{}", policy, suffix));
    for (int seed = 1; starts.size() < count; ++seed) add(fmt::format("{}{}", kRandomPrefix, seed));
    return starts;
}

}  // namespace polykarma
