"""Who uses the resources: shares of the population by type, urgency and outcome, one bar per type and urgency.

Elokda, Censi, Bolognani, Doerfler, Frazzoli, "To Travel Quickly or to Park Conveniently: Coupled Resource Allocations
with Multi-Karma Economies", Fig. 3.
"""

import textwrap

import numpy as np
from matplotlib.patches import Patch

from . import style
from .results import VISITED

BAR_HEIGHT = 0.74
NAME_WIDTH = 26    # characters of a design's name on one line
TYPE_GAP = 0.45  # between the bars of two types, in bars
NARROWEST = 5.2  # inches: headings take two lines at most


def bars_of(states):
    """(type, urgency) of every bar: those that occur at any resource of any of the states."""
    total = sum(state.utilisation.sum(axis=(0, 3)) for state in states)
    return [(int(t), int(u)) for t, u in zip(*np.nonzero(total > VISITED))]


def positions(bars):
    """Vertical place of each bar, from the top down, with a gap between types."""
    types = list(dict.fromkeys(agent_type for agent_type, _ in bars))
    return [number + TYPE_GAP * types.index(agent_type) for number, (agent_type, _) in enumerate(bars)]


def room_for_names(states, bars):
    """Inches beyond those of names of a usual length."""
    return 0.07 * max(0, max(len(bar_name(states[0], bar)) for bar in bars) - 16)


def bar_name(state, bar):
    agent_type, urgency = bar
    return f"{state.types[agent_type]}, {state.urgencies[urgency]}"


def longest(states):
    """Length of the longest bar in percent, with a little room after it."""
    return 104 * max(state.utilisation.sum(axis=3).max() for state in states)


def draw(ax, state, stage, bars):
    """Stacked bars of one resource."""
    places = positions(bars)
    left = np.zeros(len(bars))
    for outcome, look in enumerate(style.outcome_styles(state.outcomes)):
        share = np.array([100 * state.utilisation[stage, t, u, outcome] for t, u in bars])
        seen = share > 0
        ax.barh(np.array(places)[seen], share[seen], left=left[seen], height=BAR_HEIGHT, **look)
        left += share
    ax.set_yticks(places, [bar_name(state, bar) for bar in bars])
    ax.set_ylim(max(places) + 0.6, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", color="0.88", linewidth=0.5)
    ax.set_axisbelow(True)


def legend(fig, state):
    looks = zip(state.outcomes, style.outcome_styles(state.outcomes))
    style.legend_below(fig, [Patch(label=style.readable(name), **look) for name, look in looks])


def build(state, what=""):
    """The figure of one equilibrium: a panel per resource."""
    bars = bars_of([state])
    heading = ", ".join(part for part in (state.title, what, "use of the resources") if part)
    height = 1.35 + 0.27 * (max(positions(bars)) + 1)
    fig = style.figure(max(NARROWEST, 1.2 + 2.9 * len(state.stages)) + room_for_names([state], bars), height, heading + state.note(), legend_height=0.3)
    panels = fig.subplots(1, len(state.stages), sharex=True, sharey=True, squeeze=False)[0]
    for stage, ax in enumerate(panels):
        draw(ax, state, stage, bars)
        ax.set_title(state.stages[stage])
        ax.set_xlabel("share of the population [%]")
    panels[0].set_xlim(0, longest([state]))
    panels[0].set_ylabel("type, urgency")
    legend(fig, state)
    return fig


def build_grid(title, labelled, labels_name):
    """Several equilibria of the same types and resources: (label, state), down the columns."""
    states = [state for _, state in labelled]
    bars, stages = bars_of(states), len(states[0].stages)
    columns = 2 if len(labelled) > 3 else 1
    rows = -(-len(labelled) // columns)
    height = 0.9 + rows * (0.4 + 0.19 * (max(positions(bars)) + 1))
    heading = ", ".join(part for part in (title, f"use of the resources by {labels_name}") if part)
    fig = style.figure(max(NARROWEST, 0.9 + columns * (0.2 + 1.9 * stages)) + room_for_names(states, bars), height, heading, legend_height=0.3)
    panels = fig.subplots(rows, columns * stages, sharex=True, sharey=True, squeeze=False)
    for number in range(rows * columns):
        row, first = number % rows, (number // rows) * stages
        group = panels[row, first : first + stages]
        if number >= len(labelled):
            for ax in group:
                ax.set_axis_off()
            continue
        label, state = labelled[number]
        for stage, ax in enumerate(group):
            draw(ax, state, stage, bars)
            ax.set_title(state.stages[stage], loc="right", color="0.35")
            if row == rows - 1 or number == len(labelled) - 1:
                ax.set_xlabel("share of the population [%]")
                ax.tick_params(labelbottom=True)
        name = textwrap.fill(label, NAME_WIDTH) + ("" if state.certified else "\n(not certified)")
        group[0].set_title(name, fontweight="bold")
    panels[0, 0].set_xlim(0, longest(states))
    legend(fig, states[0])
    return fig
