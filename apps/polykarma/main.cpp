#include <fmt/format.h>

#include <csignal>
#include <cstring>
#include <iostream>
#include <new>

#include "base/build_info.hpp"
#include "base/error.hpp"
#include "command.hpp"

namespace polykarma::cli {
namespace {

const Command kCommands[] = {
    {"solve", "find and certify an equilibrium of one economy", solve},
    {"sweep", "solve every point of a study", sweep},
    {"reproduce", "a published table: our numbers beside the printed ones", reproduce},
    {"certify", "recompute the certificate of a result file from its (d, pi) alone", certify},
    {"inspect", "sizes, cost and benchmark payoffs of an economy; contents of a result file", inspect},
    {"compare", "differences between two equilibria", compare},
    {"keys", "the keys of economy and study files, or their JSON schemas", keys},
};

void print_help() {
    std::cout << "usage: polykarma COMMAND [ARGUMENTS]\n\n"
                 "Stationary Nash equilibria of karma economies, each with a certificate.\n\nCommands\n";
    for (const auto& command : kCommands) std::cout << fmt::format("  {:<11}{}\n", command.name, command.summary);
    std::cout << "\n`polykarma COMMAND --help` explains a command; `polykarma --version` tells how this program was built.\n"
                 "\nExit codes: 0 certified (a study: every point computed), 1 a bug in polykarma, 2 command line or input,\n"
                 "3 tolerance not reached (results are written and marked), 4 a file could not be read or written.\n"
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

/// Every kind of trouble becomes one line and one exit code.
int guarded(const std::vector<std::string>& arguments, const Context& context) {
    try {
        return dispatch(arguments, context);
    } catch (const UsageError& error) {
        complain(context, error.what());
        return kUsage;
    } catch (const InputError& error) {
        complain(context, error.what());
        return kUsage;
    } catch (const IoError& error) {
        complain(context, error.what());
        return kIo;
    } catch (const std::bad_alloc&) {
        // Only this rank may have run out of memory, and then the others wait for it.
        if (context.ranks.size() > 1) {
            std::cerr << "polykarma: error: out of memory on rank " << context.ranks.rank() << '\n';
            MpiSession::abort(kUsage);
        }
        complain(context, "out of memory (lower k_max, or solver.memory_limit to be told before)");
        return kUsage;
    }
}

}  // namespace
}  // namespace polykarma::cli

int main(int argc, char** argv) {
    using namespace polykarma;
    std::string line;
    for (int i = 0; i < argc; ++i) line += (i > 0 ? " " : "") + std::string(argv[i]);
    std::signal(SIGXFSZ, SIG_IGN);  // a file that grows over the limit is an I/O error, not the end
    MpiSession session(argc, argv);
    const cli::Context context{line, argv[0], Collective::world(session)};
    int code = cli::kBug;
    try {
        code = cli::guarded({argv + 1, argv + argc}, context);
    } catch (const std::exception& error) {
        std::cerr << "polykarma: bug on rank " << context.ranks.rank() << ": " << error.what() << '\n';
        // Other ranks may be waiting for this one.
        if (context.ranks.size() > 1) MpiSession::abort(cli::kBug);
    }
    std::cout.flush();
    if (!std::cout && context.ranks.is_root()) {
        cli::complain(context, "standard output: cannot be written");
        code = code == cli::kSuccess ? cli::kIo : code;
    }
    return context.ranks.is_root() ? code : cli::kSuccess;
}
