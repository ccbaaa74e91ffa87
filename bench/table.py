#!/usr/bin/env python3
"""Writes what was measured (bench/results/*.json) into the marked places of bench/README.md.

  table.py                        refreshes the README
  table.py --check                exits 1 when README and results differ, and says where
  table.py --record RAW.json      keeps what is worth keeping of Google Benchmark's output as results/kernels.json
  table.py --solve PROGRAM        runs whole solves and keeps their time and memory as results/solve.json
  table.py --partition RAW.json...
                                  keeps what partition_bench wrote as results/partition.json, unless what was asked
                                  for was missed

A marked place starts with <!-- measured: NAME --> and ends with <!-- end -->. NAME is machine, solve, partition_machine,
partition, partition_memory, or the kernel family whose rows are wanted; every family needs its place.
"""

import argparse
import difflib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ECONOMY = "inputs/paper/multi_karma/highway_parking.toml"

# What names the machine and the build, and nothing that names the place where they stand.
CONTEXT = ("date", "cpu", "num_cpus", "mhz_per_cpu", "caches", "compiler", "flags", "build_type", "commit", "states",
           "pairs", "response_bytes")
RUN = ("name", "run_type", "repetition_index", "iterations", "cpu_time", "time_unit", "pairs/s", "bytes/s")

MIB = 1024.0 * 1024.0
# Asked of LogitIteration on two ranks: memory of all ranks, and time per pair relative to three resources.
FOUR_RESOURCES_MIB = 1536
TWO_RANKS_GAIN = 1.7  # how much faster than one, at least
IN_COLLECTIVES = 0.1  # of the time of two ranks, at most
FOUR_TO_THREE = 1.5

