#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "equilibrium/evolutionary.hpp"
#include "equilibrium/newton.hpp"

namespace polykarma {

/// The damped dynamics until Newton's method takes over. The start and the dynamics say which equilibrium it will be;
/// Newton's method gets there. Where the dynamics cycles, it is damped more; then the equilibrium is looked for at a
/// smaller lambda, where responses are smooth and the dynamics settles, and followed from there to the lambda that was
/// asked for. Where the softmax itself leaves more to gain than is tolerated, lambda is raised.   (docs/SOLVERS.md)
template <Game G>
class Acceleration {
public:
    Acceleration(const G& game, const EvolutionSettings& settings, Field mass, Response response,
                 const Progress& progress, const Collective& ranks, const Keeping& keeping)
        : settings_(settings),
          rule_(settings, progress),
          newton_(game, mass.part(), ranks),
          evolution_(game, settings, std::move(mass), std::move(response), ranks),
          keeper_(keeping.keeper) {
        at_.waited = kGlance;
        at_.patience = kPatience;
        if (keeping.resumed != nullptr) resume(*keeping.resumed);
    }

    /// The equilibrium that the start leads to.
    SolveOutcome run() && {
        const bool newton =
            at_.raising ? raise() : begin([this] { return enters(settings_.lambda) && settle(); }) || search();
        return std::move(*this).outcome(newton);
    }

    /// The equilibrium at the end of the branch that begins where responses are nearly even, wherever the start is.
    SolveOutcome run_branch() && {
        const bool resumed = at_.begun;
        bool newton = at_.raising ? raise() : begin([this] { return climb(); });
        if (!newton && (resumed || stays())) newton = search();
        if (!newton && !rule_.over()) rule_.give_up();
        return std::move(*this).outcome(newton);
    }

private:
    using Turn = typename LogitNewton<G>::Turn;

    static constexpr long kDynamics = 200;    ///< most steps of the dynamics between two tries of Newton's method
    static constexpr long kGlance = 50;       ///< steps after which the dynamics is looked at
    static constexpr long kPatience = 1000;   ///< steps that lead no closer before remedies are tried
    static constexpr double kCloser = 0.5;    ///< of what was left over at the last try of Newton's method
    static constexpr double kSlower = 0.5;    ///< factor on the step of the dynamics after half of those tries
    static constexpr double kTrusted = 0.05;  ///< disagreement of a response that Newton's method may start from
    static constexpr int kNewtonSteps = 25;
    static constexpr int kIdleSteps = 2;     ///< steps that gain nothing and are borne with
    static constexpr int kShortSteps = 8;    ///< short steps in a row that are
    static constexpr double kShort = 0.25;   ///< fraction of a step that is short
    static constexpr double kFarOff = 3.0;   ///< size of a step; all bid shares together are one a stage
    static constexpr double kNearly = 1e-5;  ///< stationarity at which the next lambda may be tried
    static constexpr double kCutoff = 1e-12;
    static constexpr double kSmallestLambda = 0.05;
    static constexpr std::array kDetours{4.0, 3.0};         ///< factors on lambda
    static constexpr long kRemedies = kDetours.size() + 1;  ///< the last is the branch
    static constexpr long kDetourTries = 3;
    static constexpr long kBranchTries = 10;
    static constexpr double kJump = 1.05;        ///< of lambda over a fold
    static constexpr double kBranchStep = 0.05;  ///< of the bid shares; larger ones may lead to another branch
    static constexpr double kFirstArc = 0.2, kSmallestArc = 1e-5;
    /// States of an economy whose branch is followed unasked: every bid has weight at small lambda, which takes
    /// minutes.
    static constexpr std::size_t kSmallEconomy = 5000;
    static constexpr int kMostArcs = 500;        ///< without a jump
    static constexpr double kLargestLeap = 3.0;  ///< of lambda, by Newton's method
    static constexpr double kLargestRaise = 256.0;
    /// Of one lambda to the next.
    static constexpr double kFirstRatio = 1.3, kLargestRatio = 2.0, kSmallestRatio = 1.005;

