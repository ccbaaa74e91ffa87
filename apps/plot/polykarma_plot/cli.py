"""Arguments, the choice of pictures, and writing them."""

import argparse
import errno
import os
import pathlib
import sys

from . import (access, bids, convergence, design as design_plot, equilibria, holdings, karma, plane, policy, scaling, style,
               study as study_plot, trace, tradeoff, types, utilisation)
from .errors import InputError, IoError
from .results import Search, Simulation, Study, open_file

DESCRIPTION = """\
Draws a file written by polykarma. stdout lists the files that were written."""

EPILOG = """\
pictures of an equilibrium (polykarma solve):
  policy        bids by karma, a file per type: policy_<type>; urgencies in rows, resources in columns
  karma         joint distribution of the two karma accounts (economies with exactly two)
  utilisation   who uses the resources: share of the population by type, urgency and outcome
  convergence   stationarity, gain and Bellman residual over the iterations, with the tolerances
                (if the file has a history)

pictures of a study (polykarma equilibria, polykarma sweep, polykarma reproduce):
  study         payoffs of every type, a row per design and start; published values as open diamonds
  equilibria    the distinct equilibria of every design with their price levels, larger where more starts led there:
                payoffs of the first two types, or payoff and Nash welfare of the only one
                (if any were found)
  plane         payoffs of one type against those of the other (studies of exactly two types)
  utilisation   the designs side by side, first certified start of each (at most 8 designs)
  bids          mean bids by karma, the designs side by side, a file per type: bids_<type> (one resource, at most 6 designs)
  tradeoff      efficiency and fairness as agents experienced them, over the last axis of numbers and against each other
                (studies with [simulation])
  types         access, payoff and karma of each type (several types)

pictures of a search (polykarma design):
  design        Nash welfare over the first two variables, a panel per combination of the axes

pictures of a simulation (polykarma simulate):
  trace         over time, with a band over the seeds: payoffs, access of each cohort where there are several, karma and
                its Gini coefficient, and the distance from the distribution of the policy
  holdings      over time: who holds how much karma, by account and cohort (the first 4 cohorts)
  access        over time: the part of contests with the first outcome, by urgency, stage and cohort

picture of a scaling table (jobs/scaling.sbatch, CSV):
  scaling       time of an iteration and efficiency over ranks, strong and weak

With --point N or --points, of a study or a search the pictures of an equilibrium as well, in folders point_<N>.

examples:
  polykarma-plot priority_lane.h5 -o pictures
  polykarma-plot table1.h5 -o pictures --format svg --only study --only plane
  polykarma-plot table1.h5 -o pictures --point 3 --only policy

exit status: 0 pictures written, 2 arguments or file not usable, 4 reading or writing failed"""

OF_EQUILIBRIUM = ("policy", "karma", "utilisation", "convergence")
OF_STUDY = ("study", "equilibria", "plane", "utilisation", "bids", "tradeoff", "types")
OF_SEARCH = ("design",)
OF_SIMULATION = ("trace", "holdings", "access")
OF_SCALING = ("scaling",)
FORMATS = ("png", "svg")
MOST_DESIGNS = 8  # more do not fit on a page of utilisation bars
MOST_BIDS = 6
DPI = 200


class Parser(argparse.ArgumentParser):
    """Errors in one line."""

    def error(self, message):
        raise InputError(f"{message} (--help explains)")


def listed(allowed, what):
    """An argument type: a comma-separated list of words out of `allowed`."""
    def parse(argument):
        words = [word.strip() for word in argument.split(",") if word.strip()]
        unknown = [word for word in words if word not in allowed]
        if unknown or not words:
            raise argparse.ArgumentTypeError(f"'{argument}' is no {what}: choose from {', '.join(allowed)}")
        return words
    return parse


def arguments(argv):
    names = tuple(dict.fromkeys(OF_STUDY + OF_SEARCH + OF_EQUILIBRIUM + OF_SIMULATION + OF_SCALING))
    parser = Parser(prog="polykarma-plot", description=DESCRIPTION, epilog=EPILOG, allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="OUT.h5",
                        help="file written by polykarma solve, equilibria, sweep, reproduce, design or simulate, or a\n"
                             "scaling table (CSV)")
    parser.add_argument("-o", "--output", metavar="DIR", required=True, type=pathlib.Path,
                        help="folder for the pictures, made if it is missing")
    parser.add_argument("--format", metavar="LIST", type=listed(FORMATS, "format"), default=list(FORMATS),
                        help="png (200 dpi), svg, or png,svg (the default)")
    parser.add_argument("--only", metavar="NAME", action="append", type=listed(names, "picture"),
                        help="draw only this picture; may be repeated, or a list with commas")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--point", metavar="N", type=int, help="of a study: also the pictures of point N")
    chosen.add_argument("--points", action="store_true", help="of a study: also the pictures of every point")
    return parser.parse_args(argv)


