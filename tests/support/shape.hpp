#pragma once

#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "game/exchange.hpp"
#include "game/partition.hpp"
#include "game/spending_path.hpp"

namespace polykarma::test {

/// A lattice with types, exogenous states and spending paths, and no rule: all that ownership and messages depend on.
/// Rows have the lengths of a multi-karma economy.
class Shape {
public:
    Shape(std::vector<int> k_max, std::size_t types, std::size_t exogenous, Exchange exchange)
        : layout_(layout_of(std::move(k_max), types, exogenous)), exchange_(std::move(exchange)) {}
    /// Without exchange.
    Shape(const std::vector<int>& k_max, std::size_t types, std::size_t exogenous)
        : Shape(k_max, types, exogenous, Exchange::none(k_max.size())) {}

    [[nodiscard]] const Layout& layout() const { return layout_; }
    /// Some account pays elsewhere; every account pays everywhere.
    [[nodiscard]] bool exchanges() const { return pairs_that_pay() > layout_.lattice().accounts(); }
    [[nodiscard]] bool exchanges_all() const {
        const std::size_t accounts = layout_.lattice().accounts();
        return pairs_that_pay() == accounts * accounts;
    }
    void row_lengths(Stage r, std::size_t line, std::span<std::uint32_t> lengths) const {
        const int means = SpendingPath::means(layout_.lattice(), exchange_, layout_.contested(r), line);
        std::iota(lengths.begin(), lengths.end(), static_cast<std::uint32_t>(means + 2));
    }
    void entered_lines(Stage r, std::size_t line, std::vector<std::size_t>& entered) const {
        SpendingPath::entered_lines(layout_.lattice(), exchange_, layout_.contested(r), line, entered);
    }

private:
    [[nodiscard]] std::size_t pairs_that_pay() const {
        std::size_t count = 0;
        for (const auto r : Range<Account>(exchange_.accounts()))
            for (const auto a : Range<Account>(exchange_.accounts())) count += exchange_.rate(r, a) > 0.0 ? 1 : 0;
        return count;
    }
    static Layout layout_of(std::vector<int> k_max, std::size_t types, std::size_t exogenous) {
        std::vector<Layout::StageInfo> stages;
        for (const auto a : Range<Account>(k_max.size())) stages.push_back({"stage" + std::to_string(a.at()), a, {}});
        std::vector<TypeInfo> type_infos;
        for (std::size_t t = 0; t < types; ++t)
            type_infos.push_back({"type" + std::to_string(t), 1.0 / static_cast<double>(types)});
        std::vector<ExogenousInfo> exogenous_infos;
        for (std::size_t u = 0; u < exogenous; ++u) exogenous_infos.push_back({"u" + std::to_string(u), 1.0});
        return Layout(Lattice(std::move(k_max)), std::move(type_infos), std::move(exogenous_infos), std::move(stages),
                      CycleEnd::wraps);
    }
    Layout layout_;
    Exchange exchange_;
};

/// Lattices with one to four accounts, long and short lines, accounts that hold nothing; fewer lines than ranks, too.
inline std::vector<Shape> shapes() {
    const auto unit = [](std::size_t accounts) { return Exchange::from_worth(std::vector<double>(accounts, 1.0)); };
    std::vector<Shape> shapes;
    shapes.emplace_back(std::vector{5}, 1, 2);
    shapes.emplace_back(std::vector{4}, 3, 2);
    shapes.emplace_back(std::vector{7, 4}, 2, 3);
    shapes.emplace_back(std::vector{7, 4}, 2, 3, Exchange::from_worth({1.0, 1.5}));
    shapes.emplace_back(std::vector{3, 8}, 1, 1, unit(2));
    shapes.emplace_back(std::vector{4, 0}, 2, 2, unit(2));
    shapes.emplace_back(std::vector{3, 4, 5}, 2, 2, Exchange::from_worth({1.0, 1.5, 2.0 / 3.0}));
    shapes.emplace_back(std::vector{5, 0, 2}, 3, 2, unit(3));
    shapes.emplace_back(std::vector{4, 3, 3}, 1, 3, Exchange({{1.0, 0.0, 1.0}, {1.0, 1.0, 1.0}, {0.0, 1.0, 1.0}}));
    shapes.emplace_back(std::vector{2, 3, 1, 2}, 2, 1, Exchange::from_worth({2.0, 1.0, 3.0, 1.0}));
    return shapes;
}

}  // namespace polykarma::test
