#include "agents/pair_contest.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/error.hpp"

namespace polykarma {

const std::array<std::string, 3> PairContest::kOutcomes{"win", "lose", "sits out"};

PairContest::PairContest(const Pairwise& game, Allocation allocation, const RandomNumbers& numbers,
                         std::uint64_t agents, const Collective& ranks)
    : Contest(game.layout(), game.rules().types),
      game_(game),
      allocation_(allocation),
      numbers_(numbers),
      shares_(agents, ranks.size()),
      ranks_(ranks),
      said_(static_cast<std::size_t>(ranks.size())),
      heard_(said_.size()) {
    const std::size_t own = shares_.first(ranks.rank() + 1) - shares_.first(ranks.rank());
    brings_.resize(own);
    partner_brings_.resize(own);
    place_.resize(own);
}

void PairContest::means(Stage, const Population& agents, const Tile& tile, std::span<std::int32_t> out) const {
    std::ranges::copy(std::span(agents.karma[0]).subspan(tile.begin, tile.size), out.begin());
}

void PairContest::begin(Stage, std::uint32_t time) {
    time_ = time;
    paid_ = taxed_ = 0;
}

void PairContest::offer(const Population& agents, const Tile& tile) {
    const auto& urgencies = layout().exogenous_infos();
    for (std::size_t i = tile.begin; i < tile.begin + tile.size; ++i) switch (allocation_) {
            case Allocation::bids: brings_[i] = agents.bid[i]; break;
            case Allocation::dictator:
                // How many states are less urgent.
                brings_[i] = static_cast<std::int32_t>(std::ranges::count_if(urgencies, [&](const ExogenousInfo& other) {
                    return other.urgency < urgencies[agents.exogenous[i]].urgency;
                }));
                break;
            case Allocation::turn:
                // The part of own contests won so far, to 2^-30.
                brings_[i] = agents.contests[i] == 0
                                 ? 0
                                 : -static_cast<std::int32_t>(std::lround(0x1p30 * agents.successes[i] / agents.contests[i]));
                break;
            default: brings_[i] = 0;
        }
}

void PairContest::decide(const Population& agents) {
    const RandomPermutation order(static_cast<std::uint32_t>(shares_.agents()), numbers_, time_, ChanceOf::partner);
    for (Words& to_rank : said_) to_rank.used = 0;
    std::array<std::uint32_t, kTile> partners;
    agents.for_each_tile([&](const Tile& tile) {
        const auto places = std::span(place_).subspan(tile.begin, tile.size);
        const auto partner = std::span(partners).first(tile.size);
        std::iota(places.begin(), places.end(), static_cast<std::uint32_t>(tile.first_agent));
        order(places);
        // The last place of an odd number is paired with itself.
        std::ranges::transform(places, partner.begin(), [&](std::uint32_t p) { return (p ^ 1) < order.size() ? p ^ 1 : p; });
        order.inverse(partner);
        look_up(agents, tile, partner);
        if (ranks_.size() > 1) say(agents, tile, partner);
    });
    if (ranks_.size() > 1) hear(agents);
}

// Which partners are here is random: a branch on it would be mispredicted half of the time, so there is none.
void PairContest::look_up(const Population& agents, const Tile& tile, std::span<const std::uint32_t> partner) {
    for (std::size_t i = 0; i < tile.size; ++i) {
        const std::uint64_t j = partner[i] - agents.first_agent;
        const std::size_t own = tile.begin + i;
        const std::int32_t brings = brings_[j < agents.size() ? j : own];
        partner_brings_[own] = j == own ? kNobody : brings;
    }
}

void PairContest::say(const Population& agents, const Tile& tile, std::span<const std::uint32_t> partner) {
    for (Words& to_rank : said_)
        if (to_rank.words.size() < to_rank.used + tile.size) to_rank.words.resize(2 * to_rank.used + tile.size);
    for (std::size_t i = 0; i < tile.size; ++i) {
        Words& to_rank = said_[static_cast<std::size_t>(shares_.owner(partner[i]))];
        to_rank.words[to_rank.used] = {partner[i], brings_[tile.begin + i]};
        to_rank.used += partner[i] - agents.first_agent >= agents.size() ? 1 : 0;
    }
}

void PairContest::hear(const Population& agents) {
    std::vector<std::span<const std::byte>> out;
    for (const Words& to_rank : said_) out.push_back(std::as_bytes(std::span(to_rank.words).first(to_rank.used)));
    ranks_.all_to_all(out, heard_);
    for (const auto& message : heard_)
        for (std::size_t at = 0; at < message.size(); at += sizeof(Word)) {
            Word word;
            std::memcpy(&word, message.data() + at, sizeof word);
            partner_brings_[word.partner - agents.first_agent] = word.brings;
        }
}

bool PairContest::lucky(std::uint32_t place) const {
    const std::uint32_t coin = numbers_(place / 2, time_, ChanceOf::tie)[0] >> 31;
    return coin == (place & 1);
}

void PairContest::settle(Population& agents, const Tile& tile) {
    for (std::size_t i = tile.begin; i < tile.begin + tile.size; ++i) {
        const std::int32_t own = brings_[i], other = partner_brings_[i];
        const bool wins = own > other || (own == other && lucky(place_[i]));
        agents.outcome[i] = other == kNobody ? std::uint8_t{kSitsOut} : wins ? std::uint8_t{kWin} : std::uint8_t{kLose};
    }
    if (allocation_ != Allocation::bids) return;
    pay(agents, tile);
    if (game_.rules().tax_coefficient > 0.0) tax(agents, tile);
}

void PairContest::pay(Population& agents, const Tile& tile) {
    const bool to_peer = game_.rules().payee == Payee::peer;
    std::int32_t* const karma = agents.karma[0].data();
    std::int64_t paid = 0;
    for (std::size_t i = tile.begin; i < tile.begin + tile.size; ++i) {
        const std::int32_t due = agents.outcome[i] == kWin ? agents.bid[i] : 0;
        const std::int32_t received = to_peer && agents.outcome[i] == kLose ? partner_brings_[i] : 0;
        karma[i] += received - due;
        paid += due;
    }
    paid_ += paid;
}

void PairContest::tax(Population& agents, const Tile& tile) {
    RandomNumbers::Tile words;
    numbers_.fill(words, tile.size, tile.first_agent, time_, ChanceOf::tax);
    for (std::size_t i = 0; i < tile.size; ++i) {
        std::int32_t& karma = agents.karma[0][tile.begin + i];
        const std::int32_t due = draw(game_.tax(), karma, words.word[0][i]);
        karma -= due;
        taxed_ += due;
    }
}

std::int64_t PairContest::pot() {
    std::array sums{paid_, taxed_};
    ranks_.sum(sums);
    paid_ = sums[0];
    taxed_ = sums[1];
    return taxed_ + (game_.rules().payee == Payee::society ? paid_ : 0);
}

double PairContest::payoff(Exogenous u, std::size_t outcome) const {
    if (outcome == kSitsOut) return 0.0;
    return Pairwise::payoff(layout().exogenous_infos()[u.at()].urgency, outcome == kWin ? 1.0 : 0.0);
}

std::vector<ContestNumber> PairContest::numbers() const {
    const auto agents = static_cast<double>(shares_.agents());
    return {{"mean_payment", "karma", "what winners paid, per capita", static_cast<double>(paid_) / agents},
            {"tax", "karma", "what everybody paid of the karma held, per capita", static_cast<double>(taxed_) / agents}};
}

}  // namespace polykarma
