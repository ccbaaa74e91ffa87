#include "parallel/teams.hpp"

#include <algorithm>
#include <array>
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
        std::array<double, 1> stopped{stop && stop() ? 1.0 : 0.0};
        if (stop) own_.maximum(stopped);
        if (stopped[0] != 0.0 && own_.is_root()) counter.skip(count);
        return own_.broadcast(own_.is_root() ? static_cast<int>(std::min<std::int64_t>(counter.next(), count)) : 0);
    };
    for (int item = next(); item < count; item = next()) work(static_cast<std::size_t>(item));
}

}  // namespace polykarma
