"""Who gets access over time: the part of contests with the first outcome, by urgency; a panel per cohort and stage."""

import numpy as np
from matplotlib.lines import Line2D

from . import style
from .trace import draw, look, over_periods, what


def build(simulation):
    stages, cohorts = range(len(simulation.stages)), range(len(simulation.cohorts))
    urgencies = [u for u in range(len(simulation.urgencies)) if simulation.taking_part[..., u].any()]
    outcome = style.readable(simulation.outcomes[0])
    fig = style.figure(1.4 + style.panel_width(stages), 1.1 + 1.7 * len(cohorts), f"{what(simulation)}: access by urgency",
                       legend_height=0.32)
    panels = fig.subplots(len(cohorts), len(stages), sharex=True, sharey=True, squeeze=False)
    for cohort in cohorts:
        for stage in stages:
            ax = panels[cohort, stage]
            for urgency in urgencies:
                takes_part = simulation.taking_part[:, :, stage, cohort, urgency]
                if takes_part.any():
                    successes = simulation.contests[:, :, stage, cohort, urgency, 0]
                    draw(ax, simulation.period, successes / np.where(takes_part > 0, takes_part, np.nan), **look(urgency))
            names = [simulation.stages[stage] if len(stages) > 1 else "", simulation.cohorts[cohort] if len(cohorts) > 1 else ""]
            ax.set_title(", ".join(name for name in names if name))
            ax.grid(color="0.9", linewidth=0.5)
            ax.set_axisbelow(True)
        panels[cohort, 0].set_ylabel(f"part with {outcome}")
    panels[0, 0].set_ylim(-0.02, 1.02)
    for ax in panels[-1]:
        over_periods(ax, simulation)
    style.legend_below(fig, [Line2D([], [], label=simulation.urgencies[u], **look(u)) for u in urgencies])
    return fig
