#include "agents/hand_out.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/error.hpp"

namespace polykarma {

HandOut::HandOut(std::int32_t limit, const Collective& ranks)
    : limit_(limit), ranks_(ranks), receivers_(limit == Contest::kUnlimited ? 2 : static_cast<std::size_t>(limit) + 1) {}

void HandOut::count(std::span<const std::int32_t> balances, std::span<const std::uint8_t> receives) {
    if (limit_ == Contest::kUnlimited) {
        receivers_[0] += std::accumulate(receives.begin(), receives.end(), std::int64_t{0});
        return;
    }
    for (std::size_t i = 0; i < balances.size(); ++i) receivers_[static_cast<std::size_t>(balances[i])] += receives[i];
}

void HandOut::decide(std::int64_t amount, const RandomNumbers& numbers, std::uint32_t time, ChanceOf what) {
    std::vector<std::int64_t> all = receivers_;
    ranks_.sum(all);
    if (limit_ == Contest::kUnlimited) {
        credit_ = {all[0] > 0 ? amount / all[0] : 0, all[0] > 0 ? amount % all[0] : 0, all[0], all[0] > 0 ? 0 : amount};
        able_ = numbered_before(ranks_, static_cast<std::uint64_t>(receivers_[0]));
    } else {
        credit_ = integer_credit(amount, all);
        const auto with_room = std::span(receivers_).first(static_cast<std::size_t>(limit_ - credit_.whole));
        able_ = numbered_before(
            ranks_, static_cast<std::uint64_t>(std::accumulate(with_room.begin(), with_room.end(), std::int64_t{0})));
    }
    order_.clear();
    if (credit_.extra > 0)
        order_.emplace_back(static_cast<std::uint32_t>(credit_.able), numbers, time, what);
}

void HandOut::give(std::span<std::int32_t> balances, std::span<const std::uint8_t> receives) {
    POLYKARMA_EXPECTS(balances.size() <= kTile);
    const auto whole = static_cast<std::int32_t>(credit_.whole);
    std::array<std::uint32_t, kTile> agent;
    std::array<std::uint32_t, kTile> place;
    std::size_t count = 0;
    for (std::size_t i = 0; i < balances.size(); ++i) {
        agent[count] = static_cast<std::uint32_t>(i);
        place[count] = static_cast<std::uint32_t>(able_ + count);
        count += receives[i] != 0 && room(balances[i]) > whole;
    }
    able_ += count;
    for (std::size_t i = 0; i < balances.size(); ++i)
        balances[i] += receives[i] != 0 ? std::min(whole, room(balances[i])) : 0;
    if (order_.empty()) return;
    order_.front()(std::span(place).first(count));
    for (std::size_t e = 0; e < count; ++e) balances[agent[e]] += place[e] < credit_.extra;
}

}  // namespace polykarma
