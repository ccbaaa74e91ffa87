#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "comparison.hpp"
#include "study/equilibria.hpp"
#include "study_command.hpp"
#include "sweep_options.hpp"

namespace polykarma::cli {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

/// A published table: the study that repeats it and the printed values, below the inputs folder.
struct Target {
    std::string name;
    std::string about;
    fs::path study;
    fs::path published;
};

const Target kTargets[] = {
    {"multi-karma-table1", "eight designs of a highway and a parking economy: payoffs and Nash welfare",
     "paper/multi_karma/table1.toml", "paper/multi_karma/published.csv"},
};

/// The inputs of an installed polykarma lie beside its executable, those of a build in the source tree.
fs::path inputs_folder(const Context& context) {
    std::error_code error;
    const fs::path executable = fs::read_symlink("/proc/self/exe", error);
    const fs::path installed =
        (error ? context.executable : executable).parent_path() / ".." / POLYKARMA_INSTALLED_INPUTS;
    return fs::exists(installed) ? installed : fs::path(POLYKARMA_SOURCE_INPUTS);
}

void list_targets() {
    for (const Target& target : kTargets) std::cout << fmt::format("{:<22}{}\n", target.name, target.about);
}

}  // namespace

int reproduce(const std::vector<std::string>& arguments, const Context& context) {
    Options options(
        "reproduce NAME [-o OUT.h5] [OPTIONS]",
        "Repeats a published table: solves its study and prints, per design, every distinct certified\n"
        "equilibrium with the starts that led there, beside the printed values and their difference. CSV and\n"
        "JSON have a row per point. The ranks of mpirun or srun take points as they get free; --work-dir, --resume\n"
        "and --merge are those of a sweep, whose work folder can be used. Exit code 0: every point was computed.",
        "Examples\n  polykarma reproduce --list\n"
        "  mpirun -n 2 polykarma reproduce multi-karma-table1 -o table1.h5\n"
        "  polykarma reproduce multi-karma-table1 --format csv\n"
        "  mpirun -n 2 polykarma reproduce multi-karma-table1 --starts 16\n");
    options.optional_positional("NAME", "which table");
    options.add_output("write all points to this HDF5 file");
    add_starts(options, kStartsInstead);
    add_stability(options);
    add_sweep_options(options);
    options.add()("list", "list the names and stop")("strict", "end with exit code 3 when a point is not certified");
    options.add_set();
    options.add_format();
    options.add_quiet();
    if (!options.parse(arguments, context)) return kSuccess;
    if (options.has("list")) {
        if (context.ranks.is_root()) list_targets();
        return kSuccess;
    }
    if (!options.has("NAME")) throw UsageError("missing argument NAME (see polykarma reproduce --list)");
    const auto& name = options.get<std::string>("NAME");
    const auto target =
        std::find_if(std::begin(kTargets), std::end(kTargets), [&](const Target& t) { return t.name == name; });
    if (target == std::end(kTargets)) throw UsageError("unknown table " + name + " (see polykarma reproduce --list)");

    const fs::path inputs = inputs_folder(context);
    StudyRequest request{
        read_study(inputs / target->study), options.overrides(), {}, {}, options.quiet()};
    use_standard_starts(request.study, options);
    request.run = sweep_run(options, request.study.size());
    request.run.extent = extent_of(options);
    std::vector<std::string> axes;
    for (const auto& axis : request.study.axes) axes.push_back(axis.name);
    request.published = read_published(inputs / target->published, axes);
    request.output = options.output({request.study.file, request.study.base_file});
    const StudyOutcome outcome = run_and_write(request, context);
    if (context.ranks.is_root() && outcome.is_collected()) {
        if (options.format() == Format::text)
            print_comparison(std::cout, outcome, *request.published, request);
        else
            comparison_rows(outcome, *request.published, request.run.extent).print(std::cout, options.format());
    }
    return exit_code(outcome, options.has("strict"), context);
}

}  // namespace polykarma::cli
