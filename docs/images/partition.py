#!/usr/bin/env python3
"""Draws partition.svg for docs/PARALLEL.md: who owns what at two consecutive stages, and what travels between them.

  partition.py [OUT]        partition.svg beside this file by default; the ending of OUT decides the format

Three accounts H, P, C with balances up to K_MAX, one type, unit exchange, three ranks. Everything is computed by the
rules of src/game/partition.cpp, src/grid/lattice.cpp and src/game/spending_path.cpp, restated here in a few lines.
"""

import itertools
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path

K_MAX = 4
LENGTH = K_MAX + 1
ACCOUNTS = "HPC"
RANKS = 3
COLORS = ("#3b6fb6", "#e0a030", "#4f9d69")
PALE = ("#c9d9ee", "#f6e3bb", "#cfe6d6")
INK = "#22262b"

CELL_W, CELL_H, GAP = 1.0, 0.62, 0.42  # of a site; between groups of lines with the same slowest balance
RIGHT = 15.5                           # where the second stage is drawn
SHOWN_RANK = 2                         # whose ghosts are drawn
SHOWN_LINE = (3, 3)                    # balances of P and C of the line whose path is drawn


def line_of(contested, balances):
    """Position of a site's line at a stage: the account after the contested one fastest."""
    n = len(ACCOUNTS)
    return sum(balances[(contested + step) % n] * LENGTH ** (step - 1) for step in range(1, n))


def balances_of(contested, line, position):
    n, balances = len(ACCOUNTS), [0] * len(ACCOUNTS)
    balances[contested] = position
    for step in range(1, n):
        balances[(contested + step) % n] = line // LENGTH ** (step - 1) % LENGTH
    return tuple(balances)


LINES = LENGTH ** (len(ACCOUNTS) - 1)


def weight(line):
    """State-action pairs of a line: inactive, and bids up to what all accounts hold."""
    others = sum(balances_of(0, line, 0))
    return sum(others + position + 2 for position in range(LENGTH))


def cuts():
    """First line of every rank, and the end: the boundaries nearest to even shares of the pairs."""
    total = sum(map(weight, range(LINES)))
    ends, line, before = [0], 0, 0.0
    for rank in range(RANKS):
        while line < LINES and before + 0.5 * weight(line) <= total * (rank + 1) / RANKS:
            before += weight(line)
            line += 1
        ends.append(line)
    return ends


CUTS = cuts()  # the same at every stage, all accounts being alike


def owner(line):
    return max(rank for rank in range(RANKS) if CUTS[rank] <= line)


def entered(line):
    """Lines that the spending path of a line of stage 0 enters, in order: the account after the contested one first."""
    balances, lines = list(balances_of(0, line, 0)), []
    for account in (1, 2):
        while balances[account] > 0:
            balances[account] -= 1
            lines.append(line_of(0, balances))
    return lines


def ghosts(rank):
    own = range(CUTS[rank], CUTS[rank + 1])
    return sorted({there for line in own for there in entered(line)} - set(own))


