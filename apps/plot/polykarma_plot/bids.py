"""Mean bids by karma in several designs side by side, with the karma of who bids them below.

The pattern is that of Elokda, Bolognani, Censi, Doerfler, Frazzoli, "A self-contained karma economy for the dynamic
allocation of common resources", Fig. 5. For economies of one resource.
"""

import textwrap

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from . import style
from .policy import conditional, mean_bid, shown_karma
from .trace import look

NAME_WIDTH = 26  # characters of a design's name on one line
STAGE = 0
LIMIT = {"color": "0.35", "linestyle": ":", "linewidth": 1.0}


def draw(upper, lower, state, agent_type, urgencies, last):
    """Up to a balance. Returns the highest bid."""
    highest = 1.0
    for number, urgency in enumerate(urgencies):
        if urgency not in state.occurring(STAGE, agent_type):
            continue
        policy, at_karma = conditional(state, STAGE, agent_type, urgency)
        bids = mean_bid(policy, state.action_bid)[: last + 1]
        highest = max(highest, np.nanmax(bids, initial=0))
        upper.plot(np.arange(len(bids)), bids, **look(number))
        lower.stairs((100 * at_karma / at_karma.sum())[: last + 1], np.arange(len(bids) + 1) - 0.5, **look(number))
    upper.plot([0, last], [0, last], scaley=False, **LIMIT)
    for ax in (upper, lower):
        ax.grid(color="0.9", linewidth=0.5)
        ax.set_axisbelow(True)
    return highest


def build(title, labelled, agent_type):
    """labelled: (name of a design, its equilibrium)"""
    states = [state for _, state in labelled]
    first = states[0]
    last = max(shown_karma(state, STAGE, agent_type) for state in states)
    urgencies = sorted(set().union(*(state.occurring(STAGE, agent_type) for state in states)))
    of_type = f"mean bids of type {first.types[agent_type]}" if len(first.types) > 1 else "mean bids"
    fig = style.figure(1.0 + 2.3 * max(3, len(labelled)), 4.2, f"{title}, {of_type}", legend_height=0.32)
    panels = fig.subplots(2, len(labelled), sharex=True, sharey="row", squeeze=False, height_ratios=(3, 2))
    highest = 0.0
    for column, (label, state) in zip(panels.T, labelled):
        highest = max(highest, draw(*column, state, agent_type, urgencies, last))
        column[0].set_title(textwrap.fill(label, NAME_WIDTH) + ("" if state.certified else "\n(not certified)"))
        column[1].set_xlabel(f"{state.accounts[state.account_of(STAGE)]} karma [units]")
    panels[0, 0].set_ylabel("mean bid [karma]")
    panels[1, 0].set_ylabel("% of who is\nas urgent")
    panels[0, 0].set_xlim(-0.5, last + 0.5)
    panels[0, 0].xaxis.set_major_locator(MaxNLocator(6, integer=True))
    panels[0, 0].set_ylim(0, 1.15 * highest)
    panels[1, 0].set_ylim(bottom=0)
    fig.align_ylabels(panels[:, 0])
    names = [f"{first.urgencies[u]} (u = {first.urgency_values[u]:g})" for u in urgencies]
    style.legend_below(fig, [*(Line2D([], [], label=name, **look(n)) for n, name in enumerate(names)),
                             Line2D([], [], label="bid = karma", **LIMIT)])
    return fig
