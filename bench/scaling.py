#!/usr/bin/env python3
"""Writes the measured runs of bench/results/scaling.csv, and what a cost model predicts from them, into the marked places
of docs/SCALING.md.

  scaling.py                refreshes the page; exits 1 when what was asked for was missed, and says what
  scaling.py --check        exits 1 when page and results differ, and says where

`runs()` and `predicted()` are what docs/images/scaling.py draws.
"""

import argparse
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "apps/plot"))

from polykarma_plot import scaling  # noqa: E402

import predict  # noqa: E402
import table  # noqa: E402

MEASURED = HERE / "results/scaling.csv"
PAGE = HERE.parent / "docs/SCALING.md"

ECONOMIES = {"three_resources": (3, 2), "three_resources_one_type": (3, 1), "four_resources": (4, 2)}  # resources, types
# The costs are not fitted to these: they are what the model is checked on. Economy and states.
HELD_OUT = (("three_resources_one_type", 323433), ("four_resources", 9375000))
RANKS = (1, 2, 4, 10, 32, 100, 320, 1000, 3200, 10000)

# Asked of two ranks.
FOUR_RESOURCES_BYTES = 1536 * table.MIB
TWO_RANKS_GAIN = 1.7  # how much faster than one, at least, where each owns a type
IN_COLLECTIVES = 0.1  # of the time there, at most
FOUR_TO_THREE = 1.5   # time per pair


def number_of(run, column):
    return float(run.row[column])


def model_of(run):
    """The economy of a measured run as the model knows it."""
    resources, types = ECONOMIES[run.economy]
    k_max = round((run.states / (3 * resources * types)) ** (1 / resources)) - 1
    economy = predict.Economy(resources, k_max, types)
    assert (economy.states, economy.pairs) == (run.states, run.pairs), run
    return economy


def fitted(runs):
    return predict.Costs.fitted([run for run in runs
                                 if run.kernel == "logit" and (run.economy, run.states) not in HELD_OUT])


def missed(runs):
    """What was asked for and not reached, one line each."""
    of = {(run.economy, run.kernel, run.ranks): run for run in runs if run.series == "strong" and
          run.states in (281250, 9375000)}
    four, three = of["four_resources", "logit", 2], of["three_resources", "logit", 2]
    if number_of(four, "peak_bytes") > FOUR_RESOURCES_BYTES:
        yield f"four resources peak at {number_of(four, 'peak_bytes') / table.MIB:.0f} MiB"
    if three.rate > FOUR_TO_THREE * four.rate:
        yield f"four resources take {three.rate / four.rate:.2f} times as long per pair as three"
    for kernel in ("logit", "dynamics"):
        one, two = (of["three_resources", kernel, ranks] for ranks in (1, 2))
        if one.seconds < TWO_RANKS_GAIN * two.seconds:
            yield f"three resources, {kernel}: two ranks are {one.seconds / two.seconds:.2f} times as fast as one"
        waiting = (number_of(two, "seconds_exchanging") + number_of(two, "seconds_reducing")) / two.seconds
        if waiting > IN_COLLECTIVES:
            yield f"three resources, {kernel}: {waiting:.0%} of the time in collective operations"


def predicted(costs):
    """Runs of the model: the measured economies and larger ones, on ever more ranks."""
    strong = {"three_resources_one_type": predict.Economy(3, 24, 1), "four_resources": predict.Economy(4, 24),
              "five_resources": predict.Economy(5, 31)}
    for name, economy in strong.items():
        for ranks in RANKS:
            if ranks <= economy.lines:
                yield predicted_run("strong", name, economy, ranks, costs)
    for name, resources, k_max, types in (("three_resources_one_type", 3, 18, 1), ("five_resources", 5, 6, 2)):
        for ranks in RANKS:
            economy = predict.Economy(resources, round((k_max + 1) * ranks ** (1 / (resources + 1))) - 1, types)
            if ranks <= economy.lines:
                yield predicted_run("weak", name, economy, ranks, costs)


def predicted_run(series, name, economy, ranks, costs):
    seconds = predict.predict(economy, ranks, costs).seconds
    return scaling.Run("predicted", series, name, "logit", ranks, int(economy.states), float(economy.pairs), seconds, {})


def machine_block(runs):
    row = runs[0].row
    return table.table(["", "measured on"], [[name, row[key]] for name, key in (
        ("CPU", "cpu"), ("compiler", "compiler"), ("flags", "flags"), ("commit", "commit"))])


