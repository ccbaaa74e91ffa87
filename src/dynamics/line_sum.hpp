#pragma once

#include <array>

#include "base/exact_sum.hpp"
#include "game/partition.hpp"
#include "parallel/collective.hpp"

namespace polykarma {

/// A sum over states that does not depend on how lines are dealt to ranks: along a line, which always belongs to one
/// rank, in the order of positions; over lines, exact.
class LineSum {
public:
    /// The next state in storage order.
    void add(const Site& site, double term) {
        if (site.position == 0) close_line();
        line_ += term;
    }
    /// The sum of this rank, once no state is missing.
    [[nodiscard]] const ExactSum& close() {
        close_line();
        return total_;
    }

private:
    void close_line() {
        total_.add(line_);
        line_ = 0.0;
    }
    ExactSum total_;
    double line_ = 0.0;
};

/// Of all ranks.
inline double total(const Collective& ranks, LineSum& sum) {
    std::array<ExactSum, 1> sums{sum.close()};
    ranks.sum(sums);
    return sums.front().value();
}

}  // namespace polykarma
