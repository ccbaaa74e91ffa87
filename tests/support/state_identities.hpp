#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "dynamics/operators.hpp"
#include "dynamics/response.hpp"
#include "equilibrium/start.hpp"
#include "support/random_economy.hpp"

// Identities of games that hold for every social state. A test that includes this depends on polykarma::equilibrium.
namespace polykarma::test {

/// Conserved karma values [quantity] held by the mass of one stage.
template <Game G>
std::vector<double> karma_value(const G& game, Stage r, std::span<const double> mass) {
    std::vector<long double> held(game.conserved(), 0.0L);
    std::vector<int> balances(game.layout().lattice().accounts());
    whole(game).for_each_site(r, [&](const Site& site, std::size_t) {
        game.layout().lattice().balances(game.layout().contested(r), site.index, balances);
        for (std::size_t q = 0; q < held.size(); ++q)
            held[q] += static_cast<long double>(mass[site.state]) * game.conserved_weight(q, balances);
    });
    return {held.begin(), held.end()};
}

/// Mass [type] of one stage.
template <Game G>
std::vector<double> type_mass(const G& game, Stage r, std::span<const double> mass) {
    std::vector<long double> total(game.layout().types(), 0.0L);
    whole(game).for_each_site(
        r, [&](const Site& site, std::size_t) { total[game.layout().type(site.block).at()] += mass[site.state]; });
    return {total.begin(), total.end()};
}

/// A game in a random social state, and what must hold of it whatever the state, equilibrium or not. Discounts are one.
template <Game G>
class StateIdentities {
public:
    StateIdentities(G game, std::uint64_t seed)
        : random_(seed),
          game_(std::move(game)),
          mass_(random_mass(whole(game_), random_, seed % 2 == 0)),
          other_(random_mass(whole(game_), random_, seed % 3 == 0)),
          response_(random_response(whole(game_), random_)),
          value_(random_field(whole(game_), random_, -5.0, 5.0)),
          operators_(game_),
          pushed_(layout().blocks() * layout().sites()) {
        operators_.aggregate(mass_, response_);
    }