    [[nodiscard]] SolveOutcome outcome(bool newton) && {
        return {.reason = rule_.reason(),
                .iterations = rule_.iterations(),
                .lambda = newton ? newton_.lambda() : settings_.lambda,
                .amplitude = rule_.amplitude(),
                .history = std::move(rule_).history(),
                .branch = std::move(branch_),
                .mass = newton ? newton_.mass() : evolution_.mass(),
                .response = newton ? newton_.response() : SparseResponse(evolution_.response(), kWrittenCutoff)};
    }

    // ------------------------------------------------------------------ safe points
    // The search can be taken up again where at_, the rule's counts, the dynamics and, on the way along lambda, a place
    // of Newton's method are all there is to know: between two steps of the dynamics, before every remedy, and at every
    // equilibrium that is followed. The dynamics changes between two safe points by its settings alone, so that the
    // last one can be kept until the next; the branch, on which it changes otherwise, begins from a copy.

    void safe_point() {
        if (keeper_ == nullptr || rule_.over()) return;
        if (!frozen_) marked_ = {at_, rule_.counts(), evolution_.lambda(), evolution_.step_size()};
        heed();
    }
    /// Between any two iterations. What is kept already is not kept again.
    void heed() {
        if (keeper_ == nullptr || rule_.over()) return;
        const SearchKeeper::Wish wish = keeper_->wish(rule_.iterations());
        if (wish == SearchKeeper::Wish::nothing) return;
        const long marked = frozen_ ? frozen_->rule.iteration : marked_.rule.iteration;
        if (std::exchange(kept_, marked) != marked) keeper_->keep(frozen_ ? *frozen_ : marked_state());
        if (wish == SearchKeeper::Wish::state_and_stop) throw SearchStopped();
    }
    [[nodiscard]] SearchState marked_state() const {
        SearchState state{.position = marked_.position,
                          .rule = marked_.rule,
                          .history = rule_.history_until(marked_.rule.iteration),
                          .branch = branch_,
                          .branch_sums = branch_sums_,
                          .dynamics = evolution_.state(),
                          .before = before_,
                          .newton = here_,
                          .start = {},
                          .earlier = {}};
        state.dynamics.lambda = marked_.lambda;
        state.dynamics.step = marked_.step;
        return state;
    }
    void resume(const SearchState& state) {
        at_ = state.position;
        rule_.resume(state.rule, state.history);
        branch_ = state.branch;
        branch_sums_ = state.branch_sums;
        evolution_.resume(state.dynamics);
        before_ = state.before;
        here_ = state.newton;
        if (here_) newton_.resume(*here_);
    }

    // ------------------------------------------------------------------ dynamics and Newton's method in turns

    /// What a search does first, unless it was resumed later.
    template <class First>
    bool begin(First&& first) {
        if (at_.begun) return false;
        safe_point();
        const bool newton = first();
        at_.begun = true;
        return newton;
    }

    /// Until the search is over; true where Newton's method has the end.
    bool search() {
        for (; !rule_.over(); at_.waited += kGlance) {
            if (at_.remedy == 0) {
                if (!evolve()) break;
                const bool closer = is_near_ && newton_.left_over() < kCloser * at_.tried;
                if (!closer && at_.waited == at_.patience / 2 && !at_.remedied) evolution_.slow_down(kSlower);
                if (!closer && at_.waited < at_.patience) continue;
                if (is_near_) at_.tried = newton_.left_over();
                if (settle(closer ? FirstStep::gains : FirstStep::may_be_idle)) return true;
                if (rule_.over()) break;
                at_.waited = 0;
                if (closer) continue;
            }
            if (!at_.remedied && leave()) return true;
            at_.remedied = true;
            at_.patience *= 2;
            at_.waited = 0;
        }
        return false;
    }

    /// A few steps of the dynamics. False if the search is over.
    bool evolve() {
        const bool goes_on = steps(kGlance, [this] { return rule_.goes_on(confirmed_step(evolution_, rule_)); });
        if (goes_on) enters(settings_.lambda);
        return goes_on;
    }
    template <class Step>
    bool steps(long count, Step&& step) {
        for (; at_.steps < count; ++at_.steps) {
            safe_point();
            if (!step()) return false;
        }
        safe_point();
        at_.steps = 0;
        return true;
    }

