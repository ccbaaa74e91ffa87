#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "equilibrium/evolutionary.hpp"
#include "parallel/collective.hpp"
#include "base/message.hpp"

namespace polykarma {

/// What a rank has to tell about items of work, in any order.
using Findings = std::vector<std::pair<std::size_t, std::vector<std::byte>>>;

/// Told by the ranks to the root: collect(item, message) is called there, in the order of the items. Collective.
/// Throws an IoError of collect on the root, after hearing all ranks.
void collect_in_order(const Collective& ranks, Findings own,
                      const std::function<void(std::size_t item, MessageReader& message)>& collect);

/// Progress of a solve that attends to the other ranks, who may ask for their next item meanwhile.
[[nodiscard]] Progress attending(const Collective& ranks, Progress progress);

/// Items of work taken one after the other by the ranks: work(item) is done by one of them and makes the message about
/// it, collect(item, message) is called on the root, item by item in their order. Every rank calls.
/// Throws what work throws; on the root an IoError of collect, after hearing all ranks.
void deal(const Collective& ranks, std::size_t items, const std::function<MessageWriter(std::size_t item)>& work,
          const std::function<void(std::size_t item, MessageReader& message)>& collect);

}  // namespace polykarma
