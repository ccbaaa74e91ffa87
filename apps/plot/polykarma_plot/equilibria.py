"""The distinct equilibria of every design: where they lie, how many starts led there, and at which prices."""

import math

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from . import labels, style
from .study import BENCHMARK_OF, axes_name, design_name

SMALLEST, LARGEST = 6.0, 14.0  # diameters of marks in points: one start, as many as any equilibrium has
CONTOURS = 9
BENCHMARK = {"marker": "P", "color": style.GREY, "markersize": 9, "markeredgewidth": 0, "linestyle": "none"}
ARROW_ROOM = 14.0  # points between the edge and the words about what is behind it
NEAR = 0.6  # in spans of the equilibria: a benchmark further away would leave them no room


def places(study):
    """(equilibrium, (x, y)) of all that have a place."""
    first, *others = study.types
    pairs = [(e, (e.payoffs[first], e.payoffs[others[0]] if others else e.welfare)) for e in study.found]
    return [(e, pair) for e, pair in pairs if all(map(math.isfinite, pair))]


def price_text(equilibrium):
    """"H 3, P 5"; the price alone where there is one resource."""
    shown = [(stage, "–" if math.isnan(price) else f"{price:g}") for stage, price in equilibrium.prices.items()]
    return ", ".join(f"{stage} {price}" if len(shown) > 1 else price for stage, price in shown)


def diameter(starts, most):
    """The area of a mark grows with the number of starts."""
    share = (starts - 1) / max(most - 1, 1)
    return math.sqrt(SMALLEST**2 + share * (LARGEST**2 - SMALLEST**2))


def mark_style(number, size):
    shape = style.start_style(number, True)
    return {**shape, "markersize": size, "markeredgecolor": "white", "markeredgewidth": 0.6}


def benchmarks(study):
    """Payoffs without priority access by type, where they are the same in every design; else nothing."""
    found = {}
    for name in study.types:
        values = {round(study.benchmark(design, name, "en"), 9) for design in study.designs}
        values = {value for value in values if math.isfinite(value)}
        if len(values) != 1:
            return {}
        found[name] = values.pop()
    return found


def shares(study):
    """Size of each type, from the first point that was computed."""
    for _, _, state in study.points():
        return dict(zip(state.types, state.array("type_share")))
    return {}


def draw_contours(ax, study, benchmark):
    """Lines of equal Nash welfare; they need all types of the economy in the picture."""
    share = shares(study)
    if len(study.types) != 2 or not benchmark or set(share) != set(study.types):
        return False
    first, second = study.types
    x, y = (np.linspace(*limits, 200) for limits in (ax.get_xlim(), ax.get_ylim()))
    gain_x, gain_y = (np.where(v > 0, v, np.nan) for v in (x - benchmark[first], y - benchmark[second]))
    welfare = share[first] * np.log(gain_x)[None, :] + share[second] * np.log(gain_y)[:, None]
    if not np.isfinite(welfare).any():
        return False
    lines = ax.contour(x, y, np.ma.masked_invalid(welfare), levels=MaxNLocator(CONTOURS).tick_values(
        np.nanmin(welfare), np.nanmax(welfare)), colors="0.8", linewidths=0.6, linestyles="solid", zorder=1)
    ax.clabel(lines, fontsize=6.5, colors="0.6", fmt="%g", inline_spacing=2)
    return True


def near_benchmark(study, benchmark, pairs):
    """Where the benchmark is to be marked; None if it is unknown or too far away."""
    if not benchmark or len(study.types) < 2 or not pairs:
        return None
    where = tuple(benchmark[name] for name in study.types[:2])
    low, high = np.min(pairs, axis=0), np.max(pairs, axis=0)
    reach = NEAR * np.maximum(high - low, 1e-3)
    return where if all(l - r <= w <= h + r for l, h, r, w in zip(low, high, reach, where)) else None


