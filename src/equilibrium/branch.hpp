#pragma once

#include <algorithm>
#include <cmath>

#include "equilibrium/search_moves.hpp"

namespace polykarma {

/// The principal branch of logit equilibria, from lambda near 0, where responses are nearly even, to the lambda that
/// was asked for: along the branch and around its folds by arclength. Where it cannot be followed (rules have kinks,
/// where it turns at once), Newton's method or the dynamics leads from there to where it goes on.   (docs/SOLVERS.md)
template <Game G>
class Branch {
public:
    explicit Branch(SearchMoves<G>& search)
        : search_(search), rule_(search.rule), newton_(search.newton), memory_(search.memory) {}

    Arrival climb() {
        if (at().phase == Phase::none) {
            at().phase = Phase::settling;
            at().lambda = kSmallestLambda;
            memory_.branch_start = search_.evolution.mass();
        } else {
            retake_tangent();
        }
        const Arrival arrival = climbs();
        at() = {};
        memory_.branch_start.reset();
        memory_.followed.reset();
        return arrival;
    }

private:
    using Phase = BranchPosition::Phase;
    using Turn = typename LogitNewton<G>::Turn;
    using FirstStep = typename SearchMoves<G>::FirstStep;

    static constexpr double kSmallestLambda = 0.05;
    static constexpr long kTries = 10;           ///< of Newton's method, from one state of the dynamics
    static constexpr double kJump = 1.05;        ///< of lambda over a fold
    static constexpr double kLargestLeap = 3.0;  ///< the same, at most
    static constexpr double kStep = 0.05;        ///< of the bid shares; larger ones may lead to another branch
    static constexpr double kFirstArc = 0.2, kSmallestArc = 1e-5;
    static constexpr long kMostArcs = 500;        ///< without a jump
    static constexpr double kLargestRatio = 2.0;  ///< of one lambda to the next

    [[nodiscard]] BranchPosition& at() { return memory_.position.branch; }
    [[nodiscard]] double goal() const { return search_.settings.lambda; }

    Arrival climbs() {
        if (at().phase == Phase::settling) {
            if (!begins()) return Arrival::nowhere;
            note_point(false);
            begin_arcs();
        }
        for (;;) {
            if (at().phase == Phase::arc) {
                follow_arcs();
                if (rule_.over()) return Arrival::nowhere;
                at().furthest = std::max(at().furthest, newton_.lambda());
                at().phase = newton_.lambda() == goal() ? Phase::arriving : Phase::leap;
                at().ratio = kJump;
            }
            if (at().phase == Phase::arriving) return search_.arrives();
            if (!leaps()) return Arrival::nowhere;
            note_point(true);
            begin_arcs();
        }
    }
    /// Where responses are nearly even. Even ones may pay more karma than finds room; less even ones do not.
    bool begins() {
        while (!search_.settles(at().lambda, kTries)) {
            if (rule_.over() || (at().lambda *= 4.0) > goal()) return false;
            search_.evolution.put(*memory_.branch_start);
        }
        return true;
    }

    // ------------------------------------------------------------------ along the branch

    void begin_arcs() {
        at().phase = Phase::arc;
        at().arcs = 0;
        at().longest = kFirstArc;
        memory_.followed = newton_.place();
    }
    /// From an equilibrium along the branch through it, to the lambda that was asked for or as near as steps lead.
    void follow_arcs() {
        const bool resumed = search_.is_trying();
        if (!resumed && !turns(Turn::upwards)) return;
        for (; at().arcs < kMostArcs && memory_.followed->lambda >= 0.5 * kSmallestLambda; ++at().arcs) {
            if (!search_.is_trying() && !sets_out()) return;
            const bool near = at().ends ? search_.converge(search_.nearly())
                                        : search_.converge(search_.nearly(), FirstStep::may_be_idle,
                                                           [this] { return newton_.correct(); });
            if (near && change() <= 2.0 * kStep) {
                note_point(false);
                if (at().ends) return;
                memory_.followed = newton_.place();
                if (!turns(Turn::onwards)) return;
                at().longest = 2.0 * at().length;
            } else {
                if (rule_.over()) return;
                newton_.go_back(*memory_.followed);
                at().longest = 0.5 * at().length;
            }
        }
    }
    bool turns(Turn where) {
        const bool turned = newton_.turn(where);
        at().uphill = newton_.tangent_log_lambda() > 0.0;
        return turned;
    }
    /// To where the next point of the branch should be. False if the way there would be too short.
    bool sets_out() {
        at().length = std::min(at().longest, longest_arc());
        if (at().length < kSmallestArc) return false;
        newton_.predict(at().length);
        if (newton_.lambda() >= goal()) newton_.sharpen(goal());
        at().ends = newton_.lambda() == goal();
        return true;
    }
    /// At which neither the bid shares nor lambda change by more than they may at once.
    [[nodiscard]] double longest_arc() const {
        return std::min(kStep / newton_.tangent_size(),
                        std::log(kLargestRatio) / std::abs(newton_.tangent_log_lambda()));
    }
    /// The tangent that the present arc has set out along, and a shorter one may.
    void retake_tangent() {
        if (at().phase != Phase::arc) return;
        const NewtonPlace present = newton_.place();
        newton_.resume(*memory_.followed);
        newton_.turn(at().uphill ? Turn::upwards : Turn::downwards);
        newton_.resume(present);
    }

    // ------------------------------------------------------------------ over a gap

    /// To an equilibrium at a larger lambda than ever before on the branch.
    bool leaps() {
        const auto further = [this] { return std::min(goal(), at().ratio * at().furthest); };
        for (; at().phase == Phase::leap && at().ratio < kLargestLeap; at().ratio *= at().ratio) {
            if (!search_.is_trying()) newton_.sharpen(further());
            if (search_.converge(search_.nearly())) return true;
            if (rule_.over()) return false;
            newton_.go_back(*memory_.followed);
        }
        if (at().phase == Phase::leap) {
            at().phase = Phase::detour;
            at().ratio = kJump;
            put_back();
        }
        for (; at().ratio < kLargestLeap; at().ratio *= at().ratio, put_back()) {
            if (search_.settles(further(), kTries)) return true;
            if (rule_.over()) return false;
        }
        return false;
    }
    /// The dynamics, to the last point of the branch.
    void put_back() { search_.evolution.put(memory_.followed->mass, memory_.followed->response); }

    // ------------------------------------------------------------------ points of the branch

    /// Of the sums since the last point of the branch.
    [[nodiscard]] double change() const {
        const auto sums = newton_.sums();
        double change = 0.0;
        for (std::size_t i = 0; i < sums.size(); ++i) change += std::abs(sums[i] - memory_.branch_sums[i]);
        return change;
    }
    void note_point(bool jump) {
        BranchPoint point{newton_.lambda(), 0.0, 0.0, jump};
        const auto sums = newton_.sums();
        if (!memory_.branch.empty()) {
            point.change = change();
            const BranchPoint& before = memory_.branch.back();
            point.arclength = before.arclength + std::hypot(std::log(point.lambda / before.lambda), point.change);
        }
        memory_.branch.push_back(point);
        memory_.branch_sums.assign(sums.begin(), sums.end());
    }

    SearchMoves<G>& search_;
    StopRule& rule_;
    LogitNewton<G>& newton_;
    SearchMemory& memory_;
};

}  // namespace polykarma
