#include "parallel/teams.hpp"

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "parallel/shared_counter.hpp"

namespace polykarma {

Teams::Teams(const Collective& all, int least)
    : all_(all),
      count_(std::max(1, all.size() / least)),
      number_(static_cast<int>(static_cast<long>(all.rank()) * count_ / all.size())),
      own_(count_ == 1 ? all : all.split(number_)) {}

void Teams::share(std::size_t items, const std::function<void(std::size_t item)>& work,
                  const std::function<bool()>& stop) const {
    POLYKARMA_EXPECTS(items < std::numeric_limits<int>::max());
    const SharedCounter counter(all_);
    const auto count = static_cast<int>(items);
    const auto next = [&] {
        if (!own_.is_root() || (stop && stop())) return count;
        return static_cast<int>(std::min<std::int64_t>(counter.next(), count));
    };
    for (int item = own_.broadcast(next()); item < count; item = own_.broadcast(next()))
        work(static_cast<std::size_t>(item));
}

}  // namespace polykarma
