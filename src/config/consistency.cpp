#include "config/consistency.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "config/value_text.hpp"

namespace polykarma {
namespace {

/// Probabilities are written with few digits; a sum further away than this is a mistake, not rounding.
constexpr double sum_tolerance = 1e-9;

class Consistency {
public:
    explicit Consistency(EconomyConfig& economy) : economy_(economy) {}

    void run() {
        if (economy_.game == GameFamily::pairwise) {
            check_contest();
            check_criterion();
        } else {
            for (const ResourceConfig& resource : economy_.resources) check_resource(resource);
            check_discount();
            check_exchange();
        }
        for (TypeConfig& type : economy_.types) check_chain(type);
        check_shares();
        check_solver();
    }

private:
    [[noreturn]] void refuse(const std::string& key, const std::string& value, const std::string& why,
                             const std::string& allowed) const {
        throw InputError(economy_.where(key), key, value, why, allowed);
    }

    void check_resource(const ResourceConfig& resource) const {
        const std::string path = "resource." + resource.name;
        if (!(resource.priority_capacity < resource.capacity))
            refuse(path + ".priority_capacity", toml_text(resource.priority_capacity),
                   fmt::format("not below capacity = {}", resource.capacity), "0 <= priority_capacity < capacity");
        if (resource.k_mean > resource.k_max)
            refuse(path + ".k_mean", toml_text(resource.k_mean), fmt::format("above k_max = {}", resource.k_max),
                   "0 <= k_mean <= k_max");
    }

    void check_contest() const {
        const ContestConfig& contest = economy_.contest;
        if (contest.k_mean > contest.k_max)
            refuse("contest.k_mean", toml_text(contest.k_mean), fmt::format("above k_max = {}", contest.k_max),
                   "0 < k_mean <= k_max");
        if (contest.k_max > contest.largest_k_max)
            refuse("contest.k_max", toml_text(contest.k_max),
                   fmt::format("above largest_k_max = {}", contest.largest_k_max), "k_max <= largest_k_max");
        check_tax();
    }

    /// Where all that is usual is taken, everybody holds the same after every contest and bids are of no account.
    void check_tax() const {
        const ContestConfig& contest = economy_.contest;
        const double taken = contest.tax.coefficient * std::pow(contest.k_mean, contest.tax.power);
        if (taken >= contest.k_mean)
            refuse("contest.tax.coefficient", toml_text(contest.tax.coefficient),
                   fmt::format("takes all of the mean karma, k_mean = {}", contest.k_mean),
                   fmt::format("0 <= coefficient < k_mean^(1 - power) = {:.4g}",
                               std::pow(contest.k_mean, 1.0 - contest.tax.power)));
    }

    void check_discount() const {
        double product = 1.0;
        for (const ResourceConfig& resource : economy_.resources) product *= resource.discount;
        if (product < 1.0) return;
        const std::string last = economy_.resources.back().name;
        refuse("resource." + last + ".discount", toml_text(economy_.resources.back().discount),
               fmt::format("the product over all resources is {}", product), "a product below 1");
    }

    /// What is gained once and what is gained in every contest cannot be added up.
    void check_criterion() const {
        const auto discounts = [](const TypeConfig& type) { return type.discount < 1.0; };
        const auto other = std::ranges::find_if(economy_.types, discounts);
        if (other == economy_.types.end()) return;
        for (const TypeConfig& type : economy_.types)
            if (!discounts(type))
                refuse("type." + type.name + ".discount", toml_text(type.discount),
                       fmt::format("the average criterion, but type {} has {}", other->name, other->discount),
                       "below 1 for every type, or 1 for every type");
    }

    void check_exchange() const {
        const ExchangeConfig& exchange = economy_.exchange;
        const std::size_t n = economy_.resources.size();
        const std::string per_resource = fmt::format("one per resource, {} in all", n);
        if (exchange.rule == ExchangeRule::worth && exchange.worth.size() != n)
            refuse("exchange.worth", value_text(exchange.worth, true), fmt::format("{} given", exchange.worth.size()),
                   per_resource);
        if (exchange.rule != ExchangeRule::rates) return;
        check_matrix_size("exchange.rates", exchange.rates, n, "resource");
        for (std::size_t r = 0; r < n; ++r)
            if (exchange.rates[r][r] != 1.0)
                refuse(fmt::format("exchange.rates.{}", r), value_text(exchange.rates[r], true),
                       fmt::format("diagonal entry is {}", exchange.rates[r][r]), "a diagonal of 1");
    }

