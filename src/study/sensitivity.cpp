#include "study/sensitivity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "config/economy_numbers.hpp"
#include "config/overrides.hpp"
#include "dynamics/one_agent.hpp"
#include "dynamics/row_kernels.hpp"
#include "equilibrium/conserved_quantities.hpp"
#include "io/summary.hpp"
#include "study/attempt.hpp"
#include "study/deal.hpp"
#include "study/equilibria.hpp"
#include "study/solve_economy.hpp"

namespace polykarma {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kSought = 1e-10;    ///< stationarity of every search: differences are small beside the results
constexpr double kRequired = 1e-9;   ///< of every certificate; the dynamics moves on after it has measured itself
constexpr double kGainRoom = 2.0;    ///< what a search aims at in a neighbour is what is required in the end
constexpr double kWorthStep = 1e-4;  ///< relative, beyond the ratio at which whole numbers of karma change

/// What the results of an equilibrium of this stationarity may be off by, relative: mass that still moves, and what
/// it does to prices.
constexpr double kNoise = 10.0;

constexpr double kCutoff = 1e-12;  ///< actions with less weight are not worth their place

bool is_worth(std::string_view key) { return key.starts_with("exchange.worth."); }
bool is_discount(std::string_view key) { return parts_of(key).back() == "discount"; }

/// The smoothed response to values under the aggregates that the operators hold.
template <class G>
SparseResponse smoothed_response(Operators<G>& operators, const Field& value, double lambda) {
    Response response(operators.part());
    AlignedVector<double> weights(padded(operators.layout().longest_row()));
    for (const auto r : Range<Stage>(operators.layout().stages()))
        operators.rows(r, value, [&](const Site& site, Row q) {
            const SoftmaxRow best = softmax_weights(q, lambda, weights.data());
            damp(response.row(r, site, q.size()), weights.data(), best.total, 1.0);
        });
    return {response, kCutoff};
}

/// The state of an equilibrium as one of a neighbouring economy with the same states and actions. Every conserved
/// quantity gets the value of the new economy. Agents know the new rules' values and respond to them at once: under the
/// old response or values a neighbour that only rewards otherwise is as stationary as the equilibrium was, and a search
/// would end before anybody has moved.
template <class G>
StartState carried_over(const EquilibriumRecord& from, const G& game, const Part& part, const Collective& ranks) {
    Field mass(part), value(part);
    std::copy(from.mass.all().begin(), from.mass.all().end(), mass.all().begin());
    std::copy(from.value.all().begin(), from.value.all().end(), value.all().begin());
    ConservedQuantities<G> conserved(game, part, ranks);
    if (!conserved.restore(mass.stage(Stage{})))
        throw std::runtime_error("the economy's own state cannot hold the karma of its neighbour");
    Operators<G> operators(game, part, ranks);
    const Layout& layout = game.layout();
    operators.aggregate(mass, from.response);
    iterate_values(operators, value,
                   [&](Stage r, const Site& site, const auto& q) { return from.response.expected_value(r, site, q); });
    SparseResponse response = smoothed_response(operators, value, from.search.lambda);
    for (std::size_t s = 0; s + 1 < layout.stages(); ++s) {
        const Stage r{s};
        operators.aggregate(mass, response);
        operators.push(r, std::as_const(mass).stage(r), response, mass.stage(layout.next(r)));
    }
    return {"the economy's own equilibrium", std::move(mass), std::move(response)};
}

/// Empty for a state that differences may be taken of.   tolerance: of the economy itself
std::string trouble_of(const EquilibriumRecord& record, Tolerance tolerance) {
    tolerance.stationarity = kRequired;
    if (meets(record.certificate, tolerance)) return {};
    return fmt::format("not certified: {}, stationarity {:.1e}, gain {:.1e}", to_string(record.search.reason),
                       record.certificate.stationarity, record.certificate.gain_mean);
}

/// Results of an equilibrium, named.
struct Results {
    std::vector<std::string> names;
    std::vector<double> values;
};

Results results_of(const EquilibriumRecord& record) {
    const EquilibriumSummary summary = summary_of(record);
    Results results;
    const auto add = [&](const std::string& name, double value) {
        results.names.push_back(name);
        results.values.push_back(value);
    };
    for (std::size_t t = 0; t < summary.types.size(); ++t) {
        add(summary.types[t] + "_en", summary.welfare.payoffs[t].endogenous);
        add(summary.types[t] + "_ex", summary.welfare.payoffs[t].exogenous);
    }
    add("SW_en", summary.welfare.nash.endogenous);
    add("SW_ex", summary.welfare.nash.exogenous);
    return results;
}

/// The equilibrium of an economy with another number.
struct Neighbour {
    std::vector<double> values;  ///< [quantity]
    double stationarity = 0.0;
    std::string trouble;  ///< empty: certified
};

class KeySensitivity {
public:
    KeySensitivity(const EconomyConfig& economy, const EquilibriumRecord& own, const std::string& key,
                   double relative_step, const Progress& progress)
        : economy_(economy),
          own_(own),
          key_(key),
          progress_(progress),
          at_(numbers_at(economy, key).front()),
          step_(is_worth(key) ? kWorthStep * at_ : relative_step * scale()) {}

