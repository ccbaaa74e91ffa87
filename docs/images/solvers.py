#!/usr/bin/env python3
"""Draws solvers.svg and writes the table of docs/SOLVERS.md, from bench/results/solvers.csv.

  solvers.py [OUT]        solvers.svg beside this file by default; the ending of OUT decides the format
"""

import math
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from measured import write_table

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent / "bench" / "results" / "solvers.csv"
DOCUMENT = HERE.parent / "SOLVERS.md"
SAME = 1e-5  # of Nash welfare: two runs ended in the same equilibrium


def read(path):
    """{design: {run: {"seconds", "stationarity": lists, "reason", "time", "nash", ...}}}"""
    runs = {}
    for line in path.read_text().splitlines()[1:]:
        summary = line.startswith("# ")
        cells = line.removeprefix("# ").split(",")
        design, run = cells[0].split(" ", 1)
        entry = runs.setdefault(design, {}).setdefault(run, {"seconds": [], "stationarity": []})
        if summary:
            entry.update(reason=cells[1], iterations=int(cells[2]), time=float(cells[3]), reached=float(cells[4]),
                         gain=float(cells[5]), exploitability=float(cells[6]), nash=float(cells[7]))
        else:
            entry["seconds"].append(float(cells[2]))
            entry["stationarity"].append(float(cells[3]))
    return runs


def baseline(runs):
    """The fastest run of the dynamics that ends where the accelerated method does, and whether there is one; otherwise the
    fastest that converges at all, or the one that got furthest."""
    goal = runs["accelerated"]["nash"]
    dynamics = [run for name, run in runs.items() if name != "accelerated"]
    converged = [run for run in dynamics if run["reason"] == "converged"]
    same = [run for run in converged if abs(run["nash"] - goal) < SAME]
    if same:
        return min(same, key=lambda run: run["time"]), True
    if converged:
        return min(converged, key=lambda run: run["time"]), False
    return min(dynamics, key=lambda run: run["reached"]), False


def table(designs):
    lines = ["| design | accelerated, s | stationarity | E_mean | G_mean | SW_en | dynamics, s | SW_en | ratio |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    ratios = []
    for design, runs in designs.items():
        fast, (slow, same) = runs["accelerated"], baseline(runs)
        ratio = slow["time"] / fast["time"]
        if same:
            ratios.append(ratio)
        time = f"{slow['time']:.1f}" if slow["reason"] == "converged" else f"{slow['reason']} at {slow['reached']:.0e}"
        lines.append(f"| {design} | {fast['time']:.2f} | {fast['reached']:.0e} | {fast['gain']:.1e} "
                     f"| {fast['exploitability']:.1e} | {fast['nash']:.4f} | {time} | {slow['nash']:.4f} "
                     f"| {f'{ratio:.1f}' if same else 'other' if slow['reason'] == 'converged' else '-'} |")
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else math.nan
    lines.append("")
    lines.append(f"Geometric mean of the ratios where both end in the same equilibrium: {mean:.1f}.")
    return "\n".join(lines) + "\n"


def draw(designs, out):
    figure, axes = plt.subplots(2, 4, figsize=(11, 5), sharex=True, sharey=True, constrained_layout=True)
    for axis, (design, runs) in zip(axes.flat, designs.items()):
        slow, same = baseline(runs)
        axis.loglog(slow["seconds"], slow["stationarity"], color="#3b6fb6" if same else "#9aa0a6", lw=1.2,
                    label="dynamics, best constants")
        fast = runs["accelerated"]
        axis.loglog(fast["seconds"], fast["stationarity"], color="#d1495b", lw=1.6, label="accelerated")
        axis.axhline(1e-7, color="#22262b", lw=0.6, ls=":")
        axis.set_title(design.replace("_", " ").replace("/", ", "), fontsize=9)
        axis.grid(alpha=0.25, lw=0.4)
    axes[0, 0].legend(fontsize=7, loc="lower left", frameon=False)
    figure.supxlabel("seconds on one core", fontsize=9)
    figure.supylabel("stationarity S", fontsize=9)
    figure.savefig(out)


def main():
    designs = read(DATA)
    write_table(DOCUMENT, "solvers", table(designs))
    draw(designs, sys.argv[1] if len(sys.argv) > 1 else HERE / "solvers.svg")


if __name__ == "__main__":
    main()
