#include "study/maximise.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <nlopt.hpp>

namespace polykarma {
namespace {

/// What NLopt is told of a point without value: below all values so far, by as much as they differ, so that the search
/// leaves, and not so far below that differences among the values drown.
class Substitute {
public:
    double operator()(double value) {
        if (!std::isfinite(value)) return any_ ? lowest_ - std::max(1.0, highest_ - lowest_) : kBeforeAnyValue;
        lowest_ = any_ ? std::min(lowest_, value) : value;
        highest_ = any_ ? std::max(highest_, value) : value;
        any_ = true;
        return value;
    }

private:
    static constexpr double kBeforeAnyValue = -1e3;  // a welfare is a mean of logarithms
    bool any_ = false;
    double lowest_ = 0.0, highest_ = 0.0;
};

/// What the objective threw: NLopt passes on a few exceptions only, and those as copies of their base.
struct Call {
    const Objective& objective;
    Substitute substitute;
    int left;
    std::exception_ptr trouble;

    static double made(const std::vector<double>& point, std::vector<double>&, void* data) {
        auto& call = *static_cast<Call*>(data);
        if (call.left-- == 0) throw nlopt::forced_stop();
        try {
            return call.substitute(call.objective(point));
        } catch (...) {
            call.trouble = std::current_exception();
            throw nlopt::forced_stop();
        }
    }
};

}  // namespace

void maximise(const DesignConfig& design, const SearchBox& box, const Objective& objective) {
    POLYKARMA_EXPECTS(box.upper.size() == box.lower.size() && box.start.size() == box.lower.size());
    const bool global = design.algorithm == DesignAlgorithm::direct;
    nlopt::opt search(global ? nlopt::GN_DIRECT_L : nlopt::LN_SBPLX, static_cast<unsigned>(box.lower.size()));
    Call call{objective, {}, design.evaluations, {}};
    search.set_max_objective(&Call::made, &call);
    search.set_lower_bounds(box.lower);
    search.set_upper_bounds(box.upper);
    std::vector<double> tolerance, step;
    for (std::size_t v = 0; v < box.lower.size(); ++v) {
        const double range = box.upper[v] - box.lower[v];
        tolerance.push_back(design.tolerance * range);
        step.push_back(0.25 * range);
    }
    if (!global) search.set_xtol_abs(tolerance);
    search.set_initial_step(step);
    search.set_maxeval(design.evaluations);
    std::vector<double> point = box.start;
    double value = 0.0;
    try {
        static_cast<void>(search.optimize(point, value));
    } catch (const nlopt::forced_stop&) {
        if (call.trouble) std::rethrow_exception(call.trouble);
    } catch (const nlopt::roundoff_limited&) {
        // As far as numbers go: the best point has been seen.
    }
}

}  // namespace polykarma