MICROSECONDS = {"ns": 1e-3, "us": 1.0, "ms": 1e3, "s": 1e6}
PLACE = re.compile(r"(<!-- measured: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

# Memory is largest while a response that has not settled is written, hence the solve that is cut short.
SOLVES = {
    "cut short after 200 iterations": ["--set", "solver.max_iterations=200"],
    "to the usual tolerances": [],
}


def kernels_of(raw):
    """Google Benchmark's output without statistics, host names and paths."""
    runs = [run for run in raw["benchmarks"] if run["run_type"] == "iteration"]
    return {
        "context": {key: raw["context"][key] for key in CONTEXT},
        "benchmarks": [{key: run[key] for key in RUN if key in run} for run in runs],
    }


def number(value):
    """Three significant digits, thousands separated."""
    if value >= 1000:
        return f"{round(value, 2 - len(str(int(value))) + 1):,.0f}"
    return f"{value:#.3g}".rstrip(".")


def table(header, rows):
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def machine_block(context):
    caches = ", ".join(f"L{c['level']} {c['size'] // 1024:,} KiB"
                       for c in context["caches"] if c["type"] != "Instruction")
    return table(["", "measured on"], [
        ["date", context["date"][:10]],
        ["CPU", f"{context['cpu']}, {context['mhz_per_cpu']} MHz, {caches}"],
        ["compiler", f"{context['compiler']}, `{context['flags']}`"],
        ["commit", context["commit"]],
        ["economy", f"{int(context['states']):,} states, {int(context['pairs']):,} state-action pairs, stored response "
                    f"{int(context['response_bytes']) / 1e6:.2f} MB"],
    ])


def family_block(runs):
    """One row per argument: times are CPU times of one core, rates those of the median."""
    rows = []
    for name in dict.fromkeys(run["name"] for run in runs):
        same = [run for run in runs if run["name"] == name]
        times = [run["cpu_time"] * MICROSECONDS[run["time_unit"]] for run in same]
        rates = [number(statistics.median(run[rate] for run in same) / 1e9) if rate in same[0] else "-"
                 for rate in ("pairs/s", "bytes/s")]
        label = name.partition("/")[2].replace(":", " = ") or name
        rows.append([label, number(statistics.median(times)), number(min(times)), str(len(same)), *rates])
    return table(["run", "median, us", "fastest, us", "runs", "1e9 pairs/s", "GB/s"], rows)


def solve_block(solves):
    return table(["solve", "start", "iterations", "outcome", "seconds", "peak memory, MB"],
                 [[s["name"], s["start"], f"{s['iterations']:,}", s["reason"], f"{s['seconds']:.1f}",
                   f"{s['peak_bytes'] / 1e6:.0f}"] for s in solves])


def title_of(run):
    return [run["economy"].replace("_", " "), run["method"], str(run["ranks"])]


def partition_machine_block(runs):
    """What all runs of a record have in common."""
    return table(["", "measured on"], [[name, f"`{runs[0][key]}`" if key == "flags" else runs[0][key]]
                                       for name, key in (("CPU", "cpu"), ("compiler", "compiler"), ("flags", "flags"),
                                                         ("commit", "commit"))])


def partition_block(runs):
    """Times are those of the slowest rank; what is sent is that of all ranks together."""
    rows = []
    for run in runs:
        seconds = statistics.median(run["seconds"])
        rows.append([*title_of(run), number(1e3 * seconds), number(1e3 * min(run["seconds"])),
                     number(1e3 * statistics.median(run["seconds_in_collectives"])),
                     number(sum(run["pairs"]) / seconds / 1e9), number(run["bytes_exchanged"] / 1e6),
                     number(run["bytes_reduced"] / 1e6)])
    return table(["economy", "iteration", "ranks", "median, ms", "fastest, ms", "in collectives, ms", "1e9 pairs/s",
                  "MB exchanged", "MB reduced"], rows)


def partition_memory_block(runs):
    rows = []
    for run in runs:
        states = sorted(run["states"])
        rows.append([*title_of(run), " to ".join(f"{n:,}" for n in dict.fromkeys((states[0], states[-1]))),
                     f"{sum(states):,}", *(number(sum(run[key]) / MIB)
                                           for key in ("peak_bytes", "growth_bytes", "formula_bytes"))])
    return table(["economy", "iteration", "ranks", "states of a rank", "of all", "peak, MiB", "grown, MiB",
                  "formula, MiB"], rows)


def quietest(runs):
    """Of the runs of the same work on as many ranks, the one with the lowest median: what the machine does when nothing
    else is done by its host."""
    kept = {}
    for run in runs:
        best = kept.setdefault((run["economy"], run["method"], run["ranks"]), run)
        if statistics.median(run["seconds"]) < statistics.median(best["seconds"]):
            kept[run["economy"], run["method"], run["ranks"]] = run
    return list(kept.values())


def missed(runs):
    """What was asked for and not reached, one line each."""
    of = {(run["economy"], run["method"], run["ranks"]): run for run in runs}
    three, four = of[("three_resources", "logit", 2)], of[("four_resources", "logit", 2)]
    peak = sum(four["peak_bytes"]) / MIB
    if peak > FOUR_RESOURCES_MIB:
        yield f"four resources peak at {peak:.0f} MiB, more than {FOUR_RESOURCES_MIB}"
    for method in ("logit", "dynamics"):
        one, two = (of["three_resources", method, ranks] for ranks in (1, 2))
        seconds = [statistics.median(run["seconds"]) for run in (one, two)]
        if seconds[0] < TWO_RANKS_GAIN * seconds[1]:
            yield f"three resources, {method}: two ranks are {seconds[0] / seconds[1]:.2f} times as fast as one"
        waiting = statistics.median(two["seconds_in_collectives"]) / seconds[1]
        if waiting > IN_COLLECTIVES:
            yield f"three resources, {method}: {waiting:.0%} of the time in collective operations"
    per_pair = [statistics.median(run["seconds"]) / sum(run["pairs"]) for run in (three, four)]
    if per_pair[1] > FOUR_TO_THREE * per_pair[0]:
        yield (f"four resources take {per_pair[1] / per_pair[0]:.2f} times as long per pair as three, more than "
               f"{FOUR_TO_THREE}")
    for run in runs:
        for what in ("exchanged", "reduced"):
            if run[f"bytes_{what}"] != run[f"bytes_{what}_formula"]:
                yield f"{' '.join(title_of(run))}: bytes {what} are not those of the formula"


def blocks_of(kernels, solves, partition):
    families = {}
    for run in kernels["benchmarks"]:
        families.setdefault(run["name"].partition("/")[0], []).append(run)
    blocks = {name: family_block(runs) for name, runs in families.items()}
    return {"machine": machine_block(kernels["context"]), "solve": solve_block(solves),
            "partition_machine": partition_machine_block(partition), "partition": partition_block(partition),
            "partition_memory": partition_memory_block(partition), **blocks}


def refreshed(readme, blocks):
    """The README with every marked place filled. Raises KeyError for a place or a block without the other."""
    places = [match.group(2) for match in PLACE.finditer(readme)]
    for name in set(places) ^ set(blocks):
        why = "measured, but has no place in" if name in blocks else "never measured, but has a place in"
        raise KeyError(f"{name}: {why} README.md")
    return PLACE.sub(lambda match: match.group(1) + blocks[match.group(2)] + match.group(4), readme)


def solve(program, name, options):
    """Runs one solve in a process of its own, whose peak memory the system then knows."""
    with tempfile.TemporaryDirectory() as directory:
        command = [program, "solve", str(HERE.parent / ECONOMY), "-q", "--format", "json",
                   "-o", str(pathlib.Path(directory) / "out.h5"), *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):  # 3: the tolerances were not reached, as in a solve that is cut short
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}")
    row = json.loads(output)[0]
    kept = {key: row[key] for key in ("start", "iterations", "reason", "seconds")}
    return {"name": name, "peak_bytes": 1024 * usage.ru_maxrss, **kept}


def write_json(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--record", type=pathlib.Path, metavar="RAW.json")
    parser.add_argument("--solve", metavar="PROGRAM")
    parser.add_argument("--partition", type=pathlib.Path, nargs="+", metavar="RAW.json")
    options = parser.parse_args()
    kernels, solves, partition, readme = (HERE / name for name in ("results/kernels.json", "results/solve.json",
                                                                   "results/partition.json", "README.md"))
    if options.record:
        write_json(kernels, kernels_of(json.loads(options.record.read_text())))
    if options.solve:
        write_json(solves, [solve(options.solve, name, extra) for name, extra in SOLVES.items()])
    if options.partition:
        runs = quietest([json.loads(raw.read_text()) for raw in options.partition])
        if complaints := list(missed(runs)):
            print("\n".join(complaints), file=sys.stderr)
            return 1
        write_json(partition, runs)
    if options.record or options.solve or options.partition:
        return 0
    text = readme.read_text()
    fresh = refreshed(text, blocks_of(*(json.loads(path.read_text()) for path in (kernels, solves, partition))))
    if options.check:
        lines = text.splitlines(), fresh.splitlines()
        difference = list(difflib.unified_diff(*lines, "README.md", "results", lineterm=""))
        print("\n".join(difference) or "README.md agrees with the results")
        return 1 if difference else 0
    readme.write_text(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
