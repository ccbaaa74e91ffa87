#pragma once

#include "dynamics/response.hpp"

namespace polykarma {

/// Equal weight on every action a state offers.
inline Response even_response(const Part& part) {
    Response response(part);
    for (const auto r : Range<Stage>(part.layout().stages()))
        part.for_each_site(r, [&](const Site& site, std::size_t length) {
            for (double& p : response.row(r, site, length)) p = 1.0 / static_cast<double>(length);
        });
    return response;
}

/// All weight on choose(stage, site, row length).
template <class Choose>
Response pure_response(const Part& part, Choose&& choose) {
    Response response(part);
    for (const auto r : Range<Stage>(part.layout().stages()))
        part.for_each_site(r, [&](const Site& site, std::size_t length) {
            response.row(r, site, length)[choose(r, site, length).at()] = 1.0;
        });
    return response;
}

/// A written response, every pair spelled out.
inline Response dense_response(const SparseResponse& sparse) {
    Response response(sparse.part());
    for (const auto r : Range<Stage>(sparse.part().layout().stages()))
        sparse.part().for_each_site(r, [&](const Site& site, std::size_t length) {
            const auto row = response.row(r, site, length);
            for_each_action(sparse.row(r, site), [&](std::size_t a, double p) { row[a] = p; });
        });
    return response;
}

}  // namespace polykarma
