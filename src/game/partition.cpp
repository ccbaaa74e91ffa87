#include "game/partition.hpp"

#include <algorithm>
#include <numeric>

#include "base/error.hpp"

namespace polykarma {
namespace {

/// Position of a line in the sequence of the lines of all types.
struct Sequence {
    std::size_t lines;  // of one type
    [[nodiscard]] std::size_t at(Type t, std::size_t line) const { return t.at() * lines + line; }
};

/// Where stretches end so that each has its share of the weight: at the line boundary nearest to the exact place.
std::vector<std::size_t> cut(const std::vector<double>& weights, std::size_t types, std::span<const double> shares) {
    const double all_shares = std::accumulate(shares.begin(), shares.end(), 0.0);
    const double weight = static_cast<double>(types) * std::accumulate(weights.begin(), weights.end(), 0.0);
    POLYKARMA_EXPECTS(all_shares > 0.0);
    const std::size_t units = types * weights.size();
    std::vector<std::size_t> cuts{0};
    std::size_t unit = 0;
    double before = 0.0;  // weight of the units before `unit`
    double share = 0.0;
    for (const double own : shares) {
        share += own;
        const double target = weight * share / all_shares;
        for (double w; unit < units && before + 0.5 * (w = weights[unit % weights.size()]) <= target; ++unit) before += w;
        cuts.push_back(unit);
    }
    return cuts;
}

}  // namespace

Partition::Partition(const Layout& layout, const std::vector<std::vector<double>>& weights,
                     std::span<const double> shares)
    : layout_(&layout) {
    for (const auto r : Range<Stage>(layout.stages())) {
        POLYKARMA_EXPECTS(weights[r.at()].size() == layout.lines(r));
        cuts_.push_back(cut(weights[r.at()], layout.types(), shares));
    }
}

Partition::Lines Partition::lines(Stage r, Type t, int rank) const {
    const Sequence sequence{layout_->lines(r)};
    const auto& cuts = cuts_[r.at()];
    const auto within = [&](std::size_t place) {
        return std::clamp(place, sequence.at(t, 0), sequence.at(t, sequence.lines)) - sequence.at(t, 0);
    };
    const auto i = static_cast<std::size_t>(rank);
    return {within(cuts[i]), within(cuts[i + 1])};
}

int Partition::owner(Stage r, Type t, std::size_t line) const {
    const auto& cuts = cuts_[r.at()];
    const std::size_t place = Sequence{layout_->lines(r)}.at(t, line);
    return static_cast<int>(std::upper_bound(cuts.begin(), cuts.end(), place) - cuts.begin()) - 1;
}

std::size_t Piece::slot(std::size_t line) const {
    if (line >= lines.first && line < lines.last) return line - lines.first;
    const auto ghost = std::lower_bound(ghosts.begin(), ghosts.end(), line);
    POLYKARMA_EXPECTS(ghost != ghosts.end() && *ghost == line);
    return lines.size() + static_cast<std::size_t>(ghost - ghosts.begin());
}

void Piece::keep_ghosts(std::vector<std::size_t> entered) {
    std::erase_if(entered, [&](std::size_t line) { return line >= lines.first && line < lines.last; });
    std::sort(entered.begin(), entered.end());
    entered.erase(std::unique(entered.begin(), entered.end()), entered.end());
    ghosts.assign(entered.begin(), entered.end());  // a copy: the steps of all paths left room for far more
}

std::shared_ptr<Part::Content> Part::pieces_of(std::shared_ptr<const Partition> partition, int rank) {
    auto content = std::make_shared<Content>();
    const Layout& layout = partition->layout();
    for (const auto r : Range<Stage>(layout.stages())) {
        auto& stage = content->stages.emplace_back();
        for (const auto t : Range<Type>(layout.types()))
            if (const auto lines = partition->lines(r, t, rank); !lines.empty()) stage.pieces.push_back({t, lines});
    }
    content->partition = std::move(partition);
    content->rank = rank;
    return content;
}

void Part::place(Content& content) {
    const Layout& layout = content.partition->layout();
    for (const auto r : Range<Stage>(layout.stages())) {
        StagePart& stage = content.stages[r.at()];
        stage.first_state = content.states;
        std::size_t rows = 0;
        for (Piece& piece : stage.pieces) {
            piece.first_state = stage.states;
            piece.first_row = rows;
            piece.first_entry = stage.entries;
            const std::size_t sites = piece.lines.size() * layout.line_length(r);
            rows += sites;
            stage.states += layout.exogenous_states() * sites;
            stage.entries += layout.exogenous_states() * piece.slots();
        }
        content.states += stage.states;
    }
}

std::size_t Part::most_states() const {
    std::size_t most = 0;
    for (const auto& stage : content_->stages) most = std::max(most, stage.states);
    return most;
}

std::size_t Part::most_entries() const {
    std::size_t most = 0;
    for (const auto& stage : content_->stages) most = std::max(most, stage.entries);
    return most;
}

std::size_t Part::pairs() const {
    std::size_t pairs = 0;
    for (const auto& stage : content_->stages)
        pairs += layout().exogenous_states() *
                 std::accumulate(stage.row_lengths.begin(), stage.row_lengths.end(), std::size_t{0});
    return pairs;
}

std::size_t Part::piece_number(Stage r, Type t) const {
    return static_cast<std::size_t>(std::ranges::find(pieces(r), t, &Piece::type) - pieces(r).begin());
}

Part::Stretch Part::block(Stage r, Block b) const {
    const std::size_t number = piece_number(r, layout().type(b));
    if (number == pieces(r).size()) return {};
    const Piece& piece = pieces(r)[number];
    const std::size_t sites = piece.lines.size() * layout().line_length(r);
    return {piece.first_state + layout().exogenous(b).at() * sites, sites};
}

std::span<const std::uint32_t> Part::row_lengths(Stage r, const Piece& piece) const {
    return std::span(content_->stages[r.at()].row_lengths)
        .subspan(piece.first_row, piece.lines.size() * layout().line_length(r));
}

}  // namespace polykarma
