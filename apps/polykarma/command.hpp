#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "parallel/collective.hpp"
#include "progress.hpp"
#include "table.hpp"

namespace polykarma::cli {

/// What the process tells its caller.
enum ExitCode : int {
    kSuccess = 0,     ///< certified to the requested tolerance; for a study: every point was computed
    kBug = 1,         ///< a contract inside polykarma was broken
    kUsage = 2,       ///< command line or input
    kNotReached = 3,  ///< results are written and marked, but not certified
    kIo = 4,          ///< a file could not be read or written
    kStopped = 5,     ///< asked to stop by a signal; what was done is kept and can be continued
};

/// A mistake on the command line; the message ends with where to find help.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Who runs a command: all ranks call it, the root alone prints and writes.
struct Context {
    std::string program_line;  ///< the command line, for provenance
    std::filesystem::path executable;
    Collective ranks;
};

/// One subcommand.
struct Command {
    std::string name;
    std::string summary;
    int (*run)(const std::vector<std::string>& arguments, const Context& context);
};

int solve(const std::vector<std::string>& arguments, const Context& context);
int equilibria(const std::vector<std::string>& arguments, const Context& context);
int sweep(const std::vector<std::string>& arguments, const Context& context);
int design(const std::vector<std::string>& arguments, const Context& context);
int sensitivity(const std::vector<std::string>& arguments, const Context& context);
int reproduce(const std::vector<std::string>& arguments, const Context& context);
int simulate(const std::vector<std::string>& arguments, const Context& context);
int certify(const std::vector<std::string>& arguments, const Context& context);
int inspect(const std::vector<std::string>& arguments, const Context& context);
int compare(const std::vector<std::string>& arguments, const Context& context);
int keys(const std::vector<std::string>& arguments, const Context& context);

/// The options of one subcommand: what --help prints and what the arguments become.
class Options {
public:
    /// `usage` is the line behind "polykarma", `about` what the command does and returns, `examples` go below.
    Options(std::string usage, std::string about, std::string examples);

    /// Adds to what --help lists.
    boost::program_options::options_description_easy_init add() { return described_.add_options(); }
    void positional(const char* name, int count, const char* help);
    void optional_positional(const char* name, const char* help);
    void add_format();
    void add_quiet();
    void add_set();
    void add_output(const char* help);

    /// False when --help was asked for and printed. Throws UsageError.
    [[nodiscard]] bool parse(const std::vector<std::string>& arguments, const Context& context);

    [[nodiscard]] bool has(const char* name) const { return values_.count(name) > 0; }
    template <class T>
    [[nodiscard]] const T& get(const char* name) const {
        return values_[name].as<T>();
    }
    /// A count, also written like 1e6; up to 2^32 - 1. Throws UsageError.
    [[nodiscard]] std::uint64_t count(const char* name, double least) const;
    [[nodiscard]] Format format() const;
    [[nodiscard]] bool quiet() const { return has("quiet"); }
    [[nodiscard]] std::vector<std::string> overrides() const;
    /// Where to write, checked before anything is computed: throws UsageError for one of the `inputs`, IoError for a
    /// target that cannot be written.
    [[nodiscard]] std::optional<std::filesystem::path> output(const std::vector<std::filesystem::path>& inputs) const;

private:
    std::string usage_;
    std::string about_;
    std::string examples_;
    boost::program_options::options_description described_{"Options"};
    boost::program_options::options_description all_;
    boost::program_options::positional_options_description positional_;
    std::vector<std::string> required_;
    boost::program_options::variables_map values_;
};

}  // namespace polykarma::cli
