"""Bidding policy of one type over the karma of the contested account, with the stationary karma under it.

The pattern is that of Elokda, Bolognani, Censi, Doerfler, Frazzoli, "A self-contained karma economy for the dynamic
allocation of common resources", Fig. 3: a heat map of P(bid | karma) above, the karma distribution below.
"""

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from . import style
from .results import VISITED

HALO = [effects.withStroke(linewidth=2.2, foreground="white")]
MARKED = 16  # up to so many karma levels the mean bid has a marker at each; beyond, markers would hide the cells
MEAN = {"color": style.RED, "linewidth": 1.1, "markersize": 2.6}
FEW = 1e-4  # of the agents of a type
UNVISITED = {"facecolor": "none", "edgecolor": "0.72", "linewidth": 0, "hatch": "////"}
BEYOND = {"facecolor": "0.86", "linewidth": 0}
WHOLE_TYPE = {"facecolor": "white", "edgecolor": "0.45", "linewidth": 0.5}
NEGLIGIBLE = 5e-3  # probability too faint to be seen: rows above the last visible bid are cut off


def conditional(state, stage, agent_type, urgency):
    """P[karma, action] given the karma of the contested account, and the share of the population there.

    The other accounts are averaged over with the weights d; where nobody is, P is NaN. With a single account there is
    nothing to average, and the policy is defined everywhere.
    """
    account = state.account_of(stage)
    shape = state.d.shape[3:]
    karma_state, action, probability = state.block_policy(stage, agent_type, urgency)
    karma = np.unravel_index(karma_state, shape)[account]
    mass = state.d[stage, agent_type, urgency].reshape(-1)
    weight = mass[karma_state] if len(shape) > 1 else np.ones(len(karma_state))
    levels, actions = shape[account], len(state.action_labels)
    joint = np.bincount(karma * actions + action, weights=weight * probability, minlength=levels * actions)
    joint = joint.reshape(levels, actions)
    at_karma = state.karma_by(stage, agent_type, account)[urgency]
    total = joint.sum(axis=1, keepdims=True)
    seen = (total > 0) if len(shape) == 1 else (at_karma > VISITED)[:, None]
    return np.where(seen, joint / np.where(total > 0, total, 1), np.nan), at_karma


def mean_bid(policy, bids):
    """Mean bid of those who take part, by karma; NaN where nobody does."""
    numeric = np.isfinite(bids)
    taking_part = np.nansum(policy[:, numeric], axis=1)
    paid = np.nansum(policy[:, numeric] * bids[numeric], axis=1)
    return np.where(taking_part > NEGLIGIBLE, paid / np.where(taking_part > 0, taking_part, 1), np.nan)


