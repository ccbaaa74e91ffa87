#pragma once

#include <vector>

#include "dynamics/operators.hpp"
#include "dynamics/response.hpp"
#include "game/multi_karma.hpp"
#include "oracle/dense_economy.hpp"

namespace polykarma::oracle {

/// State of the enumeration that a site of the engine stands for.
inline std::size_t dense_state(const DenseEconomy& dense, const Layout& layout, polykarma::Stage r, const Site& site) {
    DenseEconomy::State state{layout.type(site.block).at(), layout.exogenous(site.block).at(), {}};
    layout.lattice().balances(layout.contested(r), site.index,
                              std::span(state.karma).first(layout.lattice().accounts()));
    return dense.index(state);
}

/// One stage of a field of the engine, [state].
///   whole: the part of a single rank, whose storage the values are in
inline Values dense_values(const DenseEconomy& dense, const Part& whole, polykarma::Stage r,
                           std::span<const double> values) {
    Values result(dense.states().size());
    whole.for_each_site(r, [&](const Site& site, std::size_t) {
        result[dense_state(dense, whole.layout(), r, site)] = values[site.state];
    });
    return result;
}

inline Values dense_values(const DenseEconomy& dense, const Field& field, polykarma::Stage r) {
    return dense_values(dense, field.part(), r, field.stage(r));
}

/// One stage of a response of the engine, [state][action].
inline Rows dense_rows(const DenseEconomy& dense, polykarma::Stage r, const Response& response) {
    Rows result(dense.states().size());
    response.for_each(r, [&](const Site& site, Row row) {
        result[dense_state(dense, response.part().layout(), r, site)].assign(row.begin(), row.end());
    });
    return result;
}

/// Aggregates of every stage.
inline std::vector<DenseEconomy::Aggregates> dense_aggregates(const DenseEconomy& dense, const Field& mass,
                                                              const Response& response) {
    std::vector<DenseEconomy::Aggregates> result;
    for (const auto r : Range<polykarma::Stage>(mass.part().layout().stages()))
        result.push_back(dense.aggregates(r.at(), dense_values(dense, mass, r), dense_rows(dense, r, response)));
    return result;
}

}  // namespace polykarma::oracle
