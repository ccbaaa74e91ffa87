#include "study/deal.hpp"

#include <exception>
#include <utility>

namespace polykarma {

void deal(const Collective& ranks, std::size_t items, const std::function<MessageWriter(std::size_t item)>& work,
          const std::function<void(std::size_t item, MessageReader& message)>& collect) {
    std::vector<std::vector<std::byte>> own;  // the root's, until their turn to be collected
    for (std::size_t i = 0; i < items; ++i) {
        if (ranks.owner(i) != ranks.rank()) continue;
        MessageWriter message = work(i);
        if (ranks.is_root())
            own.push_back(std::move(message).release());
        else
            ranks.send_to_root(message.bytes());
    }
    if (!ranks.is_root()) return;
    auto next_own = own.begin();
    std::exception_ptr trouble;  // thrown once nobody waits for the root any more
    for (std::size_t i = 0; i < items; ++i) {
        const auto bytes = ranks.owner(i) == 0 ? std::move(*next_own++) : ranks.receive(ranks.owner(i));
        if (trouble) continue;
        MessageReader message(bytes);
        try {
            collect(i, message);
        } catch (const IoError&) {
            trouble = std::current_exception();
        }
    }
    if (trouble) std::rethrow_exception(trouble);
}

}  // namespace polykarma
