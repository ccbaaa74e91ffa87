#pragma once

#include <algorithm>
#include <optional>
#include <utility>

#include "equilibrium/evolutionary.hpp"
#include "equilibrium/newton.hpp"

namespace polykarma {

/// Where the way along lambda ends: not at the lambda that was asked for; there, with Newton's method at an equilibrium
/// or nearly; or there, and the search is over.
enum class Arrival { nowhere, near, end };

/// What searches consist of: steps of the dynamics, tries of Newton's method, and an equilibrium that is followed to
/// another lambda. A search can be taken up again between any two iterations. Whatever lasts longer than one of them
/// keeps how far it is in the memory; called in a search that was resumed in the midst of it, it goes on from there.
template <Game G>
class SearchMoves {
public:
    SearchMoves(const G& game, const EvolutionSettings& its_settings, Field mass, Response response,
                const Progress& progress, const Collective& ranks, const Keeping& keeping)
        : settings(its_settings),
          rule(settings, progress),
          newton(game, mass.part(), ranks),
          evolution(game, settings, std::move(mass), std::move(response), ranks),
          keeper_(keeping.keeper) {
        if (keeping.resumed != nullptr) resume(*keeping.resumed);
    }
    SearchMoves(const SearchMoves&) = delete;
    SearchMoves& operator=(const SearchMoves&) = delete;

    const EvolutionSettings settings;
    StopRule rule;
    LogitNewton<G> newton;
    Evolution<G> evolution;
    SearchMemory memory;

    [[nodiscard]] SearchPosition& position() { return memory.position; }

    /// Between any two iterations.
    void safe_point() {
        if (rule.over()) return;
        keep_if_wanted(keeper_, rule.iterations(), [&] {
            return SearchState{.memory = memory,
                               .rule = rule.counts(),
                               .history = rule.history_so_far(),
                               .dynamics = evolution.state(),
                               .newton = position().newton.running ? std::optional(newton.place()) : std::nullopt,
                               .start = {},
                               .earlier = {}};
        });
    }

    /// So many steps of the dynamics, each of which says whether to go on. False if the search is over.
    template <class Step>
    bool steps(long count, Step&& step) {
        for (; position().steps < count; ++position().steps) {
            safe_point();
            if (!step()) return false;
        }
        safe_point();
        position().steps = 0;
        return true;
    }

    /// Newton's method at the state of the dynamics; whether it is close enough to a response to itself.
    bool enters(double lambda) {
        newton.start(lambda, evolution.mass(), evolution.value(), SparseResponse(evolution.response(), kCutoff));
        return is_near_ = newton.disagreement() <= kTrusted && newton.residuals().stationarity <= kTrusted;
    }
    [[nodiscard]] bool is_near() const { return is_near_; }
    /// Whether Newton's method is in the midst of a try.
    [[nodiscard]] bool is_trying() const { return memory.position.newton.running; }

    /// Steps as long as they lead somewhere, until there(residuals). Where the dynamics goes on otherwise, a first step
    /// that gains nothing says that it has not come near enough yet.
    enum class FirstStep { gains, may_be_idle };
    template <class There>
    bool converge(There&& there, FirstStep first = FirstStep::may_be_idle) {
        return converge(there, first, [this] { return newton.step(); });
    }
    template <class There, class Take>
    bool converge(There&& there, FirstStep first, Take&& take) {
        NewtonTry& at = position().newton;
        at.running = true;
        const bool arrived = steps_lead(at, there, first, take);
        at = {};
        return arrived;
    }

    /// At the lambda that was asked for: whether the search is over with what was aimed at, or with all of it but the
    /// gain that no lambda takes away.
    bool settle(FirstStep first = FirstStep::may_be_idle) { return is_near_ && converge(settled(), first) && raise(); }
    /// With all but the gain, to larger lambda. Whatever comes of it, the search is over.
    bool raise() {
        if (!rule.over()) {
            if (!std::exchange(position().raising, true)) memory.followed.reset();
            follow(kLargestRaise * settings.lambda, settled());
            if (!rule.over()) rule.smoothed();
        }
        return rule.reason() == StopReason::converged || rule.reason() == StopReason::smoothed;
    }

