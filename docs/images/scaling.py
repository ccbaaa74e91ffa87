#!/usr/bin/env python3
"""Draws scaling.svg for docs/SCALING.md: measured runs (bench/results/scaling.csv) and predicted ones (bench/predict.py).

  scaling.py [OUT]        scaling.svg beside this file by default; the ending of OUT decides the format
"""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "bench"), str(HERE.parents[1] / "apps/plot")]

import scaling as results  # noqa: E402
from polykarma_plot import scaling, style  # noqa: E402

DRAWN = {"three_resources_one_type": (140625,), "four_resources": (9375000,)}  # states of what strong scaling shows


def drawn(run):
    if run.series == "strong":
        return run.states in DRAWN.get(run.economy, ())
    return run.economy in DRAWN


def main():
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "scaling.svg"
    style.apply()
    measured = results.runs()
    runs = [run for run in measured if drawn(run)] + list(results.predicted(results.fitted(measured)))
    figure = scaling.build(scaling.Scaling(runs))
    figure.savefig(out, **({"metadata": {"Date": None}} if out.suffix == ".svg" else {"dpi": 110}))


if __name__ == "__main__":
    main()
