#pragma once

#include <limits>
#include <span>
#include <string>
#include <vector>

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

/// Shapes of a dynamic population game, as the engine sees it.
///
/// A state is (stage, block, site): a block is a pair (type, exogenous state), a site is a point of the karma lattice.
/// The actions of a state are the first ones of its stage, as many as the game says for the site, the same for every
/// block. Nothing here grows with the number of states.
class Layout {
public:
    struct StageInfo {
        std::string name;
        Account contested;                ///< fastest axis of the lattice at this stage
        std::vector<ActionInfo> actions;  ///< of the longest row
    };

    Layout(Lattice lattice, std::vector<TypeInfo> types, std::vector<ExogenousInfo> exogenous,
           std::vector<StageInfo> stages, CycleEnd end);

    [[nodiscard]] std::size_t stages() const { return stages_.size(); }
    [[nodiscard]] std::size_t types() const { return types_.size(); }
    [[nodiscard]] std::size_t exogenous_states() const { return exogenous_.size(); }
    [[nodiscard]] std::size_t blocks() const { return types() * exogenous_states(); }
    [[nodiscard]] std::size_t sites() const { return lattice_.sites(); }
    [[nodiscard]] std::size_t states() const { return stages() * blocks() * sites(); }
    /// Sites along the contested account of a stage, and how many such lines a block has.
    [[nodiscard]] std::size_t line_length(Stage r) const { return lattice_.line_length(contested(r)); }
    [[nodiscard]] std::size_t lines(Stage r) const { return lattice_.lines(contested(r)); }
    [[nodiscard]] std::size_t longest_row() const;

    [[nodiscard]] const Lattice& lattice() const { return lattice_; }
    [[nodiscard]] const std::vector<TypeInfo>& type_infos() const { return types_; }
    [[nodiscard]] const std::vector<ExogenousInfo>& exogenous_infos() const { return exogenous_; }
    [[nodiscard]] const StageInfo& stage(Stage r) const { return stages_[r.at()]; }
    [[nodiscard]] Account contested(Stage r) const { return stage(r).contested; }
    /// An account is called like the first stage that contests it.
    [[nodiscard]] std::string account_name(Account a) const;
    [[nodiscard]] CycleEnd end() const { return end_; }

    [[nodiscard]] Block block(Type t, Exogenous u) const { return Block{t.at() * exogenous_states() + u.at()}; }
    [[nodiscard]] Type type(Block b) const { return Type{b.at() / exogenous_states()}; }
    [[nodiscard]] Exogenous exogenous(Block b) const { return Exogenous{b.at() % exogenous_states()}; }
    [[nodiscard]] Stage next(Stage r) const { return Stage{(r.at() + 1) % stages()}; }

private:
    Lattice lattice_;
    std::vector<TypeInfo> types_;
    std::vector<ExogenousInfo> exogenous_;
    std::vector<StageInfo> stages_;
    CycleEnd end_;
};

}  // namespace polykarma
