#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "dynamics/response.hpp"
#include "support/ranks.hpp"

// Games dealt to ranks, and the parts of a social state that the ranks own compared with the whole.
namespace polykarma::test {

/// Shares [rank]: one rank, even ones, and a rank in the middle that owns nothing.
inline std::vector<std::vector<double>> deals() {
    std::vector<std::vector<double>> deals;
    for (const int ranks : kRankCounts) deals.emplace_back(static_cast<std::size_t>(ranks), 1.0);
    deals.push_back({1.0, 0.0, 2.0});
    return deals;
}

/// Deals to more than one rank.
inline std::vector<std::vector<double>> real_deals() {
    auto several = deals();
    std::erase_if(several, [](const auto& shares) { return shares.size() == 1; });
    return several;
}

/// check(part, ranks) on every emulated rank that a share is for.
template <class G, class Check>
void on_parts(const G& game, const std::vector<double>& shares, Check&& check) {
    const auto dealt = partition(game, shares);
    on_ranks(static_cast<int>(shares.size()),
             [&](const Collective& ranks) { check(Part(game, dealt, ranks.rank()), ranks); });
}

/// The same state in the storage of a single rank.
[[nodiscard]] inline Site in_whole(const Part& whole, Stage r, Site site) {
    site.state = whole.block(r, site.block).first + site.index;
    return site;
}

/// visit(stage, site of the part, the same site of the whole, row length) for every state of a part.
template <class Visit>
void for_each_pair(const Part& part, const Part& whole, Visit&& visit) {
    for (const auto r : Range<Stage>(part.layout().stages()))
        part.for_each_site(
            r, [&](const Site& site, std::size_t length) { visit(r, site, in_whole(whole, r, site), length); });
}

/// What a rank owns of something that a single rank has.
[[nodiscard]] inline Field restricted(const Field& whole, const Part& part) {
    Field field(part);
    for_each_pair(part, whole.part(), [&](Stage r, const Site& here, const Site& there, std::size_t) {
        field.stage(r)[here.state] = whole.stage(r)[there.state];
    });
    return field;
}
[[nodiscard]] inline Response restricted(const Response& whole, const Part& part) {
    Response response(part);
    for_each_pair(part, whole.part(), [&](Stage r, const Site& here, const Site& there, std::size_t length) {
        std::ranges::copy(whole.row(r, there, length), response.row(r, here, length).begin());
    });
    return response;
}

/// The same bits: 0 is not -0, and NaN is itself.
[[nodiscard]] inline bool same_bits(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// States of a part whose number, or any number of whose row, has other bits than in the whole.
[[nodiscard]] inline std::size_t differences(const Field& field, const Field& whole) {
    std::size_t count = 0;
    for_each_pair(field.part(), whole.part(), [&](Stage r, const Site& here, const Site& there, std::size_t) {
        if (!same_bits(field.stage(r)[here.state], whole.stage(r)[there.state])) ++count;
    });
    return count;
}
[[nodiscard]] inline std::size_t differences(const Response& response, const Response& whole) {
    std::size_t count = 0;
    for_each_pair(response.part(), whole.part(), [&](Stage r, const Site& here, const Site& there, std::size_t length) {
        if (!std::ranges::equal(response.row(r, here, length), whole.row(r, there, length), same_bits)) ++count;
    });
    return count;
}

}  // namespace polykarma::test