    void expect_mass_and_karma_conserved() {
        for (const auto r : Range<Stage>(layout().stages())) {
            operators_.push(r, mass_.stage(r), response_, pushed_);
            const auto before = type_mass(game_, r, mass_.stage(r));
            const auto after = type_mass(game_, layout().next(r), pushed_);
            for (std::size_t t = 0; t < before.size(); ++t) EXPECT_NEAR(after[t], before[t], 1e-15);
            // Full accounts: counted, and nothing to conserve.
            if (game_.lost(operators_.aggregates(r)) > 0.0) continue;
            const auto held = karma_value(game_, r, mass_.stage(r));
            const auto kept = karma_value(game_, layout().next(r), pushed_);
            // Values up to 10; the credit inherits the rounding of receivers and payment.
            for (std::size_t q = 0; q < held.size(); ++q) EXPECT_NEAR(kept[q], held[q], 1e-13) << "stage " << r.at();
        }
    }
    void expect_lost_karma_missing() {
        std::vector<int> unit(layout().lattice().accounts(), 0);
        for (const auto r : Range<Stage>(layout().stages())) {
            const double lost = game_.lost(operators_.aggregates(r));
            if (lost == 0.0 || game_.conserved() != 1) continue;
            operators_.push(r, mass_.stage(r), response_, pushed_);
            const double missing =
                karma_value(game_, r, mass_.stage(r))[0] - karma_value(game_, layout().next(r), pushed_)[0];
            unit[layout().contested(r).at()] = 1;
            EXPECT_NEAR(missing, lost * game_.conserved_weight(0, unit), 1e-13);
            unit[layout().contested(r).at()] = 0;
        }
    }
    void expect_no_negative_mass() {
        for (const auto r : Range<Stage>(layout().stages())) {
            operators_.push(r, mass_.stage(r), response_, pushed_);
            EXPECT_GE(*std::min_element(pushed_.begin(), pushed_.end()), 0.0) << "stage " << r.at();
        }
    }
    /// <push(d), V> = <d, sum_a pi Q - reward> at discount 1.
    void expect_adjoint() {
        for (const auto r : Range<Stage>(layout().stages())) expect_adjoint(r, mass_.stage(r));
    }
    /// At frozen aggregates a push is linear in the mass, whose sign may be any.
    void expect_linear() {
        std::vector<double> signed_mass(pushed_.size()), other_pushed(pushed_.size()), signed_pushed(pushed_.size());
        for (const auto r : Range<Stage>(layout().stages())) {
            for (std::size_t x = 0; x < signed_mass.size(); ++x)
                signed_mass[x] = 0.5 * (mass_.stage(r)[x] - other_.stage(r)[x]);
            operators_.push(r, mass_.stage(r), response_, pushed_);
            operators_.push(r, other_.stage(r), response_, other_pushed);
            operators_.push(r, signed_mass, response_, signed_pushed);
            for (std::size_t x = 0; x < pushed_.size(); ++x)
                EXPECT_NEAR(signed_pushed[x], 0.5 * (pushed_[x] - other_pushed[x]), 1e-15);
            expect_adjoint(r, signed_mass);
        }
    }
    /// With the sign of the mass turns that of its sums and of what is pushed, to the last bit.
    void expect_mirrored() {
        std::vector<double> negative(pushed_.size()), mirrored(pushed_.size());
        for (const auto r : Range<Stage>(layout().stages())) {
            std::ranges::transform(mass_.stage(r), negative.begin(), std::negate{});
            operators_.push(r, mass_.stage(r), response_, pushed_);
            operators_.push(r, negative, response_, mirrored);
            AlignedVector<double> sums(game_.sums_size(r), 0.0), mirrored_sums(sums);
            response_.for_each(r, [&](const Site& site, Row row) {
                game_.tally(r, site, mass_.stage(r)[site.state], row, sums);
                game_.tally(r, site, negative[site.state], row, mirrored_sums);
            });
            for (std::size_t x = 0; x < pushed_.size(); ++x) EXPECT_EQ(mirrored[x], -pushed_[x]);
            for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_EQ(mirrored_sums[i], -sums[i]);
        }
    }
    /// A response does the same however it is stored.
    void expect_the_same_of_a_sparse_response() {
        const SparseResponse sparse(response_, 1e-15);
        const Response dense = dense_response(sparse);
        Operators<G> dense_operators(game_);
        std::vector<double> dense_pushed(pushed_.size());
        operators_.aggregate(mass_, sparse);
        dense_operators.aggregate(mass_, dense);
        for (const auto r : Range<Stage>(layout().stages())) {
            EXPECT_EQ(operators_.aggregates(r).nu, dense_operators.aggregates(r).nu);
            EXPECT_EQ(operators_.aggregates(r).receivers, dense_operators.aggregates(r).receivers);
            operators_.push(r, mass_.stage(r), sparse, pushed_);
            dense_operators.push(r, mass_.stage(r), dense, dense_pushed);
            for (std::size_t x = 0; x < pushed_.size(); ++x) EXPECT_NEAR(pushed_[x], dense_pushed[x], 1e-16);
            operators_.values(r, value_, [&](const Site& site, const auto& q) {
                const double followed = sparse.expected_value(r, site, q);
                const Row row = q.row();
                EXPECT_NEAR(followed, expected_value(dense.row(r, site, row.size()), row), 2e-14);
            });
        }
    }
    void expect_single_values_of_rows() {
        for (const auto r : Range<Stage>(layout().stages()))
            operators_.values(r, value_, [&](const Site&, const auto& q) {
                const Row row = q.row();
                ASSERT_EQ(q.size(), row.size());
                for (std::size_t a = 0; a < q.size(); ++a) EXPECT_NEAR(q[a], row[a], 1e-14);
            });
    }

private:
    [[nodiscard]] const Layout& layout() const { return game_.layout(); }
    void expect_adjoint(Stage r, std::span<const double> mass) {
        operators_.push(r, mass, response_, pushed_);
        long double there = 0.0L, back = 0.0L;
        const auto next = value_.stage(layout().next(r));
        for (std::size_t x = 0; x < pushed_.size(); ++x) there += static_cast<long double>(pushed_[x]) * next[x];
        operators_.rows(r, value_, [&](const Site& site, Row q) {
            const Row p = std::as_const(response_).row(r, site, q.size());
            for (std::size_t a = 0; a < q.size(); ++a)
                back += static_cast<long double>(mass[site.state]) * p[a] *
                        (q[a] - game_.reward(r, operators_.aggregates(r), site.block, Action{a}));
        });
        // Q is up to 40 (rewards of 9 * 4 included), each rounded to 1.1e-16 of it.
        EXPECT_NEAR(static_cast<double>(there), static_cast<double>(back), 4e-14);
    }

    Random random_;
    G game_;
    Field mass_;
    Field other_;
    Response response_;
    Field value_;
    Operators<G> operators_;
    std::vector<double> pushed_;
};

inline constexpr int kPushes = 20000;

/// Mass [type] and karma [quantity] of a population that follows one random response for many stages.
struct Held {
    std::vector<double> mass;
    std::vector<double> karma;
};
template <Game G>
Held after_many_pushes(const G& game) {
    Random random(7);
    const Response response = random_response(whole(game), random);
    Operators<G> operators(game);
    Field mass(whole(game));
    game.start_mass(KarmaStart::at_mean, mass);
    Stage r{};
    for (int push = 0; push < kPushes; ++push) {
        const auto d = mass.stage(r);
        operators.begin_tally(r);
        response.for_each(r, [&](const Site& site, Row row) { operators.tally(r, site, d[site.state], row); });
        operators.finish_tally(r);
        EXPECT_EQ(game.lost(operators.aggregates(r)), 0.0);
        operators.push(r, d, response, mass.stage(game.layout().next(r)));
        r = game.layout().next(r);
    }
    return {type_mass(game, r, mass.stage(r)), karma_value(game, r, mass.stage(r))};
}

/// Neither mass nor karma drifts: by less than half a unit in the last place of the whole in a push, although every
/// share that the credit is derived from is rounded.
template <Game G>
void expect_no_drift(const G& game) {
    const auto [mass, karma] = after_many_pushes(game);
    constexpr double kDrift = kPushes * 0x1p-53;
    for (std::size_t t = 0; t < mass.size(); ++t)
        EXPECT_NEAR(mass[t], game.layout().type_infos()[t].share, kDrift) << "type " << t;
    for (std::size_t q = 0; q < karma.size(); ++q)
        EXPECT_NEAR(karma[q] / game.conserved_value(q), 1.0, kDrift) << "quantity " << q;
}

}  // namespace polykarma::test
