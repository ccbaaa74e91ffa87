#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/aligned.hpp"
#include "game/layout.hpp"

namespace polykarma {

/// Which lines of a game's lattice each of some ranks owns, at every stage.
///
/// At a stage, the lines of all types form one sequence, type by type, in storage order; a rank owns a stretch of it,
/// with every exogenous state. The account before the contested one is slowest there and is the last that a spending
/// path empties, so paths lead to earlier lines of the same type, nearly all of them in the same stretch. Stretches
/// may be empty.
class Partition {
public:
    struct Lines {
        std::size_t first = 0;
        std::size_t last = 0;  ///< one past
        [[nodiscard]] bool empty() const { return first == last; }
        [[nodiscard]] std::size_t size() const { return last - first; }
        friend bool operator==(const Lines&, const Lines&) = default;
    };

    /// Stretches with as nearly the rank's share of the weight as whole lines allow.
    ///   weights [stage][line] of one type, all types alike; shares [rank], not all zero
    Partition(const Layout& layout, const std::vector<std::vector<double>>& weights, std::span<const double> shares);

    [[nodiscard]] const Layout& layout() const { return *layout_; }
    [[nodiscard]] int ranks() const { return static_cast<int>(cuts_.front().size()) - 1; }
    /// What a rank owns of a type's lines.
    [[nodiscard]] Lines lines(Stage r, Type t, int rank) const;
    [[nodiscard]] int owner(Stage r, Type t, std::size_t line) const;

private:
    const Layout* layout_;
    std::vector<std::vector<std::size_t>> cuts_;  // [stage][rank]: first of its lines, all types in sequence
};

/// Lines of one type in one rank's storage of a stage: [exogenous][line][position].
struct Piece {
    Type type;
    Partition::Lines lines;
    std::size_t first_state = 0;        ///< in the rank's storage of the stage
    std::size_t first_row = 0;          ///< in the rank's row lengths of the stage
    std::size_t first_entry = 0;        ///< in the rank's entries of the stage
    std::vector<std::size_t> ghosts{};  ///< lines of other ranks that moves from these lines enter, in order
    /// Own lines, then ghosts.
    [[nodiscard]] std::size_t slots() const { return lines.size() + ghosts.size(); }
    /// The slot of a line that is own or a ghost.
    [[nodiscard]] std::size_t slot(std::size_t line) const;
    /// Sets the ghosts to those of the lines that are not own.
    void keep_ghosts(std::vector<std::size_t> entered);
};

/// One state while a kernel visits a stage: pieces in order; in each, exogenous states, lines, positions along the line.
struct Site {
    Block block;
    std::size_t line = 0;      ///< within the block of the whole lattice
    std::size_t position = 0;  ///< along the line: balance of the contested account
    std::size_t index = 0;     ///< within the block of the whole lattice: line * line length + position
    std::size_t state = 0;     ///< within the rank's storage of the stage
};

/// What one rank owns of a game: the shapes of everything that it stores. A value; refers to the game's layout.
class Part {
public:
    template <class G>
    Part(const G& game, std::shared_ptr<const Partition> partition, int rank);

    [[nodiscard]] const Layout& layout() const { return content_->partition->layout(); }
    [[nodiscard]] const Partition& partition() const { return *content_->partition; }
    [[nodiscard]] int rank() const { return content_->rank; }

    /// Not empty, in the order of the types.
    [[nodiscard]] std::span<const Piece> pieces(Stage r) const { return content_->stages[r.at()].pieces; }
    /// Where a type stands among the pieces; their number if the rank owns no line of it.
    [[nodiscard]] std::size_t piece_number(Stage r, Type t) const;
    [[nodiscard]] std::size_t states(Stage r) const { return content_->stages[r.at()].states; }
    /// Of all stages, each stage contiguous; and where a stage begins.
    [[nodiscard]] std::size_t states() const { return content_->states; }
    [[nodiscard]] std::size_t first_state(Stage r) const { return content_->stages[r.at()].first_state; }
    [[nodiscard]] std::size_t most_states() const;  ///< of any stage
    /// Entries of own lines and ghosts, in every exogenous state.
    [[nodiscard]] std::size_t entries(Stage r) const { return content_->stages[r.at()].entries; }
    [[nodiscard]] std::size_t most_entries() const;
    /// State-action pairs, unpadded.
    [[nodiscard]] std::size_t pairs() const;
    /// States of the own lines of a block, in the storage of the stage.
    struct Stretch {
        std::size_t first = 0;
        std::size_t size = 0;
    };
    [[nodiscard]] Stretch block(Stage r, Block b) const;
    /// Actions on offer [line][position] in a piece.
    [[nodiscard]] std::span<const std::uint32_t> row_lengths(Stage r, const Piece& piece) const;

