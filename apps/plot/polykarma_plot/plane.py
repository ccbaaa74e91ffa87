"""A study of two types in the plane of their payoffs, with lines from published values to the nearest computed ones."""

import math

import numpy as np
from matplotlib.ticker import MaxNLocator

from . import labels, style
from .study import BENCHMARK_OF, WHICH, axes_name, design_name, legend_handles

LINK = {"color": "0.35", "linewidth": 0.8, "linestyle": (0, (3, 1.5)), "zorder": 2}


def payoffs(study, row, which):
    return tuple(row.payoff(agent_type, which) for agent_type in study.types)


def published(study, design, which):
    """The published pair of payoffs of a design, or None."""
    pair = tuple(study.published_payoff(design, agent_type, which) for agent_type in study.types)
    return pair if all(map(math.isfinite, pair)) else None


def drawable(study, which):
    return [row for row in study.rows if not row.failed() and all(map(math.isfinite, payoffs(study, row, which)))]


def nearest(study, design, which):
    """The computed payoffs next to the published ones: of the certified rows, else of all; None if there are none."""
    rows = [row for row in drawable(study, which) if row.design == design]
    rows = [row for row in rows if row.certified] or rows
    target = published(study, design, which)
    pairs = [payoffs(study, row, which) for row in rows]
    return min(pairs, key=lambda pair: math.dist(pair, target), default=None) if target else None


def draw(ax, study, which):
    """Marks and links; returns the place that each design's number belongs to."""
    anchors = []
    for number, design in enumerate(study.designs):
        rows = [row for row in drawable(study, which) if row.design == design]
        pairs = [payoffs(study, row, which) for row in rows]
        for row, pair in zip(rows, pairs):
            ax.plot(*([value] for value in pair), zorder=4,
                    **style.start_style(study.starts.index(row.start), row.certified))
        target, partner = published(study, design, which), nearest(study, design, which)
        if target:
            ax.plot(*([value] for value in target), zorder=3, **style.PUBLISHED)
        if target and partner:
            ax.plot(*zip(target, partner), **LINK)
        distinct = [target] if target else []
        span = np.ptp(pairs, axis=0).max() if pairs else 0
        distinct += pairs if span > 1e-3 or not target else []
        anchors += [(str(number + 1), pair) for pair in dict.fromkeys(distinct)]
    return anchors


def finish(ax, study, which):
    for agent_type, axis, set_label in zip(study.types, (ax.xaxis, ax.yaxis), (ax.set_xlabel, ax.set_ylabel)):
        benchmarks = {study.benchmark(design, agent_type, which) for design in study.designs}
        benchmarks = {round(value, 9) for value in benchmarks if math.isfinite(value)}
        extra = f"\n({BENCHMARK_OF[study.game]} {benchmarks.pop():.4g})" if len(benchmarks) == 1 else ""
        set_label(f"mean payoff of {agent_type} per stage [payoff units]{extra}")
        axis.set_major_locator(MaxNLocator(6, steps=(1, 2, 2.5, 5, 10)))
    ax.set_title(WHICH[which])
    ax.grid(color="0.9", linewidth=0.5, zorder=0)
    ax.margins(0.1)


def build(study):
    names = [f"{number + 1}  {design_name(design)}" for number, design in enumerate(study.designs)]
    key_width = 0.35 + 0.068 * max(map(len, (axes_name(study), *names)))
    heading = ", ".join(part for part in (study.title, "payoffs of both types") if part)
    height = max(4.9, 1.5 + 0.2 * len(names))
    compared = any(published(study, design, which) for design in study.designs for which in WHICH)
    handles = legend_handles(study, compared)
    fig = style.figure(9.0 + key_width, height, heading, style.legend_height(handles), key_width)
    panels = fig.subplots(1, len(WHICH))
    anchors = [draw(ax, study, which) for ax, which in zip(panels, WHICH)]
    for ax, which in zip(panels, WHICH):
        finish(ax, study, which)
    style.legend_below(fig, handles)
    key = "\n".join([axes_name(study), *names])
    fig.text(1 - key_width / fig.get_figwidth() + 0.01, 0.9, key, va="top", fontsize=8, linespacing=1.6)
    fig.draw_without_rendering()
    for ax, marks in zip(panels, anchors):
        labels.place(ax, marks)
    return fig