def runs(flags):
    """Half-open ranges where a boolean array is true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flags.astype(int), [0]))))
    return list(zip(edges[::2], edges[1::2]))


def draw_policy(ax, state, policy, top):
    """Heat map and mean bid; actions without a bid get rows of their own below zero. Returns the mesh."""
    bids = state.action_bid
    karma = np.arange(policy.shape[0] + 1) - 0.5
    grid = np.full((top + 1, policy.shape[0]), np.nan)
    for action in np.flatnonzero(np.isfinite(bids) & (bids <= top)):
        grid[int(round(bids[action]))] = policy[:, action]
    colours = {"cmap": "Greys", "vmin": 0, "vmax": 1, "rasterized": True}
    mesh = ax.pcolormesh(karma, np.arange(top + 2) - 0.5, grid, **colours)
    quiet = np.flatnonzero(~np.isfinite(bids))
    gap = 1 + top // 25  # keeps the rows apart from bid 0 however many bids there are
    rows = [-gap - 0.5 - gap * n for n in range(len(quiet))]
    for action, row in zip(quiet, rows):
        ax.pcolormesh(karma, [row - gap / 2, row + gap / 2], policy[:, action][None, :], **colours)
    ax.axhline(-0.5, color="0.4", linewidth=0.7)
    if rows:
        ax.axhline(rows[0] + gap / 2, color="0.4", linewidth=0.7)
    bottom = rows[-1] - gap / 2 if rows else -0.5
    for first, last in runs(np.isnan(policy).all(axis=1)):
        ax.axvspan(first - 0.5, last - 0.5, zorder=0, **UNVISITED)
    levels = np.arange(policy.shape[0])
    if len(state.accounts) == 1:  # nobody can pay more than that
        ax.stairs(levels + 0.5, karma, baseline=len(levels) + 0.5, fill=True, zorder=2, **BEYOND)
    else:
        ax.plot(levels, levels, color="0.35", linestyle=":", linewidth=1.0, scalex=False, scaley=False)
    marker = "o" if len(levels) <= MARKED else ""
    ax.plot(levels, mean_bid(policy, bids), marker=marker, path_effects=HALO, **MEAN)
    ticks = [tick for tick in MaxNLocator(5, integer=True).tick_values(0, max(top, 1)) if 0 <= tick <= top]
    ax.set_yticks([*rows, *ticks], [*(state.action_labels[a] for a in quiet), *(f"{tick:.0f}" for tick in ticks)])
    ax.set_ylim(bottom, top + 0.5)
    ax.set_xlim(-0.5, policy.shape[0] - 0.5)
    ax.spines[["top", "right"]].set_visible(True)
    ax.tick_params(labelbottom=False)
    return mesh


def draw_karma(ax, state, stage, agent_type, urgency):
    """Karma of the whole type as empty bars, of the agents with this urgency as dark ones, in percent of the type."""
    by_urgency = 100 * state.karma_by(stage, agent_type, state.account_of(stage)) / state.type_share[agent_type]
    levels = np.arange(by_urgency.shape[1])
    ax.bar(levels, by_urgency.sum(axis=0), width=1.0, **WHOLE_TYPE)
    ax.bar(levels, by_urgency[urgency], width=1.0, color="0.3", linewidth=0.3, edgecolor="white")
    ax.set_xlabel(f"{state.accounts[state.account_of(stage)]} karma [units]")
    ax.yaxis.set_major_locator(MaxNLocator(3))


def highest_bid(state, policies):
    """The last bid that is visible in any of the policies."""
    visible = [np.nanmax(policy, axis=0, initial=0) > NEGLIGIBLE for policy, _ in policies]
    bids = [state.action_bid[flags & np.isfinite(state.action_bid)] for flags in visible]
    return int(max((b.max() for b in bids if b.size), default=0)) + 1


def shown_karma(state, stage, agent_type):
    """The last balance to show: of accounts without a bound, the last that is held by more than a few."""
    shares = state.karma_by(stage, agent_type, state.account_of(stage)).sum(axis=0)
    if state.game != "pairwise":
        return len(shares) - 1
    return int(np.flatnonzero(shares > FEW * shares.sum()).max(initial=0)) + 1


def grid(state, agent_type):
    """(stage, urgency) of the panels by row and column: a column per resource and a row per urgency; the urgencies of a
    single resource side by side."""
    stages = range(len(state.stages))
    urgencies = sorted(set().union(*(state.occurring(stage, agent_type) for stage in stages)))
    rows = [[(stage, urgency) for stage in stages] for urgency in urgencies]
    return rows if len(stages) > 1 else [[row[0] for row in rows]]


def build(state, agent_type, what=""):
    """The figure of one type."""
    panels = grid(state, agent_type)
    heading = ", ".join(part for part in (state.title, what, f"bids of type {state.types[agent_type]}") if part)
    fig = style.figure(1.1 + 3.3 * max(2, len(panels[0])), 1.0 + 2.9 * len(panels), heading + state.note(), legend_height=0.32)
    cells = fig.add_gridspec(len(panels), len(panels[0]) + 1, width_ratios=[1] * len(panels[0]) + [0.04])
    mesh = None
    for stage in range(len(state.stages)):
        policies = {u: conditional(state, stage, agent_type, u) for u in state.occurring(stage, agent_type)}
        top = highest_bid(state, policies.values())
        first_bars, drawn = None, {}
        for row, column in np.ndindex(len(panels), len(panels[0])):
            of, urgency = panels[row][column]
            if of != stage or urgency not in policies:
                continue
            upper, lower = cells[row, column].subgridspec(2, 1, height_ratios=(3, 1.1), hspace=0.02).subplots()
            mesh = draw_policy(upper, state, policies[urgency][0], top)
            draw_karma(lower, state, stage, agent_type, urgency)
            lower.sharex(upper)
            upper.set_xlim(right=shown_karma(state, stage, agent_type) + 0.5)
            upper.xaxis.set_major_locator(MaxNLocator(7, integer=True))
            if first_bars is not None:
                lower.sharey(first_bars)
            first_bars = first_bars or lower
            drawn.setdefault(column, []).extend([upper, lower])
            name, value = state.urgencies[urgency], state.urgency_values[urgency]
            upper.set_title(f"{state.stages[stage]}, urgency {name} (u = {value:g})")
            upper.set_ylabel("bid [karma]")
            lower.set_ylabel("% of type")
        if first_bars is not None:
            first_bars.set_ylim(bottom=0)
            for axes in drawn.values():
                fig.align_ylabels(axes)
    if mesh is not None:
        fig.colorbar(mesh, cax=fig.add_subplot(cells[:, -1]), label="probability of the action, given the karma")
    style.legend_below(fig, legend_handles(state))
    return fig


def legend_handles(state):
    handles = [
        Line2D([], [], label="mean bid of those who take part", **MEAN),
        Patch(label="more than one has", **BEYOND) if len(state.accounts) == 1 else
        Line2D([], [], color="0.35", linestyle=":", linewidth=1.0, label="bid = karma"),
        Patch(facecolor="0.3", label="with this urgency"),
        Patch(label="whole type", **WHOLE_TYPE),
    ]
    if len(state.accounts) > 1:
        handles.append(Patch(**{**UNVISITED, "label": "nobody there"}))
    return handles
