"""How an iteration scales with ranks: time and efficiency, with one economy (strong) and with one that grows (weak)."""

import csv
import dataclasses

from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter, PercentFormatter

from . import style
from .errors import InputError

HEADER = "kind,series,economy,kernel,ranks,"
SERIES = {"strong": "strong: the same economy", "weak": "weak: the same pairs per rank"}
KINDS = {
    "measured": {"linestyle": "-", "markersize": 5.5},
    "predicted": {"linestyle": (0, (4, 2)), "markersize": 4.5, "markerfacecolor": "white"},
}
IDEAL = {"color": "0.7", "linewidth": 0.9, "linestyle": (0, (1, 1.5))}
FEW = 300  # times the smallest: beyond, an axis is labelled by powers of ten
NUMBERS = ("ranks", "states", "pairs", "seconds")


@dataclasses.dataclass(frozen=True)
class Run:
    """A row of the table; its other columns are in `row`, as text."""

    kind: str
    series: str
    economy: str
    kernel: str
    ranks: int
    states: int
    pairs: float
    seconds: float
    row: dict

    @property
    def work(self):
        """What runs of the same work have in common."""
        return self.kind, self.series, self.economy, self.kernel, self.ranks, self.states

    @property
    def curve(self):
        return self.kind, self.economy, self.kernel, self.states if self.series == "strong" else 0

    @property
    def rate(self):
        """Pairs that a rank visits in a second."""
        return self.pairs / self.seconds / self.ranks


class Scaling:
    """The runs of a table. Of the same work only the fastest counts: others were disturbed."""

    def __init__(self, runs):
        kept = {}
        for run in runs:
            if run.work not in kept or run.seconds < kept[run.work].seconds:
                kept[run.work] = run
        self.runs = sorted(kept.values(), key=lambda run: run.ranks)

    def curves(self, series):
        """Lists of runs on ever more ranks, in the order of their first appearance."""
        found = {}
        for run in self.runs:
            if run.series == series:
                found.setdefault(run.curve, []).append(run)
        return list(found.values())


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    runs = []
    for number, row in enumerate(rows, start=2):
        try:
            numbers = {name: float(row[name]) for name in NUMBERS}
            if row["kind"] not in KINDS or not all(value > 0 for value in numbers.values()):
                raise ValueError
            numbers.update(ranks=int(numbers["ranks"]), states=int(numbers["states"]))
            runs.append(Run(row["kind"], row["series"], row["economy"], row["kernel"], **numbers, row=row))
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path}:{number}: not a row of a scaling table: expected {', '.join(KINDS)}, and positive "
                             f"{', '.join(NUMBERS)}") from error
    if not any(run.series in SERIES for run in runs):
        raise InputError(f"{path}: no run of a series {' or '.join(SERIES)}")
    return Scaling(runs)


def label(run):
    states = f", {run.states:,} states" if run.series == "strong" else ""
    return f"{style.readable(run.economy)}, {run.kernel}{states}"


def looks(scaling):
    """A color and a marker for every economy, kernel and size, whether measured or predicted."""
    names = dict.fromkeys(label(run) for run in scaling.runs)
    return {name: style.start_style(number, True) for number, name in enumerate(names)}


def draw(times, efficiencies, curve, look):
    ranks = [run.ranks for run in curve]
    line = {**look, "markeredgewidth": 1.2, "markeredgecolor": look["color"], **KINDS[curve[0].kind]}
    times.plot(ranks, [1e3 * run.seconds for run in curve], **line)
    efficiencies.plot(ranks, [run.rate / curve[0].rate for run in curve], **line)
    if len(curve) > 1:
        ideal = [1e3 * run.pairs / run.ranks / curve[0].rate for run in curve]
        times.plot(ranks, ideal, zorder=0, **IDEAL)


def build(scaling):
    series = [name for name in SERIES if scaling.curves(name)]
    style_of = looks(scaling)
    handles = legend_handles(scaling, style_of)
    fig = style.figure(3.9 * len(series) + 0.4, 5.2, "Scaling of one iteration", style.legend_height(handles) + 0.25)
    panels = fig.subplots(2, len(series), sharex="col", squeeze=False)
    for name, (times, efficiencies) in zip(series, panels.T):
        for curve in scaling.curves(name):
            draw(times, efficiencies, curve, style_of[label(curve[0])])
        times.set_title(SERIES[name])
        times.set_yscale("log")
        low, high = times.get_ylim()
        times.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < FEW * low else (1,)))
        times.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
        times.yaxis.set_minor_formatter(NullFormatter())
        efficiencies.axhline(1, **IDEAL)
        efficiencies.set_ylim(0, 1.15)
        efficiencies.yaxis.set_major_formatter(PercentFormatter(1.0))
        efficiencies.set_xlabel("ranks")
        scale_ranks(efficiencies, sorted({run.ranks for run in scaling.runs if run.series == name}))
        for ax in (times, efficiencies):
            ax.grid(color="0.9", linewidth=0.5)
            ax.set_axisbelow(True)
    panels[0, 0].set_ylabel("time of an iteration [ms]")
    panels[1, 0].set_ylabel("efficiency [% of the first run]")
    style.legend_below(fig, handles, columns=2)
    return fig


def scale_ranks(ax, ranks):
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.xaxis.set_minor_formatter(NullFormatter())
    if ranks[-1] < FEW:
        ax.set_xticks(ranks)
    ax.set_xlim(ranks[0] / 1.3, ranks[-1] * 1.3)


def legend_handles(scaling, style_of):
    handles = [Line2D([], [], label=name, **{**look, "linestyle": "-"}) for name, look in style_of.items()]
    kinds = [kind for kind in KINDS if any(run.kind == kind for run in scaling.runs)]
    handles += [Line2D([], [], color="0.25", marker="o", label=kind, **KINDS[kind]) for kind in kinds]
    return [*handles, Line2D([], [], label="every rank as fast as in the first run", **IDEAL)]
