#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "game/concept.hpp"

namespace polykarma::test {

/// Charging in one of two slots: nothing of it is a multi-karma economy, everything of it is a game of the engine.
///
/// Exogenous state: battery level 0..kFull, raised by one when charged: the outcome moves it. A finite game ends with a
/// payoff per level; a repeating one drives a full battery empty when it is charged once more.
/// Actions: 0 stay away; 1 + 2 b + s bids b in slot s, b up to the tokens held (one account, 0..kTokens).
/// Charged with probability w[s, b] = (1 + b) / (1 + b + 4 load[s]), load[s] the share of agents in the slot.
/// The charged pay their bid, the others in a slot receive one token if they have room; tokens are not conserved.
/// Reward: kValue[s] when charged, minus kWait for trying in vain.
class ToyGame {
public:
    static constexpr std::size_t kFull = 2;
    static constexpr int kTokens = 3;
    static constexpr std::array<double, 2> kValue{3.0, 2.0};
    static constexpr double kWait = 0.5;
    static constexpr double kDiscount = 0.9;

    struct Sums {
        std::array<double, 2> load{};
    };
    struct Aggregates {
        std::array<double, 2> load{};
    };
    struct Workspace {
        AlignedVector<double> row;
    };
    struct Push {
        const Aggregates* aggregates = nullptr;
        std::span<double> out;
    };

    ToyGame(std::size_t stages, CycleEnd end) : layout_(layout_of(stages, end)) {}

    static std::size_t slot(std::size_t action) { return (action - 1) % 2; }
    static std::size_t bid(std::size_t action) { return (action - 1) / 2; }
    static double charged(const Aggregates& m, std::size_t action) {
        const double weight = 1.0 + static_cast<double>(bid(action));
        return weight / (weight + 4.0 * m.load[slot(action)]);
    }

    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] Sums make_sums(Stage) const { return {}; }
    [[nodiscard]] Aggregates make_aggregates(Stage) const { return {}; }
    [[nodiscard]] Workspace make_workspace() const {
        return {AlignedVector<double>(padded(layout_.stage(Stage{}).actions.size()), kForbidden)};
    }
    [[nodiscard]] Push make_push() const { return {}; }

    void clear(Sums& sums) const { sums = {}; }
    void tally(Stage, const Site&, double mass, Row response, Sums& sums) const {
        for (std::size_t a = 1; a < response.size(); ++a) sums.load[slot(a)] += mass * response[a];
    }
    void derive(Stage, const Sums& sums, Aggregates& m) const { m.load = sums.load; }

    template <class Visit>
    void rows(Stage r, const Aggregates& m, std::span<const double> next, Workspace& w, Visit&& visit) const {
        layout_.for_each_site(r, [&](const Site& site, std::size_t length) {
            std::fill(w.row.begin(), w.row.end(), kForbidden);
            for (std::size_t a = 0; a < length; ++a) {
                double continuation = 0.0;
                for_each_outcome(m, site, a, [&](double p, std::size_t state) { continuation += p * next[state]; });
                w.row[a] = reward(r, m, site.block, Action{a}) + kDiscount * continuation;
            }
            visit(site, Row(w.row.data(), length));
        });
    }
    void begin(Push& push, Stage, const Aggregates& m, std::span<double> out) const {
        push = {&m, out};
        std::fill(out.begin(), out.end(), 0.0);
    }
    void add(Push& push, const Site& site, double mass, Row response) const {
        for (std::size_t a = 0; a < response.size(); ++a)
            for_each_outcome(*push.aggregates, site, a,
                             [&](double p, std::size_t state) { push.out[state] += mass * response[a] * p; });
    }
    void finish(Push&) const {}

    [[nodiscard]] double reward(Stage, const Aggregates& m, Block, Action a) const {
        if (a.at() == 0) return 0.0;
        const double p = charged(m, a.at());
        return p * kValue[slot(a.at())] - (1.0 - p) * kWait;
    }
    /// Every level occurs; in a finite game one level more can be reached at each stage.
    [[nodiscard]] double stationary_exogenous(Stage r, Block b) const {
        return layout_.end() == CycleEnd::wraps || layout_.exogenous(b).at() <= r.at() ? 1.0 : 0.0;
    }
    [[nodiscard]] double cycle_discount() const { return kDiscount; }
    [[nodiscard]] std::size_t conserved() const { return 0; }
    [[nodiscard]] double conserved_weight(std::size_t, std::span<const int>) const { return 0.0; }
    [[nodiscard]] double conserved_value(std::size_t) const { return 0.0; }
    [[nodiscard]] double lost(const Aggregates&) const { return 0.0; }
    [[nodiscard]] std::span<const std::string> outcomes() const { return kOutcomes; }
    [[nodiscard]] double outcome_probability(Stage, const Aggregates& m, std::size_t outcome, Action a) const {
        if (a.at() == 0) return outcome == 2 ? 1.0 : 0.0;
        return outcome == 0 ? charged(m, a.at()) : outcome == 1 ? 1.0 - charged(m, a.at()) : 0.0;
    }
    /// A full battery is worth 10 per level, a token left over nothing.
    void terminal_value(std::span<double> out) const {
        for (std::size_t x = 0; x < out.size(); ++x) out[x] = 10.0 * static_cast<double>(x / layout_.sites());
    }
    /// Everybody starts empty, tokens 1 or 2.
    void initial_law(std::span<double> out) const {
        std::fill(out.begin(), out.end(), 0.0);
        out[1] = out[2] = 0.5;
    }

private:
    /// visit(probability, state at the next stage)
    template <class Visit>
    void for_each_outcome(const Aggregates& m, const Site& site, std::size_t action, Visit&& visit) const {
        const std::size_t level = layout_.exogenous(site.block).at();
        const auto state = [&](std::size_t to, std::size_t tokens) { return to * layout_.sites() + tokens; };
        if (action == 0) {
            visit(1.0, state(level, site.index));
            return;
        }
        const double p = charged(m, action);
        const std::size_t after_full = layout_.end() == CycleEnd::wraps ? 0 : kFull;
        visit(p, state(level == kFull ? after_full : level + 1, site.index - bid(action)));
        visit(1.0 - p, state(level, std::min<std::size_t>(site.index + 1, kTokens)));
    }

    static Layout layout_of(std::size_t stages, CycleEnd end) {
        std::vector<ExogenousInfo> levels;
        for (std::size_t level = 0; level <= kFull; ++level) levels.push_back({std::to_string(level) + "/2", 0.0});
        Layout::StageInfo stage{"hour", Account{}, {{"away", false}}, {}};
        for (int b = 0; b <= kTokens; ++b)
            for (const char* name : {"early, ", "late, "})
                stage.actions.push_back({name + std::to_string(b), true, static_cast<double>(b)});
        for (std::size_t tokens = 0; tokens <= kTokens; ++tokens) stage.row_lengths.push_back(1 + 2 * (tokens + 1));
        return Layout(Lattice({kTokens}), {{"driver", 1.0}}, std::move(levels),
                      std::vector<Layout::StageInfo>(stages, stage), end);
    }

    static inline const std::array<std::string, 3> kOutcomes{"charged", "in vain", "away"};
    Layout layout_;
};

static_assert(Game<ToyGame>);

}  // namespace polykarma::test
