#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "game/concept.hpp"

namespace polykarma::test {

/// A Markov decision process written down as tables, nobody interacting with anybody: the smallest game there is. No
/// karma account, one type, one exogenous state per state of the process, one stage that repeats.
///   reward [state][action], leads_to [state][action]: the next state, for sure; start [state]: mass
class TableGame {
public:
    struct Sums {};
    struct Aggregates {};
    struct Workspace {
        AlignedVector<double> row;
    };
    struct Push {
        std::span<double> out;
    };

    TableGame(std::vector<std::vector<double>> reward, std::vector<std::vector<std::size_t>> leads_to, double discount)
        : reward_(std::move(reward)),
          leads_to_(std::move(leads_to)),
          discount_(discount),
          layout_(layout_of(reward_)) {}

    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] Sums make_sums(Stage) const { return {}; }
    [[nodiscard]] Aggregates make_aggregates(Stage) const { return {}; }
    [[nodiscard]] Workspace make_workspace() const { return {AlignedVector<double>(padded(actions()), kForbidden)}; }
    [[nodiscard]] Push make_push() const { return {}; }
    void clear(Sums&) const {}
    void tally(Stage, const Site&, double, Row, Sums&) const {}
    void derive(Stage, const Sums&, Aggregates&) const {}

    template <class Visit>
    void rows(Stage, const Aggregates&, std::span<const double> next, Workspace& w, Visit&& visit) const {
        for (const auto b : Range<Block>(reward_.size())) {
            for (std::size_t a = 0; a < actions(); ++a)
                w.row[a] = reward_[b.at()][a] + discount_ * next[leads_to_[b.at()][a]];
            visit(Site{b, 0, 0, 0}, Row(w.row.data(), actions()));
        }
    }
    void begin(Push& push, Stage, const Aggregates&, std::span<double> out) const {
        push.out = out;
        std::fill(out.begin(), out.end(), 0.0);
    }
    void add(Push& push, const Site& site, double mass, Row response) const {
        for (std::size_t a = 0; a < response.size(); ++a) push.out[leads_to_[site.block.at()][a]] += mass * response[a];
    }
    void finish(Push&) const {}

    [[nodiscard]] double reward(Stage, const Aggregates&, Block b, Action a) const { return reward_[b.at()][a.at()]; }
    [[nodiscard]] double stationary_exogenous(Stage, Block) const { return 1.0; }
    [[nodiscard]] double cycle_discount() const { return discount_; }
    [[nodiscard]] std::size_t conserved() const { return 0; }
    [[nodiscard]] double conserved_weight(std::size_t, std::span<const int>) const { return 0.0; }
    [[nodiscard]] double conserved_value(std::size_t) const { return 0.0; }
    [[nodiscard]] double lost(const Aggregates&) const { return 0.0; }
    [[nodiscard]] std::span<const std::string> outcomes() const { return kOutcomes; }
    [[nodiscard]] double outcome_probability(Stage, const Aggregates&, std::size_t, Action) const { return 1.0; }
    void terminal_value(std::span<double>) const {}
    void initial_law(std::span<double>) const {}

private:
    [[nodiscard]] std::size_t actions() const { return reward_.front().size(); }

    static Layout layout_of(const std::vector<std::vector<double>>& reward) {
        Layout::StageInfo stage{"step", Account{}, {}, {reward.front().size()}};
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
