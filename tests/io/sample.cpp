#include "io/sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include <stdlib.h>

#include "config/reader.hpp"
#include "io/stored_fields.hpp"
#include "study/solve_economy.hpp"

namespace polykarma::test {
namespace {

SparseResponse random_response(const Part& part, std::mt19937& random) {
    std::uniform_real_distribution<double> uniform(0.1, 1.0);
    SparseResponse response(part);
    for (const auto r : Range<Stage>(part.layout().stages()))
        part.for_each_site(r, [&](const Site&, std::size_t length) {
            std::vector<std::int32_t> actions;
            std::vector<double> probabilities;
            for (std::size_t a = 0; a < length; ++a)
                if (uniform(random) < 0.5 || (a + 1 == length && actions.empty())) {
                    actions.push_back(static_cast<std::int32_t>(a));
                    probabilities.push_back(uniform(random));
                }
            double sum = 0.0;
            for (const double p : probabilities) sum += p;
            for (double& p : probabilities) p /= sum;
            response.append(actions, probabilities);
        });
    return response;
}

StudyRow row_of(std::size_t point, const std::string& label, const EquilibriumRecord& record) {
    return {point,
            {label},
            "even",
            1,
            true,
            "converged",
            record.search.lambda,
            record.welfare.payoffs,
            record.welfare.nash,
            std::numeric_limits<double>::quiet_NaN(),
            record.certificate,
            record.search.iterations,
            ""};
}

}  // namespace

std::string sample_economy(const std::vector<int>& k_max) {
    std::string text = R"(title = "Sample"
urgency = [{ name = "none", value = 0 }, { name = "low", value = 1 }, { name = "high", value = 9 }]
solver = { max_iterations = 4 }
)";
    std::string worth;
    const std::string names = "HPC";
    for (std::size_t i = 0; i < k_max.size(); ++i) {
        text += std::string("[[resource]]\nname = \"") + names.at(i) +
                "\"\ncapacity = 0.5\npriority_capacity = 0.2\nk_mean = 1\ndiscount = 0.9\nk_max = " +
                std::to_string(k_max[i]) + "\n";
        worth += (i == 0 ? "" : ", ") + std::string(i == 1 ? "\"3/2\"" : "1");
    }
    text += "[exchange]\nrule = \"worth\"\nworth = [" + worth + "]\n";
    for (const std::string name : {"S", "C"})
        text += "[[type]]\nname = \"" + name + "\"\nshare = 0.5\n[type.chain]\ndraw = { low = 0.75, high = 0.25 }\n" +
                (name == "C" ? "need = { H = 0.5 }\n" : "");
    return text;
}

EquilibriumRecord sample_record(const std::vector<int>& k_max) {
    EquilibriumRecord record = solve_economy(parse_economy(sample_economy(k_max), "sample.toml"));
    std::mt19937 random(7);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    for (double& mass : record.mass.all()) mass = uniform(random);
    for (double& value : record.value.all()) value = -uniform(random);
    record.response = random_response(record.mass.part(), random);
    for (const auto& field : kCertificateFields) record.certificate.*field.member = uniform(random);
    for (auto& payoff : record.welfare.payoffs) payoff = {uniform(random), uniform(random)};
    record.search.history.clear();
    if (k_max.size() > 1) record.search.history = {{10, {0.5, 0.25, 2.0, 4.0}}, {20, {0.1, 0.05, 1.0, 4.0}}};
    return record;
}

void write_sample_study(const std::filesystem::path& file, const EquilibriumRecord& record) {
    StudyFile study(file, "Sample study");
    const std::string failure = "no equilibrium: the economy is too large";
    study.add_failure({1, "even", {{"exchange", "unit"}}}, failure);
    study.add_point({0, "even", {{"exchange", "none"}}}, to_image(record));
    StudyRow failed = row_of(1, "unit", record);
    failed.payoffs.clear();
    failed.certified = false;
    failed.equilibrium = 0;
    failed.error = failure;
    study.write_results({{"exchange"}, {"S", "C"}, {}, {row_of(0, "none", record), failed}, {{0, {"even"}, {}}}});
    study.write_published({"Sample, Table 1", {{"exchange", {"none", "unit"}}}, {{"S_en", {4.5741, 4.5649}}}});
    study.commit({"polykarma sweep sample.toml", 2}, 1.5);
}

ScratchDirectory::ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "polykarma-io-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
}

ScratchDirectory::~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> ScratchDirectory::names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace polykarma::test