    std::vector<SensitivityRow> rows() const { return is_worth(key_) ? values_beside() : derivatives(); }

private:
    /// What a number can move by before something else begins.
    [[nodiscard]] double scale() const {
        const bool below_one = is_discount(key_) || !type_of_share(key_).empty();
        const double size = below_one ? std::min(at_, 1.0 - at_) : std::abs(at_);
        return size > 0.0 ? size : 1.0;
    }

    [[nodiscard]] StartFrom continued() const {
        return [this](const auto& game, const Part& part, const Collective& ranks) {
            return carried_over(own_, game, part, ranks);
        };
    }

    /// Beside a worth agents have other bids: there is no equilibrium to continue, and the economy's own start decides.
    [[nodiscard]] Neighbour neighbour(double number) const {
        const Attempt solved = attempt([&] {
            EconomyConfig economy = with_number(economy_, key_, number, {});
            if (is_worth(key_)) return solve_economy(economy, {}, progress_);
            keep_lambda(economy);
            return solve_economy(economy, continued(), progress_);
        });
        if (!solved.record) return {{}, 0.0, fmt::format("at {:.10g}: {}", number, solved.error)};
        const std::string trouble = trouble_of_neighbour(*solved.record);
        return {results_of(*solved.record).values, solved.record->certificate.stationarity,
                trouble.empty() ? "" : fmt::format("at {:.10g}: {}", number, trouble)};
    }
    /// Lambda may have been raised until responses left little enough to gain. Differences are those at one lambda: a
    /// neighbour, whose responses leave nearly as much, is to be content with that.
    void keep_lambda(EconomyConfig& economy) const {
        economy.solver.lambda = own_.search.lambda;
        economy.solver.gain *= kGainRoom;
    }
    [[nodiscard]] std::string trouble_of_neighbour(const EquilibriumRecord& record) const {
        if (!is_worth(key_) && record.search.lambda != own_.search.lambda)
            return fmt::format("lambda = {:g}, not {:g} as in the economy", record.search.lambda, own_.search.lambda);
        return trouble_of(record, own_.tolerance);
    }

    /// Rows that know everything but how the results change.
    [[nodiscard]] std::vector<SensitivityRow> unknown(const std::string& verdict) const {
        const Results results = results_of(own_);
        std::vector<SensitivityRow> rows;
        for (std::size_t q = 0; q < results.names.size(); ++q)
            rows.push_back({key_, at_, results.names[q], results.values[q], step_, kUnknown, kUnknown, kUnknown,
                            kUnknown, kUnknown, kUnknown, verdict, false});
        return rows;
    }

