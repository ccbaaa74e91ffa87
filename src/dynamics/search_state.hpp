#pragma once

#include <exception>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/keeping_wish.hpp"
#include "dynamics/outcome.hpp"
#include "dynamics/response.hpp"

namespace polykarma {

/// A try of Newton's method that is under way.
struct NewtonTry {
    bool running = false;
    long steps = 0;
    long idle = 0;         ///< steps that gained nothing
    long short_steps = 0;  ///< in a row, the last ones
};

/// How far a search has followed the branch of logit equilibria.
struct BranchPosition {
    enum class Phase : long {
        none,      ///< not on the branch
        settling,  ///< the dynamics looks for its beginning
        arc,       ///< along the branch and around its folds
        leap,      ///< over a gap by Newton's method
        detour,    ///< over a gap by the dynamics
        arriving   ///< at the lambda that was asked for
    };
    Phase phase = Phase::none;
    double lambda = 0.0;    ///< of its beginning
    double furthest = 0.0;  ///< largest lambda so far
    double ratio = 0.0;     ///< of a leap or detour: of lambda to the furthest
    long arcs = 0;          ///< since the last gap
    double length = 0.0;    ///< of the present arc
    double longest = 0.0;   ///< that it may have
    bool uphill = false;    ///< whether lambda grows along the tangent
    bool ends = false;      ///< the present arc ends at the lambda that was asked for
};

/// How far a search is in its turns of dynamics and Newton's method, and in what it does when they lead nowhere.
struct SearchPosition {
    bool begun = false;                                      ///< the start itself has been tried
    double tried = std::numeric_limits<double>::infinity();  ///< what was left over at the last try of Newton's method
    bool closer = false;                                     ///< that try began with less left over than the one before
    bool remedied = false;
    long waited = 0;         ///< steps of the dynamics since that try
    long patience = 0;       ///< steps that may lead no closer before remedies are tried
    long steps = 0;          ///< of the dynamics, since it was looked at last
    long remedy = 0;         ///< which one is being tried, from 1; 0: none
    double lambda = 0.0;     ///< of a detour, where the dynamics has to settle; 0: not on one
    long tries = 0;          ///< of Newton's method there
    double following = 0.0;  ///< ratio of one lambda to the next on the way back; 0: not on it
    bool arriving = false;   ///< back at the lambda that was asked for
    bool raising = false;    ///< lambda grows beyond the one that was asked for
    NewtonTry newton;
    BranchPosition branch;
};

/// What a search knows of its iterations so far, beside their history.
struct IterationCounts {
    long iteration = 0;
    Residuals now;
    double reference = 0.0;                ///< stationarity to halve
    long since = 0;                        ///< iteration at which it was reached
    double largest = 0.0, smallest = 0.0;  ///< stationarity of late
};

/// A state of the dynamics, with the settings in force.
struct DynamicsState {
    double lambda = 0.0, step = 0.0;
    Field mass, value;
    SparseResponse response;  ///< all weights but those of zero
};

/// A state of Newton's method to come back to.
struct NewtonPlace {
    double lambda = 0.0;
    double care = 1.0;  ///< factor on its tolerances
    Field mass, value;
    SparseResponse response;
};

/// What earlier searches contributed, from whose end this one began.
struct EarlierSearches {
    long count = 0;
    long iterations = 0;
    std::vector<HistoryPoint> history;
    double lambda = 0.0;  ///< where the last of them was in a smaller lattice: what it ended at
};

/// Puts the iterations of earlier searches before those of a later one.
inline void put_before(SolveOutcome& later, const EarlierSearches& earlier) {
    for (HistoryPoint& point : later.history) point.iteration += earlier.iterations;
    later.history.insert(later.history.begin(), earlier.history.begin(), earlier.history.end());
    later.iterations += earlier.iterations;
}

/// What a search remembers of its way, beside where its rule, the dynamics and Newton's method are. Every rank has its
/// part of the fields, and the same of everything else.
struct SearchMemory {
    SearchPosition position;
    std::vector<BranchPoint> branch;
    std::vector<double> branch_sums;      ///< what the aggregates derive from, at its last point
    std::optional<Field> before;          ///< mass that a remedy that does not help goes back to
    std::optional<Field> branch_start;    ///< mass that its beginning is looked for from
    std::optional<NewtonPlace> followed;  ///< the equilibrium that is left for another lambda, to come back to
};

/// All that a search has to know to go on as if it had never been interrupted.
struct SearchState {
    SearchMemory memory;
    IterationCounts rule;
    std::vector<HistoryPoint> history;
    DynamicsState dynamics;
    std::optional<NewtonPlace> newton;  ///< of a try that is under way
    std::string start;                  ///< name of where the first search began
    EarlierSearches earlier;