    /// Newton's method at the state of the dynamics; whether it is close enough to a response to itself.
    bool enters(double lambda) {
        newton_.start(lambda, evolution_.mass(), evolution_.value(), SparseResponse(evolution_.response(), kCutoff));
        return is_near_ = newton_.disagreement() <= kTrusted && newton_.residuals().stationarity <= kTrusted;
    }

    /// Steps as long as they lead somewhere, until there(residuals). Where the dynamics goes on otherwise, a first step
    /// that gains nothing says that it has not come near enough yet.
    enum class FirstStep { gains, may_be_idle };
    template <class There>
    bool converge(There&& there, FirstStep first = FirstStep::may_be_idle) {
        return converge(there, first, [this] { return newton_.step(); });
    }
    template <class There, class Take>
    bool converge(There&& there, FirstStep first, Take&& take) {
        int idle = 0, short_steps = 0;
        for (int i = 0; i < kNewtonSteps && !rule_.over(); ++i) {
            heed();
            const auto [size, fraction] = take();
            const Residuals& now = newton_.residuals();
            if (!(size < kFarOff) || !std::isfinite(now.stationarity + now.gain + now.bellman)) return false;
            if (there(now)) return true;
            if (fraction == 0.0 && i == 0 && first == FirstStep::gains) return false;
            if (fraction == 0.0 && !newton_.take_care() && ++idle > kIdleSteps) return false;
            short_steps = fraction < kShort ? short_steps + 1 : 0;
            if (short_steps > kShortSteps) return false;
        }
        return false;
    }

    /// At the lambda that was asked for: whether the search is over with what was aimed at, or with all of it but the
    /// gain that no lambda takes away.
    bool settle(FirstStep first = FirstStep::may_be_idle) { return is_near_ && converge(settled(), first) && raise(); }
    [[nodiscard]] auto settled() {
        return [this](const Residuals& now) { return !rule_.goes_on(now) || rule_.met_but_for_gain(now); };
    }
    /// With all but the gain, to larger lambda. Whatever comes of it, the search is over.
    bool raise() {
        if (!rule_.over()) {
            at_.raising = true;
            frozen_.reset();
            follow(kLargestRaise * settings_.lambda, settled());
            if (!rule_.over()) rule_.smoothed();
        }
        return rule_.reason() == StopReason::converged || rule_.reason() == StopReason::smoothed;
    }

    /// From an equilibrium of the present lambda to that of a larger one, or as near to it as steps lead.
    template <class There>
    void follow(double lambda, There&& there) {
        if (at_.following == 0.0) {
            at_.following = kFirstRatio;
            here_ = newton_.place();
        }
        safe_point();
        double ratio = at_.following;
        while (here_->lambda < lambda && !rule_.over() && ratio >= kSmallestRatio) {
            newton_.sharpen(std::min(lambda, ratio * here_->lambda));
            if (converge(there)) {
                here_ = newton_.place();
                at_.following = ratio = std::min(kLargestRatio, ratio * std::sqrt(ratio));
                safe_point();
            } else {
                if (!rule_.over()) newton_.go_back(*here_);
                ratio = std::sqrt(ratio);
            }
        }
        at_.following = 0.0;
        here_.reset();
    }

    /// Good enough to go on to another lambda; never the end of the search.
    [[nodiscard]] auto nearly() {
        return [this](const Residuals& now) {
            rule_.detour_goes_on(now);
            return now.stationarity <= kNearly && now.bellman <= kNearly * now.value_scale;
        };
    }
    /// The dynamics at another lambda, until Newton's method arrives from there.
    bool settles(double lambda, long most_tries) {
        evolution_.sharpen(lambda);
        for (; at_.tries < most_tries; ++at_.tries) {
            if (!steps(kDynamics, [this] { return rule_.detour_goes_on(evolution_.step()); })) return false;
            if (enters(lambda) && converge(nearly(), FirstStep::gains)) {
                at_.tries = 0;
                return true;
            }
            if (rule_.over()) return false;
        }
        at_.tries = 0;
        return false;
    }

