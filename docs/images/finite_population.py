#!/usr/bin/env python3
"""Draws finite_population.svg and writes its table into docs/EQUATIONS.md, from bench/results/finite_population.csv.

  finite_population.py [OUT]    finite_population.svg beside this file by default; the ending of OUT decides the format
"""

import csv
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy

from measured import write_table

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent / "bench" / "results" / "finite_population.csv"
DOCUMENT = HERE.parent / "EQUATIONS.md"


def read(path):
    """{type: {population: payoffs less that of the mean field, one for each seed}}"""
    found = {}
    with path.open() as file:
        for row in csv.DictReader(file):
            of_type = found.setdefault(row["type"], {})
            of_type.setdefault(int(row["population"]), []).append(float(row["payoff_en"]) - float(row["mean_field_en"]))
    return found


def measures(of_type):
    """Populations, standard deviations over seeds, and means with their standard errors."""
    sizes = numpy.array(sorted(of_type))
    runs = [of_type[size] for size in sizes]
    deviation = numpy.array([numpy.std(run, ddof=1) for run in runs])
    return sizes, deviation, numpy.array([numpy.mean(run) for run in runs]), deviation / numpy.sqrt(len(runs[0]))


def slope(sizes, values):
    return numpy.polyfit(numpy.log(sizes), numpy.log(values), 1)[0]


def table(found):
    sizes = sorted(next(iter(found.values())))
    lines = ["| agents | " + " | ".join(f"{type}: deviation | {type}: mean" for type in found) + " |",
             "| ---: |" + " ---: |" * 2 * len(found)]
    of_types = [measures(of_type) for of_type in found.values()]
    for i, size in enumerate(sizes):
        cells = [f"{deviation[i]:.1e} | {mean[i]:+.1e} ± {error[i]:.0e}" for _, deviation, mean, error in of_types]
        lines.append(f"| {size:,} | " + " | ".join(cells) + " |")
    cells = [f"{slope(sizes, deviation):.2f} | " for sizes, deviation, _, _ in of_types]
    lines.append("| slope | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def draw(found, out):
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharex=True, sharey=True, constrained_layout=True)
    for axis, (type, of_type) in zip(axes, found.items()):
        sizes, deviation, mean, error = measures(of_type)
        axis.loglog(sizes, deviation, "o", color="tab:blue", ms=5,
                    label=f"standard deviation over seeds, slope {slope(sizes, deviation):.2f}")
        axis.errorbar(sizes, abs(mean), yerr=error, fmt="s", mfc="none", color="tab:red", ms=5, lw=0.8,
                      label="mean, absolute value")
        axis.loglog(sizes, deviation[-1] * (sizes / sizes[-1]) ** -0.5, color="tab:blue", lw=0.8, label="slope -1/2")
        axis.loglog(sizes, abs(mean[0]) * (sizes / sizes[0]) ** -1.0, color="tab:red", lw=0.8, ls=":", label="slope -1")
        axis.set_title(f"type {type}", fontsize=9)
        axis.set_ylim(1e-6, 1e-1)
        axis.grid(alpha=0.25, lw=0.4)
        axis.legend(fontsize=7, frameon=False, loc="lower left")
    figure.supxlabel("agents", fontsize=9)
    figure.supylabel("payoff less that of the mean field", fontsize=9)
    figure.savefig(out)


def main():
    found = read(DATA)
    write_table(DOCUMENT, "finite_population", table(found))
    draw(found, sys.argv[1] if len(sys.argv) > 1 else HERE / "finite_population.svg")


if __name__ == "__main__":
    main()
