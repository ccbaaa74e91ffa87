#include "support/random_economy.hpp"

#include <algorithm>
#include <string>

namespace polykarma::test {
namespace {

ExactRates random_rates(Random& random, std::size_t n) {
    ExactRates rates(n, std::vector<Rational>(n, Rational(0)));
    const std::size_t kind = random.below(4);  // none, unit, rational, rational with gaps
    const std::vector<Rational> worths{{1}, {3, 2}, {2, 3}, {4, 3}, {3, 4}, {2}, {1, 5}, {3, 5}};
    std::vector<Rational> worth(n, Rational(1));
    if (kind >= 2)
        for (auto& w : worth) w = random.pick(worths);
    for (std::size_t r = 0; r < n; ++r)
        for (std::size_t a = 0; a < n; ++a) {
            if (r == a) rates[r][a] = Rational(1);
            if (r == a || kind == 0 || (kind == 3 && random.chance(0.5))) continue;
            rates[r][a] = worth[a] / worth[r];
        }
    return rates;
}

Exchange rounded(const ExactRates& exact) {
    Exchange::Rates rates;
    for (const auto& row : exact) {
        rates.emplace_back();
        for (const Rational rate : row) rates.back().push_back(rate.value());
    }
    return Exchange(std::move(rates));
}

enum class Room { scarce, ample };

MultiKarmaRules::Resource random_resource(Random& random, std::size_t r, std::size_t resources, Room room) {
    const std::vector<Redistribution> ways{Redistribution::active, Redistribution::all, Redistribution::non_winners};
    MultiKarmaRules::Resource resource;
    resource.name = "resource" + std::to_string(r);
    resource.capacity.total = random.between(0.3, 1.0);
    resource.capacity.priority = random.chance(0.1) ? 0.0 : random.between(0.05, 0.9) * resource.capacity.total;
    if (room == Room::scarce) {
        resource.k_max = static_cast<int>(2 + random.below(resources > 2 ? 2 : 3));
        resource.k_mean = random.between(0.5, 0.5 * resource.k_max);
    } else {
        resource.k_max = resources > 2 ? 4 : static_cast<int>(5 + random.below(3));
        resource.k_mean = random.between(0.3, 0.2 * resource.k_max);
    }
    resource.redistribution = random.pick(ways);
    return resource;
}

/// Lowers the means until what an agent owns on average, changed into the karma of any one account, fits there several
/// times over.
void make_room(MultiKarmaRules& rules, const ExactRates& rates) {
    constexpr double kMostFull = 0.4;
    double fullest = 0.0;
    for (std::size_t r = 0; r < rules.resources.size(); ++r) {
        double wealth = 0.0;
        for (std::size_t a = 0; a < rules.resources.size(); ++a)
            wealth += rates[r][a].value() * rules.resources[a].k_mean;
        fullest = std::max(fullest, wealth / rules.resources[r].k_max);
    }
    if (fullest <= kMostFull) return;
    for (auto& resource : rules.resources) resource.k_mean *= kMostFull / fullest;
}

RandomEconomy economy_with(Room room, std::uint64_t seed) {
    Random random(seed);
    const std::size_t resources = random.chance(0.3) ? 3 : 2;
    const std::size_t types = 1 + random.below(2);
    const std::size_t urgencies = 2 + random.below(2);
    const ExactRates rates = random_rates(random, resources);
    MultiKarmaRules rules{{}, {}, rounded(rates), {}, 2.0, 1e-4, 1.0};
    rules.nominal_payoff = random.between(0.5, 4.0);
    rules.tie_smoothing = random.pick(std::vector<double>{1e-4, 1e-3, 1e-2, 0.2});
    rules.idle_delay_cost = random.between(0.2, 2.0);
    const std::vector<double> values{0.0, 0.0, 1.0, 1.0, 9.0};
    for (std::size_t u = 0; u < urgencies; ++u)
        rules.urgencies.push_back({"u" + std::to_string(u), random.pick(values)});
    const auto calm = [](const ExogenousInfo& urgency) { return urgency.urgency == 0.0; };
    if (std::ranges::all_of(rules.urgencies, calm)) rules.urgencies.back().urgency = 1.0;
    for (std::size_t r = 0; r < resources; ++r) rules.resources.push_back(random_resource(random, r, resources, room));
    const auto shares = random.law(types);
    for (std::size_t t = 0; t < types; ++t)
        rules.types.push_back({"type" + std::to_string(t), shares[t], random_chain(random, resources, urgencies),
                               random.numbers(resources, 0.5, 1.0)});
    if (room == Room::ample) make_room(rules, rates);
    return {std::move(rules), rates};
}

}  // namespace

std::vector<std::uint64_t> small_seeds(std::uint64_t first, std::size_t count) {
    std::vector<std::uint64_t> seeds;
    for (std::uint64_t seed = first; seeds.size() < count; ++seed)
        if (MultiKarma(random_economy(seed).rules).layout().states() <= 240) seeds.push_back(seed);
    return seeds;
}

UrgencyChain random_chain(Random& random, std::size_t stages, std::size_t urgencies) {
    while (true) {
        std::vector<UrgencyChain::Matrix> transition(stages);
        for (auto& phi : transition)
            for (std::size_t u = 0; u < urgencies; ++u) phi.push_back(random.law(urgencies, 0.3));
        try {
            return UrgencyChain(std::move(transition));
        } catch (const RuleError&) {  // more than one closed class: draw again
        }
    }
}

RandomEconomy random_economy(std::uint64_t seed) { return economy_with(Room::scarce, seed); }
RandomEconomy roomy_economy(std::uint64_t seed) { return economy_with(Room::ample, seed); }

Field random_mass(const Part& whole, Random& random, bool sparse) {
    Field mass(whole);
    const Layout& layout = whole.layout();
    const std::size_t of_type = layout.exogenous_states() * layout.sites();
    for (const auto r : Range<Stage>(layout.stages()))
        for (const auto t : Range<Type>(layout.types())) {
            const auto law = random.law(of_type, sparse ? 0.6 : 0.0);
            const auto out = mass.stage(r).subspan(t.at() * of_type, of_type);
            std::transform(law.begin(), law.end(), out.begin(),
                           [&](double p) { return p * layout.type_infos()[t.at()].share; });
        }
    return mass;
}

Response random_response(const Part& whole, Random& random) {
    Response response(whole);
    for (const auto r : Range<Stage>(whole.layout().stages()))
        whole.for_each_site(r, [&](const Site& site, std::size_t length) {
            const auto law = random.law(length, 0.3);
            std::copy(law.begin(), law.end(), response.row(r, site, length).begin());
        });
    return response;
}

Field random_field(const Part& whole, Random& random, double low, double high) {
    Field field(whole);
    for (double& x : field.all()) x = random.between(low, high);
    return field;
}

}  // namespace polykarma::test
