#include <fmt/format.h>

#include <iostream>

#include "comparison.hpp"
#include "played_report.hpp"
#include "study/published.hpp"
#include "study_command.hpp"
#include "sweep_options.hpp"
#include "target.hpp"

namespace polykarma::cli {
namespace {

namespace fs = std::filesystem;

/// The inputs of an installed polykarma lie beside its executable, those of a build in the source tree.
fs::path inputs_folder(const Context& context) {
    std::error_code error;
    const fs::path executable = fs::read_symlink("/proc/self/exe", error);
    const fs::path installed =
        (error ? context.executable : executable).parent_path() / ".." / POLYKARMA_INSTALLED_INPUTS;
    return fs::exists(installed) ? installed : fs::path(POLYKARMA_SOURCE_INPUTS);
}

void list_targets(const fs::path& inputs) {
    for (const Target& target : targets(inputs))
        std::cout << fmt::format("{:<28}{}\n", target.name, read_study(target.study()).title);
}

/// Without known values: a table of none, with a column for the payoff of every type.
PublishedTable nothing_known(const StudyConfig& study) {
    PublishedTable table;
    for (const auto& type : economy_of(study, study.point(0)).types) table.numbers.push_back({type.name + "_en", {}});
    return table;
}

PublishedTable known_values(const Target& target, const StudyConfig& study) {
    std::vector<std::string> axes;
    for (const auto& axis : study.axes) axes.push_back(axis.name);
    const auto file = target.known_values();
    return file ? read_published(*file, axes) : nothing_known(study);
}

}  // namespace

int reproduce(const std::vector<std::string>& arguments, const Context& context) {
    Options options(
        "reproduce NAME [-o OUT.h5] [OPTIONS]",
        "Repeats a table or figure of a paper: solves its study and prints, per design, every distinct certified\n"
        "equilibrium with the starts that led there, beside known values and their difference; where the study asks\n"
        "for agents, what they make of it. CSV and JSON have a row per point. NAME is a folder below inputs/paper;\n"
        "its first words may be left out where the others are enough. The ranks of mpirun or srun take points as\n"
        "they get free; --work-dir, --resume and --merge are those of a sweep, whose work folder can be used. Exit\n"
        "code 0: every point was computed.",
        "Examples\n  polykarma reproduce --list\n"
        "  mpirun -n 2 polykarma reproduce multi-karma-table1 -o table1.h5\n"
        "  polykarma reproduce multi-karma-table1 --format csv\n"
        "  mpirun -n 2 polykarma reproduce multi-karma-table1 --starts 16\n"
        "  mpirun -n 2 polykarma reproduce fig4 -o fig4.h5\n"
        "  polykarma reproduce worked-example\n");
    options.optional_positional("NAME", "which table or figure");
    options.add_output("write all points to this HDF5 file");
    add_starts(options, kStartsInstead);
    add_stability(options);
    add_sweep_options(options);
    options.add()("list", "list the names and stop")("strict", "end with exit code 3 when a point is not certified");
    options.add_set();
    options.add_format();
    options.add_quiet();
    if (!options.parse(arguments, context)) return kSuccess;
    const fs::path inputs = inputs_folder(context);
    if (options.has("list")) {
        if (context.ranks.is_root()) list_targets(inputs);
        return kSuccess;
    }
    if (!options.has("NAME")) throw UsageError("missing argument NAME (see polykarma reproduce --list)");
    const Target target = find_target(inputs, options.get<std::string>("NAME"));

    StudyRequest request{read_study(target.study()), options.overrides(), {}, {}, options.quiet()};
    use_standard_starts(request.study, options);
    request.run = sweep_run(options, request.study.size());
    request.run.extent = extent_of(options);
    request.published = known_values(target, request.study);
    request.output = options.output({request.study.file, request.study.base_file});
    const StudyOutcome outcome = run_and_write(request, context);
    if (context.ranks.is_root() && outcome.is_collected()) {
        if (options.format() == Format::text) {
            print_comparison(std::cout, outcome, *request.published, request);
            print_played(std::cout, outcome.results);
        } else {
            comparison_rows(outcome, *request.published, request.run.extent).print(std::cout, options.format());
        }
    }
    return exit_code(outcome, options.has("strict"), context);
}

}  // namespace polykarma::cli
