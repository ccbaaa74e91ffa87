#include "parallel/collective.hpp"

#include <limits>
#include <utility>

#include "base/error.hpp"
#include "parallel/rank_group.hpp"

namespace polykarma {
namespace {

/// The sums of an array as one array of words, ready to be added to those of other ranks.
std::span<std::int64_t> normalized_words(std::span<ExactSum> sums) {
    if (sums.empty()) return {};
    for (ExactSum& sum : sums) sum.normalize();
    return {sums.front().words().data(), sums.size() * ExactSum::kWords};
}

/// The longest message of exchange(): MPI counts are ints.
constexpr std::size_t kLongest = std::numeric_limits<int>::max();

[[maybe_unused]] bool well_formed(std::span<const Collective::Messages::Part> parts, const Collective& ranks,
                                  std::size_t buffer) {
    int last = -1;
    for (const auto& [rank, offset, count] : parts) {
        if (rank <= last || rank >= ranks.size() || rank == ranks.rank()) return false;
        if (count == 0 || count > kLongest || offset > buffer || count > buffer - offset) return false;
        last = rank;
    }
    return true;
}

}  // namespace

Collective::Collective(std::shared_ptr<RankGroup> group)
    : group_(std::move(group)), rank_(group_->rank()), size_(group_->size()) {}

void Collective::send_to_root(std::span<const std::byte> message) const {
    POLYKARMA_EXPECTS(!is_root());
    group_->send_to_root(message);
}

std::vector<std::byte> Collective::receive(int from) const {
    POLYKARMA_EXPECTS(is_root() && from > 0 && from < size_);
    return group_->receive(from);
}

int Collective::broadcast(int value) const { return group_->broadcast(value); }

std::vector<std::byte> Collective::broadcast(std::vector<std::byte> bytes) const {
    return group_->broadcast(std::move(bytes));
}

std::string Collective::broadcast_text(const std::string& text) const {
    const auto own = std::as_bytes(std::span(text));
    const auto bytes = broadcast(std::vector(own.begin(), own.end()));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void Collective::sum(std::span<std::int64_t> values) const { group_->sum(values); }

void Collective::sum(std::span<double> values) const { group_->sum(values); }

void Collective::sum(std::span<ExactSum> sums) const { group_->sum(normalized_words(sums)); }

void Collective::maximum(std::span<double> values) const {
    // Which of two zeros is the larger depends on their order, so there is only one.
    for (double& value : values) value += 0.0;
    group_->maximum(values);
}

void Collective::exchange(const Messages& messages, std::span<const double> out, std::span<double> in) const {
    POLYKARMA_EXPECTS(well_formed(messages.sends, *this, out.size()));
    POLYKARMA_EXPECTS(well_formed(messages.receives, *this, in.size()));
    group_->exchange(messages, out, in);
}

std::vector<std::vector<std::byte>> Collective::all_to_all(std::vector<std::vector<std::byte>> messages) const {
    POLYKARMA_EXPECTS(messages.size() == static_cast<std::size_t>(size_));
    return group_->all_to_all(std::move(messages));
}

void Collective::barrier() const { group_->barrier(); }

void Collective::attend() const { group_->attend(); }

Collective Collective::split(int color) const {
    POLYKARMA_EXPECTS(color >= 0);
    return Collective(group_->split(color));
}

Collective::Traffic Collective::traffic() const { return group_->traffic; }

void Collective::reset_traffic() const { group_->traffic = {}; }

}  // namespace polykarma