    /// Remedies for a dynamics that leads to no equilibrium. One that does not help leaves the dynamics where it was
    /// (soft responses may lose karma that finds no room), or at the end of the branch.
    bool leave() {
        if (at_.remedy == 0) {
            before_ = evolution_.mass();
            evolution_.slow_down(1.0 / kSlower);
            at_.remedy = 1;
        }
        for (; at_.remedy <= kRemedies && !rule_.over(); ++at_.remedy) {
            safe_point();
            if (remedy(static_cast<std::size_t>(at_.remedy - 1))) return true;
            if (!rule_.over() && !stays()) evolution_.put(*before_);
            at_.lambda = 0.0;
        }
        at_.remedy = 0;
        before_.reset();
        return false;
    }
    bool remedy(std::size_t number) {
        if (number < kDetours.size()) return detour(kDetours[number]);
        return newton_.mass().part().layout().states() <= kSmallEconomy && climb();
    }
    /// The dynamics at the lambda that was asked for; whether it goes on from where Newton's method arrived.
    bool stays() {
        evolution_.sharpen(settings_.lambda);
        const bool arrived = newton_.lambda() == settings_.lambda && is_near_;
        if (arrived) evolution_.put(newton_.mass(), newton_.response());
        return arrived;
    }
    /// The equilibrium of a smaller lambda, followed to the one that was asked for.
    bool detour(double factor) {
        if (at_.lambda == 0.0) at_.lambda = settings_.lambda / factor;
        for (; at_.following == 0.0; at_.lambda /= factor) {
            if (at_.lambda < kSmallestLambda || rule_.over()) return false;
            if (settles(at_.lambda, kDetourTries)) break;
        }
        follow(settings_.lambda, nearly());
        return arrives();
    }
    /// After following: whether that led to the lambda that was asked for, and the search is over there. If it is not,
    /// Newton's method stays where it arrived.
    bool arrives() {
        is_near_ = newton_.lambda() == settings_.lambda;
        const NewtonPlace end = newton_.place();
        if (!rule_.over() && settle()) return true;
        if (!rule_.over()) newton_.go_back(end);
        return false;
    }

