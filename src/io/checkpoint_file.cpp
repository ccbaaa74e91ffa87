#include "io/checkpoint_file.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <type_traits>

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "io/agreed.hpp"
#include "io/error_stack.hpp"
#include "io/memory_file.hpp"
#include "io/record_writer.hpp"
#include "io/replaced_file.hpp"
#include "io/shared_file.hpp"
#include "io/stored_rows.hpp"
#include "parallel/communicator.hpp"

namespace polykarma {
namespace {

using hdf5::GroupWriter;
using hdf5::StoredGroup;
namespace fs = std::filesystem;

constexpr const char* kFormat = "polykarma-checkpoint";
constexpr std::int64_t kVersion = 2;  // raised with every change of what a search has to know

// ---------------------------------------------------------------------- lists of numbers as tables of doubles

constexpr std::size_t kHistoryColumns = 5, kBranchColumns = 4;

std::vector<double> columns_of(const std::vector<HistoryPoint>& history) {
    std::vector<double> table;
    for (const auto& [iteration, now] : history)
        table.insert(table.end(),
                     {static_cast<double>(iteration), now.stationarity, now.gain, now.bellman, now.value_scale});
    return table;
}
std::vector<HistoryPoint> history_of(const std::vector<double>& table) {
    std::vector<HistoryPoint> history;
    for (std::size_t i = 0; i + kHistoryColumns <= table.size(); i += kHistoryColumns)
        history.push_back({static_cast<long>(table[i]), {table[i + 1], table[i + 2], table[i + 3], table[i + 4]}});
    return history;
}
std::vector<double> columns_of(const std::vector<BranchPoint>& branch) {
    std::vector<double> table;
    for (const auto& point : branch)
        table.insert(table.end(), {point.lambda, point.arclength, point.change, point.jump ? 1.0 : 0.0});
    return table;
}
std::vector<BranchPoint> branch_of(const std::vector<double>& table) {
    std::vector<BranchPoint> branch;
    for (std::size_t i = 0; i + kBranchColumns <= table.size(); i += kBranchColumns)
        branch.push_back({table[i], table[i + 1], table[i + 2], table[i + 3] != 0.0});
    return branch;
}

void write_table(GroupWriter& group, const std::string& name, const std::string& what, std::span<const double> table,
                 std::size_t columns) {
    group.array<double>({name, what, ""}, table, {{"row", table.size() / columns}, {"column", columns}});
}
std::vector<double> largest_balances(const Lattice& lattice) {
    std::vector<double> balances;
    for (const auto a : Range<Account>(lattice.accounts())) balances.push_back(lattice.k_max(a));
    return balances;
}
std::vector<double> read_table(const StoredGroup& group, const std::string& name, std::size_t columns) {
    const auto shape = group.shape(name);
    if (shape.size() != 2 || shape[1] != columns) group.refuse(name, "is not a table of its columns");
    return group.array<double>(name, shape);
}

// ---------------------------------------------------------------------- states in the order of files

/// A social state with its values, of the dynamics or of Newton's method.
void write_states(GroupWriter& group, const StatesInFile& share, std::size_t states) {
    const hdf5::Axis state{"state", states};
    group.stretch<double>({"d", "population distribution", "share of population"}, share.mass, {state});
    group.stretch<double>({"V", "values", "payoff"}, share.value, {state});
    hdf5::write_policy(group, share, states);
}

/// What a rank writes of all that is as long as the states.
struct Shares {
    StatesInFile dynamics;
    std::optional<StatesInFile> newton;
    std::optional<std::vector<double>> before;
};

/// The state gives up what it hands over, so that memory holds it once.
Shares shares_of(const FileShares& shares, SearchState& state) {
    DynamicsState& dynamics = state.dynamics;
    Shares result{to_file_order(shares, dynamics.mass, dynamics.value, dynamics.response), {}, {}};
    dynamics.response = SparseResponse(dynamics.mass.part());
    if (state.newton) {
        NewtonPlace& newton = *state.newton;
        result.newton = to_file_order(shares, newton.mass, newton.value, newton.response);
        newton.response = SparseResponse(newton.mass.part());
    }
    if (state.before) result.before = to_file_order(shares, *state.before);
    return result;
}
/// Of the same sizes, with nothing in them.
Shares outline_of(const Shares& shares) {
    Shares outline{{.entries = shares.dynamics.entries}, {}, {}};
    if (shares.newton) outline.newton = StatesInFile{.entries = shares.newton->entries};
    if (shares.before) outline.before.emplace();
    return outline;
}

void write_numbers(GroupWriter& group, const SearchState& state) {
    SearchState::for_each_number(state, [&](const std::string& name, auto number) {
        if constexpr (std::is_same_v<decltype(number), double>)
            group.attribute(name, number);
        else
            group.attribute(name, std::int64_t{number});
    });
}

void write_all(GroupWriter& root, const CheckpointIdentity& identity, long sequence, const SearchState& state,
               const Shares& shares, std::size_t states) {
    root.store(hdf5::Storage::plain);
    root.attribute("format", std::string(kFormat));
    root.attribute("format_version", kVersion);
    root.attribute("version", std::string(build_info().version));
    root.attribute("commit", std::string(build_info().commit));
    root.attribute("sequence", std::int64_t{sequence});
    root.attribute("asked_start", identity.start);
    root.string({"economy", "the economy, every default spelled out (TOML)", ""}, identity.economy);
    GroupWriter search = root.subgroup("search");
    search.attribute("start", state.start);
    write_numbers(search, state);
    write_table(search, "history", "iteration, stationarity, gain, bellman, value scale", columns_of(state.history),
                kHistoryColumns);
    write_table(search, "earlier_history", "the same of the searches before", columns_of(state.earlier.history),
                kHistoryColumns);
    write_table(search, "branch", "lambda, arclength, change, jump", columns_of(state.branch), kBranchColumns);
    write_table(search, "branch_sums", "what the aggregates derive from, at the last point of the branch",
                state.branch_sums, 1);
    write_table(search, "k_max", "largest balance of every account",
                largest_balances(state.dynamics.mass.part().layout().lattice()), 1);
    GroupWriter dynamics = root.subgroup("dynamics");
    write_states(dynamics, shares.dynamics, states);
    if (shares.before)
        dynamics.stretch<double>({"before", "d before the remedies", "share of population"}, *shares.before,
                                 {{"state", states}});
    if (!shares.newton) return;
    GroupWriter newton = root.subgroup("newton");
    newton.attribute("lambda", state.newton->lambda);
    newton.attribute("care", state.newton->care);
    write_states(newton, *shares.newton, states);
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

std::string first_difference(const std::string& stored, const std::string& present) {
    const auto [a, b] = std::mismatch(stored.begin(), stored.end(), present.begin(), present.end());
    const auto line_of = [](const std::string& text, std::string::const_iterator at) {
        const auto place = static_cast<std::size_t>(at - text.begin());
        const std::size_t begin = place == 0 ? 0 : text.rfind('\n', place - 1) + 1;
        return text.substr(begin, text.find('\n', place) - begin);
    };
    return '"' + line_of(stored, a) + "\" there, \"" + line_of(present, b) + "\" here";
}

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

void read_numbers(const StoredGroup& group, SearchState& state) {
    SearchState::for_each_number(state, [&](const std::string& name, auto& number) {
        using Number = std::remove_reference_t<decltype(number)>;
        if constexpr (std::is_same_v<Number, double>)
            number = group.number_attribute(name);
        else
            number = static_cast<Number>(group.integer_attribute(name));
    });
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

    [[nodiscard]] Field field(const std::string& group, const std::string& name) const {
        const std::array<std::size_t, 1> shape{shares_.states()};
        const auto values = of_share<std::vector<double>>(group, [&](const StoredGroup& stored) {
            auto stretch = stored.stretch<double>(name, shape, shares_.first(), shares_.last());
            const auto bad = std::ranges::find_if_not(stretch, [](double x) { return std::isfinite(x); });
            if (bad != stretch.end()) stored.refuse(name, "not finite");
            return stretch;
        });
        return from_file_order(shares_, part_, values);
    }
    [[nodiscard]] SparseResponse response(const std::string& group) const {
        return from_file_order(shares_, part_, of_share<SparseRows>(group, [&](const StoredGroup& stored) {
                                   return hdf5::read_rows(stored.child("pi"), shares_, lengths_, pairs_);
                               }));
    }

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
};

/// All that every rank has alike; fields are empty.
SearchState read_common(const fs::path& file, const Part& part) {
    const hdf5::QuietErrors quiet;
    const StoredGroup root(file, "/");
    const StoredGroup search = root.child("search");
    const auto children = root.child_names();
    const auto fields = root.child("dynamics").child_names();
    SearchState state{.position = {},
                      .rule = {},
                      .history = history_of(read_table(search, "history", kHistoryColumns)),
                      .branch = branch_of(read_table(search, "branch", kBranchColumns)),
                      .branch_sums = read_table(search, "branch_sums", 1),
                      .dynamics = {0.0, 0.0, Field(part), Field(part), SparseResponse(part)},
                      .before = {},
                      .newton = {},
                      .start = search.text_attribute("start"),
                      .earlier = {.history = history_of(read_table(search, "earlier_history", kHistoryColumns))}};
    read_numbers(search, state);
    if (std::ranges::count(fields, "before") > 0) state.before.emplace(part);
    if (std::ranges::count(children, "newton") == 0) return state;
    const StoredGroup newton = root.child("newton");
    state.newton.emplace(NewtonPlace{newton.number_attribute("lambda"), newton.number_attribute("care"), Field(part),
                                     Field(part), SparseResponse(part)});
    return state;
}

}  // namespace

void write_checkpoint(const fs::path& file, const CheckpointIdentity& identity, long sequence, SearchState state,
                      const Collective& ranks) {
    const std::size_t states = state.dynamics.mass.part().layout().states();
    const Shares shares = shares_of(FileShares(state.dynamics.mass.part().layout(), ranks), state);
    const std::string name = file.string();
    const auto filled = [&](const Shares& with) {
        return [&](GroupWriter& root) { write_all(root, identity, sequence, state, with, states); };
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

std::vector<int> read_balances(const fs::path& file) {
    const hdf5::QuietErrors quiet;
    constexpr double largest = 1e6;
    const StoredGroup search(file, "/search");
    std::vector<int> balances;
    for (const double k_max : read_table(search, "k_max", 1)) {
        if (!(k_max >= 0.0 && k_max <= largest)) search.refuse("k_max", "is no balance");
        balances.push_back(static_cast<int>(k_max));
    }
    return balances;
}

SearchState read_checkpoint(const fs::path& file, const Part& part, const Collective& ranks) {
    SearchState state = agreed(ranks, [&] { return read_common(file, part); });
    const StatesReader read(file, part, ranks);
    state.dynamics.mass = read.field("/dynamics", "d");
    state.dynamics.value = read.field("/dynamics", "V");
    state.dynamics.response = read.response("/dynamics");
    if (state.before) state.before = read.field("/dynamics", "before");
    if (state.newton) {
        state.newton->mass = read.field("/newton", "d");
        state.newton->value = read.field("/newton", "V");
        state.newton->response = read.response("/newton");
    }
    return state;
}

}  // namespace polykarma
