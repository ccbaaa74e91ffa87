#include "oracle/dense_economy.hpp"

#include <algorithm>
#include <cmath>

#include "game/multi_karma.hpp"

namespace polykarma::oracle {

Description describe(const MultiKarmaRules& rules, const std::vector<std::vector<Rational>>& rates) {
    Description d;
    for (const auto& urgency : rules.urgencies) d.urgencies.push_back(urgency.urgency);
    for (std::size_t r = 0; r < rules.resources.size(); ++r) {
        const auto& resource = rules.resources[r];
        d.k_max.push_back(resource.k_max);
        d.stages.push_back({resource.capacity.total, resource.capacity.priority, resource.redistribution, r, rates[r]});
    }
    for (const auto& type : rules.types) {
        Description::UserType user{type.share, {}, type.discount};
        for (const auto r : Range<polykarma::Stage>(rules.resources.size())) {
            auto& phi = user.phi.emplace_back(d.urgencies.size(), std::vector<double>(d.urgencies.size()));
            for (const auto u : Range<Exogenous>(d.urgencies.size()))
                for (const auto v : Range<Exogenous>(d.urgencies.size()))
                    phi[u.at()][v.at()] = type.chain.probability(r, u, v);
        }
        d.types.push_back(std::move(user));
    }
    d.nominal_payoff = rules.nominal_payoff;
    d.epsilon = rules.tie_smoothing;
    d.idle_delay_cost = rules.idle_delay_cost;
    return d;
}

DenseEconomy::DenseEconomy(Description description) : description_(std::move(description)) {
    const auto& k_max = description_.k_max;
    for (std::size_t t = 0; t < description_.types.size(); ++t)
        for (std::size_t u = 0; u < description_.urgencies.size(); ++u) {
            State state{t, u, {}};
            while (true) {
                states_.push_back(state);
                std::size_t a = k_max.size();
                while (a > 0 && state.karma[a - 1] == k_max[a - 1]) state.karma[--a] = 0;
                if (a == 0) break;
                ++state.karma[a - 1];
            }
        }
}

std::size_t DenseEconomy::index(const State& state) const {
    std::size_t i = state.type * description_.urgencies.size() + state.urgency;
    for (std::size_t a = 0; a < accounts(); ++a)
        i = i * static_cast<std::size_t>(description_.k_max[a] + 1) + static_cast<std::size_t>(state.karma[a]);
    return i;
}

std::size_t DenseEconomy::bid_limit(std::size_t r, const State& state) const {
    Rational means;
    for (std::size_t a = 0; a < accounts(); ++a)
        means = means + description_.stages[r].rates[a] * Rational(state.karma[a]);
    return static_cast<std::size_t>(means.floor());
}

DenseEconomy::Aggregates DenseEconomy::aggregates(std::size_t r, const Values& mass, const Rows& response) const {
    const auto& stage = description_.stages[r];
    Aggregates m;
    std::size_t actions = 0;
    for (const auto& row : response) actions = std::max(actions, row.size());
    m.nu.assign(actions, 0.0L);
    m.psi.assign(actions, 0.0L);
    for (std::size_t x = 0; x < states_.size(); ++x)
        for (std::size_t a = 0; a < response[x].size(); ++a) m.nu[a] += mass[x] * response[x][a];
    const Real capacity = stage.priority;
    const Real epsilon = description_.epsilon;
    Real general_purpose = 0.0L;
    for (std::size_t a = 1; a < actions; ++a) {
        Real above = 0.0L;
        for (std::size_t higher = a + 1; higher < actions; ++higher) above += m.nu[higher];
        if (above <= capacity - epsilon - m.nu[a])
            m.psi[a] = 1.0L;
        else if (above >= capacity)
            m.psi[a] = 0.0L;
        else
            m.psi[a] = (capacity - above) / (epsilon + m.nu[a]);
        general_purpose += m.nu[a] * (1.0L - m.psi[a]);
        m.payment += m.nu[a] * m.psi[a] * static_cast<Real>(a - 1);
    }
    const Real room = static_cast<Real>(stage.capacity) - capacity;
    m.delay = std::max(0.0L, (general_purpose - room) / room);
    settle_credit(r, mass, response, m);
    return m;
}

std::array<DenseEconomy::Chance, 2> DenseEconomy::outcomes(const Aggregates& m, std::size_t action) const {
    if (action == 0) return {Chance{Outcome::inactive, 1.0L}, Chance{Outcome::inactive, 0.0L}};
    return {Chance{Outcome::priority, m.psi[action]}, Chance{Outcome::general_purpose, 1.0L - m.psi[action]}};
}

bool DenseEconomy::receives(std::size_t r, Outcome outcome) const {
    switch (description_.stages[r].redistribution) {
        case Redistribution::all:
            return true;
        case Redistribution::active:
            return outcome != Outcome::inactive;
        case Redistribution::non_winners:
            return outcome != Outcome::priority;
    }
    return false;
}

/// Own account first, then the following ones in a circle; each pays what it is worth here, the last one a fraction,
/// which is rounded up or down at random with the right mean.
std::array<DenseEconomy::Payment, 2> DenseEconomy::pay(std::size_t r, Karma karma, std::size_t bid) const {
    const auto& stage = description_.stages[r];
    Rational owed(static_cast<std::int64_t>(bid));
    for (std::size_t step = 0; step < accounts(); ++step) {
        const std::size_t a = (stage.account + step) % accounts();
        const Rational rate = stage.rates[a];
        if (rate == Rational(0)) continue;
        const Rational worth = rate * Rational(karma[a]);
        if (worth < owed) {
            owed = owed - worth;
            karma[a] = 0;
            continue;
        }
        const Rational debit = owed / rate;
        const Rational up = debit - Rational(debit.floor());
        karma[a] -= static_cast<int>(debit.floor());
        Karma more = karma;
        if (!(up == Rational(0))) --more[a];
        const Real p = static_cast<Real>(up.value());
        return {Payment{karma, 1.0L - p}, Payment{more, p}};
    }
    return {Payment{karma, 1.0L}, Payment{karma, 0.0L}};
}

/// The credit q + f at which the receivers get what was paid, found by bisection: the total is monotone in it.
void DenseEconomy::settle_credit(std::size_t r, const Values& mass, const Rows& response, Aggregates& m) const {
    const std::size_t own = description_.stages[r].account;
    const int k_max = description_.k_max[own];
    std::vector<Real> mass_with_room(static_cast<std::size_t>(k_max) + 1, 0.0L);
    for (std::size_t x = 0; x < states_.size(); ++x)
        for (std::size_t a = 0; a < response[x].size(); ++a)
            for (const auto& [outcome, probability] : outcomes(m, a)) {
                if (!receives(r, outcome)) continue;
                const std::size_t bid = outcome == Outcome::priority ? a - 1 : 0;
                const int left = std::max(0, states_[x].karma[own] - static_cast<int>(bid));
                mass_with_room[static_cast<std::size_t>(k_max - left)] += mass[x] * response[x][a] * probability;
            }
    const auto handed_out = [&](Real credit) {
        const Real q = std::floor(credit);
        const Real f = credit - q;
        Real total = 0.0L;
        for (std::size_t room = 0; room < mass_with_room.size(); ++room)
            total += mass_with_room[room] * ((1.0L - f) * std::min(q, static_cast<Real>(room)) +
                                             f * std::min(q + 1.0L, static_cast<Real>(room)));
        return total;
    };
    Real low = 0.0L, high = static_cast<Real>(k_max);
    m.lost = std::max(0.0L, m.payment - handed_out(high));
    if (m.lost > 0.0L) low = high;
    for (int halving = 0; halving < 80; ++halving) {
        const Real middle = 0.5L * (low + high);
        (handed_out(middle) < m.payment ? low : high) = middle;
    }
    m.credit = m.payment > 0.0L ? high : 0.0L;
}

Real DenseEconomy::reward(std::size_t, const Aggregates& m, std::size_t urgency, std::size_t action) const {
    if (action == 0) return 0.0L;
    const Real wait = (1.0L - m.psi[action]) * m.delay;
    const Real u = description_.urgencies[urgency];
    return u > 0.0L ? u * (static_cast<Real>(description_.nominal_payoff) - wait)
                    : -static_cast<Real>(description_.idle_delay_cost) * wait;
}

Transitions DenseEconomy::transitions(std::size_t r, const Aggregates& m, std::size_t x, std::size_t action) const {
    const State& from = states_[x];
    const std::size_t own = description_.stages[r].account;
    const int k_max = description_.k_max[own];
    const auto& phi = description_.types[from.type].phi[r][from.urgency];
    Transitions result;
    result.reserve(8 * phi.size());
    for (const auto& [outcome, probability] : outcomes(m, action))
        for (const auto& [left, paid] : pay(r, from.karma, outcome == Outcome::priority ? action - 1 : 0)) {
            const Real credit = receives(r, outcome) ? m.credit : 0.0L;
            const int q = static_cast<int>(std::floor(credit));
            const Real f = credit - static_cast<Real>(q);
            for (const auto& [units, rounding] : {std::pair{q, 1.0L - f}, std::pair{q + 1, f}}) {
                const Real before_urgency = probability * paid * rounding;
                if (before_urgency == 0.0L) continue;
                for (std::size_t v = 0; v < phi.size(); ++v) {
                    State to{from.type, v, left};
                    to.karma[own] = std::min(k_max, to.karma[own] + units);
                    result.emplace_back(index(to), before_urgency * static_cast<Real>(phi[v]));
                }
            }
        }
    return result;
}

Rows DenseEconomy::action_values(std::size_t r, const Aggregates& m, const Values& next_value) const {
    Rows q(states_.size());
    for (std::size_t x = 0; x < states_.size(); ++x)
        for (std::size_t a = 0; a < bid_limit(r, states_[x]) + 2; ++a) {
            Real continuation = 0.0L;
            for (const auto& [to, p] : transitions(r, m, x, a)) continuation += p * next_value[to];
            q[x].push_back(reward(r, m, states_[x].urgency, a) +
                           static_cast<Real>(description_.types[states_[x].type].discount[r]) * continuation);
        }
    return q;
}

Values DenseEconomy::push(std::size_t r, const Aggregates& m, const Values& mass, const Rows& response) const {
    Values out(states_.size(), 0.0L);
    for (std::size_t x = 0; x < states_.size(); ++x)
        for (std::size_t a = 0; a < response[x].size(); ++a) {
            const Real moved = mass[x] * response[x][a];
            if (moved == 0.0L) continue;
            for (const auto& [to, p] : transitions(r, m, x, a)) out[to] += moved * p;
        }
    return out;
}

}  // namespace polykarma::oracle
