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
/// Reward: kValue[s] when charged, minus kWait for trying in vain, of which every type minds twice as much as the one
/// before.
/// The tokens of a type form a single line, which no move leaves: ranks can share the types, and nothing finer.
class ToyGame {
public:
    static constexpr std::size_t kFull = 2;
    static constexpr int kTokens = 3;
    static constexpr std::array<double, 2> kValue{3.0, 2.0};
    static constexpr double kWait = 0.5;
    static constexpr double kDiscount = 0.9;

    struct Aggregates {
        std::array<double, 2> load{};
    };
    struct Workspace {
        Workspace(const Part& part, std::size_t actions)
            : part(part), row(padded(actions), kForbidden), arriving(part.most_states()), entering(part) {}
        Part part;
        AlignedVector<double> row;
        const Aggregates* aggregates = nullptr;
        std::vector<double> arriving;  // [state]
        EnteringMass entering;
    };

    /// shares [type]
    ToyGame(std::size_t stages, CycleEnd end, const std::vector<double>& shares = {1.0})
        : layout_(layout_of(stages, end, shares)) {}

    static std::size_t slot(std::size_t action) { return (action - 1) % 2; }
    static std::size_t bid(std::size_t action) { return (action - 1) / 2; }
    static double charged(const Aggregates& m, std::size_t action) {
        const double weight = 1.0 + static_cast<double>(bid(action));
        return weight / (weight + 4.0 * m.load[slot(action)]);
    }

    [[nodiscard]] const Layout& layout() const { return layout_; }
    [[nodiscard]] Aggregates make_aggregates(Stage) const { return {}; }
    [[nodiscard]] Workspace make_workspace(const Part& part) const { return {part, layout_.longest_row()}; }
    void row_lengths(Stage, std::size_t, std::span<std::uint32_t> lengths) const {
        for (std::size_t tokens = 0; tokens < lengths.size(); ++tokens)
            lengths[tokens] = static_cast<std::uint32_t>(1 + 2 * (tokens + 1));
    }
    void entered_lines(Stage, std::size_t, std::vector<std::size_t>&) const {}

    /// Loads [slot].
    [[nodiscard]] std::size_t sums_size(Stage) const { return 2; }
    template <class AnyRow>
    void tally(Stage, const Site&, double mass, const AnyRow& response, std::span<double> sums) const {
        for_each_action(response, [&](std::size_t a, double p) {
            if (a > 0) sums[slot(a)] += kShares(mass * p);
        });
    }
    void derive(Stage, std::span<const double> sums, Aggregates& m) const { m.load = {sums[0], sums[1]}; }

    void entry_values(Stage, const Aggregates&, std::span<const double>, Workspace&, const Piece&, std::size_t,
                      std::span<double>) const {}
    template <class Visit>
    void rows(Stage r, const Aggregates& m, std::span<const double> next, Entries&, Workspace& w, Visit&& visit) const {
        w.part.for_each_site(r, [&](const Site& site, std::size_t length) {
            std::fill(w.row.begin(), w.row.end(), kForbidden);
            for (std::size_t a = 0; a < length; ++a) {
                double continuation = 0.0;
                for_each_outcome(m, site, a, [&](double p, std::size_t state) { continuation += p * next[state]; });
                w.row[a] = reward(r, m, site.block, Action{a}) + kDiscount * continuation;
            }
            visit(site, FormedRow({w.row.data(), length}));
        });
    }
    void begin(Workspace& w, Stage, const Aggregates& m) const {
        w.aggregates = &m;
        std::fill(w.arriving.begin(), w.arriving.end(), 0.0);
    }
    template <class AnyRow>
    void add(Workspace& w, const Site& site, double mass, const AnyRow& response) const {
        for_each_action(response, [&](std::size_t a, double taken) {
            for_each_outcome(*w.aggregates, site, a,
                             [&](double p, std::size_t state) { w.arriving[state] += mass * taken * p; });
        });
    }
    void close(Workspace&) const {}
    [[nodiscard]] EnteringMass& entering(Workspace& w) const { return w.entering; }
    void finish(Workspace& w, std::span<double> out) const { std::copy_n(w.arriving.begin(), out.size(), out.begin()); }

    [[nodiscard]] double reward(Stage, const Aggregates& m, Block b, Action a) const {
        if (a.at() == 0) return 0.0;
        const double p = charged(m, a.at());
        const double wait = kWait * static_cast<double>(1 << layout_.type(b).at());
        return p * kValue[slot(a.at())] - (1.0 - p) * wait;
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
    void terminal_value(const Part& part, std::span<double> out) const {
        part.for_each_site(Stage{layout_.stages() - 1}, [&](const Site& site, std::size_t) {
            out[site.state] = 10.0 * static_cast<double>(layout_.exogenous(site.block).at());
        });
    }
    /// Everybody starts empty, tokens 1 or 2.
    void initial_law(const Part& part, std::span<double> out) const {
        part.for_each_site(Stage{}, [&](const Site& site, std::size_t) {
            const bool starts_here =
                layout_.exogenous(site.block).at() == 0 && (site.position == 1 || site.position == 2);
            out[site.state] = starts_here ? 0.5 * layout_.type_infos()[layout_.type(site.block).at()].share : 0.0;
        });
    }

private:
    /// visit(probability, state at the next stage, in the storage of this one)
    template <class Visit>
    void for_each_outcome(const Aggregates& m, const Site& site, std::size_t action, Visit&& visit) const {
        const std::size_t level = layout_.exogenous(site.block).at();
        const std::size_t of_type = site.state - level * layout_.sites() - site.position;
        const auto state = [&](std::size_t to, std::size_t tokens) { return of_type + to * layout_.sites() + tokens; };
        if (action == 0) {
            visit(1.0, state(level, site.position));
            return;
        }
        const double p = charged(m, action);
        const std::size_t after_full = layout_.end() == CycleEnd::wraps ? 0 : kFull;
        visit(p, state(level == kFull ? after_full : level + 1, site.position - bid(action)));
        visit(1.0 - p, state(level, std::min<std::size_t>(site.position + 1, kTokens)));
    }

    static Layout layout_of(std::size_t stages, CycleEnd end, const std::vector<double>& shares) {
        std::vector<ExogenousInfo> levels;
        for (std::size_t level = 0; level <= kFull; ++level) levels.push_back({std::to_string(level) + "/2", 0.0});
        std::vector<TypeInfo> types;
        for (const double share : shares) types.push_back({"driver" + std::to_string(types.size()), share});
        Layout::StageInfo stage{"hour", Account{}, {{"away", false}}};
        for (int b = 0; b <= kTokens; ++b)
            for (const char* name : {"early, ", "late, "})
                stage.actions.push_back({name + std::to_string(b), true, static_cast<double>(b)});
        return Layout(Lattice({kTokens}), std::move(types), std::move(levels),
                      std::vector<Layout::StageInfo>(stages, stage), end);
    }

    static inline const std::array<std::string, 3> kOutcomes{"charged", "in vain", "away"};
    Layout layout_;
};

static_assert(Game<ToyGame>);

}  // namespace polykarma::test
