#include "io/file_order.hpp"

#include <algorithm>
#include <cstring>

#include "io/array_cuts.hpp"
#include "parallel/communicator.hpp"

namespace polykarma {
namespace {

Cuts cuts_at_chunks(const Layout& layout, const Collective& ranks) {
    const auto shape = state_shape(layout);
    const hdf5::Chunks chunks(std::vector<hsize_t>(shape.begin(), shape.end()));
    const auto size = static_cast<std::size_t>(ranks.size());
    Cuts cuts{0};
    for (std::size_t rank = 1; rank < size; ++rank)
        cuts.push_back(communicator(ranks) == MPI_COMM_NULL ? layout.states()
                                                            : chunks.begin((rank * chunks.count() + size - 1) / size));
    cuts.push_back(layout.states());
    return cuts;
}

/// [rank] numbers of states, in the order in which they travel
using Lists = std::vector<std::vector<std::size_t>>;

/// Values of several states, as many as `starts` says, state by state: those in `taken` go to the rank, those in `put`
/// come from it.
template <class T>
void send(const Collective& ranks, std::span<const std::uint64_t> starts_from, std::span<const T> from,
          const Lists& taken, std::span<const std::uint64_t> starts_to, std::span<T> to, const Lists& put) {
    std::vector<std::vector<std::byte>> messages;
    for (const auto& states : taken) {
        std::size_t count = 0;
        for (const auto state : states) count += starts_from[state + 1] - starts_from[state];
        auto* next = messages.emplace_back(count * sizeof(T)).data();
        for (const auto state : states) {
            const auto values = from.subspan(starts_from[state], starts_from[state + 1] - starts_from[state]);
            std::copy_n(reinterpret_cast<const std::byte*>(values.data()), values.size_bytes(), next);
            next += values.size_bytes();
        }
    }
    messages = ranks.all_to_all(std::move(messages));
    for (std::size_t rank = 0; rank < put.size(); ++rank) {
        const auto* next = messages[rank].data();
        for (const auto state : put[rank]) {
            const auto values = to.subspan(starts_to[state], starts_to[state + 1] - starts_to[state]);
            std::copy_n(next, values.size_bytes(), reinterpret_cast<std::byte*>(values.data()));
            next += values.size_bytes();
        }
    }
}

/// One value of every state.
template <class T>
void send(const Collective& ranks, std::span<const T> from, const Lists& taken, std::span<T> to, const Lists& put) {
    std::vector<std::vector<std::byte>> messages;
    for (const auto& states : taken) {
        auto* next = messages.emplace_back(states.size() * sizeof(T)).data();
        for (const auto state : states) {
            std::memcpy(next, &from[state], sizeof(T));
            next += sizeof(T);
        }
    }
    messages = ranks.all_to_all(std::move(messages));
    for (std::size_t rank = 0; rank < put.size(); ++rank) {
        const auto* next = messages[rank].data();
        for (const auto state : put[rank]) {
            std::memcpy(&to[state], next, sizeof(T));
            next += sizeof(T);
        }
    }
}

/// Rows of consecutive states of a response or of a stretch.
struct RowsView {
    std::span<const std::uint64_t> starts;  // [state + 1]
    std::span<const std::int32_t> actions;
    std::span<const double> probabilities;
    [[nodiscard]] std::size_t states() const { return starts.size() - 1; }
};

RowsView rows_of(std::span<const std::uint64_t> starts, std::size_t first, std::size_t states,
                 std::span<const std::int32_t> actions, std::span<const double> probabilities) {
    return {starts.subspan(first, states + 1), actions, probabilities};
}

/// The rows of `states` states that others sent.
SparseRows send(const Collective& ranks, const RowsView& from, const Lists& taken, std::size_t states,
                const Lists& put) {
    std::vector<std::uint64_t> lengths(from.states());
    for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = from.starts[i + 1] - from.starts[i];
    std::vector<std::uint64_t> received(states);
    send<std::uint64_t>(ranks, lengths, taken, received, put);
    SparseRows rows;
    rows.starts.reserve(states + 1);
    for (const auto length : received) rows.starts.push_back(rows.starts.back() + length);
    rows.actions.resize(rows.starts.back());
    rows.probabilities.resize(rows.starts.back());
    send<std::int32_t>(ranks, from.starts, from.actions, taken, rows.starts, rows.actions, put);
    send<double>(ranks, from.starts, from.probabilities, taken, rows.starts, rows.probabilities, put);
    return rows;
}

void append(SparseRows& to, const SparseRows& from) {
    const std::uint64_t before = to.starts.back();
    for (std::size_t i = 1; i < from.starts.size(); ++i) to.starts.push_back(before + from.starts[i]);
    to.actions.insert(to.actions.end(), from.actions.begin(), from.actions.end());
    to.probabilities.insert(to.probabilities.end(), from.probabilities.begin(), from.probabilities.end());
}

void append(SparseResponse& to, const SparseRows& from) {
    for (std::size_t i = 0; i + 1 < from.starts.size(); ++i) {
        const std::size_t first = from.starts[i], count = from.starts[i + 1] - first;
        to.append(std::span(from.actions).subspan(first, count), std::span(from.probabilities).subspan(first, count));
    }
}

/// The states of one stage: who owns them and in whose share they are.
class StageRoute {
public:
    /// Collective.
    StageRoute(const FileShares& shares, const Part& part, Stage r) : ranks_(shares.ranks()) {
        const Layout& layout = part.layout();
        const std::size_t all = layout.blocks() * layout.sites();
        first_ = std::clamp(r.at() * all, shares.first(), shares.last());
        states_ = std::clamp((r.at() + 1) * all, shares.first(), shares.last()) - first_;
        owned_.resize(static_cast<std::size_t>(ranks_.size()));
        std::vector<std::vector<std::byte>> places(owned_.size());
        const Cuts& cuts = shares.cuts();
        std::size_t rank = 0;
        for_each_state_in_file(part, r, [&](std::size_t place, const Site& site, std::size_t) {
            if (place < cuts[rank] || place >= cuts[rank + 1])
                rank = static_cast<std::size_t>(std::upper_bound(cuts.begin(), cuts.end(), place) - cuts.begin()) - 1;
            owned_[rank].push_back(site.state);
            const auto bytes = std::as_bytes(std::span(&place, 1));
            places[rank].insert(places[rank].end(), bytes.begin(), bytes.end());
        });
        for (const auto& message : ranks_.all_to_all(std::move(places))) {
            auto& list = in_file_.emplace_back(message.size() / sizeof(std::size_t));
            if (!list.empty()) std::memcpy(list.data(), message.data(), message.size());
            for (auto& place : list) place -= first_;
        }
        first_ -= shares.first();
    }