    /// From nearly even responses up, along the branch and around its folds. Where it cannot be followed (rules have
    /// kinks, where it turns at once), Newton's method or the dynamics leads from there to where it goes on.
    bool climb() {
        if (keeper_ != nullptr) frozen_ = marked_state();
        const bool arrived = climbs();
        frozen_.reset();
        return arrived;
    }
    bool climbs() {
        double lambda = kSmallestLambda;
        const Field start = evolution_.mass();
        // Even responses may pay more karma than finds room; less even ones do not.
        while (!settles(lambda, kBranchTries)) {
            if (rule_.over() || (lambda *= 4.0) > settings_.lambda) return false;
            evolution_.put(start);
        }
        note_branch(false);
        for (double furthest = 0.0;;) {
            follow_arc();
            if (rule_.over()) return false;
            if (newton_.lambda() == settings_.lambda) return arrives();
            furthest = std::max(furthest, newton_.lambda());
            if (!leap(furthest)) return false;
            note_branch(true);
        }
    }
    /// To an equilibrium at a larger lambda than ever before on the branch.
    bool leap(double furthest) {
        const NewtonPlace here = newton_.place();
        for (double ratio = kJump; ratio < kLargestLeap; ratio *= ratio) {
            newton_.sharpen(std::min(settings_.lambda, ratio * furthest));
            if (converge(nearly())) return true;
            if (rule_.over()) return false;
            newton_.go_back(here);
        }
        for (double ratio = kJump; ratio < kLargestLeap; ratio *= ratio) {
            evolution_.put(here.mass, here.response);
            if (settles(std::min(settings_.lambda, ratio * furthest), kBranchTries)) return true;
            if (rule_.over()) return false;
        }
        return false;
    }
    /// From an equilibrium along the branch through it, to the lambda that was asked for or as near as steps lead.
    void follow_arc() {
        NewtonPlace here = newton_.place();
        bool has_tangent = newton_.turn(Turn::upwards);
        double longest = kFirstArc;
        for (int arcs = 0; has_tangent && arcs < kMostArcs && here.lambda >= 0.5 * kSmallestLambda; ++arcs) {
            const double length = std::min(longest, longest_arc());
            if (length < kSmallestArc) return;
            newton_.predict(length);
            if (newton_.lambda() >= settings_.lambda) newton_.sharpen(settings_.lambda);
            const bool ends = newton_.lambda() == settings_.lambda;
            const bool near = ends ? converge(nearly())
                                   : converge(nearly(), FirstStep::may_be_idle, [this] { return newton_.correct(); });
            if (near && change_on_branch() <= 2.0 * kBranchStep) {
                note_branch(false);
                if (ends) return;
                here = newton_.place();
                has_tangent = newton_.turn(Turn::onwards);
                longest = 2.0 * length;
            } else {
                if (rule_.over()) return;
                newton_.go_back(here);
                longest = 0.5 * length;
            }
        }
    }
    /// At which neither the bid shares nor lambda change by more than they may at once.
    [[nodiscard]] double longest_arc() const {
        return std::min(kBranchStep / newton_.tangent_size(),
                        std::log(kLargestRatio) / std::abs(newton_.tangent_log_lambda()));
    }
    /// Of the sums since the last point of the branch.
    [[nodiscard]] double change_on_branch() const {
        const auto sums = newton_.sums();
        double change = 0.0;
        for (std::size_t i = 0; i < sums.size(); ++i) change += std::abs(sums[i] - branch_sums_[i]);
        return change;
    }
    void note_branch(bool jump) {
        BranchPoint point{newton_.lambda(), 0.0, 0.0, jump};
        const auto sums = newton_.sums();
        if (!branch_.empty()) {
            point.change = change_on_branch();
            const BranchPoint& before = branch_.back();
            point.arclength = before.arclength + std::hypot(std::log(point.lambda / before.lambda), point.change);
        }
        branch_.push_back(point);
        branch_sums_.assign(sums.begin(), sums.end());
    }

    EvolutionSettings settings_;
    StopRule rule_;
    LogitNewton<G> newton_;
    Evolution<G> evolution_;
    bool is_near_ = false;  // Newton's method may start where it is
    SearchPosition at_;
    std::optional<Field> before_;      // mass before the remedies
    std::optional<NewtonPlace> here_;  // the equilibrium that is followed
    std::vector<BranchPoint> branch_;
    std::vector<double> branch_sums_;  // at its last point

    /// What the last safe point leaves to be changed before the next.
    struct Mark {
        SearchPosition position;
        IterationCounts rule;
        double lambda, step;  // of the dynamics
    };
    SearchKeeper* keeper_;
    Mark marked_;
    std::optional<SearchState> frozen_;  // before the branch
    long kept_ = -1;                     // iterations of the state that was kept last
};

/// Searches like `evolve`, faster.
template <Game G>
SolveOutcome accelerate(const G& game, const EvolutionSettings& settings, Field mass, Response response,
                        const Progress& progress = {}, const Collective& ranks = Collective::serial(),
                        const Keeping& keeping = {}) {
    return Acceleration<G>(game, settings, std::move(mass), std::move(response), progress, ranks, keeping).run();
}

/// The equilibrium that the principal branch of logit equilibria leads to: from lambda near 0, where responses are
/// even, to the one that is asked for. Which one it is depends on no start, unless the branch cannot be followed.
template <Game G>
SolveOutcome follow_branch(const G& game, const EvolutionSettings& settings, Field mass, Response response,
                           const Progress& progress = {}, const Collective& ranks = Collective::serial(),
                           const Keeping& keeping = {}) {
    return Acceleration<G>(game, settings, std::move(mass), std::move(response), progress, ranks, keeping).run_branch();
}

}  // namespace polykarma
