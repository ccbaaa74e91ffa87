#pragma once

#include "dynamics/response.hpp"

namespace polykarma {

/// Equal weight on every action a state offers.
inline Response even_response(const Layout& layout) {
    Response response(layout);
    for (const auto r : Range<Stage>(layout.stages()))
        layout.for_each_site(r, [&](const Site& site, std::size_t length) {
            for (double& p : response.row(r, site, length)) p = 1.0 / static_cast<double>(length);
        });
    return response;
}

/// All weight on choose(stage, site, row length).
template <class Choose>
Response pure_response(const Layout& layout, Choose&& choose) {
    Response response(layout);
    for (const auto r : Range<Stage>(layout.stages()))
        layout.for_each_site(r, [&](const Site& site, std::size_t length) {
            response.row(r, site, length)[choose(r, site, length).at()] = 1.0;
        });
    return response;
}

/// A written response, every pair spelled out.
inline Response dense_response(const SparseResponse& sparse) {
    Response response(sparse.layout());
    for (const auto r : Range<Stage>(sparse.layout().stages()))
        sparse.for_each(r, [&](const Site& site, Row row) {
            std::copy(row.begin(), row.end(), response.row(r, site, row.size()).begin());
        });
    return response;
}

}  // namespace polykarma