def y_of(line):
    """Upper edge; storage order runs downward."""
    return -(line * CELL_H + line // LENGTH * GAP)


def draw_stage(axes, contested, left):
    """The lattice in storage order, filled by owner; dots by the owner at the stage before."""
    slow, fast = ACCOUNTS[(contested + 2) % 3], ACCOUNTS[(contested + 1) % 3]
    for line, position in itertools.product(range(LINES), range(LENGTH)):
        x, y = left + position * CELL_W, y_of(line) - CELL_H
        here = owner(line)
        axes.add_patch(Rectangle((x, y), CELL_W, CELL_H, facecolor=PALE[here], edgecolor="white", linewidth=1.2))
        if contested == 1:
            before = owner(line_of(0, balances_of(1, line, position)))
            axes.add_patch(Circle((x + CELL_W / 2, y + CELL_H / 2), 0.15, facecolor=COLORS[before],
                                  edgecolor="none", zorder=3))
    side, where = ("right", left - 0.25) if contested == 0 else ("left", left + LENGTH * CELL_W + 0.25)
    for line in range(LINES):
        axes.text(where, y_of(line) - CELL_H / 2, f"{line % LENGTH}", ha=side, va="center", fontsize=7.5, color="#6b7078")
    away = -1.0 if contested == 0 else LENGTH * CELL_W + 1.0
    for group in range(LENGTH):
        middle = (y_of(group * LENGTH) + y_of(group * LENGTH + K_MAX) - CELL_H) / 2
        axes.text(left + away, middle, f"{slow} = {group}", ha=side, va="center", fontsize=10, color=INK)
    axes.text(where, 0.16, fast, ha=side, va="bottom", fontsize=8.5, color="#6b7078")
    for position in range(LENGTH):
        axes.text(left + (position + 0.5) * CELL_W, 0.16, f"{position}", ha="center", va="bottom", fontsize=7.5,
                  color="#6b7078")
    axes.text(left + LENGTH * CELL_W / 2, 0.95, f"balance of {ACCOUNTS[contested]}, along the line", ha="center",
              va="bottom", fontsize=8.5, color="#6b7078")
    axes.text(left + LENGTH * CELL_W / 2, 1.95, f"stage {ACCOUNTS[contested]}", ha="center", va="bottom", fontsize=14,
              weight="bold", color=INK)


def draw_bands(axes, x, width):
    """A bar beside the stretch of every rank."""
    for rank in range(RANKS):
        top, bottom = y_of(CUTS[rank]), y_of(CUTS[rank + 1] - 1) - CELL_H
        axes.add_patch(Rectangle((x, bottom), width, top - bottom, facecolor=COLORS[rank], edgecolor="none"))


def draw_flows(axes, left, right):
    """Ribbons from who owns sites at stage H to who owns them at stage P, as wide as the sites are many."""
    sites = [[0] * RANKS for _ in range(RANKS)]
    for line, position in itertools.product(range(LINES), range(LENGTH)):
        sites[owner(line)][owner(line_of(1, balances_of(0, line, position)))] += 1
    spans = [(y_of(CUTS[rank]), y_of(CUTS[rank + 1] - 1) - CELL_H) for rank in range(RANKS)]
    arriving = [sum(sites[source][target] for source in range(RANKS)) for target in range(RANKS)]
    start, end = [top for top, _ in spans], [top for top, _ in spans]
    for source, target in itertools.product(range(RANKS), repeat=2):
        count = sites[source][target]
        if count == 0:
            continue
        height_s = count * (spans[source][0] - spans[source][1]) / sum(sites[source])
        height_t = count * (spans[target][0] - spans[target][1]) / arriving[target]
        a, b, middle = start[source], end[target], (left + right) / 2
        start[source] -= height_s
        end[target] -= height_t
        outline = Path(
            [(left, a), (middle, a), (middle, b), (right, b), (right, b - height_t), (middle, b - height_t),
             (middle, a - height_s), (left, a - height_s), (left, a)],
            [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4,
             Path.CLOSEPOLY])
        stays = source == target
        axes.add_patch(PathPatch(outline, facecolor=COLORS[source], alpha=0.16 if stays else 0.55, edgecolor="white",
                                 linewidth=0.8, zorder=1 if stays else 2))
        at = right - 0.5 if source > target else left + 0.5
        y = b - height_t / 2 if source > target else a - height_s / 2
        axes.text(at, y, f"{count}", ha="center", va="center", fontsize=9, color=INK, zorder=4,
                  weight="normal" if stays else "bold")
    return sites


def draw_path(axes, left):
    """One spending path, from a full own account; and every ghost of the shown rank."""
    for line in ghosts(SHOWN_RANK):
        axes.add_patch(Rectangle((left + 0.06, y_of(line) - CELL_H + 0.06), CELL_W - 0.12, CELL_H - 0.12, fill=False,
                                 edgecolor=COLORS[SHOWN_RANK], linewidth=2.0, linestyle=(0, (2.2, 1.1)), zorder=4))
    line = line_of(0, (0, *SHOWN_LINE))
    points = [(left + (position + 0.5) * CELL_W, y_of(line) - CELL_H / 2) for position in range(K_MAX, -1, -1)]
    points += [(left + 0.5 * CELL_W, y_of(there) - CELL_H / 2) for there in entered(line)]
    axes.plot(*zip(*points), color=INK, linewidth=1.3, zorder=5)
    axes.plot(*zip(*points), color=INK, linestyle="none", marker="o", markersize=3.6, zorder=6)
    axes.plot(*points[0], color=INK, marker="o", markersize=7.5, markerfacecolor="white", markeredgewidth=1.4, zorder=7)


def draw_legend(axes, y):
    x = 0.0
    axes.add_patch(Rectangle((x, y - 0.3), 0.9, 0.6, facecolor=PALE[0], edgecolor="none"))
    axes.text(x + 1.2, y, "site, colored by the rank that owns its line", va="center", fontsize=9.5, color=INK)
    y -= 1.0
    axes.plot([x, x + 0.9], [y, y], color=INK, linewidth=1.3)
    axes.plot([x], [y], color=INK, marker="o", markersize=7.5, markerfacecolor="white", markeredgewidth=1.4)
    axes.plot([x + 0.9], [y], color=INK, marker="o", markersize=3.6)
    axes.text(x + 1.2, y, "spending path: H, then P, then C is emptied", va="center", fontsize=9.5, color=INK)
    y -= 1.0
    axes.add_patch(Rectangle((x, y - 0.3), 0.9, 0.6, fill=False, edgecolor=COLORS[SHOWN_RANK], linewidth=2.0,
                             linestyle=(0, (2.2, 1.1))))
    axes.text(x + 1.2, y, f"ghost of rank {SHOWN_RANK}: a line its paths enter", va="center",
              fontsize=9.5, color=INK)
    y += 2.0
    x = RIGHT - 3.2
    axes.add_patch(Circle((x + 0.45, y), 0.17, facecolor=COLORS[1], edgecolor="none"))
    axes.text(x + 1.2, y, "owner at stage H: another color than the", va="center", fontsize=9.5, color=INK)
    axes.text(x + 1.2, y - 0.72, "site's means that it has traveled", va="center", fontsize=9.5, color=INK)
    axes.add_patch(Rectangle((x, y - 2.3), 0.9, 0.6, facecolor=COLORS[0], alpha=0.55, edgecolor="none"))
    axes.text(x + 1.2, y - 2.0, "message, and its sites; pale: stays", va="center", fontsize=9.5, color=INK)


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).with_suffix(".svg")
    plt.rcParams.update({"font.family": "DejaVu Sans", "svg.hashsalt": "partition"})
    bottom = y_of(LINES - 1) - CELL_H
    figure, axes = plt.subplots(figsize=(9.6, 8.8))
    draw_stage(axes, 0, 0.0)
    draw_stage(axes, 1, RIGHT)
    bar = 0.7
    left_bar, right_bar = LENGTH * CELL_W + 0.25, RIGHT - 0.25 - bar
    draw_bands(axes, left_bar, bar)
    draw_bands(axes, right_bar, bar)
    draw_flows(axes, left_bar + bar + 0.08, right_bar - 0.08)
    for rank in range(RANKS):
        middle = (y_of(CUTS[rank]) + y_of(CUTS[rank + 1] - 1) - CELL_H) / 2
        for x in (left_bar + bar / 2, right_bar + bar / 2):
            axes.text(x, middle, f"rank {rank}", ha="center", va="center", fontsize=8.5, color="white", weight="bold",
                      rotation=90, zorder=5)
    draw_path(axes, 0.0)
    axes.text((left_bar + right_bar + bar) / 2, 0.16, "transposition", ha="center", va="bottom", fontsize=11, color=INK)
    draw_legend(axes, bottom - 1.3)
    axes.set_xlim(-3.1, RIGHT + LENGTH * CELL_W + 3.1)
    axes.set_ylim(bottom - 3.9, 3.2)
    axes.set_aspect("equal")
    axes.axis("off")
    figure.savefig(out, bbox_inches="tight", pad_inches=0.1, facecolor="white", dpi=110,
                   **({"metadata": {"Date": None}} if out.suffix == ".svg" else {}))


if __name__ == "__main__":
    main()