    [[nodiscard]] std::vector<SensitivityRow> derivatives() const {
        if (const std::string trouble = trouble_of(own_, own_.tolerance); !trouble.empty()) return unknown(trouble);
        std::array<Neighbour, 4> beside;
        for (std::size_t i = 0; i < beside.size(); ++i) {
            beside[i] = neighbour(at_ + kPlaces[i] * step_);
            if (!beside[i].trouble.empty()) return unknown(beside[i].trouble);
        }
        std::vector<SensitivityRow> rows = unknown("");
        for (std::size_t q = 0; q < rows.size(); ++q) complete(rows[q], beside, q);
        return rows;
    }
    static constexpr std::array kPlaces{-1.0, -0.5, 0.5, 1.0};

    /// A derivative that is smaller than its error is none, unless both are as small as this.
    static constexpr double kResolved = 1e-3;

    void complete(SensitivityRow& row, const std::array<Neighbour, 4>& beside, std::size_t q) const {
        double stationarity = own_.certificate.stationarity;
        for (const Neighbour& n : beside) stationarity = std::max(stationarity, n.stationarity);
        const double noise = kNoise * stationarity * std::max(1.0, std::abs(row.value));
        const std::array values{beside[0].values[q], beside[1].values[q], row.value, beside[2].values[q],
                                beside[3].values[q]};
        const Differences d = differences(values, step_, noise);
        row.derivative = d.derivative;
        row.error = d.error;
        row.left = d.left;
        row.right = d.right;
        row.left_value = values.front();
        row.right_value = values.back();
        row.certified = true;
        // Nash welfare is -infinity where a type does not gain; a type that never takes part has no payoff when active.
        const bool finite = std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
        const bool resolved = d.error <= std::max(0.5 * std::abs(d.derivative), kResolved);
        row.verdict = !finite ? "not finite" : d.jump ? "jump" : resolved ? "smooth" : "unresolved";
    }

    [[nodiscard]] std::vector<SensitivityRow> values_beside() const {
        if (const std::string trouble = trouble_of(own_, own_.tolerance); !trouble.empty()) return unknown(trouble);
        const Neighbour left = neighbour(at_ - step_), right = neighbour(at_ + step_);
        for (const Neighbour* n : {&left, &right})
            if (!n->trouble.empty()) return unknown(n->trouble);
        std::vector<SensitivityRow> rows = unknown("");
        for (std::size_t q = 0; q < rows.size(); ++q) {
            SensitivityRow& row = rows[q];
            row.left_value = left.values[q];
            row.right_value = right.values[q];
            const double change = std::max(std::abs(row.left_value - row.value), std::abs(row.right_value - row.value));
            const bool finite = std::isfinite(row.value) && !std::isnan(change);
            row.verdict = !finite ? "not finite" : change > kSamePayoff ? "jump" : "no jump";
            row.certified = true;
        }
        return rows;
    }

    const EconomyConfig& economy_;
    const EquilibriumRecord& own_;
    std::string key_;
    Progress progress_;
    double at_;
    double step_;
};

void require_continuous(const EconomyConfig& economy, const std::string& key) {
    const auto refuse = [&](const std::string& why, const std::string& allowed) {
        throw InputError({}, "--key", key, why, allowed);
    };
    const auto parts = parts_of(key);
    if (parts.back() == "k_max")
        refuse("balances are whole numbers up to k_max: there is nothing between two of them", "a continuous key");
    if (parts.back() == "k_mean")
        refuse(
            "bids are whole numbers of karma, so that results jump as k_mean moves the price level from one to another",
            "a continuous key, or a sweep over k_mean");
    require_number_key(key, {}, "--key");
    if (key.starts_with("exchange.rates."))
        refuse("one rate alone cannot change: the rates of two accounts have to agree",
               "exchange.worth.1 of the same economy by worths");
    if (key == "exchange.worth.0") refuse("only ratios of worths matter", "the worth of another resource");
    const std::size_t numbers = numbers_at(economy, key).size();
    if (numbers != 1) refuse(fmt::format("names {} numbers of this economy", numbers), "one number");
    if (!type_of_share(key).empty() && economy.types.size() < 2)
        refuse("there is no other type to take the share from", "an economy of several types");
}

MessageWriter packed(const std::vector<SensitivityRow>& rows) {
    MessageWriter message;
    message.put(static_cast<std::int64_t>(rows.size()));
    for (const SensitivityRow& row : rows) {
        message.put(row.quantity);
        for (const double x : {row.at, row.value, row.step, row.derivative, row.error, row.left, row.right,
                               row.left_value, row.right_value})
            message.put(x);
        message.put(row.verdict);
        message.put(row.certified);
    }
    return message;
}

SensitivityRow take(MessageReader& message, const std::string& key) {
    SensitivityRow row;
    row.key = key;
    row.quantity = message.text();
    for (double* const x : {&row.at, &row.value, &row.step, &row.derivative, &row.error, &row.left, &row.right,
                            &row.left_value, &row.right_value})
        *x = message.number();
    row.verdict = message.text();
    row.certified = message.truth();
    return row;
}

}  // namespace

