"""A search over designs: the objective over the first two variables, a panel per combination of the axes."""

import math

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D

from . import style

PANEL = 2.5  # inches
COLUMNS = 3
COLOURS = "cividis"  # readable in greyscale and by colour-blind readers
POINT = {"marker": "o", "markersize": 5.5, "linestyle": "none", "markeredgewidth": 0.8}
HOLLOW = {**POINT, "markerfacecolor": "none", "markeredgecolor": "0.5"}
BEST = {"marker": "*", "markersize": 13, "linestyle": "none", "markerfacecolor": style.RED, "markeredgecolor": "black",
        "markeredgewidth": 0.7}
BASE = {"marker": "+", "markersize": 11, "linestyle": "none", "markeredgecolor": style.RED, "markeredgewidth": 2}


def colours(search):
    """From the worst to the best certified point of all panels."""
    values = [search.value(row) for row in search.rows if counts(search, row)]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    return ScalarMappable(Normalize(low, high if high > low else low + 1.0), COLOURS)


def counts(search, row):
    """Whether a point has a welfare: that of a state in which a type does not gain is minus infinity."""
    return row.certified and math.isfinite(search.value(row))


def place(search, row):
    """Where a point stands: its first two variables, or one variable and the objective."""
    if len(search.variables) == 1:
        return row.values[search.variables[0]], search.value(row)
    return tuple(row.values[name] for name in search.variables[:2])


def draw(ax, search, design, colour):
    for row in search.of(design):
        x, y = place(search, row)
        if counts(search, row):
            ax.plot([x], [y], color=colour.to_rgba(search.value(row)), markeredgecolor="0.3", zorder=3, **POINT)
        elif len(search.variables) > 1:
            ax.plot([x], [y], zorder=2, **HOLLOW)
        else:
            ax.plot([x], [0.03], transform=ax.get_xaxis_transform(), zorder=2, **HOLLOW)
    best, base = search.best(design), search.base(design)
    if best is not None:
        ax.plot(*([v] for v in place(search, best)), zorder=5, **BEST)
    if base is not None and math.isfinite(sum(place(search, base))):
        ax.plot(*([v] for v in place(search, base)), zorder=6, **BASE)
    label = "in none do all types gain" if best is None else f"best {search.objective} {search.value(best):.4f}"
    name = ", ".join(f"{style.readable(axis)} {style.readable(choice)}" for axis, choice in zip(search.axes, design))
    ax.set_title(f"{name}\n{label}" if name else label)


def bound(ax, search):
    for name, axis in zip(search.variables[:2], "xy"):
        low, high = search.bounds(name)
        margin = 0.04 * (high - low)
        getattr(ax, f"set_{axis}lim")(low - margin, high + margin)


def build(search):
    designs = search.designs
    columns = min(COLUMNS, len(designs))
    lines = -(-len(designs) // columns)
    fig = style.figure(columns * PANEL + 1.6, lines * PANEL + 1.0, search.title, legend_height=0.35)
    panels = fig.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    colour = colours(search)
    for ax, design in zip(panels.flat, designs):
        draw(ax, search, design, colour)
        bound(ax, search)
    for ax in panels.flat[len(designs):]:
        ax.set_axis_off()
    for column in range(columns):
        last = max(line for line in range(lines) if line * columns + column < len(designs))
        panels[last, column].set_xlabel(style.readable(search.variables[0]))
        panels[last, column].tick_params(labelbottom=True)
    for ax in panels[:, 0]:
        ax.set_ylabel(style.readable(search.variables[1]) if len(search.variables) > 1 else search.objective)
    fig.colorbar(colour, ax=panels, label=f"Nash welfare {search.objective} [1]", shrink=0.8)
    style.legend_below(fig, legend_handles(search, colour))
    return fig


def legend_handles(search, colour):
    """Only what occurs is explained."""
    handles = [Line2D([], [], label="certified", color=colour.to_rgba(np.mean(colour.get_clim())), **POINT)]
    if not all(counts(search, row) for row in search.rows):
        handles.append(Line2D([], [], label="not certified, or a type does not gain", **HOLLOW))
    if any(search.best(design) is not None for design in search.designs):
        handles.append(Line2D([], [], label="best", **BEST))
    if any(search.base(design) is not None for design in search.designs):
        handles.append(Line2D([], [], label="the base economy", **BASE))
    return handles
