#include "partition_results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/build_info.hpp"
#include "base/error.hpp"

namespace polykarma {
namespace {

std::string cpu_model() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) return line.substr(std::min(line.size(), line.find(':') + 2));
    return "unknown";
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

/// (column, value)
std::vector<std::pair<std::string, std::string>> row(const Request& request, const Results& r) {
    std::vector<std::pair<std::string, std::string>> cells;
    const auto text = [&](const char* column, std::string_view value) {
        cells.emplace_back(column, fmt::format("\"{}\"", value));
    };
    const auto count = [&](const char* column, double value) { cells.emplace_back(column, fmt::format("{:.0f}", value)); };
    const auto seconds = [&](const char* column, double value) {
        cells.emplace_back(column, fmt::format("{:.6g}", value));
    };
    const BuildInfo& build = build_info();
    const auto& all = r.times.all;
    const auto fastest = static_cast<std::size_t>(std::min_element(all.begin(), all.end()) - all.begin());
    text("kind", "measured");  // bench/predict.py writes predicted rows
    text("series", request.series);
    text("economy", std::filesystem::path(request.economy).stem().string());
    text("kernel", request.method);
    count("ranks", static_cast<double>(r.ranks.size()));
    count("states", r.total(OfRank::kStates));
    count("pairs", r.total(OfRank::kPairs));
    count("iterations", static_cast<double>(request.iterations));
    seconds("seconds", r.times.all[fastest]);
    seconds("seconds_computing", r.times.computing[fastest]);
    seconds("seconds_exchanging", r.times.exchanging[fastest]);
    seconds("seconds_reducing", r.times.reducing[fastest]);
    seconds("seconds_median", median(r.times.all));
    count("bytes_exchanged", r.traffic.exchanged);
    count("messages", r.traffic.messages);
    count("bytes_reduced", r.traffic.reduced);
    count("reductions", r.traffic.reductions);
    count("rank_bytes_exchanged", r.traffic.rank_exchanged);
    count("rank_messages", r.traffic.rank_messages);
    count("rank_pairs", r.extent(OfRank::kPairs).second);
    count("rank_states", r.extent(OfRank::kStates).second);
    count("rank_states_least", r.extent(OfRank::kStates).first);
    count("rank_peak_bytes", r.extent(OfRank::kPeak).second);
    count("peak_bytes", r.total(OfRank::kPeak));
    count("growth_bytes", r.total(OfRank::kGrowth));
    count("formula_bytes", r.total(OfRank::kFormula));
    text("cpu", cpu_model());
    text("compiler", build.compiler);
    text("flags", build.flags);
    text("commit", build.commit);
    return cells;
}

}  // namespace

double Results::total(OfRank::Number number) const {
    double sum = 0.0;
    for (const auto& rank : ranks) sum += rank.numbers[number];
    return sum;
}

std::pair<double, double> Results::extent(OfRank::Number number) const {
    const auto [least, most] = std::minmax_element(
        ranks.begin(), ranks.end(), [&](auto& a, auto& b) { return a.numbers[number] < b.numbers[number]; });
    return {least->numbers[number], most->numbers[number]};
}

void print(const Request& request, const Results& r) {
    const double pairs = r.total(OfRank::kPairs);
    const double seconds = median(r.times.all);
    const auto least = [](const std::vector<double>& v) { return *std::min_element(v.begin(), v.end()); };
    fmt::print("{}, {}, {} rank(s), {} iterations\n", request.economy, request.method, r.ranks.size(),
               request.iterations);
    fmt::print("seconds                 {:12.6f}   fastest {:.6f}\n", seconds, least(r.times.all));
    fmt::print("seconds computing       {:12.6f}   fastest {:.6f}\n", median(r.times.computing),
               least(r.times.computing));
    fmt::print("seconds exchanging      {:12.6f}   fastest {:.6f}\n", median(r.times.exchanging),
               least(r.times.exchanging));
    fmt::print("seconds reducing        {:12.6f}   fastest {:.6f}\n", median(r.times.reducing),
               least(r.times.reducing));
    fmt::print("pairs per second        {:12.4g}   of {:.4g} pairs\n", pairs / seconds, pairs);
    fmt::print("bytes exchanged         {:12.0f}   formula {:.0f}, in {:.0f} messages\n", r.traffic.exchanged,
               r.expected.exchanged, r.traffic.messages);
    fmt::print("bytes reduced           {:12.0f}   formula {:.0f}, in {:.0f} reductions\n", r.traffic.reduced,
               r.expected.reduced, r.traffic.reductions);
    fmt::print("\n{:>4} {:>12} {:>13} {:>8} {:>10} {:>10} {:>11}\n", "rank", "states swept", "pairs", "ghosts",
               "peak MiB", "grown MiB", "formula MiB");
    constexpr double kMiB = 1024.0 * 1024.0;
    const auto row = [](auto name, auto&& number) {
        fmt::print("{:>4} {:12.0f} {:13.0f} {:8.0f} {:10.1f} {:10.1f} {:11.1f}\n", name, number(OfRank::kStates),
                   number(OfRank::kPairs), number(OfRank::kGhosts), number(OfRank::kPeak) / kMiB,
                   number(OfRank::kGrowth) / kMiB, number(OfRank::kFormula) / kMiB);
    };
    for (std::size_t i = 0; i < r.ranks.size(); ++i) row(i, [&](auto n) { return r.ranks[i].numbers[n]; });
    row("all", [&](auto n) { return r.total(n); });
}

void append_row(const Request& request, const Results& results) {
    std::string header, line;
    for (const auto& [column, value] : row(request, results)) {
        header += (header.empty() ? "" : ",") + column;
        line += (line.empty() ? "" : ",") + value;
    }
    std::string present;
    if (std::ifstream old(request.csv); old) std::getline(old, present);
    if (!present.empty() && present != header)
        throw InputError({}, "--csv", request.csv, "holds another table", "a new file, or one that partition_bench began");
    std::ofstream file(request.csv, std::ios::app);
    if (present.empty()) file << header << '\n';
    file << line << '\n';
    file.close();
    if (!file) throw IoError(request.csv, "cannot be written", "");
}

}  // namespace polykarma
