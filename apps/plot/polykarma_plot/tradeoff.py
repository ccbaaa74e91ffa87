"""Efficiency and fairness of what agents experienced, over the numbers of one axis and against each other.

The measures are those of Elokda, Bolognani, Censi, Doerfler, Frazzoli, "A self-contained karma economy for the dynamic
allocation of common resources", Fig. 4; bars are standard errors over the runs.
"""

import math

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from . import style

MEASURES = {"efficiency": "efficiency: mean payoff", "access_fairness": "access fairness: −std of access",
            "reward_fairness": "reward fairness: −std of payoff"}
FEWEST = 3  # numbers that make a line
REFERENCE_LOOKS = ({"linestyle": (0, (1, 1.2)), "marker": "X"}, {"linestyle": (0, (5, 2)), "marker": "D"},
                   {"linestyle": (0, (3, 1, 1, 1)), "marker": "P"}, {"linestyle": "-", "marker": "*"})


def number(label):
    try:
        return float(label)
    except ValueError:
        return math.nan


def numeric_axes(study):
    """The axes whose labels are all numbers, that of most numbers first."""
    numeric = [a for a in range(len(study.axes)) if all(math.isfinite(number(design[a])) for design in study.designs)]
    return sorted(numeric, key=lambda a: -len({design[a] for design in study.designs}))


def has_pictures(study):
    axes = numeric_axes(study)
    numbers = {row.design[axes[0]] for row in study.rows if measured(row)} if axes else ()
    return len(numbers) >= FEWEST


def of_all(study):
    """Allocations without karma whose agents are those of every design."""
    return [reference for reference in study.references if not reference.design]


def measured(row):
    return math.isfinite(row.values.get("agents_efficiency", math.nan))


def series(study):
    """{labels of what a line is of: (number, row) along it}: of every design the first measured row. Lines are told apart by
    the axes of names, and by the other axes of numbers where that is not enough."""
    first, *rest = numeric_axes(study)
    for kept in ((), rest):
        names = [a for a in range(len(study.axes)) if a not in (first, *rest) or a in kept]
        found = {}
        for design in study.designs:
            row = next((row for row in study.rows if row.design == design and measured(row)), None)
            if row is not None:
                found.setdefault(tuple(design[a] for a in names), {}).setdefault(number(design[first]), []).append(row)
        if all(len(rows) == 1 for line in found.values() for rows in line.values()):
            break
    return {names: [(x, line[x][0]) for x in sorted(line)] for names, line in found.items()}


def pieces(study, rows):
    """Rows that a line may join: discount 1 is another criterion, and no point of the curve below it."""
    if study.axes[numeric_axes(study)[0]] != "discount":
        return [rows]
    return [piece for piece in ([row for row in rows if row[0] < 1], [row for row in rows if row[0] >= 1]) if piece]


def value(row, measure):
    return float(row.values[f"agents_{measure}"]), float(row.values[f"agents_{measure}_error"])


def draw_measure(ax, study, measure, lines):
    for place, line in enumerate(lines.values()):
        for rows in pieces(study, line):
            values, errors = zip(*(value(row, measure) for _, row in rows))
            ax.errorbar([x for x, _ in rows], values, yerr=errors, elinewidth=0.8, capsize=2, **line_style(place))
    for place, reference in enumerate(of_all(study)):
        ax.axhline(reference.value(f"agents_{measure}"), color=style.GREY, linewidth=1.2,
                   linestyle=REFERENCE_LOOKS[place % len(REFERENCE_LOOKS)]["linestyle"])
    ax.set_xlabel(style.readable(study.axes[numeric_axes(study)[0]]))
    ax.set_ylabel(MEASURES[measure])


def draw_tradeoff(ax, study, lines):
    """Access fairness against efficiency; the first and the last number of a line are named."""
    for place, line in enumerate(lines.values()):
        for rows in pieces(study, line):
            x, x_errors = zip(*(value(row, "efficiency") for _, row in rows))
            y, y_errors = zip(*(value(row, "access_fairness") for _, row in rows))
            ax.errorbar(x, y, xerr=x_errors, yerr=y_errors, elinewidth=0.8, **line_style(place))
            for end in {0, len(rows) - 1}:
                ax.annotate(f"{rows[end][0]:g}", (x[end], y[end]), xytext=(5, -9), textcoords="offset points", fontsize=7)
    for place, reference in enumerate(of_all(study)):
        ax.plot(reference.value("agents_efficiency"), reference.value("agents_access_fairness"), color=style.GREY, linestyle="none",
                markersize=7, marker=REFERENCE_LOOKS[place % len(REFERENCE_LOOKS)]["marker"])
    ax.set_xlabel(MEASURES["efficiency"])
    ax.set_ylabel(MEASURES["access_fairness"])


def line_style(place):
    colour = style.START_COLOURS[place % len(style.START_COLOURS)]
    return {"color": colour, "marker": style.START_MARKERS[place % len(style.START_MARKERS)], "markersize": 4,
            "linestyle": "-", "linewidth": 1.0}


def legend(study, lines):
    handles = [Line2D([], [], label=", ".join(map(style.readable, others)) or "by karma", **line_style(place))
               for place, others in enumerate(lines)]
    for place, reference in enumerate(of_all(study)):
        look = REFERENCE_LOOKS[place % len(REFERENCE_LOOKS)]
        handles.append(Line2D([], [], label=reference.name, color=style.GREY, linewidth=1.2, markersize=6, **look))
    return handles


def build(study):
    lines = series(study)
    handles = legend(study, lines)
    fig = style.figure(8.6, 6.2, f"{study.title}: what agents experience", style.legend_height(handles))
    panels = fig.subplots(2, 2)
    for ax, measure in zip((panels[0, 0], panels[0, 1], panels[1, 1]), MEASURES):
        draw_measure(ax, study, measure, lines)
    draw_tradeoff(panels[1, 0], study, lines)
    for ax in panels.flat:
        ax.grid(color="0.9", linewidth=0.5)
        ax.set_axisbelow(True)
        ax.margins(0.08)
        ax.xaxis.set_major_locator(MaxNLocator(6))
    style.legend_below(fig, handles)
    return fig