    /// Good enough to go on to another lambda; never the end of the search.
    [[nodiscard]] auto nearly() {
        return [this](const Residuals& now) {
            rule.detour_goes_on(now);
            return now.stationarity <= kNearly && now.bellman <= kNearly * now.value_scale;
        };
    }
    /// The dynamics at another lambda, until Newton's method arrives from there.
    bool settles(double lambda, long most_tries) {
        evolution.sharpen(lambda);
        long& tries = position().tries;
        for (; tries < most_tries; ++tries) {
            if (!is_trying()) {
                if (!steps(kDynamics, [this] { return rule.detour_goes_on(evolution.step()); })) return false;
                if (!enters(lambda)) continue;
            }
            if (converge(nearly(), FirstStep::gains)) {
                tries = 0;
                return true;
            }
            if (rule.over()) return false;
        }
        tries = 0;
        return false;
    }
    /// From an equilibrium of the present lambda to that of a larger one, or as near to it as steps lead.
    template <class There>
    void follow(double lambda, There&& there) {
        double& ratio = position().following;
        if (!memory.followed) {
            memory.followed = newton.place();
            ratio = kFirstRatio;
        }
        while (memory.followed->lambda < lambda && !rule.over() && ratio >= kSmallestRatio) {
            if (!is_trying()) newton.sharpen(std::min(lambda, ratio * memory.followed->lambda));
            if (converge(there)) {
                memory.followed = newton.place();
                ratio = std::min(kLargestRatio, ratio * std::sqrt(ratio));
            } else {
                if (!rule.over()) newton.go_back(*memory.followed);
                ratio = std::sqrt(ratio);
            }
        }
        ratio = 0.0;
        memory.followed.reset();
    }
    /// After following, to the goal of the search if that is near now.
    Arrival arrives() {
        if (!std::exchange(position().arriving, true)) {
            is_near_ = newton.lambda() == settings.lambda;
            memory.followed = newton.place();
        }
        if (settle()) return Arrival::end;
        if (!rule.over()) newton.go_back(*memory.followed);
        memory.followed.reset();
        position().arriving = false;
        return is_near_ && !rule.over() ? Arrival::near : Arrival::nowhere;
    }

private:
    static constexpr long kDynamics = 200;    ///< most steps of the dynamics between two tries of Newton's method
    static constexpr double kTrusted = 0.05;  ///< disagreement of a response that Newton's method may start from
    static constexpr long kNewtonSteps = 25;
    static constexpr long kIdleSteps = 2;    ///< steps that gain nothing and are borne with
    static constexpr long kShortSteps = 8;   ///< short steps in a row that are
    static constexpr double kShort = 0.25;   ///< fraction of a step that is short
    static constexpr double kFarOff = 3.0;   ///< size of a step; all bid shares together are one a stage
    static constexpr double kNearly = 1e-5;  ///< stationarity at which the next lambda may be tried
    static constexpr double kCutoff = 1e-12;
    static constexpr double kLargestRaise = 256.0;
    /// Of one lambda to the next.
    static constexpr double kFirstRatio = 1.3, kLargestRatio = 2.0, kSmallestRatio = 1.005;

    void resume(const SearchState& state) {
        memory = state.memory;
        rule.resume(state.rule, state.history);
        evolution.resume(state.dynamics);
        if (!state.newton) return;
        newton.resume(*state.newton);
        is_near_ = true;
    }

    [[nodiscard]] auto settled() {
        return [this](const Residuals& now) { return !rule.goes_on(now) || rule.met_but_for_gain(now); };
    }

    template <class There, class Take>
    bool steps_lead(NewtonTry& at, There& there, FirstStep first, Take& take) {
        for (; at.steps < kNewtonSteps && !rule.over(); ++at.steps) {
            if (!newton.is_state()) return false;
            safe_point();
            const auto [size, fraction] = take();
            if (!(size < kFarOff) || !newton.is_state()) return false;
            if (there(newton.residuals())) return true;
            if (fraction == 0.0 && at.steps == 0 && first == FirstStep::gains) return false;
            if (fraction == 0.0 && !newton.take_care() && ++at.idle > kIdleSteps) return false;
            at.short_steps = fraction < kShort ? at.short_steps + 1 : 0;
            if (at.short_steps > kShortSteps) return false;
        }
        return false;
    }

    bool is_near_ = false;  // Newton's method may start where it is
    SearchKeeper* keeper_;
};

}  // namespace polykarma
