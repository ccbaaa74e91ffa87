"""Joint stationary distribution of two karma accounts: a panel per type and stage."""

import numpy as np
from matplotlib.colors import PowerNorm
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from . import style

MEAN = {"marker": "P", "markersize": 8, "markerfacecolor": "white", "markeredgecolor": "black", "linestyle": "none"}


def joint(state, stage, agent_type):
    """Percent of the type by karma of the first and of the second account."""
    return 100 * state.d[stage, agent_type].sum(axis=0) / state.type_share[agent_type]


def draw(ax, percent, norm):
    edges = [np.arange(size + 1) - 0.5 for size in percent.shape]
    mesh = ax.pcolormesh(edges[0], edges[1], percent.T, cmap="Greys", norm=norm, rasterized=True)
    total = percent.sum()
    means = [(percent.sum(axis=1 - axis) * np.arange(percent.shape[axis])).sum() / total for axis in (0, 1)]
    ax.plot(*([mean] for mean in means), **MEAN)
    ax.set_aspect("equal")
    ax.spines[["top", "right"]].set_visible(True)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    return mesh


def build(state, what=""):
    types, stages = range(len(state.types)), range(len(state.stages))
    percent = [[joint(state, stage, agent_type) for stage in stages] for agent_type in types]
    # The square root keeps thin parts of the distribution visible beside its peaks.
    norm = PowerNorm(0.5, vmin=0, vmax=max(panel.max() for row in percent for panel in row))
    heading = ", ".join(part for part in (state.title, what, "karma of both accounts") if part)
    aspect = percent[0][0].shape[1] / percent[0][0].shape[0]
    fig = style.figure(1.3 + 2.6 * len(stages), 1.0 + (0.5 + 2.3 * min(aspect, 2)) * len(types), heading + state.note(),
                       legend_height=0.3)
    panels = fig.subplots(len(types), len(stages), sharex=True, sharey=True, squeeze=False)
    for agent_type in types:
        for stage in stages:
            ax = panels[agent_type, stage]
            mesh = draw(ax, percent[agent_type][stage], norm)
            ax.set_title(f"type {state.types[agent_type]}, before {state.stages[stage]}")
            if agent_type == types[-1]:
                ax.set_xlabel(f"{state.accounts[0]} karma [units]")
        panels[agent_type, 0].set_ylabel(f"{state.accounts[1]} karma [units]")
    fig.colorbar(mesh, ax=panels, label="share of the type [%], square-root scale", aspect=35, pad=0.02, shrink=0.85)
    style.legend_below(fig, [Line2D([], [], label="mean", **MEAN)])
    return fig
