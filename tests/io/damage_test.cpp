// Damaged files: datasets with impossible content, and files with random bytes changed or an end missing.
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <random>

#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "game/multi_karma.hpp"
#include "io/element_type.hpp"
#include "io/handle.hpp"
#include "io/sample.hpp"
#include "io/stored_equilibrium.hpp"

namespace polykarma {
namespace {

namespace fs = std::filesystem;
using test::sample_record;
using test::ScratchDirectory;

/// Everything that can be read from a file: builds the game of every stored economy as `certify` would.
void read_everything(const fs::path& file) {
    static_cast<void>(read_title(file));
    for (const auto& entry : list_equilibria(file)) {
        if (!entry.error.empty()) continue;
        const EconomyConfig economy = read_stored_economy(file, entry.group);
        const MultiKarma game(rules_of(economy));
        static_cast<void>(read_social_state(file, entry.group, whole(game)));
        static_cast<void>(read_value(file, entry.group, whole(game)));
        static_cast<void>(read_certificate(file, entry.group));
        static_cast<void>(read_tolerance(file, entry.group));
        static_cast<void>(read_search(file, entry.group));
        static_cast<void>(read_welfare(file, entry.group, economy.types.size()));
    }
}

class Damaged : public testing::Test {
protected:
    void SetUp() override { write_equilibrium(file_, record_, {"polykarma solve", 1}); }

    hdf5::File open() const { return hdf5::File(H5Fopen(file_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)); }

    template <class T>
    void change(const std::string& name, const std::function<void(std::vector<T>&)>& edit) const {
        const hdf5::File file = open();
        const hdf5::Dataset dataset(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT));
        const hdf5::Dataspace space(H5Dget_space(dataset.get()));
        std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
        const hid_t type = hdf5::ElementType<T>::memory();
        ASSERT_GE(H5Dread(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
        edit(values);
        ASSERT_GE(H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
    }

    void expect_refused(const std::string& part) const {
        try {
            read_everything(file_);
            FAIL() << "accepted; expected: " << part;
        } catch (const IoError& error) {
            const std::string text = error.what();
            EXPECT_NE(text.find(part), std::string::npos) << text;
            EXPECT_NE(text.find(file_.string()), std::string::npos) << text;
            EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        }
    }

    ScratchDirectory scratch_;
    fs::path file_ = scratch_ / "a.h5";
    EquilibriumRecord record_ = sample_record({3, 2});
};

TEST_F(Damaged, AnActionThatTheStateDoesNotOffer) {
    change<std::int32_t>("pi/action", [](auto& actions) { actions[0] = 1000; });
    expect_refused("/pi/action cannot be used (entry 0 is action 1000 in state 0");
}

TEST_F(Damaged, ANegativeAction) {
    change<std::int32_t>("pi/action", [](auto& actions) { actions[0] = -1; });
    expect_refused("/pi/action");
}

TEST_F(Damaged, AProbabilityThatIsNotFinite) {
    change<double>("pi/probability", [](auto& p) { p.back() = std::numeric_limits<double>::quiet_NaN(); });
    expect_refused("/pi/probability cannot be used (entry");
}

TEST_F(Damaged, RowsThatDoNotRise) {
    change<std::uint64_t>("pi/row_start", [](auto& starts) { starts[3] = std::uint64_t{1} << 63; });
    expect_refused("/pi/row_start");
}

TEST_F(Damaged, RowsThatDoNotEndAtTheEnd) {
    change<std::uint64_t>("pi/row_start", [](auto& starts) { --starts.back(); });
    expect_refused("/pi/row_start");
}

TEST_F(Damaged, ADistributionThatIsNotFiniteIsForTheCertificateToJudge) {
    change<double>("d", [](auto& d) { d[4] = std::numeric_limits<double>::quiet_NaN(); });
    const MultiKarma game(rules_of(read_stored_economy(file_)));
    const auto state = read_social_state(file_, "/", whole(game));
    std::size_t lost = 0;
    for (const double mass : state.mass.all()) lost += std::isnan(mass) ? 1 : 0;
    EXPECT_EQ(lost, 1U);
}

TEST_F(Damaged, AMissingDataset) {
    ASSERT_GE(H5Ldelete(open().get(), "pi/probability", H5P_DEFAULT), 0);
    expect_refused("dataset /pi/probability cannot be opened");
}

TEST_F(Damaged, ADatasetOfAnotherShapeOrKind) {
    {
        const hdf5::File file = open();
        ASSERT_GE(H5Ldelete(file.get(), "V", H5P_DEFAULT), 0);
        ASSERT_GE(H5Lcreate_hard(file.get(), "/action_bid", file.get(), "/V", H5P_DEFAULT, H5P_DEFAULT), 0);
    }
    expect_refused("/V cannot be used (shape [");
    {
        const hdf5::File file = open();
        ASSERT_GE(H5Ldelete(file.get(), "V", H5P_DEFAULT), 0);
        ASSERT_GE(H5Lcreate_hard(file.get(), "/type", file.get(), "/V", H5P_DEFAULT, H5P_DEFAULT), 0);
    }
    expect_refused("/V cannot be used (not real numbers)");
}

TEST_F(Damaged, AnEconomyOfAnotherSizeIsRefusedBeforeItsGameIsBuilt) {
    auto larger = sample_record({3, 2});
    larger.economy.replace(larger.economy.find("k_max = 3"), 9, "k_max = 9999");
    write_equilibrium(file_, larger, {});
    expect_refused("/economy cannot be used (its sizes are not those of d)");
}

TEST_F(Damaged, AnotherFormatOrVersion) {
    {
        const hdf5::File file = open();
        const hdf5::Attribute version(H5Aopen(file.get(), "format_version", H5P_DEFAULT));
        const int newer = 3;
        ASSERT_GE(H5Awrite(version.get(), H5T_NATIVE_INT, &newer), 0);
    }
    expect_refused("format version 3, this program reads version 2");
    ASSERT_GE(H5Adelete(open().get(), "format"), 0);
    expect_refused("is not a polykarma file");
}

/// Reads in a process of its own, so that a crash or an endless loop is the child's. 0: read, or refused as it should.
int outcome_of(const fs::path& file) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(20);
        try {
            read_everything(file);
        } catch (const IoError&) {
        } catch (const InputError&) {
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            ::_exit(1);
        }
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

std::vector<char> bytes_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

class RandomDamage : public Damaged, public testing::WithParamInterface<std::string> {
protected:
    void SetUp() override {
        if (GetParam() == "study")
            test::write_sample_study(file_, record_);
        else
            Damaged::SetUp();
    }
};

TEST_P(RandomDamage, NeverCrashesOrHangs) {
    const auto original = bytes_of(file_);
    const fs::path damaged = scratch_ / "damaged.h5";
    std::mt19937 random(11);
    const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
    for (int variant = 0; variant < 500; ++variant) {
        auto bytes = original;
        if (variant % 10 == 0) bytes.resize(below(bytes.size()));
        for (std::size_t flips = bytes.empty() || variant % 20 == 0 ? 0 : 1 + below(8); flips > 0; --flips)
            bytes[below(bytes.size())] = static_cast<char>(below(256));
        std::ofstream(damaged, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        ASSERT_EQ(outcome_of(damaged), 0) << "variant " << variant;
    }
}

INSTANTIATE_TEST_SUITE_P(Files, RandomDamage, testing::Values("equilibrium", "study"));

}  // namespace
}  // namespace polykarma