    void check_matrix_size(const std::string& key, const std::vector<std::vector<double>>& rows, std::size_t n,
                           const std::string& per) const {
        const std::string allowed = fmt::format("{} x {}, one row and column per {}", n, n, per);
        if (rows.size() != n) refuse(key, "", fmt::format("{} rows given", rows.size()), allowed);
        for (std::size_t i = 0; i < n; ++i)
            if (rows[i].size() != n)
                refuse(fmt::format("{}.{}", key, i), value_text(rows[i], false),
                       fmt::format("{} given", rows[i].size()), allowed);
    }

    void check_chain(TypeConfig& type) const {
        const std::string path = "type." + type.name + ".chain";
        for (std::size_t r = 0; r < type.chain.transition.size(); ++r) {
            auto& rows = type.chain.transition[r];
            const std::string key = path + ".transition." + economy_.resources[r].name;
            check_matrix_size(key, rows, economy_.urgencies.size(), "urgency");
            for (std::size_t u = 0; u < rows.size(); ++u) check_sum(fmt::format("{}.{}", key, u), rows[u], "each row");
        }
        for (std::size_t u = 0; u < type.chain.rows.size(); ++u) {
            auto& row = type.chain.rows[u];
            const std::string key = path + ".rows." + economy_.urgencies[u].name;
            const std::size_t n = economy_.urgencies.size();
            if (row.size() != n)
                refuse(key, value_text(row, false), fmt::format("{} given", row.size()),
                       fmt::format("{}, one per urgency", n));
            check_sum(key, row, "each row");
        }
        if (!type.chain.draw.empty()) check_sum(path + ".draw", type.chain.draw, "probabilities");
        check_need(path, type.chain);
    }

    void check_need(const std::string& path, const ChainConfig& chain) const {
        const auto is_calm = [](const UrgencyConfig& urgency) { return urgency.value == 0.0; };
        if (std::ranges::any_of(economy_.urgencies, is_calm)) return;
        for (std::size_t r = 0; r < chain.need.size(); ++r)
            if (chain.need[r] < 1.0)
                refuse(path + ".need." + economy_.resources[r].name, toml_text(chain.need[r]),
                       "no urgency has the value 0, the state of not needing the resource", "1, or such an urgency");
    }

    void check_sum(const std::string& key, std::vector<double>& row, const std::string& what) const {
        std::vector<double> exact = row;
        const double missed = make_sum_exact(exact);
        if (std::abs(missed) > sum_tolerance)
            refuse(key, value_text(row, false),
                   fmt::format("sums to {:.10g}, misses 1 by {:.10g}", 1.0 - missed, std::abs(missed)),
                   what + (what.ends_with('s') ? " sum" : " sums") + " to 1");
        row = exact;
    }

    void check_shares() {
        std::vector<double> shares;
        for (const TypeConfig& type : economy_.types) shares.push_back(type.share);
        std::vector<double> exact = shares;
        const double missed = make_sum_exact(exact);
        if (std::abs(missed) > sum_tolerance)
            refuse("type." + economy_.types.back().name + ".share", toml_text(shares.back()),
                   fmt::format("the shares sum to {:.10g}, miss 1 by {:.10g}", 1.0 - missed, std::abs(missed)),
                   "shares sum to 1");
        for (std::size_t t = 0; t < exact.size(); ++t) economy_.types[t].share = exact[t];
    }

    void check_solver() const {
        const double rate = economy_.solver.response_rate * economy_.solver.step;
        if (rate > 1.0)
            refuse("solver.response_rate", toml_text(economy_.solver.response_rate),
                   fmt::format("times step = {} is {:.10g}", economy_.solver.step, rate), "response_rate * step <= 1");
        if (economy_.solver.select == Selection::logit_branch && economy_.solver.method == SolverMethod::dynamics)
            refuse("solver.select", "logit_branch", "the dynamics alone follows no branch", "start, or method accelerated");
    }

    EconomyConfig& economy_;
};

}  // namespace

double make_sum_exact(std::vector<double>& row) {
    if (row.empty()) return 1.0;
    // The first of the entries that are largest up to rounding, so that the choice survives the correction.
    const double nearly_largest = *std::ranges::max_element(row) - 1e-6;
    const auto largest = std::ranges::find_if(row, [&](double x) { return x >= nearly_largest; });
    double others = 0.0;
    for (auto it = row.begin(); it != row.end(); ++it) others += it == largest ? 0.0 : *it;
    const double missed = 1.0 - (others + *largest);
    if (std::abs(missed) <= sum_tolerance) *largest = 1.0 - others;
    return missed;
}

void make_consistent(EconomyConfig& economy) { Consistency(economy).run(); }

}  // namespace polykarma
