#include "study/deal.hpp"

#include <algorithm>
#include <exception>

#include "parallel/teams.hpp"

namespace polykarma {
namespace {

/// Which items every rank tells about, on the root: (item, rank), in the order of the items.
std::vector<std::pair<std::size_t, int>> tellers(const Collective& ranks, const Findings& own) {
    std::vector<std::pair<std::size_t, int>> all;
    for (const auto& finding : own) all.emplace_back(finding.first, 0);
    for (int rank = 1; rank < ranks.size(); ++rank) {
        const auto bytes = ranks.receive(rank);
        MessageReader message(bytes);
        for (auto left = message.integer(); left > 0; --left)
            all.emplace_back(static_cast<std::size_t>(message.integer()), rank);
    }
    std::ranges::sort(all);
    return all;
}

void tell(const Collective& ranks, const Findings& own) {
    MessageWriter items;
    items.put(static_cast<std::int64_t>(own.size()));
    for (const auto& finding : own) items.put(static_cast<std::int64_t>(finding.first));
    ranks.send_to_root(items.bytes());
    for (const auto& finding : own) ranks.send_to_root(finding.second);
}

}  // namespace

void collect_in_order(const Collective& ranks, Findings own,
                      const std::function<void(std::size_t item, MessageReader& message)>& collect) {
    std::ranges::sort(own, {}, &Findings::value_type::first);
    if (!ranks.is_root()) return tell(ranks, own);
    auto next_own = own.begin();
    std::exception_ptr trouble;  // thrown once nobody waits for the root any more
    for (const auto& [item, rank] : tellers(ranks, own)) {
        const auto bytes = rank == 0 ? std::move((next_own++)->second) : ranks.receive(rank);
        if (trouble) continue;
        MessageReader message(bytes);
        try {
            collect(item, message);
        } catch (const IoError&) {
            trouble = std::current_exception();
        }
    }
    if (trouble) std::rethrow_exception(trouble);
}

Progress attending(const Collective& ranks, Progress progress) {
    return [ranks, told = std::move(progress)](long iteration, const Residuals& residuals) {
        ranks.attend();
        if (told) told(iteration, residuals);
    };
}

void deal(const Collective& ranks, std::size_t items, const std::function<MessageWriter(std::size_t item)>& work,
          const std::function<void(std::size_t item, MessageReader& message)>& collect) {
    Findings own;
    Teams(ranks, 1).share(items, [&](std::size_t item) { own.emplace_back(item, work(item).release()); });
    collect_in_order(ranks, std::move(own), collect);
}

}  // namespace polykarma
