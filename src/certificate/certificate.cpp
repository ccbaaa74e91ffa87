#include "certificate/certificate.hpp"

#include <initializer_list>

namespace polykarma {
bool meets(const Certificate& c, const Tolerance& tolerance) {
    for (const double value :
         {c.stationarity, c.gain_mean, c.gain_max, c.gain_all, c.exploitability_mean, c.exploitability_max, c.bellman,
          c.value_scale, c.mass_error, c.karma_error, c.karma_lost, c.response_error, c.negative_mass,
          c.karma_tail, c.karma_clipped})
        if (!std::isfinite(value)) return false;
    for (const double error : {c.mass_error, c.karma_error, c.karma_lost, c.response_error, c.negative_mass})
        if (error > kConservationTolerance) return false;
    return c.karma_tail <= tolerance.truncation && c.karma_clipped <= tolerance.truncation &&
           c.stationarity <= tolerance.stationarity && c.gain_mean <= tolerance.gain &&
           c.exploitability_mean <= tolerance.exploitability && c.bellman <= kBellmanTolerance * std::max(c.value_scale, 1e-300);
}

namespace detail {

double response_error(const SparseResponse& response) {
    double worst = 0.0;
    for (std::size_t state = 0; state + 1 < response.starts().size(); ++state) {
        double sum = 0.0;
        for (auto i = response.starts()[state]; i < response.starts()[state + 1]; ++i) {
            sum += response.probabilities()[i];
            worst = larger(worst, -response.probabilities()[i]);
        }
        worst = larger(worst, std::abs(sum - 1.0));
    }
    return worst;
}

double mass_error(const Field& mass, const Collective& ranks) {
    const Layout& layout = mass.part().layout();
    double error = 0.0;
    for (const auto r : Range<Stage>(layout.stages())) {
        std::vector<LineSum> held(layout.types());
        const auto d = mass.stage(r);
        mass.part().for_each_site(r, [&](const Site& site, std::size_t) {
            held[layout.type(site.block).at()].add(site, d[site.state]);
        });
        for (std::size_t t = 0; t < held.size(); ++t) {
            const double share = layout.type_infos()[t].share;
            error = larger(error, std::abs(total(ranks, held[t]) - share) / share);
        }
    }
    return counted(error);
}

double negative_mass(const Field& mass) {
    double worst = 0.0;
    for (const double d : mass.all()) worst = larger(worst, -d);
    return worst;
}

}  // namespace detail
}  // namespace polykarma
