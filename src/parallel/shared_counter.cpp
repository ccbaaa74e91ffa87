#include "parallel/shared_counter.hpp"

#include "parallel/rank_group.hpp"

namespace polykarma {

SharedCounter::SharedCounter(const Collective& ranks) : place_(ranks.group().open_counter()) {}

}  // namespace polykarma