def equilibrium_pictures(state, what=""):
    """(picture, file name, function that builds the figure) of everything there is to draw of a state."""
    for number, name in enumerate(state.types):
        yield "policy", f"policy_{safe(name)}", lambda number=number: policy.build(state, number, what)
    if len(state.accounts) == 2:
        yield "karma", "karma", lambda: karma.build(state, what)
    yield "utilisation", "utilisation", lambda: utilisation.build(state, what)
    if len(state.array("history/iteration")):
        yield "convergence", "convergence", lambda: convergence.build(state, what)


def study_pictures(study):
    yield "study", "study", lambda: study_plot.build(study)
    if study.found:
        yield "equilibria", "equilibria", lambda: equilibria.build(study)
    if len(study.types) == 2:
        yield "plane", "plane", lambda: plane.build(study)
    shown = [(study_plot.design_name(design), study.first_certified(design)) for design in study.designs]
    shown = [(label, state) for label, state in shown if state is not None]
    if 0 < len(shown) <= MOST_DESIGNS and same_bars([state for _, state in shown]):
        axes = study_plot.axes_name(study)
        yield "utilisation", "utilisation", lambda: utilisation.build_grid(study.title, shown, axes)
    if 0 < len(shown) <= MOST_BIDS and all(len(state.stages) == 1 for _, state in shown):
        for number, name in enumerate(study.types):
            yield "bids", f"bids_{safe(name)}", lambda number=number: bids.build(study.title, shown, number)
    if tradeoff.has_pictures(study):
        yield "tradeoff", "tradeoff", lambda: tradeoff.build(study)
    if types.has_pictures(study):
        yield "types", "types", lambda: types.build(study)


def same_bars(states):
    """Whether the states can share axes: the same resources, types, urgencies and outcomes."""
    names = [(state.stages, state.types, state.urgencies, state.outcomes) for state in states]
    return all(name == names[0] for name in names)


def point_pictures(study, only_point):
    """The pictures of one point, or of all (None), in a folder each."""
    found = False
    for name, what, state in study.points():
        if only_point is None or int(name) == only_point:
            found = True
            for picture, file_name, build in equilibrium_pictures(state, what):
                yield picture, f"point_{name}/{file_name}", build
    if not found:
        last = len(study.groups) - 1
        raise InputError(f"{study.path}: --point {only_point} was not computed: points are 0 to {last}"
                         if only_point is not None else f"{study.path}: no point was computed")


def pictures(content, args):
    if isinstance(content, Study):
        if isinstance(content, Search):
            yield "design", "design", lambda: design_plot.build(content)
        else:
            yield from study_pictures(content)
        if args.points or args.point is not None:
            yield from point_pictures(content, args.point)
    elif args.points or args.point is not None:
        raise InputError(f"{args.file}: --point and --points are for studies: this is none")
    elif isinstance(content, Simulation):
        for name, module in zip(OF_SIMULATION, (trace, holdings, access)):
            yield name, name, lambda module=module: module.build(content)
    elif isinstance(content, scaling.Scaling):
        yield "scaling", "scaling", lambda: scaling.build(content)
    else:
        yield from equilibrium_pictures(content)


def safe(name):
    """A name of the file as part of a file name."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name)


def write(figure, path, image_format):
    """Written aside and renamed, so that no half picture is left behind."""
    aside = path.with_name(path.name + ".part")
    # A date would make two pictures of the same file differ.
    metadata = {"Date": None} if image_format == "svg" else None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(aside, format=image_format, dpi=DPI, metadata=metadata)
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        reason = error.strerror or errno.errorcode.get(error.errno, "unknown reason")
        raise IoError(f"{path}: cannot write: {reason}") from error


def need_folder(folder):
    """Fails before anything is drawn if nothing could be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise IoError(f"{folder}: cannot make this folder: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise IoError(f"{folder}: cannot write: {os.strerror(errno.EACCES)}")


def run(argv):
    args = arguments(argv)
    only = {name for names in args.only or () for name in names}
    file, content = open_file(args.file)
    with file:
        todo = [item for item in pictures(content, args) if not only or item[0] in only]
        missing = only - {picture for picture, _, _ in todo}
        if missing:
            raise InputError(f"{args.file}: this file has no picture '{min(missing)}' (--help says which files do)")
        need_folder(args.output)
        style.apply()
        for _, name, build in todo:
            figure = build()
            for image_format in dict.fromkeys(args.format):
                path = args.output / f"{name}.{image_format}"
                write(figure, path, image_format)
                print(path, flush=True)


def main(argv):
    try:
        run(argv)
    except (InputError, IoError) as error:
        print(f"polykarma-plot: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return 0