def title_of(run):
    return [run.economy.replace("_", " "), f"{run.states:,}", run.kernel, str(run.ranks)]


def measured_block(runs, series):
    rows = []
    for run in runs:
        if run.series != series:
            continue
        first = next(other for other in runs if other.series == series and other.curve == run.curve)
        rows.append([*title_of(run), *(table.number(1e3 * number_of(run, column)) for column in (
            "seconds", "seconds_computing", "seconds_exchanging", "seconds_reducing")),
            table.number(1e-6 * number_of(run, "bytes_exchanged")), table.number(1e-6 * number_of(run, "bytes_reduced")),
            f"{run.rate / first.rate:.0%}"])
    return table.table(["economy", "states", "iteration", "ranks", "ms", "computing", "exchanging", "reducing",
                        "MB exchanged", "MB reduced", "efficiency"], rows)


def memory_block(runs):
    rows = []
    for run in runs:
        if run.series == "strong" and run.states in (140625, 281250, 9375000):
            least, most = int(run.row["rank_states_least"]), int(run.row["rank_states"])
            rows.append([*title_of(run), " to ".join(f"{n:,}" for n in dict.fromkeys((least, most))),
                         *(table.number(number_of(run, column) / table.MIB)
                           for column in ("rank_peak_bytes", "peak_bytes", "growth_bytes", "formula_bytes"))])
    return table.table(["economy", "states", "iteration", "ranks", "states of a rank", "peak of a rank, MiB", "of all",
                        "grown, MiB", "formula, MiB"], rows)


def costs_block(costs):
    return table.table(["cost", "fitted"], [
        ["state-action pair", f"{1e9 * costs.pair:.3g} ns"], ["state", f"{1e9 * costs.state:.3g} ns"],
        ["message", f"{1e6 * costs.message:.3g} us"], ["byte of a message", f"{1e9 * costs.byte:.3g} ns"],
        ["message of a reduction", f"{1e6 * costs.reduction:.3g} us"]])


def check_block(runs, costs):
    """Every logit run against the model; the rule of the partition must send the bytes that were sent."""
    rows = []
    for run in runs:
        if run.kernel != "logit" or run.series != "strong":
            continue
        model = predict.predict(model_of(run), run.ranks, costs)
        if model.bytes_exchanged != number_of(run, "bytes_exchanged"):
            raise ValueError(f"{title_of(run)}: the rule sends {model.bytes_exchanged} bytes")
        rows.append([*title_of(run), "no" if (run.economy, run.states) in HELD_OUT else "yes",
                     table.number(1e3 * run.seconds), table.number(1e3 * model.seconds),
                     f"{model.seconds / run.seconds - 1:+.0%}"])
    return table.table(["economy", "states", "iteration", "ranks", "fitted to", "measured, ms", "model, ms", "error"],
                       sorted(rows, key=lambda row: row[4]))


def predicted_block(economy, costs):
    rows = []
    for ranks in RANKS[::3]:
        p = predict.predict(economy, ranks, costs)
        efficiency = predict.predict(economy, 1, costs).seconds / ranks / p.seconds
        rows.append([f"{ranks:,}", *(table.number(1e3 * x) if x else "0" for x in (
            p.computing, p.transposition, p.ghosts, p.empty, p.reductions)), str(p.partners), f"{efficiency:.0%}"])
    return table.table(["ranks", "computing, ms", "transposition, ms", "ghosts, ms", "owner of the empty line, ms",
                        "reductions, ms", "partners", "efficiency"], rows)


def blocks_of(runs):
    costs = fitted(runs)
    return {"machine": machine_block(runs), "strong": measured_block(runs, "strong"),
            "weak": measured_block(runs, "weak"), "memory": memory_block(runs), "costs": costs_block(costs),
            "check": check_block(runs, costs), "four_resources": predicted_block(predict.Economy(4, 24), costs),
            "five_resources": predicted_block(predict.Economy(5, 31), costs)}


def runs():
    return scaling.read(MEASURED).runs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    measured = sorted(runs(), key=lambda run: (run.series, run.economy, run.kernel, run.states, run.ranks))
    complaints = [] if options.check else list(missed(measured))
    print("".join(f"missed: {line}\n" for line in complaints), end="", file=sys.stderr)
    return table.refresh(PAGE, blocks_of(measured), options.check) or int(bool(complaints))


if __name__ == "__main__":
    sys.exit(main())
