#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "game/concept.hpp"

namespace polykarma::test {

/// A Markov decision process written down as tables, nobody interacting with anybody: the smallest game there is. No
/// karma account, one type, one exogenous state per state of the process, one stage that repeats: a single line, which
/// cannot be divided.
///   reward [state][action], leads_to [state][action]: the next state, for sure; start [state]: mass
class TableGame {
public:
    struct Aggregates {};
    struct Workspace {
        Workspace(const Part& part, std::size_t actions)
            : row(padded(actions), kForbidden), arriving(part.most_states()), entering(part) {}
        AlignedVector<double> row;
        std::vector<double> arriving;  // [state]
        EnteringMass entering;
    };

    TableGame(std::vector<std::vector<double>> reward, std::vector<std::vector<std::size_t>> leads_to, double discount)
        : reward_(std::move(reward)),
          leads_to_(std::move(leads_to)),
          discount_(discount),
          layout_(layout_of(reward_)) {}

    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] Aggregates make_aggregates(Stage) const { return {}; }
    [[nodiscard]] Workspace make_workspace(const Part& part) const { return {part, actions()}; }
    void row_lengths(Stage, std::size_t, std::span<std::uint32_t> lengths) const {
        std::ranges::fill(lengths, static_cast<std::uint32_t>(actions()));
    }
    void entered_lines(Stage, std::size_t, std::vector<std::size_t>&) const {}

    [[nodiscard]] std::size_t sums_size(Stage) const { return 0; }
    template <class AnyRow>
    void tally(Stage, const Site&, double, const AnyRow&, std::span<double>) const {}
    void derive(Stage, std::span<const double>, Aggregates&) const {}

    void entry_values(Stage, const Aggregates&, std::span<const double>, Workspace&, const Piece&, std::size_t,
                      std::span<double>) const {}
    template <class Visit>
    void rows(Stage, const Aggregates&, std::span<const double> next, Entries&, Workspace& w, Visit&& visit) const {
        if (next.empty()) return;  // another rank's
        for (const auto b : Range<Block>(reward_.size())) {
            for (std::size_t a = 0; a < actions(); ++a)
                w.row[a] = reward_[b.at()][a] + discount_ * next[leads_to_[b.at()][a]];
            visit(Site{b, 0, 0, 0, b.at()}, FormedRow({w.row.data(), actions()}));
        }
    }
    void begin(Workspace& w, Stage, const Aggregates&) const { std::ranges::fill(w.arriving, 0.0); }
    template <class AnyRow>
    void add(Workspace& w, const Site& site, double mass, const AnyRow& response) const {
        for_each_action(response,
                        [&](std::size_t a, double p) { w.arriving[leads_to_[site.block.at()][a]] += mass * p; });
    }
    void close(Workspace&) const {}
    [[nodiscard]] EnteringMass& entering(Workspace& w) const { return w.entering; }
    void finish(Workspace& w, std::span<double> out) const { std::ranges::copy(w.arriving, out.begin()); }

    [[nodiscard]] double reward(Stage, const Aggregates&, Block b, Action a) const { return reward_[b.at()][a.at()]; }
    [[nodiscard]] double stationary_exogenous(Stage, Block) const { return 1.0; }
    [[nodiscard]] double cycle_discount() const { return discount_; }
    [[nodiscard]] std::size_t conserved() const { return 0; }
    [[nodiscard]] double conserved_weight(std::size_t, std::span<const int>) const { return 0.0; }
    [[nodiscard]] double conserved_value(std::size_t) const { return 0.0; }
    [[nodiscard]] double lost(const Aggregates&) const { return 0.0; }
    [[nodiscard]] std::span<const std::string> outcomes() const { return kOutcomes; }
    [[nodiscard]] double outcome_probability(Stage, const Aggregates&, std::size_t, Action) const { return 1.0; }
    void terminal_value(const Part&, std::span<double>) const {}
    void initial_law(const Part&, std::span<double>) const {}

private:
    [[nodiscard]] std::size_t actions() const { return reward_.front().size(); }

    static Layout layout_of(const std::vector<std::vector<double>>& reward) {
        Layout::StageInfo stage{"step", Account{}, {}};
        for (std::size_t a = 0; a < reward.front().size(); ++a) stage.actions.push_back({std::to_string(a)});
        std::vector<ExogenousInfo> states;
        for (std::size_t u = 0; u < reward.size(); ++u) states.push_back({"state" + std::to_string(u), 0.0});
        return Layout(Lattice({}), {{"anyone", 1.0}}, std::move(states), {std::move(stage)}, CycleEnd::wraps);
    }

    static inline const std::array<std::string, 1> kOutcomes{"moves"};
    std::vector<std::vector<double>> reward_;
    std::vector<std::vector<std::size_t>> leads_to_;
    double discount_;
    Layout layout_;
};

static_assert(Game<TableGame>);

}  // namespace polykarma::test
