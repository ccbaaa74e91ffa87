#pragma once

#include <array>
#include <optional>
#include <utility>

#include "equilibrium/branch.hpp"

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
        : search_(game, settings, std::move(mass), std::move(response), progress, ranks, keeping),
          branch_(search_),
          rule_(search_.rule),
          newton_(search_.newton),
          evolution_(search_.evolution),
          at_(search_.position()) {
        if (keeping.resumed != nullptr) return;
        at_.waited = kGlance;
        at_.patience = kPatience;
    }

    /// The equilibrium that the start leads to.
    SolveOutcome run() && {
        return std::move(*this).outcome(
            [this] { return (search_.is_trying() || search_.enters(lambda())) && search_.settle(); });
    }
    /// The equilibrium at the end of the branch that begins where responses are nearly even, wherever the start is.
    SolveOutcome run_branch() && {
        return std::move(*this).outcome([this] {
            const Arrival arrival = branch_.climb();
            if (arrival == Arrival::nowhere && !rule_.over()) rule_.give_up();
            return ends(arrival);
        });
    }

private:
    using FirstStep = typename SearchMoves<G>::FirstStep;

    static constexpr long kGlance = 50;              ///< steps after which the dynamics is looked at
    static constexpr long kPatience = 1000;          ///< steps that lead no closer before remedies are tried
    static constexpr double kCloser = 0.5;           ///< of what was left over at the last try of Newton's method
    static constexpr double kSlower = 0.5;           ///< factor on the step of the dynamics after half of those tries
    static constexpr std::array kDetours{4.0, 3.0};  ///< factors on lambda
    static constexpr long kDetourTries = 3;
    static constexpr double kSmallestLambda = 0.05;  ///< of a detour
    /// States of an economy whose branch is followed unasked: every bid has weight at small lambda, which takes
    /// minutes.
    static constexpr std::size_t kSmallEconomy = 5000;

    [[nodiscard]] double lambda() const { return search_.settings.lambda; }

    /// Of a search that does something first, unless it was resumed later. What it does is true where Newton's method
    /// has the end.
    template <class First>
    SolveOutcome outcome(First&& first) && {
        const bool newton = (at_.raising ? search_.raise() : !at_.begun && begins(first)) || alternate();
        return {.reason = rule_.reason(),
                .iterations = rule_.iterations(),
                .lambda = newton ? newton_.lambda() : lambda(),
                .amplitude = rule_.amplitude(),
                .history = std::move(rule_).history(),
                .branch = std::move(search_.memory.branch),
                .mass = newton ? newton_.mass() : evolution_.mass(),
                .response = newton ? newton_.response() : SparseResponse(evolution_.response(), kWrittenCutoff)};
    }
    template <class First>
    bool begins(First& first) {
        search_.safe_point();
        const bool newton = first();
        at_.begun = true;
        return newton;
    }

    // ------------------------------------------------------------------ dynamics and Newton's method in turns

    /// Until the search is over; true where Newton's method has the end.
    bool alternate() {
        for (; !rule_.over(); at_.waited += kGlance) {
            if (at_.remedy == 0) {
                if (!search_.is_trying()) {
                    if (!evolve()) break;
                    if (!is_worth_a_try()) continue;
                }
                if (search_.settle(at_.closer ? FirstStep::gains : FirstStep::may_be_idle)) return true;
                if (rule_.over()) break;
                at_.waited = 0;
                if (at_.closer) continue;
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
        const bool goes_on =
            search_.steps(kGlance, [this] { return rule_.goes_on(confirmed_step(evolution_, rule_)); });
        if (goes_on) search_.enters(lambda());
        return goes_on;
    }
    /// Newton's method: where the dynamics has come closer, or has not for so long that there is nothing to lose.
    bool is_worth_a_try() {
        at_.closer = search_.is_near() && newton_.left_over() < kCloser * at_.tried;
        if (!at_.closer && at_.waited == at_.patience / 2 && !at_.remedied) evolution_.slow_down(kSlower);
        if (!at_.closer && at_.waited < at_.patience) return false;
        if (search_.is_near()) at_.tried = newton_.left_over();
        return true;
    }

    // ------------------------------------------------------------------ where that leads nowhere

    /// Remedies for a dynamics that leads to no equilibrium. One that does not help leaves the dynamics where it was
    /// (soft responses may lose karma that finds no room), or where Newton's method arrived.
    bool leave() {
        std::optional<Field>& before = search_.memory.before;
        if (at_.remedy == 0) {
            before = evolution_.mass();
            evolution_.slow_down(1.0 / kSlower);
            at_.remedy = 1;
        }
        for (; at_.remedy <= remedies() && !rule_.over(); ++at_.remedy) {
            search_.safe_point();
            const Arrival arrival = remedy(static_cast<std::size_t>(at_.remedy - 1));
            if (ends(arrival)) return true;
            if (arrival == Arrival::nowhere) evolution_.put(*before);
            at_.lambda = 0.0;
        }
        at_.remedy = 0;
        before.reset();
        return false;
    }
    /// Detours, and the branch where it does not take too long.
    [[nodiscard]] long remedies() const {
        const bool is_small = newton_.mass().part().layout().states() <= kSmallEconomy;
        return static_cast<long>(kDetours.size()) + (is_small ? 1 : 0);
    }
    Arrival remedy(std::size_t number) { return number < kDetours.size() ? detour(kDetours[number]) : branch_.climb(); }
    /// The equilibrium of a smaller lambda, followed to the one that was asked for.
    Arrival detour(double factor) {
        if (at_.lambda == 0.0) at_.lambda = lambda() / factor;
        if (!at_.arriving) {
            for (; at_.following == 0.0; at_.lambda /= factor) {
                if (at_.lambda < kSmallestLambda || rule_.over()) return Arrival::nowhere;
                if (search_.settles(at_.lambda, kDetourTries)) break;
            }
            search_.follow(lambda(), search_.nearly());
        }
        return search_.arrives();
    }
    /// Whether the search is over; else the dynamics goes on, from where Newton's method arrived if it did.
    bool ends(Arrival arrival) {
        evolution_.sharpen(lambda());
        if (arrival == Arrival::near) evolution_.put(newton_.mass(), newton_.response());
        return arrival == Arrival::end;
    }

    SearchMoves<G> search_;
    Branch<G> branch_;
    StopRule& rule_;
    LogitNewton<G>& newton_;
    Evolution<G>& evolution_;
    SearchPosition& at_;
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
