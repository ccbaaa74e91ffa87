#include "dynamics/transposition.hpp"

#include <algorithm>

namespace polykarma {
namespace {

/// Consecutive j handled together: what they touch on the strided side stays in the first-level cache.
constexpr std::size_t kTile = 8;

constexpr std::int64_t ceiling_of_quotient(std::int64_t a, std::int64_t b) { return a > 0 ? (a + b - 1) / b : -(-a / b); }

/// Messages of all links, one after the other in a buffer.
template <class Links>
std::vector<Collective::Messages::Part> in_sequence(const Links& links) {
    std::vector<Collective::Messages::Part> parts;
    std::size_t offset = 0;
    for (const auto& link : links) {
        parts.push_back({link.rank, offset, link.doubles});
        offset += link.doubles;
    }
    return parts;
}

/// Consecutive sites of the next stage; `stride` apart at r.
struct Stretch {
    std::size_t here = 0;   // first state in the storage of r
    std::size_t next = 0;   // first state in the storage of the next stage
    std::size_t place = 0;  // in the messages of all links
    std::size_t size = 0;
    std::size_t stride = 0;
};

template <class Patch, class Visit>
void for_each_stretch(const Patch& patch, std::size_t exogenous, std::size_t place, Visit&& visit) {
    const auto at = [](std::int64_t origin, std::size_t distance) {
        return static_cast<std::size_t>(origin + static_cast<std::int64_t>(distance));
    };
    for (std::size_t u = 0; u < exogenous; ++u, place += patch.count)
        for (std::size_t tile = patch.first; tile < patch.last; tile += kTile)
            for (std::size_t i = 0; i < patch.runs.size(); ++i) {
                const auto& run = patch.runs[i];
                const std::size_t j = std::max(tile, run.first);
                const std::size_t end = std::min(tile + kTile, run.last);
                if (j >= end) continue;
                visit(Stretch{at(patch.here_origin, u * patch.here_block + i + patch.shape.rows * j),
                              at(patch.next_origin, u * patch.next_block + patch.shape.columns * i + j),
                              place + run.start + j - run.first, end - j, patch.shape.rows});
            }
}

/// Every stretch of the links, tile by tile, and its place in their messages.
template <class Links, class Visit>
void for_each_stretch(const Links& links, std::size_t exogenous, Visit&& visit) {
    std::size_t place = 0;
    for (const auto& link : links)
        for (const auto& patch : link.patches) {
            for_each_stretch(patch, exogenous, place, visit);
            place += exogenous * patch.count;
        }
}

/// out[k] = in[k * stride] and back.
void gather(const double* in, std::size_t stride, std::size_t size, double* out) {
    for (std::size_t k = 0; k < size; ++k, in += stride) out[k] = *in;
}
void scatter(const double* in, std::size_t size, double* out, std::size_t stride) {
    for (std::size_t k = 0; k < size; ++k, out += stride) *out = in[k];
}

}  // namespace

Transposition::Patch Transposition::patch(Stage r, Type t, int here, int next) const {
    const Layout& layout = part_.layout();
    const Stage after = layout.next(r);
    const auto here_lines = part_.partition().lines(r, t, here);
    const auto next_lines = part_.partition().lines(after, t, next);
    Patch patch;
    patch.shape = layout.lattice().transposition(layout.contested(r), layout.contested(after));
    const auto rows = static_cast<std::int64_t>(patch.shape.rows), columns = static_cast<std::int64_t>(patch.shape.columns);
    const auto here_length = static_cast<std::int64_t>(layout.line_length(r));
    const auto next_length = static_cast<std::int64_t>(layout.line_length(after));
    const auto first_here = static_cast<std::int64_t>(here_lines.first) * here_length;
    const auto last_here = static_cast<std::int64_t>(here_lines.last) * here_length;
    const auto first_next = static_cast<std::int64_t>(next_lines.first) * next_length;
    const auto last_next = static_cast<std::int64_t>(next_lines.last) * next_length;
    for (std::int64_t i = 0; i < rows; ++i) {
        const auto first = std::max(ceiling_of_quotient(first_here - i, rows), first_next - columns * i);
        const auto last = std::min(ceiling_of_quotient(last_here - i, rows), last_next - columns * i);
        Run run{static_cast<std::size_t>(std::max<std::int64_t>(0, first)), 0, patch.count};
        run.last = std::max(run.first, static_cast<std::size_t>(std::max<std::int64_t>(0, std::min(last, columns))));
        patch.count += run.last - run.first;
        patch.first = std::min(patch.first, run.first);
        patch.last = std::max(patch.last, run.last);
        patch.runs.push_back(run);
    }
    patch.here_block = static_cast<std::size_t>(last_here - first_here);
    patch.next_block = static_cast<std::size_t>(last_next - first_next);
    const auto origin = [&](Stage stage, int owner, std::int64_t first_site) {
        if (owner != part_.rank()) return std::int64_t{0};
        const auto states = part_.block(stage, layout.block(t, Exogenous{}));
        return static_cast<std::int64_t>(states.first) - first_site;
    };
    patch.here_origin = origin(r, here, first_here);
    patch.next_origin = origin(after, next, first_next);
    return patch;
}

Transposition::Link Transposition::link(Stage r, int here, int next) const {
    Link link{here == part_.rank() ? next : here, {}, 0};
    for (const auto t : Range<Type>(part_.layout().types())) {
        const Partition& partition = part_.partition();
        if (partition.lines(r, t, here).empty() || partition.lines(part_.layout().next(r), t, next).empty()) continue;
        Patch shared = patch(r, t, here, next);
        if (shared.count == 0) continue;
        link.doubles += part_.layout().exogenous_states() * shared.count;
        link.patches.push_back(std::move(shared));
    }
    return link;
}

std::size_t Transposition::doubles(const std::vector<Link>& links) {
    std::size_t sum = 0;
    for (const Link& link : links) sum += link.doubles;
    return sum;
}

Transposition::Transposition(const Part& part, const Collective& ranks) : part_(part), ranks_(ranks) {
    const int self = part_.rank();
    std::size_t most = 0;
    for (const auto r : Range<Stage>(part_.layout().stages())) {
        Plan& plan = plans_.emplace_back();
        plan.own.push_back(link(r, self, self));
        for (int peer = 0; peer < part_.partition().ranks(); ++peer) {
            if (peer == self) continue;
            if (Link there = link(r, self, peer); there.doubles > 0) plan.here.push_back(std::move(there));
            if (Link from = link(r, peer, self); from.doubles > 0) plan.next.push_back(std::move(from));
        }
        plan.forward = {in_sequence(plan.here), in_sequence(plan.next)};
        plan.backward = {plan.forward.receives, plan.forward.sends};
        most = std::max({most, doubles(plan.here), doubles(plan.next)});
    }
    out_.resize(most);
    in_.resize(most);
}

void Transposition::backward(Stage r, std::span<const double> next, std::span<double> here) {
    const Plan& plan = plans_[r.at()];
    const std::size_t exogenous = part_.layout().exogenous_states();
    for_each_stretch(plan.next, exogenous, [&](const Stretch& s) {
        std::copy_n(next.data() + s.next, s.size, out_.data() + s.place);
    });
    ranks_.exchange(plan.backward, out_, in_);
    for_each_stretch(plan.own, exogenous, [&](const Stretch& s) {
        scatter(next.data() + s.next, s.size, here.data() + s.here, s.stride);
    });
    for_each_stretch(plan.here, exogenous, [&](const Stretch& s) {
        scatter(in_.data() + s.place, s.size, here.data() + s.here, s.stride);
    });
}

void Transposition::forward(Stage r, std::span<const double> here, std::span<double> next) {
    const Plan& plan = plans_[r.at()];
    const std::size_t exogenous = part_.layout().exogenous_states();
    for_each_stretch(plan.here, exogenous, [&](const Stretch& s) {
        gather(here.data() + s.here, s.stride, s.size, out_.data() + s.place);
    });
    ranks_.exchange(plan.forward, out_, in_);
    for_each_stretch(plan.own, exogenous, [&](const Stretch& s) {
        gather(here.data() + s.here, s.stride, s.size, next.data() + s.next);
    });
    for_each_stretch(plan.next, exogenous, [&](const Stretch& s) {
        std::copy_n(in_.data() + s.place, s.size, next.data() + s.next);
    });
}

}  // namespace polykarma
