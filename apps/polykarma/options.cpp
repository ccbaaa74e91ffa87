#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <iostream>
#include <limits>

#include "command.hpp"
#include "io/replaced_file.hpp"

namespace polykarma::cli {
namespace po = boost::program_options;

Options::Options(std::string usage, std::string about, std::string examples)
    : usage_(std::move(usage)), about_(std::move(about)), examples_(std::move(examples)) {
    described_.add_options()("help,h", "print this and stop");
}

void Options::positional(const char* name, int count, const char* help) {
    if (count == 1) {
        optional_positional(name, help);
    } else {
        all_.add_options()(name, po::value<std::vector<std::string>>(), help);
        positional_.add(name, count);
    }
    required_.emplace_back(name);
}

void Options::optional_positional(const char* name, const char* help) {
    all_.add_options()(name, po::value<std::string>(), help);
    positional_.add(name, 1);
}

void Options::add_format() {
    add()("format", po::value<std::string>()->default_value("text"), "results on standard output: text, csv or json");
}

void Options::add_quiet() { add()("quiet,q", "no progress on standard error"); }

void Options::add_set() {
    add()("set", po::value<std::vector<std::string>>()->composing(),
          "key=value: changes a key of the economy file before it is read, e.g. resource.*.k_max=6 (repeatable; "
          "`polykarma keys` lists the keys)");
}

void Options::add_output(const char* help) { add()("output,o", po::value<std::string>(), help); }

bool Options::parse(const std::vector<std::string>& arguments, const Context& context) {
    all_.add(described_);
    const std::string hint = " (see polykarma " + usage_.substr(0, usage_.find(' ')) + " --help)";
    try {
        po::command_line_parser parser(arguments);
        parser.options(all_).positional(positional_);
        // A prefix of an option is not taken for it: options added later must not change what a script means.
        parser.style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing);
        po::store(parser.run(), values_);
        po::notify(values_);
    } catch (const po::error& error) {
        throw UsageError(error.what() + hint);
    }
    if (has("help")) {
        if (context.ranks.is_root())
            std::cout << "usage: polykarma " << usage_ << "\n\n" << about_ << "\n\n" << described_ << "\n" << examples_;
        return false;
    }
    for (const auto& name : required_)
        if (!has(name.c_str())) throw UsageError("missing argument " + name + hint);
    if (values_.count("format") > 0) static_cast<void>(format());
    return true;
}

std::uint64_t Options::count(const char* name, double least) const {
    const auto value = get<double>(name);
    constexpr double most = std::numeric_limits<std::uint32_t>::max();
    if (!(value >= least && value <= most) || value != std::floor(value))
        throw UsageError(fmt::format("--{} {:g} (out of range): a whole number from {:g} to {:.0f}", name, value, least, most));
    return static_cast<std::uint64_t>(value);
}

Format Options::format() const {
    const auto& name = get<std::string>("format");
    if (name == "text") return Format::text;
    if (name == "csv") return Format::csv;
    if (name == "json") return Format::json;
    throw UsageError("--format " + name + " (unknown): text, csv or json");
}

std::optional<std::filesystem::path> Options::output(const std::vector<std::filesystem::path>& inputs) const {
    if (!has("output")) return {};
    const std::filesystem::path target = get<std::string>("output");
    if (target.empty()) throw UsageError("--output (is empty): a file");
    for (const auto& input : inputs) {
        std::error_code unrelated;
        if (std::filesystem::equivalent(target, input, unrelated))
            throw UsageError("--output " + target.string() + " (is an input of this command): another file");
    }
    if (has("work-dir")) {
        std::error_code unrelated;
        const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
        if (std::filesystem::equivalent(folder, get<std::string>("work-dir"), unrelated))
            throw UsageError("--output " + target.string() + " (is in the work folder): another place");
    }
    require_writable(target);
    return target;
}

std::vector<std::string> Options::overrides() const {
    return has("set") ? get<std::vector<std::string>>("set") : std::vector<std::string>{};
}

}  // namespace polykarma::cli
