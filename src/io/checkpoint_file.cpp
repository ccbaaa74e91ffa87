#include "io/checkpoint_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <utility>

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "base/first_difference.hpp"
#include "io/agreed.hpp"
#include "io/digest.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"
#include "io/record_writer.hpp"
#include "io/replaced_file.hpp"
#include "io/shared_file.hpp"
#include "io/stored_rows.hpp"
#include "io/stored_search.hpp"
#include "parallel/communicator.hpp"

namespace polykarma {
namespace {

using hdf5::GroupWriter;
using hdf5::StoredGroup;
namespace fs = std::filesystem;

constexpr const char* kFormat = "polykarma-checkpoint";
constexpr std::int64_t kVersion = 4;  // raised with every change of what a search has to know

// ---------------------------------------------------------------------- states in the order of files

/// What a search has that is as long as the states and that not every search has, with its name in the file.
template <class State>
auto fields_of(State& state) {
    return std::array{std::pair{"before", &state.memory.before}, std::pair{"branch_start", &state.memory.branch_start}};
}
template <class State>
auto places_of(State& state) {
    return std::array{std::pair{"followed", &state.memory.followed}, std::pair{"newton", &state.newton}};
}

/// What a rank writes of all that is as long as the states; what a search does not have is empty.
struct Shares {
    StatesInFile dynamics;
    std::array<std::vector<double>, 2> fields;
    std::array<StatesInFile, 2> places;
};

/// The state gives up responses as it hands them over, so that memory holds them once.
Shares shares_of(const FileShares& shares, SearchState& state) {
    const auto of = [&](auto& states) {
        StatesInFile share = to_file_order(shares, states.mass, states.value, states.response);
        states.response = SparseResponse(states.mass.part());
        return share;
    };
    Shares result{of(state.dynamics), {}, {}};
    for (std::size_t i = 0; i < result.fields.size(); ++i)
        if (const auto& field = *fields_of(state)[i].second) result.fields[i] = to_file_order(shares, *field);
    for (std::size_t i = 0; i < result.places.size(); ++i)
        if (auto& place = *places_of(state)[i].second) result.places[i] = of(*place);
    return result;
}
/// Of the same sizes, with nothing in them.
Shares outline_of(const Shares& shares) {
    Shares outline{{.entries = shares.dynamics.entries}, {}, {}};
    for (std::size_t i = 0; i < shares.places.size(); ++i) outline.places[i].entries = shares.places[i].entries;
    return outline;
}

void add(Digest& digest, std::size_t first_entry, const SparseRows& rows, std::size_t first) {
    std::vector<std::uint64_t> lengths(rows.starts.size() - 1);
    for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = rows.starts[i + 1] - rows.starts[i];
    digest.add(first, std::span<const std::uint64_t>(lengths));
    digest.add(first_entry, std::span(rows.actions));
    digest.add(first_entry, std::span(rows.probabilities));
}
void add(Digest& digest, const StatesInFile& share) {
    digest.add(share.first, std::span(share.mass));
    digest.add(share.first, std::span(share.value));
    add(digest, share.first_entry, share.rows, share.first);
}
/// Every rank has the tables, and one adds them.
void add_tables(Digest& digest, const SearchState& state, const Collective& ranks) {
    const std::vector<double> tables = ranks.is_root() ? tables_of(state) : std::vector<double>{};
    digest.add(0, std::span(tables));
}
std::int64_t digest_of(const Shares& shares, const SearchState& state, const Collective& ranks) {
    Digest digest;
    add_tables(digest, state, ranks);
    add(digest, shares.dynamics);
    for (std::size_t i = 0; i < shares.fields.size(); ++i)
        if (*fields_of(state)[i].second) digest.add(shares.dynamics.first, std::span(shares.fields[i]));
    for (std::size_t i = 0; i < shares.places.size(); ++i)
        if (*places_of(state)[i].second) add(digest, shares.places[i]);
    return digest.total(ranks);
}

/// A social state with its values, of the dynamics or of Newton's method.
void write_states(GroupWriter& group, const StatesInFile& share, std::size_t states) {
    const hdf5::Axis state{"state", states};
    group.stretch<double>({"d", "population distribution", "share of population"}, share.mass, {state});
    group.stretch<double>({"V", "values", "payoff"}, share.value, {state});
    hdf5::write_policy(group, share, states);
}

void write_all(GroupWriter& root, const CheckpointIdentity& identity, long sequence, const SearchState& state,
               const Shares& shares, std::int64_t digest, std::size_t states) {
    root.store(hdf5::Storage::plain);
    root.attribute("format", std::string(kFormat));
    root.attribute("format_version", kVersion);
    root.attribute("version", std::string(build_info().version));
    root.attribute("commit", std::string(build_info().commit));
    root.attribute("sequence", std::int64_t{sequence});
    root.attribute("asked_start", identity.start);
    root.attribute("digest", digest);
    root.string({"economy", "the economy, every default spelled out (TOML)", ""}, identity.economy);
    GroupWriter search = root.subgroup("search");
    write_search(search, state);
    GroupWriter dynamics = root.subgroup("dynamics");
    write_states(dynamics, shares.dynamics, states);
    for (std::size_t i = 0; i < shares.fields.size(); ++i)
        if (const auto [name, field] = fields_of(state)[i]; *field)
            dynamics.stretch<double>({name, "d to go back to", "share of population"}, shares.fields[i],
                                     {{"state", states}});
    for (std::size_t i = 0; i < shares.places.size(); ++i) {
        const auto [name, place] = places_of(state)[i];
        if (!*place) continue;
        GroupWriter group = root.subgroup(name);
        group.attribute("lambda", (*place)->lambda);
        group.attribute("care", (*place)->care);
        write_states(group, shares.places[i], states);
    }
}

using Fill = std::function<void(GroupWriter&)>;

constexpr std::size_t kGrowth = std::size_t{1} << 20;

hdf5::File in_memory(const std::string& name, std::size_t growth, const Fill& fill) {
    hdf5::File memory = hdf5::create_in_memory(name, growth);
    GroupWriter root(hdf5::Group(hdf5::checked(H5Gopen2(memory.get(), "/", H5P_DEFAULT), name, "cannot be prepared")),
                     name);
    fill(root);
    return memory;
}

// ---------------------------------------------------------------------- reading

void require_usable(const StoredGroup& root, const CheckpointIdentity& identity) {
    const auto refuse = [&](const std::string& why) { throw IoError(root.file(), "cannot be resumed", why); };
    if (!root.has_attribute("format") || root.text_attribute("format") != kFormat) refuse("it is no checkpoint");
    if (const auto version = root.integer_attribute("format_version"); version != kVersion)
        refuse("its format is version " + std::to_string(version) + ", this program reads " + std::to_string(kVersion));
    const std::string version = root.text_attribute("version"), commit = root.text_attribute("commit");
    if (version != build_info().version || commit != build_info().commit)
        refuse("it was written by polykarma " + version + ", commit " + commit + ", this is " +
               std::string(build_info().version) + ", commit " + std::string(build_info().commit));
    if (const std::string start = root.text_attribute("asked_start"); start != identity.start)
        refuse("it began from " + (start.empty() ? "the economy's start" : start));
    if (const std::string economy = root.text("economy"); economy != identity.economy)
        refuse("it is of another economy: " + first_difference(economy, identity.economy));
}

/// Reads arrays over states of one file, each rank its share, and brings them to their owners.
class StatesReader {
public:
    StatesReader(const fs::path& file, const Part& part, const Collective& ranks)
        : file_(file),
          part_(part),
          shares_(part.layout(), ranks),
          lengths_(row_lengths_in_file(shares_, part)),
          pairs_(cuts_of(ranks, part.pairs()).back()) {}

