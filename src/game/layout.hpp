#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/aligned.hpp"
#include "base/index.hpp"
#include "grid/lattice.hpp"

namespace polykarma {

/// Value of an action that a state does not offer, and of the padding of a row. Finite, so that 0 * kForbidden is 0.
inline constexpr double kForbidden = -1e300;

/// What an action stands for. The engine uses `participates` only; labels and bids are for reports.
struct ActionInfo {
    std::string label;
    bool participates = true;                            ///< false: stays away from the contest
    double bid = std::numeric_limits<double>::quiet_NaN();  ///< NaN for an action without a bid
};

struct TypeInfo {
    std::string name;
    double share = 0.0;  ///< of the population
};

struct ExogenousInfo {
    std::string name;
    double urgency = 0.0;
};

/// What follows the last stage: the first one again, or nothing (a finite horizon with a terminal value).
enum class CycleEnd { wraps, terminates };

/// One state while a kernel visits a stage: blocks in order, lines in order, positions along the line in order.
struct Site {
    Block block;
    std::size_t line = 0;      ///< within the block
    std::size_t position = 0;  ///< along the line: balance of the contested account
    std::size_t index = 0;     ///< within the block: line * line length + position
};

/// Shapes of a dynamic population game, as the engine sees it.
///
/// A state is (stage, block, site): a block is a pair (type, exogenous state), a site is a point of the karma lattice.
/// The actions of a state are the first `row_length` of the stage's actions, the same for every block.
class Layout {
public:
    struct StageInfo {
        std::string name;
        Account contested;                     ///< fastest axis of the lattice at this stage
        std::vector<ActionInfo> actions;       ///< of the longest row
        std::vector<std::size_t> row_lengths;  ///< [site]
    };

    Layout(Lattice lattice, std::vector<TypeInfo> types, std::vector<ExogenousInfo> exogenous,
           std::vector<StageInfo> stages, CycleEnd end);

    [[nodiscard]] std::size_t stages() const { return stages_.size(); }
    [[nodiscard]] std::size_t types() const { return types_.size(); }
    [[nodiscard]] std::size_t exogenous_states() const { return exogenous_.size(); }
    [[nodiscard]] std::size_t blocks() const { return types() * exogenous_states(); }
    [[nodiscard]] std::size_t sites() const { return lattice_.sites(); }
    [[nodiscard]] std::size_t states() const { return stages() * blocks() * sites(); }
    /// State-action pairs of one block, of a stage, of the game; unpadded.
    [[nodiscard]] std::size_t block_pairs(Stage r) const { return pairs_[r.at()]; }
    [[nodiscard]] std::size_t pairs() const;
    /// Doubles that a response stored for every pair needs, padding included.
    [[nodiscard]] std::size_t response_size() const;

    [[nodiscard]] const Lattice& lattice() const { return lattice_; }
    [[nodiscard]] const std::vector<TypeInfo>& type_infos() const { return types_; }
    [[nodiscard]] const std::vector<ExogenousInfo>& exogenous_infos() const { return exogenous_; }
    [[nodiscard]] const StageInfo& stage(Stage r) const { return stages_[r.at()]; }
    [[nodiscard]] Account contested(Stage r) const { return stage(r).contested; }
    [[nodiscard]] CycleEnd end() const { return end_; }

    [[nodiscard]] Block block(Type t, Exogenous u) const { return Block{t.at() * exogenous_states() + u.at()}; }
    [[nodiscard]] Type type(Block b) const { return Type{b.at() / exogenous_states()}; }
    [[nodiscard]] Exogenous exogenous(Block b) const { return Exogenous{b.at() % exogenous_states()}; }
    [[nodiscard]] Stage next(Stage r) const { return Stage{(r.at() + 1) % stages()}; }

    /// Calls visit(Site, row length) for every state of a stage in storage order.
    template <class Visit>
    void for_each_site(Stage r, Visit&& visit) const {
        const std::size_t length = lattice_.line_length(contested(r));
        const auto& row_lengths = stage(r).row_lengths;
        for (const auto b : Range<Block>(blocks()))
            for (Site s{b, 0, 0, 0}; s.index < sites(); ++s.index) {
                visit(s, row_lengths[s.index]);
                if (++s.position == length) {
                    s.position = 0;
                    ++s.line;
                }
            }
    }

private:
    Lattice lattice_;
    std::vector<TypeInfo> types_;
    std::vector<ExogenousInfo> exogenous_;
    std::vector<StageInfo> stages_;
    std::vector<std::size_t> pairs_;  // [stage], of one block
    CycleEnd end_;
};

/// One number per state: [stage][block][site], each stage contiguous.
class Field {
public:
    Field() = default;
    explicit Field(const Layout& layout)
        : blocks_(layout.blocks()), sites_(layout.sites()), data_(layout.states(), 0.0) {}

    [[nodiscard]] std::span<double> stage(Stage r) { return std::span(data_).subspan(r.at() * stage_size(), stage_size()); }
    [[nodiscard]] std::span<const double> stage(Stage r) const {
        return std::span(data_).subspan(r.at() * stage_size(), stage_size());
    }
    [[nodiscard]] std::span<double> block(Stage r, Block b) { return stage(r).subspan(b.at() * sites_, sites_); }
    [[nodiscard]] std::span<const double> block(Stage r, Block b) const {
        return stage(r).subspan(b.at() * sites_, sites_);
    }
    [[nodiscard]] std::span<double> all() { return data_; }
    [[nodiscard]] std::span<const double> all() const { return data_; }

private:
    [[nodiscard]] std::size_t stage_size() const { return blocks_ * sites_; }
    std::size_t blocks_ = 0;
    std::size_t sites_ = 0;
    AlignedVector<double> data_;
};

}  // namespace polykarma
