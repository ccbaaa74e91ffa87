#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <new>
#include <string_view>

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "command.hpp"
#include "parallel/stop_request.hpp"

namespace polykarma::cli {
namespace {

const Command kCommands[] = {
    {"solve", "find and certify an equilibrium of one economy", solve},
    {"equilibria", "find the distinct equilibria of one economy from many starts", equilibria},
    {"sweep", "solve every point of a study", sweep},
    {"design", "search for the economy of most Nash welfare", design},
    {"sensitivity", "derivatives of payoffs and welfare with respect to an economy's numbers", sensitivity},
    {"reproduce", "a published table: our numbers beside the printed ones", reproduce},
    {"simulate", "play an economy with a finite population", simulate},
    {"certify", "recompute the certificate of a result file from its (d, pi) alone", certify},
    {"inspect", "sizes, cost and benchmark payoffs of an economy; contents of a result file", inspect},
    {"compare", "differences between two equilibria", compare},
    {"keys", "the keys of economy and study files, or their JSON schemas", keys},
};

void print_help() {
    std::cout << "usage: polykarma COMMAND [ARGUMENTS]\n\n"
                 "Stationary Nash equilibria of karma economies, each with a certificate.\n\nCommands\n";
    for (const auto& command : kCommands) std::cout << fmt::format("  {:<13}{}\n", command.name, command.summary);
    std::cout
        << "\n`polykarma COMMAND --help` explains a command; `polykarma --version` tells how this program was built.\n"
           "\nExit codes: 0 certified (a study: every point computed), 1 a bug in polykarma, 2 command line or input,\n"
           "3 tolerance not reached (results are written and marked), 4 a file could not be read or written,\n"
           "5 stopped by a signal with a checkpoint in --work-dir (continue with --resume).\n"
           "\nExample\n  polykarma solve inputs/tutorial/priority_lane.toml -o lane.h5\n";
}

void print_version() {
    const BuildInfo& b = build_info();
    std::cout << fmt::format("polykarma {} (commit {})\ncompiler  {}\nbuild     {} {}\nHDF5      {}\nMPI       {}\n",
                             b.version, b.commit, b.compiler, b.build_type, b.flags, b.hdf5, b.mpi);
}

int dispatch(const std::vector<std::string>& arguments, const Context& context) {
    const bool root = context.ranks.is_root();
    if (arguments.empty()) throw UsageError("missing command (see polykarma --help)");
    const std::string& name = arguments.front();
    if (name == "--help" || name == "-h" || name == "help") {
        if (root) print_help();
        return kSuccess;
    }
    if (name == "--version") {
        if (root) print_version();
        return kSuccess;
    }
    for (const auto& command : kCommands)
        if (command.name == name) return command.run({arguments.begin() + 1, arguments.end()}, context);
    throw UsageError("unknown command " + name + " (see polykarma --help)");
}

/// What a user can mend is an InputError or an IoError; the session makes one line and an exit code of each.
int run(const std::vector<std::string>& arguments, const Context& context) {
    try {
        const int code = dispatch(arguments, context);
        std::cout.flush();
        if (!std::cout && context.ranks.is_root()) throw IoError("standard output", "cannot be written", "");
        return code;
    } catch (const UsageError& error) {
        throw InputError(error.what());
    } catch (const std::bad_alloc&) {
        throw InputError("out of memory (more ranks, smaller k_max, fewer agents or records; a lower solver.memory_limit tells before)");
    }
}

}  // namespace
}  // namespace polykarma::cli

int main(int argc, char** argv) {
    using namespace polykarma;
    std::string line;
    for (int i = 0; i < argc; ++i) line += (i > 0 ? " " : "") + std::string(argv[i]);
    // Who keeps states can be asked to stop before there is anything to keep.
    if (std::any_of(argv, argv + argc,
                    [](const char* word) { return std::string_view(word).starts_with("--work-dir"); }))
        heed_stop_signals();
    std::signal(SIGXFSZ, SIG_IGN);  // a file that grows over the limit is an I/O error, not the end
    const MpiSession session(argc, argv);
    const cli::Context context{line, argv[0], Collective::world(session)};
    return session.run([&] { return cli::run({argv + 1, argv + argc}, context); });
}
