"""What each type gets out of a design: access, payoff and karma, in the mean field and as agents experienced it.

After Elokda, Bolognani, Censi, Doerfler, Frazzoli, "A self-contained karma economy for the dynamic allocation of common
resources", Fig. 6 and Table 1.
"""

import math

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from . import style
from .study import axes_name, design_name

ROW = 0.3        # inches of a design
SPREAD = 0.44    # of the marks of the types, in rows


def has_pictures(study):
    return len(study.types) > 1 and f"access_{study.types[0]}" in study.columns


def rows_of(study):
    """(label, values by column): the first certified row of every design, then the allocations without karma."""
    for design in study.designs:
        rows = [row for row in study.rows if row.design == design and not row.failed()]
        row = next((row for row in rows if row.certified), None)
        if row is not None:
            yield design_name(design), row.values
    for reference in study.references:
        yield reference.name, reference.values


def karma_columns(study):
    """What precedes the name of a type, by account."""
    suffix = f"_{study.types[0]}"
    return [name[: -len(suffix)] for name in study.columns if name.startswith("karma_") and name.endswith(suffix)]


def panels_of(study):
    """(title, column of the mean field, column of the agents), before the name of the type."""
    yield "access: part of own contests", "access_", "agents_access_"
    yield "mean payoff per stage", "payoff_en_", "agents_payoff_"
    for column in karma_columns(study):
        account = column[len("karma_") :]
        yield f"mean {style.readable(account)} karma", f"{column}_", None


def mark(number, filled):
    colour = style.START_COLOURS[number % len(style.START_COLOURS)]
    marker = style.START_MARKERS[number % len(style.START_MARKERS)]
    return {"marker": marker, "color": colour, "markersize": 5.5 if filled else 7.5, "linestyle": "none",
            "markerfacecolor": colour if filled else "none"}


def draw(ax, study, rows, expected, experienced):
    for place, (_, values) in enumerate(rows):
        for number, name in enumerate(study.types):
            height = place + SPREAD * ((number + 0.5) / len(study.types) - 0.5)
            if math.isfinite(value := float(values.get(expected + name, math.nan))):
                ax.plot([value], [height], zorder=4, **mark(number, True))
            played = float(values.get(f"{experienced}{name}", math.nan)) if experienced else math.nan
            if math.isfinite(played):
                error = float(values.get(f"{experienced}{name}_error", math.nan))
                ax.errorbar([played], [height], xerr=[3 * error] if math.isfinite(error) else None, elinewidth=0.8, zorder=3,
                            **mark(number, False))


def build(study):
    rows, shown = list(rows_of(study)), list(panels_of(study))
    played = any(math.isfinite(float(values.get(f"agents_access_{study.types[0]}", math.nan))) for _, values in rows)
    handles = [Line2D([], [], label=style.readable(name), **mark(n, True)) for n, name in enumerate(study.types)]
    if played:
        handles.append(Line2D([], [], label="of agents, 3 standard errors", **{**mark(0, False), "color": "0.3"}))
    longest = max(len(name) for name, _ in rows)
    fig = style.figure(0.9 + 0.07 * longest + 2.5 * len(shown), 1.2 + ROW * len(rows), f"{study.title}: what each type gets",
                       style.legend_height(handles))
    axes = fig.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    for ax, (title, expected, experienced) in zip(axes, shown):
        draw(ax, study, rows, expected, experienced)
        ax.set_xlabel(title)
        ax.grid(color="0.9", linewidth=0.5)
        ax.set_axisbelow(True)
        ax.margins(x=0.12)
        ax.xaxis.set_major_locator(MaxNLocator(5))
    axes[0].set_yticks(range(len(rows)), [name for name, _ in rows])
    axes[0].set_ylabel(axes_name(study))
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    style.legend_below(fig, handles)
    return fig