    /// Within the share.
    [[nodiscard]] std::size_t first() const { return first_; }
    [[nodiscard]] std::size_t states() const { return states_; }

    /// owned: [state] of the part's stage; share: [state] of the share
    template <class T>
    void to_file(std::span<const T> owned, std::span<T> share) const {
        send<T>(ranks_, owned, owned_, share.subspan(first_, states_), in_file_);
    }
    template <class T>
    void from_file(std::span<const T> share, std::span<T> owned) const {
        send<T>(ranks_, share.subspan(first_, states_), in_file_, owned, owned_);
    }
    [[nodiscard]] SparseRows to_file(const RowsView& owned) const {
        return send(ranks_, owned, owned_, states_, in_file_);
    }
    [[nodiscard]] SparseRows from_file(const RowsView& share, std::size_t owned) const {
        return send(ranks_, share, in_file_, owned, owned_);
    }

private:
    Collective ranks_;
    std::size_t first_;
    std::size_t states_;
    Lists owned_;    // [rank] states of the part's stage that are in the share of the rank
    Lists in_file_;  // [rank] states of the share's stage that the rank owns
};

}  // namespace

std::vector<std::size_t> state_shape(const Layout& layout) {
    std::vector<std::size_t> shape{layout.stages(), layout.types(), layout.exogenous_states()};
    for (const auto a : Range<Account>(layout.lattice().accounts()))
        shape.push_back(static_cast<std::size_t>(layout.lattice().k_max(a)) + 1);
    return shape;
}

std::size_t stride_in_file(const Layout& layout, Account a) {
    std::size_t stride = 1;
    for (std::size_t faster = a.at() + 1; faster < layout.lattice().accounts(); ++faster)
        stride *= static_cast<std::size_t>(layout.lattice().k_max(Account{faster})) + 1;
    return stride;
}

std::size_t state_in_file(const Layout& layout, Stage r, Block b, std::size_t site) {
    const Lattice& lattice = layout.lattice();
    std::array<int, Lattice::kMaxAccounts> balances;
    lattice.balances(layout.contested(r), site, std::span(balances).first(lattice.accounts()));
    std::size_t place = r.at() * layout.blocks() + b.at();
    for (const auto a : Range<Account>(lattice.accounts()))
        place = place * (static_cast<std::size_t>(lattice.k_max(a)) + 1) + static_cast<std::size_t>(balances[a.at()]);
    return place;
}

FileShares::FileShares(const Layout& layout, const Collective& ranks)
    : FileShares(ranks, cuts_at_chunks(layout, ranks)) {}

FileShares FileShares::of_root(const Layout& layout, const Collective& ranks) {
    Cuts cuts(static_cast<std::size_t>(ranks.size()) + 1, layout.states());
    cuts.front() = 0;
    return {ranks, std::move(cuts)};
}

FileShares::FileShares(const Collective& ranks, Cuts cuts) : ranks_(ranks), cuts_(std::move(cuts)) {}

StatesInFile to_file_order(const FileShares& shares, const Field& mass, const Field& value,
                           const SparseResponse& response) {
    const Part& part = mass.part();
    StatesInFile share{.first = shares.first()};
    share.mass.resize(shares.size());
    share.value.resize(shares.size());
    share.rows.starts.reserve(shares.size() + 1);
    for (const auto r : Range<Stage>(part.layout().stages())) {
        const StageRoute route(shares, part, r);
        route.to_file(mass.stage(r), std::span(share.mass));
        route.to_file(value.stage(r), std::span(share.value));
        append(share.rows, route.to_file(rows_of(response.starts(), part.first_state(r), part.states(r),
                                                 response.actions(), response.probabilities())));
    }
    const Cuts entries = cuts_of(shares.ranks(), share.rows.actions.size());
    share.first_entry = entries[static_cast<std::size_t>(shares.ranks().rank())];
    share.entries = entries.back();
    return share;
}

std::vector<double> to_file_order(const FileShares& shares, const Field& field) {
    std::vector<double> share(shares.size());
    for (const auto r : Range<Stage>(field.part().layout().stages()))
        StageRoute(shares, field.part(), r).to_file(field.stage(r), std::span(share));
    return share;
}

Field from_file_order(const FileShares& shares, const Part& part, std::span<const double> values) {
    Field field(part);
    for (const auto r : Range<Stage>(part.layout().stages()))
        StageRoute(shares, part, r).from_file(values, field.stage(r));
    return field;
}

SparseResponse from_file_order(const FileShares& shares, const Part& part, const SparseRows& rows) {
    SparseResponse response(part);
    for (const auto r : Range<Stage>(part.layout().stages())) {
        const StageRoute route(shares, part, r);
        append(response,
               route.from_file(rows_of(rows.starts, route.first(), route.states(), rows.actions, rows.probabilities),
                               part.states(r)));
    }
    return response;
}

std::vector<std::uint32_t> row_lengths_in_file(const FileShares& shares, const Part& part) {
    std::vector<std::uint32_t> share(shares.size());
    std::vector<std::uint32_t> lengths;
    for (const auto r : Range<Stage>(part.layout().stages())) {
        lengths.clear();
        part.for_each_site(
            r, [&](const Site&, std::size_t length) { lengths.push_back(static_cast<std::uint32_t>(length)); });
        StageRoute(shares, part, r).to_file(std::span<const std::uint32_t>(lengths), std::span(share));
    }
    return share;
}

}  // namespace polykarma