Differences differences(std::span<const double, 5> f, double step, double noise) {
    const double half = 0.5 * step;
    const double coarse = (f[4] - f[0]) / (2.0 * step), fine = (f[3] - f[1]) / step;
    const double left_coarse = (f[2] - f[0]) / step, left_fine = (f[2] - f[1]) / half;
    const double right_coarse = (f[4] - f[2]) / step, right_fine = (f[3] - f[2]) / half;
    // Central quotients are off by a multiple of step^2, one-sided ones by one of step.
    Differences d{};
    d.derivative = (4.0 * fine - coarse) / 3.0;
    d.error = std::abs(fine - coarse) + 2.0 * noise / step;
    d.left = 2.0 * left_fine - left_coarse;
    d.right = 2.0 * right_fine - right_coarse;
    const double side_errors =
        std::abs(left_fine - left_coarse) + std::abs(right_fine - right_coarse) + 16.0 * noise / step;
    // 1/2 where results are smooth or have a kink, 1 where they jump.
    constexpr double kNearlyAll = 0.75;
    const auto jumps = [&](double near, double far) {
        return std::abs(near - f[2]) > 4.0 * noise && std::abs(near - f[2]) > kNearlyAll * std::abs(far - f[2]);
    };
    d.jump = std::abs(d.left - d.right) > side_errors + d.error || jumps(f[1], f[0]) || jumps(f[3], f[4]);
    return d;
}

std::vector<std::string> sensitivity_keys(const EconomyConfig& economy) {
    std::vector<std::string> keys;
    for (const auto& resource : economy.resources) {
        keys.push_back("resource." + resource.name + ".priority_capacity");
        keys.push_back("resource." + resource.name + ".capacity");
    }
    if (economy.game == GameFamily::multi_karma) keys.emplace_back("nominal_payoff");
    for (const auto& resource : economy.resources)
        if (resource.discount < 1.0) keys.push_back("resource." + resource.name + ".discount");
    for (const auto& urgency : economy.urgencies)
        if (urgency.value > 0.0) keys.push_back("urgency." + urgency.name + ".value");
    if (economy.game == GameFamily::pairwise && !is_undiscounted(economy))
        for (const auto& type : economy.types) keys.push_back("type." + type.name + ".discount");
    if (economy.types.size() > 1)
        for (const auto& type : economy.types) keys.push_back("type." + type.name + ".share");
    return keys;
}

std::vector<SensitivityRow> sensitivities(const EconomyConfig& economy, std::span<const std::string> keys,
                                          double relative_step, const Collective& ranks,
                                          const SensitivityProgress& progress) {
    for (const std::string& key : keys) require_continuous(economy, key);
    EconomyConfig exact = economy;
    exact.solver.stationarity = std::min(exact.solver.stationarity, kSought);
    const EquilibriumRecord own = solve_economy(exact, {}, progress(keys.size(), "the economy itself"));
    exact = as_found(exact, *own.layout);
    std::vector<SensitivityRow> rows;
    deal(
        ranks, keys.size(),
        [&](std::size_t k) {
            return packed(KeySensitivity(exact, own, keys[k], relative_step, attending(ranks, progress(k, keys[k]))).rows());
        },
        [&](std::size_t k, MessageReader& message) {
            for (auto left = message.integer(); left > 0; --left) rows.push_back(take(message, keys[k]));
        });
    return rows;
}

}  // namespace polykarma
