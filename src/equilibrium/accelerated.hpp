#pragma once

#include <algorithm>
#include <array>
#include <cmath>
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
                 const Progress& progress, const Collective& ranks)
        : settings_(settings),
          rule_(settings, progress),
          newton_(game, mass.part(), ranks),
          evolution_(game, settings, std::move(mass), std::move(response), ranks) {}

    /// The equilibrium that the start leads to.
    SolveOutcome run() && {
        const bool newton = (enters(settings_.lambda) && settle()) || search();
        return std::move(*this).outcome(newton);
    }

    /// The equilibrium at the end of the branch that begins where responses are nearly even, wherever the start is.
    SolveOutcome run_branch() && {
        bool newton = climb();
        if (!newton && stays()) newton = search();
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
    static constexpr std::array kDetours{4.0, 3.0};  ///< factors on lambda
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

    /// A state of Newton's method to come back to.
    struct Place {
        double lambda;
        Field mass, value;
        SparseResponse response;
    };
    [[nodiscard]] Place place() const {
        return {newton_.lambda(), newton_.mass(), newton_.value(), newton_.response()};
    }
    void go_back(const Place& place) { newton_.start(place.lambda, place.mass, place.value, place.response); }

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

    /// Dynamics and Newton's method in turns, until the search is over; true where Newton's method has the end.
    bool search() {
        double tried = std::numeric_limits<double>::infinity();
        bool remedied = false;
        for (long waited = kGlance, patience = kPatience; !rule_.over() && evolve(); waited += kGlance) {
            const bool closer = is_near_ && newton_.left_over() < kCloser * tried;
            if (!closer && waited == patience / 2 && !remedied) evolution_.slow_down(kSlower);
            if (!closer && waited < patience) continue;
            if (is_near_) tried = newton_.left_over();
            if (settle(closer ? FirstStep::gains : FirstStep::may_be_idle)) return true;
            if (rule_.over()) break;
            if (!closer) {
                if (!remedied && leave()) return true;
                remedied = true;
                patience *= 2;
            }
            waited = 0;
        }
        return false;
    }

    /// A few steps of the dynamics. False if the search is over.
    bool evolve() {
        for (long i = 0; i < kGlance; ++i)
            if (!rule_.goes_on(evolution_.step())) return false;
        enters(settings_.lambda);
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
    bool settle(FirstStep first = FirstStep::may_be_idle) {
        if (!is_near_) return false;
        const auto settled = [&](const Residuals& now) { return !rule_.goes_on(now) || rule_.met_but_for_gain(now); };
        if (!converge(settled, first)) return false;
        if (!rule_.over()) {
            follow(kLargestRaise * settings_.lambda, settled);
            if (!rule_.over()) rule_.smoothed();
        }
        return rule_.reason() == StopReason::converged || rule_.reason() == StopReason::smoothed;
    }

    /// From an equilibrium of the present lambda to that of a larger one, or as near to it as steps lead.
    template <class There>
    void follow(double lambda, There&& there) {
        Place here = place();
        for (double ratio = kFirstRatio; here.lambda < lambda && !rule_.over() && ratio >= kSmallestRatio;) {
            newton_.sharpen(std::min(lambda, ratio * here.lambda));
            if (converge(there)) {
                here = place();
                ratio = std::min(kLargestRatio, ratio * std::sqrt(ratio));
            } else {
                if (!rule_.over()) go_back(here);
                ratio = std::sqrt(ratio);
            }
        }
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
        for (long tries = 0; tries < most_tries; ++tries) {
            for (long i = 0; i < kDynamics; ++i)
                if (!rule_.detour_goes_on(evolution_.step())) return false;
            if (enters(lambda) && converge(nearly(), FirstStep::gains)) return true;
            if (rule_.over()) return false;
        }
        return false;
    }

    /// Remedies for a dynamics that leads to no equilibrium. One that does not help leaves the dynamics where it was
    /// (soft responses may lose karma that finds no room), or at the end of the branch.
    bool leave() {
        const Field before = evolution_.mass();
        evolution_.slow_down(1.0 / kSlower);
        bool found = false;
        const auto attempt = [&](auto&& remedy) {
            if (found || rule_.over()) return;
            found = remedy();
            if (!found && !rule_.over() && !stays()) evolution_.put(before);
        };
        for (const double factor : kDetours) attempt([&] { return detour(factor); });
        if (newton_.mass().part().layout().states() <= kSmallEconomy) attempt([&] { return climb(); });
        return found;
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
        double lambda = settings_.lambda;
        do {
            lambda /= factor;
            if (lambda < kSmallestLambda || rule_.over()) return false;
        } while (!settles(lambda, kDetourTries));
        follow(settings_.lambda, nearly());
        return arrives();
    }
    /// After following: whether that led to the lambda that was asked for, and the search is over there. If it is not,
    /// Newton's method stays where it arrived.
    bool arrives() {
        is_near_ = newton_.lambda() == settings_.lambda;
        const Place end = place();
        if (!rule_.over() && settle()) return true;
        if (!rule_.over()) go_back(end);
        return false;
    }

    /// From nearly even responses up, along the branch and around its folds. Where it cannot be followed (rules have
    /// kinks, where it turns at once), Newton's method or the dynamics leads from there to where it goes on.
    bool climb() {
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
        const Place here = place();
        for (double ratio = kJump; ratio < kLargestLeap; ratio *= ratio) {
            newton_.sharpen(std::min(settings_.lambda, ratio * furthest));
            if (converge(nearly())) return true;
            if (rule_.over()) return false;
            go_back(here);
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
        Place here = place();
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
                here = place();
                has_tangent = newton_.turn(Turn::onwards);
                longest = 2.0 * length;
            } else {
                if (rule_.over()) return;
                go_back(here);
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
    std::vector<BranchPoint> branch_;
    std::vector<double> branch_sums_;  // at its last point
};

/// Searches like `evolve`, faster.
template <Game G>
SolveOutcome accelerate(const G& game, const EvolutionSettings& settings, Field mass, Response response,
                        const Progress& progress = {}, const Collective& ranks = Collective::serial()) {
    return Acceleration<G>(game, settings, std::move(mass), std::move(response), progress, ranks).run();
}

/// The equilibrium that the principal branch of logit equilibria leads to: from lambda near 0, where responses are
/// even, to the one that is asked for. Which one it is depends on no start, unless the branch cannot be followed.
template <Game G>
SolveOutcome follow_branch(const G& game, const EvolutionSettings& settings, Field mass, Response response,
                           const Progress& progress = {}, const Collective& ranks = Collective::serial()) {
    return Acceleration<G>(game, settings, std::move(mass), std::move(response), progress, ranks).run_branch();
}

}  // namespace polykarma
