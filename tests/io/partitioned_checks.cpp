#include "io/partitioned_checks.hpp"

#include <cstdlib>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/resource.h>

#include "base/error.hpp"
#include "config/reader.hpp"
#include "io/element_type.hpp"
#include "io/equilibrium_file.hpp"
#include "io/handle.hpp"
#include "io/sample.hpp"
#include "io/stored_equilibrium.hpp"
#include "support/partitioned.hpp"

namespace polykarma::test {
namespace {

namespace fs = std::filesystem;

SparseResponse restricted_rows(const SparseResponse& whole, const Part& part) {
    SparseResponse response(part);
    for_each_pair(part, whole.part(), [&](Stage r, const Site&, const Site& there, std::size_t) {
        const std::size_t state = whole.part().first_state(r) + there.state;
        const std::size_t first = whole.starts()[state], count = whole.starts()[state + 1] - first;
        response.append(whole.actions().subspan(first, count), whole.probabilities().subspan(first, count));
    });
    return response;
}

bool same_rows(const SparseResponse& a, const SparseResponse& b) {
    return std::ranges::equal(a.starts(), b.starts()) && std::ranges::equal(a.actions(), b.actions()) &&
           std::ranges::equal(a.probabilities(), b.probabilities(), same_bits);
}

bool succeeds(const std::string& command) { return std::system(command.c_str()) == 0; }

/// The same objects with the same content, but for where and when the files were made.
bool same_content(const fs::path& a, const fs::path& b) {
    const auto listing = [](const fs::path& file) { return "h5dump -n 1 '" + file.string() + "' | tail -n +2"; };
    const std::string listed = "'" + a.string() + ".list'";
    return succeeds("h5diff --exclude-path=/provenance --exclude-path=/timing '" + a.string() + "' '" + b.string() +
                    "' > '" + a.string() + ".diff'") &&
           succeeds(listing(a) + " > " + listed) && succeeds(listing(b) + " | cmp - " + listed);
}

std::string message_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const IoError& error) {
        return error.what();
    }
    return "no error";
}