    /// Calls visit(Site, row length) for every state of a stage in storage order.
    template <class Visit>
    void for_each_site(Stage r, Visit&& visit) const;

private:
    struct StagePart {
        std::vector<Piece> pieces;
        std::vector<std::uint32_t> row_lengths;  // [piece][line][position]
        std::size_t first_state = 0;
        std::size_t states = 0;
        std::size_t entries = 0;
    };
    struct Content {
        std::shared_ptr<const Partition> partition;
        int rank = 0;
        std::vector<StagePart> stages;
        std::size_t states = 0;
    };
    /// Pieces of every stage, without ghosts; nothing else yet.
    static std::shared_ptr<Content> pieces_of(std::shared_ptr<const Partition> partition, int rank);
    /// Where everything lies, once ghosts are known.
    static void place(Content& content);
    std::shared_ptr<const Content> content_;
};

/// One number per state of a part: [stage][piece][exogenous][line][position], each stage contiguous.
class Field {
public:
    explicit Field(Part part) : part_(std::move(part)), data_(part_.states(), 0.0) {}

    [[nodiscard]] const Part& part() const { return part_; }
    [[nodiscard]] std::span<double> stage(Stage r) { return std::span(data_).subspan(part_.first_state(r), part_.states(r)); }
    [[nodiscard]] std::span<const double> stage(Stage r) const {
        return std::span(data_).subspan(part_.first_state(r), part_.states(r));
    }
    /// The own lines of a block, [line][position].
    [[nodiscard]] std::span<double> block(Stage r, Block b) { return within(stage(r), r, b); }
    [[nodiscard]] std::span<const double> block(Stage r, Block b) const { return within(stage(r), r, b); }
    [[nodiscard]] std::span<double> all() { return data_; }
    [[nodiscard]] std::span<const double> all() const { return data_; }

private:
    template <class Span>
    [[nodiscard]] Span within(Span stage, Stage r, Block b) const {
        const Part::Stretch states = part_.block(r, b);
        return stage.subspan(states.first, states.size);
    }
    Part part_;
    AlignedVector<double> data_;
};

/// Deals the lines of a game to ranks, by state-action pairs.
template <class G>
std::shared_ptr<const Partition> partition(const G& game, std::span<const double> shares) {
    const Layout& layout = game.layout();
    std::vector<std::vector<double>> weights;
    std::vector<std::uint32_t> lengths;
    for (const auto r : Range<Stage>(layout.stages())) {
        lengths.resize(layout.line_length(r));
        auto& stage = weights.emplace_back(layout.lines(r));
        for (std::size_t line = 0; line < stage.size(); ++line) {
            game.row_lengths(r, line, lengths);
            for (const auto length : lengths) stage[line] += length;
        }
    }
    return std::make_shared<const Partition>(layout, weights, shares);
}

/// The part of one of several ranks that share evenly.
template <class G>
Part part_of(const G& game, int rank, int ranks) {
    const std::vector<double> even(static_cast<std::size_t>(ranks), 1.0);
    return Part(game, partition(game, even), rank);
}

/// Everything, for one rank.
template <class G>
Part whole(const G& game) {
    return part_of(game, 0, 1);
}

template <class G>
Part::Part(const G& game, std::shared_ptr<const Partition> partition, int rank) {
    auto content = pieces_of(std::move(partition), rank);
    const Layout& layout = game.layout();
    std::vector<std::size_t> entered;
    for (const auto r : Range<Stage>(layout.stages())) {
        StagePart& stage = content->stages[r.at()];
        const std::size_t length = layout.line_length(r);
        std::size_t lines = 0;
        for (const Piece& piece : stage.pieces) lines += piece.lines.size();
        stage.row_lengths.reserve(lines * length);
        for (Piece& piece : stage.pieces) {
            entered.clear();
            for (std::size_t line = piece.lines.first; line < piece.lines.last; ++line) {
                stage.row_lengths.resize(stage.row_lengths.size() + length);
                game.row_lengths(r, line, std::span(stage.row_lengths).last(length));
                if (piece.lines.size() < layout.lines(r)) game.entered_lines(r, line, entered);
            }
            piece.keep_ghosts(entered);
        }
    }
    place(*content);
    content_ = std::move(content);
}

template <class Visit>
void Part::for_each_site(Stage r, Visit&& visit) const {
    const std::size_t length = layout().line_length(r);
    for (const Piece& piece : pieces(r)) {
        Site site;
        site.state = piece.first_state;
        for (const auto u : Range<Exogenous>(layout().exogenous_states())) {
            site.block = layout().block(piece.type, u);
            site.index = piece.lines.first * length;
            const std::uint32_t* row_length = row_lengths(r, piece).data();
            for (site.line = piece.lines.first; site.line < piece.lines.last; ++site.line)
                for (site.position = 0; site.position < length; ++site.position, ++site.index, ++site.state)
                    visit(static_cast<const Site&>(site), std::size_t{*row_length++});
        }
    }
}

}  // namespace polykarma
