#!/usr/bin/env python3
"""Draws levels.svg for README.md and docs/PARALLEL.md: teams of ranks over economies, an economy over the ranks of a team.

  levels.py [OUT]        levels.svg beside this file by default; the ending of OUT decides the format

The costs of the economies are made up; who takes which, and when, follows from them: longest first, by whoever is free.
"""

import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Polygon, Rectangle

COLORS = ("#3b6fb6", "#e0a030", "#4f9d69")
PALE = ("#c9d9ee", "#f6e3bb", "#cfe6d6")
INK, GREY = "#22262b", "#6b7078"

RANKS_OF_TEAM = 3
COSTS = (8.0, 5.5, 5.0, 4.0, 3.0, 2.5, 2.0, 1.5, 1.5, 1.0)  # of the economies, longest first
SHOWN = 1                                                    # the economy that is looked into
LANE_H, LEFT, SCALE = 1.15, 5.3, 0.72                        # of a team; where time begins; width of a unit of it


def schedule():
    """(economy, team, begin) of every economy."""
    free = [0.0] * len(COLORS)
    taken = []
    for economy, cost in enumerate(COSTS):
        team = free.index(min(free))
        taken.append((economy, team, free[team]))
        free[team] += cost
    return taken


def lane(team):
    return -team * 1.9


def draw_teams(axes, taken):
    axes.text(0, 2.25, "Many economies: teams of ranks", fontsize=13, weight="bold", color=INK)
    axes.text(0, 1.62, "a team that is free takes the next one, longest first, and appends its results to its own journal",
              fontsize=9.5, color=GREY)
    for team, color in enumerate(COLORS):
        y = lane(team)
        axes.text(0, y + LANE_H / 2, f"team {team}", va="center", fontsize=10.5, color=INK)
        for rank in range(RANKS_OF_TEAM):
            x = 2.0 + 0.95 * rank
            axes.add_patch(Circle((x, y + LANE_H / 2), 0.4, facecolor=color, edgecolor="none"))
            axes.text(x, y + LANE_H / 2, f"{team * RANKS_OF_TEAM + rank}", ha="center", va="center", fontsize=9,
                      color="white", weight="bold")
    for economy, team, begin in taken:
        x, width = LEFT + SCALE * begin, SCALE * COSTS[economy]
        axes.add_patch(Rectangle((x + 0.04, lane(team)), width - 0.08, LANE_H, facecolor=PALE[team], edgecolor="none"))
        axes.text(x + width / 2, lane(team) + LANE_H / 2, f"{economy + 1}", ha="center", va="center", fontsize=10, color=INK)
    bottom = lane(len(COLORS) - 1) - 0.5
    axes.add_patch(FancyArrowPatch((LEFT, bottom), (LEFT + SCALE * 13.6, bottom), arrowstyle="-|>", mutation_scale=11,
                                   color=GREY, linewidth=1.0))
    axes.text(LEFT + SCALE * 13.8, bottom, "time", va="center", fontsize=9.5, color=GREY)
    axes.text(2.95, bottom, "ranks", ha="center", va="center", fontsize=9.5, color=GREY)


def draw_economy(axes, taken):
    _, team, begin = taken[SHOWN]
    top, height, left, right = -6.35, 2.5, LEFT, LEFT + SCALE * 13.6
    x, width = LEFT + SCALE * begin, SCALE * COSTS[SHOWN]
    axes.add_patch(Rectangle((x + 0.04, lane(team)), width - 0.08, LANE_H, fill=False, edgecolor=COLORS[team], linewidth=1.8))
    axes.add_patch(Polygon([(x, lane(team)), (x + width, lane(team)), (right, top), (left, top)], closed=True,
                           facecolor=COLORS[team], alpha=0.10, edgecolor="none", zorder=0))
    axes.text(0, top + 0.55, "One economy", fontsize=13, weight="bold", color=INK)
    axes.text(0, top - 0.25, f"economy {SHOWN + 1} on team {team}:\na rank owns a stretch of\nlines of states and all\nthat is computed there",
              va="top", fontsize=9.5, color=GREY)
    columns, lines = 12, 9
    cell_w, cell_h = (right - left) / columns, height / lines
    for line in range(lines):
        rank = line * RANKS_OF_TEAM // lines
        for column in range(columns):
            axes.add_patch(Rectangle((left + column * cell_w, top - 0.3 - (line + 1) * cell_h), cell_w, cell_h,
                                     facecolor=COLORS[team], alpha=(0.28, 0.48, 0.68)[rank], edgecolor="white", linewidth=1.0))
    for rank in range(RANKS_OF_TEAM):
        y = top - 0.3 - (rank + 0.5) * height / RANKS_OF_TEAM
        axes.add_patch(Circle((right + 0.65, y), 0.36, facecolor=COLORS[team], edgecolor="none"))
        axes.text(right + 0.65, y, f"{team * RANKS_OF_TEAM + rank}", ha="center", va="center", fontsize=9, color="white",
                  weight="bold")
        if rank:
            axes.add_patch(FancyArrowPatch((right + 1.1, y + 0.75), (right + 1.1, y + 0.08), arrowstyle="<|-|>",
                                           mutation_scale=9, color=INK, linewidth=1.0, connectionstyle="arc3,rad=-0.35"))
    axes.text(left, top - height - 0.78, "between stages states change owners, within a stage ghosts are fetched;\n"
              "sums are exact, so that the number of ranks changes no bit of a result", va="top", fontsize=9.5, color=GREY)


def draw_file(axes):
    x, y = LEFT + SCALE * 13.6 + 1.9, lane(1) + LANE_H / 2
    axes.add_patch(FancyBboxPatch((x, y - 0.75), 2.1, 1.5, boxstyle="round,pad=0.1", facecolor="white", edgecolor=INK,
                                  linewidth=1.2))
    axes.text(x + 1.05, y, "OUT.h5\none file", ha="center", va="center", fontsize=10, color=INK)
    for team in range(len(COLORS)):
        axes.add_patch(FancyArrowPatch((LEFT + SCALE * 13.0, lane(team) + LANE_H / 2), (x - 0.2, y + 0.35 * (1 - team)),
                                       arrowstyle="-|>", mutation_scale=11, color=COLORS[team], linewidth=1.3))


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).with_suffix(".svg")
    plt.rcParams.update({"font.family": "DejaVu Sans", "svg.hashsalt": "levels"})
    figure, axes = plt.subplots(figsize=(9.6, 7.2))
    taken = schedule()
    draw_teams(axes, taken)
    draw_economy(axes, taken)
    draw_file(axes)
    axes.set_xlim(-0.3, LEFT + SCALE * 13.6 + 4.3)
    axes.set_ylim(-11.0, 3.0)
    axes.set_aspect("equal")
    axes.axis("off")
    figure.savefig(out, bbox_inches="tight", pad_inches=0.1, facecolor="white", dpi=110,
                   **({"metadata": {"Date": None}} if out.suffix == ".svg" else {}))


if __name__ == "__main__":
    main()
