#include "study/point_record.hpp"

#include <type_traits>

#include "io/stored_fields.hpp"

namespace polykarma {
namespace {

template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};

/// Puts members into a message; Unpacking takes them out. `carry` names the members once, for both.
class Packing {
public:
    template <class T>
    void operator()(T& value) {
        if constexpr (std::is_same_v<T, std::vector<std::byte>>) {
            message.put(std::span<const std::byte>(value));
        } else if constexpr (IsList<T>::value) {
            message.put(static_cast<std::int64_t>(value.size()));
            for (auto& item : value) (*this)(item);
        } else if constexpr (std::is_same_v<T, double> || std::is_same_v<T, bool> || std::is_same_v<T, std::string>) {
            message.put(value);
        } else if constexpr (std::is_integral_v<T>) {
            message.put(static_cast<std::int64_t>(value));
        } else {
            carry(*this, value);
        }
    }
    template <class T>
    void operator()(std::optional<T>& value) {
        message.put(value.has_value());
        if (value) (*this)(*value);
    }

    MessageWriter message;
};

class Unpacking {
public:
    explicit Unpacking(MessageReader& message) : message_(message) {}

    template <class T>
    void operator()(T& value) {
        if constexpr (std::is_same_v<T, std::vector<std::byte>>) {
            value = message_.bytes();
        } else if constexpr (IsList<T>::value) {
            value.resize(static_cast<std::size_t>(message_.integer()));
            for (auto& item : value) (*this)(item);
        } else if constexpr (std::is_same_v<T, double>) {
            value = message_.number();
        } else if constexpr (std::is_same_v<T, bool>) {
            value = message_.truth();
        } else if constexpr (std::is_same_v<T, std::string>) {
            value = message_.text();
        } else if constexpr (std::is_integral_v<T>) {
            value = static_cast<T>(message_.integer());
        } else {
            carry(*this, value);
        }
    }
    template <class T>
    void operator()(std::optional<T>& value) {
        if (message_.truth()) (*this)(value.emplace());
    }

private:
    MessageReader& message_;
};

template <class C>
void carry(C& c, Payoff& payoff) {
    c(payoff.endogenous);
    c(payoff.exogenous);
}

template <class C>
void carry(C& c, Welfare& welfare) {
    c(welfare.payoffs);
    c(welfare.benchmark);
    for (const auto& measure : kMeasureFields) c(welfare.*measure.member);
    c(welfare.everyone_gains);
}

template <class C>
void carry(C& c, Tolerance& tolerance) {
    for (const auto& field : kToleranceFields) c(tolerance.*field.member);
}

template <class C>
void carry(C& c, Certificate& certificate) {
    for (const auto& field : kCertificateFields) c(certificate.*field.member);
}

template <class C>
void carry(C& c, Stability& stability) {
    for (const auto& field : kStabilityFields) c(stability.*field.member);
    c(stability.products);
}

template <class C>
void carry(C& c, Marginals& marginals) {
    c(marginals.access);
    c(marginals.holders);
    c(marginals.mean_bid);
    c(marginals.bid_share);
}

template <class C>
void carry(C& c, Estimate& estimate) {
    c(estimate.mean);
    c(estimate.error);
}

template <class C>
void carry(C& c, PopulationMeasures::OfType& type) {
    c(type.access);
    c(type.payoff);
}

template <class C>
void carry(C& c, PopulationMeasures& agents) {
    c(agents.efficiency);
    c(agents.access_fairness);
    c(agents.reward_fairness);
    c(agents.types);
}

template <class C>
void carry(C& c, EquilibriumSummary& summary) {
    c(summary.title);
    c(summary.start);
    c(summary.reason);
    c(summary.certified);
    c(summary.lambda);
    c(summary.lambda_asked);
    c(summary.amplitude);
    c(summary.iterations);
    c(summary.types);
    c(summary.stages);
    c(summary.welfare);
    c(summary.tolerance);
    c(summary.certificate);
    c(summary.stability);
    c(summary.bid_share);
    c(summary.price_level);
    c(summary.accounts);
    c(summary.urgencies);
    c(summary.marginals);
    c(summary.seconds);
}

template <class C>
void carry(C& c, PointRecord& record) {
    c(record.point);
    c(record.identity);
    c(record.error);
    c(record.seconds);
    c(record.warm_from);
    c(record.summary);
    c(record.agents);
    c(record.image);
}

}  // namespace

MessageWriter packed(const PointRecord& record) {
    Packing packing;
    PointRecord copy = record;
    carry(packing, copy);
    return std::move(packing.message);
}

PointRecord unpacked_point(MessageReader& message) {
    PointRecord record;
    Unpacking unpacking(message);
    carry(unpacking, record);
    return record;
}

}  // namespace polykarma
