#pragma once

#include <cstddef>
#include <functional>

#include "parallel/collective.hpp"
#include "study/message.hpp"

namespace polykarma {

/// Items of work dealt round robin to the ranks: work(item) is done by the item's owner and makes the message about it,
/// collect(item, message) is called on the root, item by item in their order. Every rank calls.
/// Throws what work throws; on the root an IoError of collect, after hearing all ranks.
void deal(const Collective& ranks, std::size_t items, const std::function<MessageWriter(std::size_t item)>& work,
          const std::function<void(std::size_t item, MessageReader& message)>& collect);

}  // namespace polykarma
