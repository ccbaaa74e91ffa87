#include "game/layout.hpp"

#include <algorithm>

namespace polykarma {

Layout::Layout(Lattice lattice, std::vector<TypeInfo> types, std::vector<ExogenousInfo> exogenous,
               std::vector<StageInfo> stages, CycleEnd end)
    : lattice_(std::move(lattice)),
      types_(std::move(types)),
      exogenous_(std::move(exogenous)),
      stages_(std::move(stages)),
      end_(end) {}

std::string Layout::account_name(Account a) const {
    const auto stage = std::ranges::find(stages_, a, &StageInfo::contested);
    return stage == stages_.end() ? std::to_string(a.at()) : stage->name;
}

std::size_t Layout::longest_row() const {
    std::size_t longest = 0;
    for (const auto& stage : stages_) longest = std::max(longest, stage.actions.size());
    return longest;
}

}  // namespace polykarma