/// Changes one number of a file's dataset.
template <class T>
void change(const fs::path& file, const std::string& name, std::size_t place, T value) {
    const hdf5::File opened(H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    const hdf5::Dataset dataset(H5Dopen2(opened.get(), name.c_str(), H5P_DEFAULT));
    const hdf5::Dataspace in_file(H5Dget_space(dataset.get()));
    const hdf5::Dataspace in_memory(H5Screate(H5S_SCALAR));
    const hsize_t at = place;
    ASSERT_GE(H5Sselect_elements(in_file.get(), H5S_SELECT_SET, 1, &at), 0);
    ASSERT_GE(H5Dwrite(dataset.get(), hdf5::ElementType<T>::memory(), in_memory.get(), in_file.get(), H5P_DEFAULT,
                       &value),
              0);
}

/// A file that the root makes.
template <class Make>
void by_root(const Collective& ranks, Make&& make) {
    if (ranks.is_root()) make();
    ranks.barrier();
}

std::string of_root(const Collective& ranks, const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    const auto shared = ranks.broadcast({bytes.begin(), bytes.end()});
    return {reinterpret_cast<const char*>(shared.data()), shared.size()};
}

/// The soft limit of the size of files.
class SizeLimit {
public:
    explicit SizeLimit(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~SizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    SizeLimit(const SizeLimit&) = delete;
    SizeLimit& operator=(const SizeLimit&) = delete;

private:
    rlimit before_{};
};

}  // namespace

Sample::Sample(const std::vector<int>& k_max)
    : record_(sample_record(k_max)), game_(rules_of(parse_economy(record_.economy, "record"))) {}

Part Sample::part(const std::vector<double>& shares, int rank) const {
    return Part(game_, partition(game_, shares), rank);
}

EquilibriumRecord Sample::record_of(const Part& part) const {
    EquilibriumRecord record = record_;
    record.mass = restricted(record_.mass, part);
    record.value = restricted(record_.value, part);
    record.response = restricted_rows(record_.response, part);
    return record;
}

void check_writing(const Sample& sample, const std::vector<double>& shares, const Collective& ranks,
                   const fs::path& directory) {
    by_root(ranks, [&] { write_equilibrium(directory / "alone.h5", sample.record(), {"one rank", 1}); });
    const auto record = sample.record_of(sample.part(shares, ranks.rank()));
    write_equilibrium(directory / "together.h5", record, {"many ranks", ranks.size()}, ranks);
    by_root(ranks, [&] {
        EXPECT_TRUE(same_content(directory / "alone.h5", directory / "together.h5"));
        const SocialState state = read_social_state(directory / "together.h5", "/", whole(sample.game()));
        EXPECT_EQ(differences(state.mass, sample.record().mass), 0U);
        EXPECT_TRUE(same_rows(state.response, sample.record().response));
        const Field value = read_value(directory / "together.h5", "/", whole(sample.game()));
        EXPECT_EQ(differences(value, sample.record().value), 0U);
    });
}

void check_reading(const Sample& sample, const std::vector<double>& shares, const Collective& ranks,
                   const fs::path& directory) {
    by_root(ranks, [&] { write_equilibrium(directory / "a.h5", sample.record(), {"one rank", 1}); });
    const Part part = sample.part(shares, ranks.rank());
    const SocialState state = read_social_state(directory / "a.h5", "/", part, ranks);
    EXPECT_EQ(differences(state.mass, sample.record().mass), 0U);
    EXPECT_TRUE(same_rows(state.response, restricted_rows(sample.record().response, part)));
    EXPECT_EQ(differences(read_value(directory / "a.h5", "/", part, ranks), sample.record().value), 0U);
}

void check_refusals(const Sample& sample, const std::vector<double>& shares, const Collective& ranks,
                    const fs::path& directory) {
    const Part part = sample.part(shares, ranks.rank());
    const fs::path file = directory / "damaged.h5";
    const std::size_t entries = sample.record().response.actions().size();
    const std::size_t states = sample.record().layout->states();
    by_root(ranks, [&] { write_equilibrium(directory / "whole.h5", sample.record(), {"one rank", 1}); });
    const auto expect_same_refusal = [&](const std::string& name, const std::function<void()>& damage) {
        std::string expected;
        by_root(ranks, [&] {
            fs::copy_file(directory / "whole.h5", file, fs::copy_options::overwrite_existing);
            damage();
            expected = message_of([&] { static_cast<void>(read_social_state(file, "/", whole(sample.game()))); });
        });
        expected = of_root(ranks, expected);
        EXPECT_NE(expected.find(name), std::string::npos) << expected;
        EXPECT_EQ(message_of([&] { static_cast<void>(read_social_state(file, "/", part, ranks)); }), expected);
    };
    for (const std::size_t quarter : {0U, 1U, 2U, 3U}) {
        const std::size_t entry = entries * quarter / 4 + entries / 8, state = states * quarter / 4 + states / 8;
        expect_same_refusal("/pi/action", [&] { change<std::int32_t>(file, "pi/action", entry, 100000); });
        expect_same_refusal("/pi/probability", [&] {
            change<double>(file, "pi/probability", entry, std::numeric_limits<double>::infinity());
        });
        expect_same_refusal("/pi/row_start", [&] { change<std::uint64_t>(file, "pi/row_start", state, entries + 1); });
    }
    expect_same_refusal("/pi/row_start", [&] { change<std::uint64_t>(file, "pi/row_start", states, entries - 1); });
    expect_same_refusal("cannot be opened (No such file", [&] { fs::remove(file); });
}

void check_failures(const Sample& sample, const std::vector<double>& shares, const Collective& ranks,
                    const fs::path& directory) {
    const auto record = sample.record_of(sample.part(shares, ranks.rank()));
    const auto message = [&](const fs::path& file) {
        return message_of([&] { write_equilibrium(file, record, {"many ranks", ranks.size()}, ranks); });
    };
    const auto names = [&] {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(directory)) names.push_back(entry.path().filename());
        return names;
    };
    by_root(ranks, [&] { write_equilibrium(directory / "a.h5", sample.record(), {"one rank", 1}); });
    EXPECT_EQ(message(directory / "absent/a.h5"),
              (directory / "absent/a.h5").string() + ": cannot be created (No such file or directory)");
    EXPECT_EQ(message(directory), directory.string() + ": cannot be replaced (Is a directory)");
    {
        std::optional<SizeLimit> limit;
        if (ranks.is_root()) limit.emplace(16384);
        for (int attempt = 0; attempt < 2; ++attempt)
            EXPECT_EQ(message(directory / "a.h5"),
                      (directory / "a.h5").string() + ": cannot be written (File too large)");
    }
    by_root(ranks, [&] {
        EXPECT_EQ(names(), std::vector<std::string>{"a.h5"});
        EXPECT_EQ(read_title(directory / "a.h5"), "Sample");
    });
    EXPECT_EQ(message(directory / "a.h5"), "no error");
    by_root(ranks, [&] { EXPECT_EQ(names(), std::vector<std::string>{"a.h5"}); });
}

}  // namespace polykarma::test