    [[nodiscard]] Field field(const std::string& group, const std::string& name) {
        const std::array<std::size_t, 1> shape{shares_.states()};
        const auto values = of_share<std::vector<double>>(group, [&](const StoredGroup& stored) {
            auto stretch = stored.stretch<double>(name, shape, shares_.first(), shares_.last());
            const auto bad = std::ranges::find_if_not(stretch, [](double x) { return std::isfinite(x); });
            if (bad != stretch.end()) stored.refuse(name, "not finite");
            return stretch;
        });
        digest_.add(shares_.first(), std::span(values));
        return from_file_order(shares_, part_, values);
    }
    [[nodiscard]] SparseResponse response(const std::string& group) {
        const auto rows = of_share<SparseRows>(group, [&](const StoredGroup& stored) {
            return hdf5::read_rows(stored.child("pi"), shares_, lengths_, pairs_);
        });
        const Cuts entries = cuts_of(shares_.ranks(), rows.actions.size());
        add(digest_, entries[static_cast<std::size_t>(shares_.ranks().rank())], rows, shares_.first());
        return from_file_order(shares_, part_, rows);
    }
    /// Of everything that has been read.
    [[nodiscard]] Digest& digest() { return digest_; }

private:
    template <class Values, class Read>
    Values of_share(const std::string& group, Read&& read) const {
        return agreed(shares_.ranks(), [&] {
            const hdf5::QuietErrors quiet;
            return shares_.size() == 0 ? Values{} : read(StoredGroup(file_, group));
        });
    }