    /// Calls visit(name, number) for every single number: a double, long, bool or enumerator.
    template <class Self, class Visit>
    static void for_each_number(Self& self, Visit&& visit) {
        auto& at = self.memory.position;
        visit("begun", at.begun);
        visit("tried", at.tried);
        visit("closer", at.closer);
        visit("remedied", at.remedied);
        visit("waited", at.waited);
        visit("patience", at.patience);
        visit("steps", at.steps);
        visit("remedy", at.remedy);
        visit("detour_lambda", at.lambda);
        visit("tries", at.tries);
        visit("following", at.following);
        visit("arriving", at.arriving);
        visit("raising", at.raising);
        visit("newton_running", at.newton.running);
        visit("newton_steps", at.newton.steps);
        visit("newton_idle", at.newton.idle);
        visit("newton_short_steps", at.newton.short_steps);
        visit("branch_phase", at.branch.phase);
        visit("branch_lambda", at.branch.lambda);
        visit("branch_furthest", at.branch.furthest);
        visit("branch_ratio", at.branch.ratio);
        visit("branch_arcs", at.branch.arcs);
        visit("branch_length", at.branch.length);
        visit("branch_longest", at.branch.longest);
        visit("branch_uphill", at.branch.uphill);
        visit("branch_ends", at.branch.ends);
        visit("iteration", self.rule.iteration);
        visit("stationarity", self.rule.now.stationarity);
        visit("gain", self.rule.now.gain);
        visit("bellman", self.rule.now.bellman);
        visit("value_scale", self.rule.now.value_scale);
        visit("reference", self.rule.reference);
        visit("since", self.rule.since);
        visit("largest", self.rule.largest);
        visit("smallest", self.rule.smallest);
        visit("lambda", self.dynamics.lambda);
        visit("step", self.dynamics.step);
        visit("earlier_searches", self.earlier.count);
        visit("earlier_iterations", self.earlier.iterations);
        visit("earlier_lambda", self.earlier.lambda);
    }
};

/// Keeps states of a search, so that another run can go on from them. Which ones and where is its own affair; a search
/// knows no files. All ranks call together and hear the same.
class SearchKeeper {
public:
    SearchKeeper() = default;
    virtual ~SearchKeeper() = default;
    SearchKeeper(const SearchKeeper&) = delete;
    SearchKeeper& operator=(const SearchKeeper&) = delete;

    /// Largest balance of every account in the state that a search is to go on from: that of the economy, unless the
    /// search had gone on to a larger lattice. Empty where there is none.
    [[nodiscard]] virtual std::vector<int> resumed_balances() { return {}; }
    /// The state that a search is to go on from, instead of beginning; asked once, before it does.
    [[nodiscard]] virtual std::optional<SearchState> resumed(const Part& part) = 0;
    /// After so many iterations: what is wanted of the search. Called between any two.
    using Wish = KeepingWish;
    [[nodiscard]] virtual Wish wish(long iterations) = 0;
    /// The state of the search now.
    virtual void keep(SearchState state) = 0;
};

/// Between two iterations.
template <class State>
void keep_if_wanted(SearchKeeper* keeper, long iterations, State&& state) {
    if (keeper == nullptr) return;
    const SearchKeeper::Wish wish = keeper->wish(iterations);
    if (wish == SearchKeeper::Wish::nothing) return;
    keeper->keep(state());
    if (wish == SearchKeeper::Wish::state_and_stop) throw Stopped();
}

/// How a search takes part in that: not at all, kept by somebody, or as the continuation of another one.
struct Keeping {
    SearchKeeper* keeper = nullptr;
    const SearchState* resumed = nullptr;  ///< used before anything is kept
};

}  // namespace polykarma
