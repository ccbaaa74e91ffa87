"""A study as a dot plot: payoffs of every type, one row per design and start, beside published values and benchmark."""

import math

import numpy as np
from matplotlib.lines import Line2D

from . import style

WHICH = {"en": "endogenous inactivity (every stage counts)", "ex": "exogenous inactivity (active stages only)"}
BENCHMARK_OF = {"multi_karma": "without priority access", "pairwise": "by a fair coin"}  # what payoffs are compared with
ROW_HEIGHT = 0.17  # inches
DESIGN_GAP = 0.6   # rows between designs


def row_places(study):
    """{(design, start): vertical place} from the top down, and the (top, bottom) of each design."""
    places, spans, place = {}, [], 0.0
    for design in study.designs:
        top = place
        for row in (row for row in study.rows if row.design == design):
            if (design, row.start) not in places:
                places[design, row.start] = place
                place += 1
        spans.append((top, place - 1))
        place += DESIGN_GAP
    return places, spans


def draw_rows(ax, study, agent_type, which, places):
    """Computed payoffs; a failed point is named in its row."""
    for row in study.rows:
        place, payoff = places[row.design, row.start], row.payoff(agent_type, which)
        if row.failed() or not math.isfinite(payoff):
            ax.annotate("failed" if row.failed() else "no value", (0.5, place), xycoords=("axes fraction", "data"),
                        ha="center", va="center", fontsize=7, color="0.35", style="italic")
            continue
        ax.plot([payoff], [place], zorder=4, **style.start_style(study.starts.index(row.start), row.certified))


def draw_references(ax, study, agent_type, which, spans):
    """Published values and benchmarks, once per design."""
    for design, (top, bottom) in zip(study.designs, spans):
        benchmark = study.benchmark(design, agent_type, which)
        if math.isfinite(benchmark):
            reach = 0.5 + DESIGN_GAP / 2
            ax.plot([benchmark] * 2, [top - reach, bottom + reach], zorder=2, **style.BENCHMARK)
        published = study.published_payoff(design, agent_type, which)
        if math.isfinite(published):
            ax.plot([published] * 2, [top - 0.35, bottom + 0.35], color="0.6", linewidth=0.8, zorder=2)
            ax.plot([published], [(top + bottom) / 2], zorder=3, **style.PUBLISHED)


def label_rows(ax, study, places, spans):
    """Names of the designs, and of the starts in the rows."""
    longest = max(len(start) for start in study.starts)
    ax.set_yticks([(top + bottom) / 2 for top, bottom in spans],
                  [f"{n + 1}  {design_name(design)}" for n, design in enumerate(study.designs)])
    ax.tick_params(axis="y", which="major", length=0, pad=10 + 4.6 * longest)
    # A start in the middle of its design has its label where the design has its own.
    ax.yaxis.remove_overlapping_locs = False
    ax.set_yticks(list(places.values()), [start for _, start in places], minor=True)
    ax.tick_params(axis="y", which="minor", length=0, labelsize=7, labelcolor="0.3")


def shade(ax, spans):
    """Every other design on a pale band, to lead the eye from the labels to the marks."""
    for top, bottom in spans[::2]:
        reach = 0.5 + DESIGN_GAP / 2
        ax.axhspan(top - reach, bottom + reach, color="0.955", linewidth=0, zorder=0)


def design_name(design):
    return ", ".join(style.readable(label) for label in design) or "base"


def axes_name(study):
    return " and ".join(map(style.readable, study.axes)) or "design"


def build(study):
    places, spans = row_places(study)
    bottom = max(places.values())
    benchmark = any(np.isfinite(study.benchmark(design, study.types[0], "en")) for design in study.designs)
    handles = legend_handles(study, published=bool(study.published), benchmark=benchmark)
    height = 0.68 + style.legend_height(handles) + len(study.types) * (0.75 + ROW_HEIGHT * (bottom + 2))
    heading = ", ".join(part for part in (study.title, f"payoffs by {axes_name(study)}") if part)
    fig = style.figure(9.2, height, heading, style.legend_height(handles))
    panels = fig.subplots(len(study.types), len(WHICH), sharey=True, squeeze=False)
    for line, agent_type in zip(panels, study.types):
        for ax, (which, meaning) in zip(line, WHICH.items()):
            shade(ax, spans)
            draw_references(ax, study, agent_type, which, spans)
            draw_rows(ax, study, agent_type, which, places)
            ax.set_title(f"type {agent_type}, {meaning}")
            ax.set_xlabel(f"mean payoff of {agent_type} per stage [payoff units]")
            ax.grid(axis="x", color="0.85", linewidth=0.5, zorder=1)
            ax.margins(x=0.06)
            ax.locator_params(axis="x", nbins=7)  # room for four digits and a sign
    for ax in panels[:, 0]:
        label_rows(ax, study, places, spans)
    for ax in panels[:, 1:].flat:
        ax.tick_params(axis="y", which="both", labelleft=False, length=0)
    panels[0, 0].set_ylim(bottom + 0.5 + DESIGN_GAP / 2, -0.5 - DESIGN_GAP / 2)
    style.legend_below(fig, handles)
    return fig


def legend_handles(study, published, benchmark=False):
    """Only what occurs is explained."""
    handles = []
    for number, start in enumerate(study.starts):
        label = f"from {start}" if len(study.starts) > 1 else "computed"
        handles.append(Line2D([], [], label=label, **style.start_style(number, True)))
    if any(not row.certified and not row.failed() for row in study.rows):
        cross = {**style.start_style(0, False), "markeredgecolor": "0.3"}
        handles.append(Line2D([], [], label="not certified", **cross))
    if published:
        handles.append(Line2D([], [], label=study.published_kind, **style.PUBLISHED))
    if benchmark:
        handles.append(Line2D([], [], label=BENCHMARK_OF[study.game], **style.BENCHMARK))
    return handles