    const fs::path& file_;
    const Part& part_;
    FileShares shares_;
    std::vector<std::uint32_t> lengths_;
    std::size_t pairs_;
    Digest digest_;
};

/// All that every rank has alike; fields are there, and empty.
SearchState read_common(const fs::path& file, const Part& part) {
    const hdf5::QuietErrors quiet;
    const StoredGroup root(file, "/");
    SearchState state = read_search(root.child("search"), part);
    const auto groups = root.child_names(), arrays = root.child("dynamics").child_names();
    for (const auto& [name, field] : fields_of(state))
        if (std::ranges::count(arrays, name) > 0) field->emplace(part);
    for (const auto& [name, place] : places_of(state)) {
        if (std::ranges::count(groups, name) == 0) continue;
        const StoredGroup group = root.child(name);
        place->emplace(NewtonPlace{group.number_attribute("lambda"), group.number_attribute("care"), Field(part),
                                   Field(part), SparseResponse(part)});
    }
    return state;
}

}  // namespace

void write_checkpoint(const fs::path& file, const CheckpointIdentity& identity, long sequence, SearchState state,
                      const Collective& ranks) {
    const std::size_t states = state.dynamics.mass.part().layout().states();
    const Shares shares = shares_of(FileShares(state.dynamics.mass.part().layout(), ranks), state);
    const std::int64_t digest = digest_of(shares, state, ranks);
    const std::string name = file.string();
    const auto filled = [&](const Shares& with) {
        return [&](GroupWriter& root) { write_all(root, identity, sequence, state, with, digest, states); };
    };
    const std::size_t room = agreed(ranks, [&]() -> std::size_t {
        if (!ranks.is_root()) return 0;
        const hdf5::QuietErrors quiet;
        const Shares outline = outline_of(shares);
        return hdf5::room_for(in_memory(name, kGrowth, filled(outline)), name);
    });
    if (communicator(ranks) != MPI_COMM_NULL) return hdf5::write_together(file, ranks, room, filled(shares));
    agreed(ranks, [&] {
        if (!ranks.is_root()) return;
        const hdf5::QuietErrors quiet;
        // Its memory is taken at once, as growing copies what is there.
        replace_file(file, hdf5::take_image(in_memory(name, room, filled(shares)), name));
    });
}

long read_sequence(const fs::path& file, const CheckpointIdentity& identity) {
    const hdf5::QuietErrors quiet;
    const StoredGroup root(file, "/");
    require_usable(root, identity);
    return static_cast<long>(root.integer_attribute("sequence"));
}

std::string read_start(const fs::path& file) {
    const hdf5::QuietErrors quiet;
    return StoredGroup(file, "/").text_attribute("asked_start");
}

std::vector<int> read_balances(const fs::path& file) {
    const hdf5::QuietErrors quiet;
    return read_largest_balances(StoredGroup(file, "/search"));
}

SearchState read_checkpoint(const fs::path& file, const Part& part, const Collective& ranks) {
    SearchState state = agreed(ranks, [&] { return read_common(file, part); });
    StatesReader read(file, part, ranks);
    add_tables(read.digest(), state, ranks);
    const auto fill = [&](const std::string& group, auto& states) {
        states.mass = read.field(group, "d");
        states.value = read.field(group, "V");
        states.response = read.response(group);
    };
    fill("/dynamics", state.dynamics);
    for (const auto& [name, field] : fields_of(state))
        if (*field) *field = read.field("/dynamics", name);
    for (const auto& [name, place] : places_of(state))
        if (*place) fill(std::string("/") + name, **place);
    const std::int64_t digest = read.digest().total(ranks);
    agreed(ranks, [&] {
        const hdf5::QuietErrors quiet;
        const StoredGroup root(file, "/");
        if (digest != root.integer_attribute("digest")) root.refuse("digest", "the content is not what was written");
    });
    return state;
}

}  // namespace polykarma