def point_to_benchmark(ax, study, benchmark, boxes):
    """If it is not in the frame, an arrow to the edge or corner behind which it is, with its place in words."""
    if not benchmark or len(study.types) < 2:
        return
    where = [benchmark[name] for name in study.types[:2]]
    edge = []
    for value, (low, high) in zip(where, (ax.get_xlim(), ax.get_ylim())):
        edge.append(low if value < low else high if value > high else value)
    if edge != where:
        boxes.write(f"{BENCHMARK_OF[study.game]}\n({where[0]:.4g}, {where[1]:.4g})", edge, ARROW_ROOM, fontsize=7.5,
                    color="0.35", zorder=5, arrow={"arrowstyle": "->", "color": style.GREY, "linewidth": 0.9})


def legend_handles(study, designs, most, benchmark):
    handles = [Line2D([], [], label=design_name(design), **mark_style(study.designs.index(design), 7))
               for design in designs]
    handles.append(Line2D([], [], label="starts that led there", linestyle="none"))
    for count in dict.fromkeys((1, (1 + most) // 2, most)):
        ring = {"marker": "o", "markerfacecolor": "none", "markeredgecolor": "0.3", "linestyle": "none"}
        handles.append(Line2D([], [], label=str(count), markersize=diameter(count, most), **ring))
    if benchmark:
        handles.append(Line2D([], [], label=BENCHMARK_OF[study.game], **BENCHMARK))
    return handles


def name_axes(ax, study, contours, hidden):
    first, *others = study.types
    ax.set_xlabel(f"mean payoff of {first} per stage [payoff units]")
    ax.set_ylabel(f"mean payoff of {others[0]} per stage [payoff units]" if others else "Nash welfare [1]")
    remark = "; grey: equal Nash welfare" if contours else ""
    remark += f"; {hidden} without finite welfare not shown" if hidden else ""
    stages = next(iter(study.found)).prices
    ax.set_title(f"numbers at the marks: price{'s' if len(stages) > 1 else ''} of priority{remark}")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(7, steps=(1, 2, 2.5, 5, 10)))


def build(study):
    marks = places(study)
    designs = [design for design in study.designs if any(e.design == design for e, _ in marks)]
    most = max((e.starts for e, _ in marks), default=1)
    benchmark = benchmarks(study)
    near = near_benchmark(study, benchmark, [pair for _, pair in marks])
    handles = legend_handles(study, designs, most, near)
    key_width = 0.55 + 0.068 * max(len(axes_name(study)), *(len(handle.get_label()) for handle in handles))
    height = max(5.4, 1.2 + 0.21 * (len(handles) + 1))
    heading = ", ".join(part for part in (study.title, "equilibria found") if part)
    fig = style.figure(7.4 + key_width, height, heading, key_width=key_width)
    ax = fig.subplots()
    ax.margins(0.12)
    # Small marks lie on large ones.
    for e, pair in sorted(marks, key=lambda mark: -mark[0].starts):
        ax.plot(*([value] for value in pair), zorder=4,
                **mark_style(study.designs.index(e.design), diameter(e.starts, most)))
    if near:
        ax.plot(*([value] for value in near), zorder=3, **BENCHMARK)
    ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())
    contours = draw_contours(ax, study, benchmark)
    name_axes(ax, study, contours, len(study.found) - len(marks))
    fig.legend(handles=handles, title=axes_name(study), loc="upper left", alignment="left",
               bbox_to_anchor=(1 - (key_width - 0.1) / fig.get_figwidth(), 0.93), labelspacing=0.7, handletextpad=0.7)
    fig.draw_without_rendering()
    radii = [diameter(e.starts, most) / 2 for e, _ in marks]
    boxes = labels.Boxes(ax, [(pair, radius) for (_, pair), radius in zip(marks, radii)]
                         + [(near, BENCHMARK["markersize"] / 2)] * bool(near))
    boxes.keep_clear(ax.texts)
    point_to_benchmark(ax, study, benchmark, boxes)
    for (e, pair), radius in zip(marks, radii):
        boxes.write(price_text(e), pair, radius, fontsize=7.5, zorder=6)
    return fig
