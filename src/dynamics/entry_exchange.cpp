#include "dynamics/entry_exchange.hpp"

#include <algorithm>
#include <cstring>

namespace polykarma {
namespace {

/// A line that one rank asks another for.
struct Request {
    std::uint32_t stage;
    std::uint32_t type;
    std::uint64_t line;
};

/// One message per rank of consecutive entries of `ranks`, `doubles` each.
std::vector<Collective::Messages::Part> messages(const std::vector<int>& ranks, std::size_t doubles) {
    std::vector<Collective::Messages::Part> parts;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        if (parts.empty() || parts.back().rank != ranks[i]) parts.push_back({ranks[i], i * doubles, 0});
        parts.back().count += doubles;
    }
    return parts;
}

}  // namespace

EntryExchange::EntryExchange(const Part& part, const Collective& ranks) : part_(part), ranks_(ranks) {
    const Layout& layout = part_.layout();
    const Partition& partition = part_.partition();
    const auto size = static_cast<std::size_t>(ranks.size());
    std::vector<std::vector<std::byte>> requests(size);
    std::vector<std::vector<int>> owners(layout.stages()), borrowers(layout.stages());
    plans_.resize(layout.stages());
    for (const auto r : Range<Stage>(layout.stages())) {
        const auto pieces = part_.pieces(r);
        struct Ghost {
            int owner;
            Line line;
        };
        std::vector<Ghost> ghosts;
        for (std::size_t p = 0; p < pieces.size(); ++p)
            for (const std::size_t line : pieces[p].ghosts)
                ghosts.push_back({partition.owner(r, pieces[p].type, line), {p, line}});
        std::stable_sort(ghosts.begin(), ghosts.end(), [](const Ghost& a, const Ghost& b) { return a.owner < b.owner; });
        for (const Ghost& ghost : ghosts) {
            plans_[r.at()].ghosts.push_back(ghost.line);
            owners[r.at()].push_back(ghost.owner);
            const Request request{static_cast<std::uint32_t>(r.at()),
                                  static_cast<std::uint32_t>(pieces[ghost.line.piece].type.at()), ghost.line.line};
            auto& to = requests[static_cast<std::size_t>(ghost.owner)];
            to.resize(to.size() + sizeof(Request));
            std::memcpy(to.data() + to.size() - sizeof(Request), &request, sizeof(Request));
        }
    }
    const auto asked = ranks_.all_to_all(std::move(requests));
    for (std::size_t rank = 0; rank < size; ++rank)
        for (std::size_t at = 0; at < asked[rank].size(); at += sizeof(Request)) {
            Request request;
            std::memcpy(&request, asked[rank].data() + at, sizeof(Request));
            const Stage r{std::size_t{request.stage}};
            plans_[r.at()].lent.push_back(
                {part_.piece_number(r, Type{std::size_t{request.type}}), static_cast<std::size_t>(request.line)});
            borrowers[r.at()].push_back(static_cast<int>(rank));
        }
    const std::size_t exogenous = layout.exogenous_states();
    std::size_t most = 0;
    for (std::size_t r = 0; r < plans_.size(); ++r) {
        plans_[r].fetch = {messages(borrowers[r], exogenous), messages(owners[r], exogenous)};
        plans_[r].deliver = {messages(owners[r], 2 * exogenous), messages(borrowers[r], 2 * exogenous)};
        most = std::max({most, plans_[r].ghosts.size(), plans_[r].lent.size()});
    }
    out_.resize(2 * exogenous * most);
    in_.resize(2 * exogenous * most);
}

void EntryExchange::deliver(Stage r, EnteringMass& mass) {
    const Plan& plan = plans_[r.at()];
    const std::size_t exogenous = part_.layout().exogenous_states();
    double* message = out_.data();
    for (const Line& line : plan.ghosts) {
        const Piece& piece = part_.pieces(r)[line.piece];
        for (std::size_t u = 0; u < exogenous; ++u) {
            const auto block = mass.of(piece, Exogenous{u});
            *message++ = block.high[piece.slot(line.line)];
            *message++ = block.low[piece.slot(line.line)];
        }
    }
    ranks_.exchange(plan.deliver, out_, in_);
    const double* arrived = in_.data();
    for (const Line& line : plan.lent) {
        const Piece& piece = part_.pieces(r)[line.piece];
        for (std::size_t u = 0; u < exogenous; ++u) {
            const auto block = mass.of(piece, Exogenous{u});
            block.high[piece.slot(line.line)] += *arrived++;
            block.low[piece.slot(line.line)] += *arrived++;
        }
    }
}

}  // namespace polykarma
