#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "dynamics/inner_products.hpp"
#include "game/concept.hpp"

namespace polykarma {

/// What no push changes, for the mass of one stage: the mass of every type and the game's conserved karma values.
/// Each is a linear function of the mass; made orthogonal to each other under the mass, they say how much of a change
/// is a change of them, and in which direction (d times the function) to take it back. All ranks call together.
template <Game G>
class ConservedQuantities {
public:
    ConservedQuantities(const G& game, const Part& part, const Collective& ranks, Stage r = Stage{})
        : game_(&game),
          part_(part),
          products_(part, r, ranks),
          types_(game.layout().types()),
          count_(types_ + game.conserved()),
          weight_(count_ * part.states(r)),
          scratch_(part.states(r)),
          triangle_(count_ * count_),
          products_of_(count_) {
        const Layout& layout = game.layout();
        std::vector<int> balances(layout.lattice().accounts());
        part.for_each_site(r, [&](const Site& site, std::size_t) {
            layout.lattice().balances(layout.contested(r), site.index, balances);
            weight(layout.type(site.block).at())[site.state] = 1.0;
            for (std::size_t q = 0; q < game.conserved(); ++q)
                weight(types_ + q)[site.state] = game.conserved_weight(q, balances);
        });
        original_ = weight_;
    }

    /// Orthogonal functions under this mass: f <- f - sum_g <f, g>_d / <g, g>_d g over those before it.
    void orthogonalize(std::span<const double> mass) {
        weight_ = original_;
        for (std::size_t i = 0; i < count_; ++i) {
            const auto own = weight(i);
            times(own, mass);
            products_(std::span(weight_).first((i + 1) * size()), scratch_, std::span(products_of_).first(i + 1));
            const double whole = products_of_[i];
            // The functions before are orthogonal, so that all parts can be taken at once.
            for (std::size_t j = 0; j < i; ++j) {
                triangle(i, j) = ratio(products_of_[j], triangle(j, j));
                const auto before = weight(j);
                for (std::size_t x = 0; x < size(); ++x) own[x] -= triangle(i, j) * before[x];
            }
            times(own, mass);
            products_(own, scratch_, std::span(&triangle(i, i), 1));
            if (!(triangle(i, i) > kDependent * whole)) triangle(i, i) = 0.0;
        }
    }

    /// Takes from a change of the mass what would change a conserved quantity.
    void project(std::span<const double> mass, std::span<double> change) {
        products_(weight_, change, products_of_);
        for (std::size_t i = 0; i < count_; ++i) {
            const double part = ratio(products_of_[i], triangle(i, i));
            const auto own = weight(i);
            for (std::size_t x = 0; x < size(); ++x) change[x] -= part * mass[x] * own[x];
        }
    }

    /// Makes the mass non-negative and gives every conserved quantity its value again, by a factor per state that is an
    /// exponential of the quantities' functions. False if no such factor gives this mass those values.
    bool restore(std::span<double> mass) {
        for (double& d : mass) d = std::max(d, 0.0);
        double worst = 0.0;
        for (int round = 0; round < kRounds; ++round) {
            orthogonalize(mass);
            products_(original_, mass, products_of_);
            worst = 0.0;
            // What is missing of every quantity, and from that of every orthogonal function: a triangular system.
            for (std::size_t i = 0; i < count_; ++i) {
                double missing = target(i) - products_of_[i];
                worst = std::max(worst, std::abs(missing) / std::max(target(i), 1e-300));
                for (std::size_t j = 0; j < i; ++j) missing -= triangle(i, j) * products_of_[j] * triangle(j, j);
                products_of_[i] = ratio(missing, triangle(i, i));
            }
            if (!(worst > kExact)) return true;
            for (std::size_t x = 0; x < size(); ++x) {
                double exponent = 0.0;
                for (std::size_t i = 0; i < count_; ++i) exponent += products_of_[i] * weight(i)[x];
                mass[x] *= std::exp(std::clamp(exponent, -1.0, 1.0));
            }
        }
        return worst <= kRounding;
    }

private:
    static constexpr int kRounds = 50;
    static constexpr double kExact = 1e-14;
    /// What rounding leaves of the square of a function that those before it span.
    static constexpr double kDependent = 1e-24;
    static constexpr double kRounding = 1e-12;  ///< what rounding may leave where mass is nearly on one point

    [[nodiscard]] std::size_t size() const { return scratch_.size(); }
    [[nodiscard]] std::span<double> weight(std::size_t i) { return std::span(weight_).subspan(i * size(), size()); }
    [[nodiscard]] double& triangle(std::size_t i, std::size_t j) { return triangle_[i * count_ + j]; }
    [[nodiscard]] double target(std::size_t i) const {
        return i < types_ ? game_->layout().type_infos()[i].share : game_->conserved_value(i - types_);
    }
    void times(std::span<const double> function, std::span<const double> mass) {
        for (std::size_t x = 0; x < size(); ++x) scratch_[x] = function[x] * mass[x];
    }
    /// A function that is constant under the mass (an account nobody can fill) has no direction.
    static double ratio(double numerator, double square) { return square > 1e-30 ? numerator / square : 0.0; }

    const G* game_;
    Part part_;
    InnerProducts products_;
    std::size_t types_;
    std::size_t count_;
    AlignedVector<double> original_;  // [quantity][state] functions
    AlignedVector<double> weight_;    // the same, orthogonal
    AlignedVector<double> scratch_;
    std::vector<double> triangle_;  // [i][j < i] part of j in i; [i][i] square
    std::vector<double> products_of_;
};

}  // namespace polykarma
