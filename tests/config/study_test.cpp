#include "config/study.hpp"

#include <fstream>
#include <tuple>

#include <gtest/gtest.h>

#include "config/choices.hpp"
#include "config/economy_text.hpp"

namespace polykarma {
namespace {

class Study : public testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directories(folder_);
        write("base.toml", test::small_economy);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path write(const std::string& name, std::string_view text) {
        std::ofstream(folder_ / name) << text;
        return folder_ / name;
    }

    StudyConfig read(const std::string& body) { return read_study(write("study.toml", head + body)); }

    /// The message without the folder.
    std::string problem(const std::string& body) {
        try {
            static_cast<void>(read(body));
        } catch (const InputError& error) {
            std::string message = error.what();
            for (std::size_t at; (at = message.find(folder_.string() + "/")) != std::string::npos;)
                message.erase(at, folder_.string().size() + 1);
            return message;
        }
        return {};
    }

    const std::string head = "title = \"T\"\nbase = \"base.toml\"\n";
    const std::string k_axis = "[[axis]]\nname = \"k\"\nkey = \"resource.*.k_max\"\nvalues = [10, 12, 14]\n";
    const std::string rule_axis =
        "[[axis]]\nname = \"rule\"\nkey = \"resource.H.redistribution\"\nvalues = [\"active\", \"all\"]\n";
    std::filesystem::path folder_ =
        std::filesystem::path(testing::TempDir()) /
        (std::string("polykarma_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Study, EnumeratesLastAxisThenStartsFastest) {
    const StudyConfig study = read("starts = [\"even\", \"zero\"]\n" + k_axis + rule_axis);
    ASSERT_EQ(study.size(), 12u);
    std::vector<std::string> order;
    for (std::size_t i = 0; i < study.size(); ++i) {
        const StudyPoint point = study.point(i);
        order.push_back(point.labels[0] + point.labels[1] + (point.start.name == "zero" ? "0" : "e"));
        const EconomyConfig economy = economy_of(study, point);
        EXPECT_EQ(std::to_string(economy.resources[0].k_max), point.labels[0]);
        EXPECT_EQ(economy.resources[0].redistribution == Redistribution::active, point.labels[1] == "active");
        EXPECT_EQ(name_of(economy.solver.start), point.start.name);
    }
    EXPECT_EQ(order, (std::vector<std::string>{"10activee", "10active0", "10alle", "10all0", "12activee", "12active0",
                                               "12alle", "12all0", "14activee", "14active0", "14alle", "14all0"}));
}

TEST_F(Study, StartsComeFromTheBase) {
    write("base.toml", std::string(test::small_economy) + "[solver]\nstart = \"proportional\"\n");
    EXPECT_EQ(read(k_axis).starts, (std::vector<StudyStart>{{"proportional", {"solver.start=proportional"}}}));
    const StudyConfig single = read("");
    EXPECT_EQ(single.size(), 1u);
    EXPECT_TRUE(single.point(0).labels.empty());
}

TEST_F(Study, AStartBringsItsPace) {
    write("base.toml", std::string(test::small_economy) + "[solver]\nstep = 0.3\nresponse_rate = 2\n");
    const StudyConfig study = read("starts = [\"zero\", \"zero_slow\", \"random_4\"]\n");
    const auto solver_of = [&](std::size_t i) { return economy_of(study, study.point(i)).solver; };
    const SolverConfig zero = solver_of(0), slow = solver_of(1), random = solver_of(2);
    EXPECT_EQ(std::tuple(zero.start, zero.step, zero.response_rate), std::tuple(PolicyStart::zero, 0.3, 2.0));
    EXPECT_EQ(std::tuple(slow.start, slow.step, slow.response_rate), std::tuple(PolicyStart::zero, 0.05, 1.0));
    EXPECT_EQ(std::tuple(random.start, random.karma_start, random.seed),
              std::tuple(PolicyStart::random, KarmaStart::random, 4));
    EXPECT_EQ(std::pair(random.step, random.response_rate), std::pair(0.1, 1.0));
    const std::vector<std::string> slower{"solver.step=0.01"};
    EXPECT_EQ(economy_of(study, study.point(1), slower).solver.step, 0.01);
}

TEST_F(Study, OfOneEconomyHasItsStartsOnly) {
    const auto file = write("one.toml", test::small_economy);
    const StudyConfig study = study_of(file, standard_starts(7));
    ASSERT_EQ(study.size(), 7u);
    EXPECT_EQ(study.title, "Small");
    EXPECT_EQ(study.point(6).start.name, "random_1");
    EXPECT_EQ(economy_of(study, study.point(6)).solver.seed, 1);
    EXPECT_THROW(static_cast<void>(study_of(folder_ / "absent.toml", standard_starts(1))), IoError);
    EXPECT_THROW(static_cast<void>(study_of(file, standard_starts(1), std::vector<std::string>{"solver.stp=1"})),
                 InputError);
}

TEST_F(Study, FurtherOverridesComeLast) {
    const StudyConfig study = read(k_axis);
    const std::vector<std::string> smaller{"resource.*.k_max=9"};
    EXPECT_EQ(economy_of(study, study.point(2), smaller).resources[1].k_max, 9);
}

TEST_F(Study, PointsOfOneStudyShareTheBase) {
    const StudyConfig study = read(k_axis);
    write("base.toml", "changed");
    EXPECT_EQ(economy_of(study, study.point(0)).title, "Small");
}

TEST_F(Study, APointThatIsNoEconomyStopsNobody) {
    const StudyConfig study = read("[[axis]]\nname = \"k\"\nkey = \"resource.H.k_max\"\nvalues = [4, 10]\n");
    EXPECT_EQ(study.refused.count, 1u);
    EXPECT_EQ(study.refused.of, 2u);
    EXPECT_THROW(static_cast<void>(economy_of(study, study.point(0))), InputError);
    EXPECT_EQ(economy_of(study, study.point(1)).resources[0].k_max, 10);
}

TEST_F(Study, BadValuesAreReportedWhereTheyAreWritten) {
    EXPECT_EQ(problem("[[axis]]\nname = \"k\"\nkey = \"resource.*.k_max\"\nvalues = [\n0]\n"),
              "study.toml:7: resource.H.k_max = 0 (out of range): 1 <= k_max <= 10000");
    EXPECT_EQ(problem("[[axis]]\nname = \"k\"\nkey = \"resource.*.kmax\"\nvalues = [1]\n"),
              "study.toml:6: resource.H.kmax (unknown key): did you mean k_max?");
    EXPECT_EQ(problem("[[axis]]\nname = \"k\"\nkey = \"resource.H.k_max\"\nvalues = [4]\n"),
              "study.toml:6: point = 4 (the base economy cannot be changed like this): base.toml:13: resource.H.k_mean "
              "= 8 (above k_max = 4): 0 <= k_mean <= k_max");
    EXPECT_EQ(problem(rule_axis + "labels = [\"one\"]\n"),
              "study.toml:7: axis.rule.labels (1 labels for 2 values): one label per value");
    EXPECT_EQ(problem(rule_axis + "labels = [\"one\", \"one\"]\n"),
              "study.toml:7: axis.rule.labels (two values have the same label): unique labels");
    EXPECT_EQ(problem("[[axis]]\nname = \"k\"\nkey = \"resource.H.k_max\"\nvalues = []\n"),
              "study.toml:6: axis.k.values (is empty): at least one value");
    EXPECT_EQ(problem("starts = [\"even\", \"even\"]\n"),
              "study.toml:3: starts (even is there twice): each start once");
    EXPECT_EQ(problem("starts = [\"even\",\n\"evne\"]\n"),
              "study.toml:4: starts.1 = \"evne\" (unknown start): " + std::string(kStartNames));
    EXPECT_EQ(problem("starts = [1]\n"), "study.toml:3: starts.0 = 1 (expected a string, found an integer)");
    EXPECT_EQ(problem("strats = [\"even\"]\n"), "study.toml:3: strats (unknown key): did you mean starts?");
    EXPECT_EQ(problem(k_axis + k_axis),
              "study.toml:7: axis.k.name = \"k\" (another axis has this name): names are unique");
}

const std::string width =
    "[[variable]]\nname = \"w\"\nkey = \"resource.H.priority_capacity\"\nlower = 0.1\nupper = 0.3\n";

TEST_F(Study, VariablesHaveBoundsAndAStart) {
    const StudyConfig study = read("starts = [\"even\", \"zero\"]\n" + rule_axis + width);
    ASSERT_EQ(study.variables.size(), 1u);
    EXPECT_DOUBLE_EQ(study.variables[0].start, 0.2);
    EXPECT_EQ(study.design.evaluations, 60);
    EXPECT_EQ(study.design.algorithm, DesignAlgorithm::direct);
    EXPECT_EQ(study.designs(), 2u);
    const EconomyConfig economy = economy_of(study, study.at(study.design_point(1), std::vector{0.125}));
    EXPECT_EQ(economy.resources[0].priority_capacity, 0.125);
    EXPECT_EQ(economy.resources[0].redistribution, Redistribution::all);
    EXPECT_EQ(economy.solver.start, PolicyStart::even);
}

TEST_F(Study, BadVariables) {
    const auto changed = [&](const std::string& passage, const std::string& replacement) {
        std::string text = width;
        return problem(text.replace(text.find(passage), passage.size(), replacement));
    };
    EXPECT_EQ(
        problem(width + "[[variable]]\nname = \"v\"\nkey = \"resource.*.priority_capacity\"\nlower = 0\nupper = 0.1\n"),
        "study.toml:10: variable.v.key (variable w sets this, too): one variable per key");
    EXPECT_EQ(changed("upper = 0.3", "upper = 0.1"),
              "study.toml:6: variable.w.lower (0.1 is not below upper = 0.1): lower < upper");
    EXPECT_EQ(changed("upper = 0.3", "upper = 0.3\nstart = 0.4"),
              "study.toml:8: variable.w.start (0.4 is not within [0.1, 0.3]): lower <= start <= upper");
    EXPECT_EQ(
        changed("priority_capacity", "priority_capacty"),
        "study.toml:5: variable.w.key = \"resource.H.priority_capacty\" (priority_capacty is an unknown key): did you "
        "mean priority_capacity?");
    EXPECT_EQ(
        changed("resource.H.priority_capacity", "resource.H.k_max"),
        "study.toml:5: variable.w.key = \"resource.H.k_max\" (is no real number: integer): a key whose values are "
        "real numbers");
    EXPECT_EQ(
        changed("resource.H.priority_capacity", "type.S.share"),
        "study.toml:5: variable.w.key (the shares of the types sum to 1, one of them cannot vary alone): another key");
    EXPECT_EQ(changed("resource.H", "resource.Q"),
              "study.toml:5: resource.Q (no such element): one of H, P");
    EXPECT_EQ(problem("[[axis]]\nname = \"a\"\nkey = \"resource.*.priority_capacity\"\nvalues = [0.1]\n" + width),
              "study.toml:9: variable.w.key (axis a sets this, too): a key that no axis sets");
    EXPECT_EQ(problem("[[axis]]\nname = \"w\"\nkey = \"tie_smoothing\"\nvalues = [1e-4]\n" + width),
              "study.toml:8: variable.w.name (an axis has this name): names are unique");
    EXPECT_EQ(problem(width + "[design]\nevaluations = 0\n"),
              "study.toml:9: design.evaluations = 0 (out of range): 1 <= evaluations <= 100000");
    EXPECT_EQ(problem(width + "[design]\nobjective = \"SW\"\n"),
              "study.toml:9: design.objective = \"SW\" (unknown choice): one of SW_en, SW_ex");
    EXPECT_EQ(problem("[design]\nevaluations = 9\n"),
              "study.toml:3: design (there is no [[variable]] to search over): at least one");
    EXPECT_EQ(changed("lower = 0.1\nupper = 0.3", "lower = 0.6\nupper = 0.9"),
              "study.toml:5: resource.H.priority_capacity = 0.75 (not below capacity = 0.5): 0 <= priority_capacity < "
              "capacity");
}

TEST_F(Study, TooLarge) {
    std::string body;
    for (const char* name : {"lambda", "memory_limit"}) {
        body += std::string("[[axis]]\nname = \"") + name + "\"\nkey = \"solver." + name + "\"\nvalues = [";
        for (int i = 1; i <= 2000; ++i) body += std::to_string(i) + ",";
        body += "]\n";
    }
    EXPECT_EQ(problem(body), "study.toml:3: axis (too many points): at most 1000000");
}

TEST_F(Study, EveryValueOfALargeStudyIsRead) {
    const auto axis = [](const char* name, const char* last) {
        std::string text =
            std::string("[[axis]]\nname = \"") + name + "\"\nkey = \"solver." + name + "\"\nvalues = [\n";
        for (int i = 1; i <= 200; ++i) text += std::to_string(i) + ",";
        return text + last + "]\n";
    };
    EXPECT_EQ(read(axis("lambda", "300") + axis("memory_limit", "300")).size(), 201u * 201u);
    const auto first_refusal = [&](const std::string& axes) {
        const RefusedPoints refused = read(axes).refused;
        EXPECT_EQ(refused.count, 1u);
        EXPECT_EQ(refused.of, 402u);
        return refused.first.substr(folder_.string().size() + 1);
    };
    EXPECT_EQ(first_refusal(axis("lambda", "0") + axis("memory_limit", "300")),
              "study.toml:7: solver.lambda = 0 (out of range): lambda > 0");
    EXPECT_EQ(first_refusal(axis("lambda", "300") + axis("memory_limit", "0")),
              "study.toml:12: solver.memory_limit = 0 (out of range): memory_limit > 0");
}

TEST_F(Study, BaseIsNeeded) {
    EXPECT_THROW(static_cast<void>(read_study(write("study.toml", "title = \"T\"\nbase = \"nowhere.toml\"\n"))),
                 IoError);
    EXPECT_THROW(static_cast<void>(read_study(write("study.toml", "title = \"T\"\n"))), InputError);
}

TEST_F(Study, AgentsPlayWhatIsFound) {
    EXPECT_FALSE(read(k_axis).simulation.is_wanted());
    const SimulationConfig played =
        read(k_axis + "[simulation]\nagents = 200\nperiods = 1000\nreferences = [\"uncontrolled\"]\n").simulation;
    EXPECT_TRUE(played.is_wanted());
    EXPECT_EQ(played.agents, 200);
    EXPECT_EQ(played.periods, 1000);
    EXPECT_EQ(played.burn_in, 0);
    EXPECT_EQ(played.seeds, 10);
    EXPECT_EQ(played.references, std::vector{Allocation::uncontrolled});
}

TEST_F(Study, RefusesAgentsWhoCannotPlay) {
    const std::string some = k_axis + "[simulation]\nagents = 200\nperiods = 1000\n";
    EXPECT_EQ(problem(k_axis + "[simulation]\nagents = 200\n"),
              "study.toml:7: simulation.periods (is missing): integer, 1 <= periods <= 1000000000");
    EXPECT_EQ(problem(k_axis + "[simulation]\nperiods = 200\n"),
              "study.toml:8: simulation.periods = 200 (has no effect here): allowed when agents is there");
    EXPECT_EQ(problem(k_axis + "[simulation]\nagents = 1\nperiods = 9\n"),
              "study.toml:8: simulation.agents = 1 (out of range): 2 <= agents <= 1000000000");
    EXPECT_EQ(problem(some + "seeds = 0\n"), "study.toml:10: simulation.seeds = 0 (out of range): 1 <= seeds <= 10000");
    EXPECT_EQ(problem(some + "references = [\"dice\"]\n"),
              "study.toml:10: simulation.references.0 = \"dice\" (unknown choice): one of bids, uncontrolled, coin, turn, "
              "dictator");
    const std::string each = "coin, turn, dictator of pairs, else uncontrolled; each at most once";
    EXPECT_EQ(problem(some + "references = [\"bids\"]\n"),
              "study.toml:10: simulation.references (bids: that is how every equilibrium is played): " + each);
    EXPECT_EQ(problem(some + "references = [\"coin\"]\n"),
              "study.toml:10: simulation.references (coin: agents do not meet in pairs): " + each);
    EXPECT_EQ(problem(some + "references = [\"uncontrolled\", \"uncontrolled\"]\n"),
              "study.toml:10: simulation.references (uncontrolled: is there twice): " + each);
    EXPECT_EQ(problem("[[variable]]\nname = \"w\"\nkey = \"resource.H.priority_capacity\"\nlower = 0.1\nupper = 0.3\n"
                      "[simulation]\nagents = 200\nperiods = 1000\n"),
              "study.toml:9: simulation.agents (a search over variables is not played): a study without [[variable]]");
}

}  // namespace
}  // namespace polykarma
