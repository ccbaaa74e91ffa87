#!/usr/bin/env python3
"""Draws teams.svg for docs/PARALLEL.md: both levels at which the ranks of one program work in parallel.

  teams.py [OUT]        teams.svg beside this file by default; the ending of OUT decides the format
"""

import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

INK, QUIET = "#22262b", "#7d8590"
COLORS = ("#3b6fb6", "#e0a030", "#4f9d69")
PALE = ("#c9d9ee", "#f6e3bb", "#cfe6d6")
WORK = (9, 8, 6, 6, 5, 4, 3, 2, 2, 1)  # of the points, predicted
TAKEN = 4
TEAMS, RANKS = 3, 2
# The last piece of every team is the one at hand.
DONE = ((0,), (1,), (2, 3))


def arrow(axes, start, end, color=QUIET, bend=0.0):
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=9, color=color, lw=1.1,
                                   connectionstyle=f"arc3,rad={bend}"))


def queue(axes):
    axes.text(0.1, 6.15, "points of the study,\nlongest predicted first", color=INK, va="bottom")
    for i, work in enumerate(WORK):
        y = 5.75 - 0.5 * i
        owner = next((team for team, points in enumerate(DONE) if i in points), None)
        axes.add_patch(Rectangle((0.1, y), 0.28 * work, 0.36, color=QUIET if owner is None else COLORS[owner],
                                 alpha=0.35 if owner is None else 1.0))
    y = 5.75 - 0.5 * TAKEN + 0.43
    axes.plot((0.05, 2.9), (y, y), color=INK, lw=1)
    axes.text(2.95, y, "shared counter", color=INK, va="center", size=9)


def team(axes, number):
    y = 4.75 - 2.0 * number
    axes.add_patch(FancyBboxPatch((5.2, y), 3.2, 1.35, boxstyle="round,pad=0.08", fc="white", ec=COLORS[number], lw=1.5))
    axes.text(5.25, y + 1.12, f"team {number}: one economy", color=INK, va="center", size=9)
    for rank in range(RANKS):
        left = 5.3 + 1.55 * rank
        axes.add_patch(Rectangle((left, y + 0.08), 1.45, 0.75, fc=PALE[number], ec=COLORS[number], lw=1))
        axes.text(left + 0.72, y + 0.46, f"rank {RANKS * number + rank}\nhalf its states", ha="center", va="center",
                  size=8, color=INK)
    arrow(axes, (4.55, 4.1), (5.1, y + 0.7), bend=0.0)
    axes.add_patch(Rectangle((9.6, y + 0.2), 1.15, 0.85, fc=PALE[number], ec=COLORS[number], lw=1))
    axes.text(10.17, y + 0.62, "journal", ha="center", va="center", size=9, color=INK)
    arrow(axes, (8.5, y + 0.65), (9.55, y + 0.65), COLORS[number])
    arrow(axes, (10.8, y + 0.65), (11.95, 3.45 + 0.15 * (1 - number)))


def draw(out):
    plt.rcParams.update({"font.family": "DejaVu Sans", "font.size": 10, "svg.hashsalt": "teams", "svg.fonttype": "path"})
    figure, axes = plt.subplots(figsize=(9.8, 4.9))
    queue(axes)
    for number in range(TEAMS):
        team(axes, number)
    axes.add_patch(FancyBboxPatch((12.0, 2.75), 1.5, 1.4, boxstyle="round,pad=0.08", fc="white", ec=INK, lw=1.3))
    axes.text(12.75, 3.45, "OUT.h5\ntable,\nequilibria", ha="center", va="center", color=INK)
    axes.text(6.8, 6.5, "between economies", ha="center", color=QUIET, size=9)
    axes.text(6.8, 0.1, "within an economy: states travel between the ranks of a team", ha="center", color=QUIET, size=9)
    axes.set(xlim=(0, 13.7), ylim=(-0.1, 7.2))
    axes.axis("off")
    figure.savefig(out, bbox_inches="tight", metadata={"Date": None} if str(out).endswith("svg") else None)


if __name__ == "__main__":
    draw(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("teams.svg"))
