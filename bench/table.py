#!/usr/bin/env python3
"""Writes what was measured (bench/results/*.json) into the marked places of bench/README.md.

  table.py                        refreshes the README
  table.py --check                exits 1 when README and results differ, and says where
  table.py --record RAW.json      keeps what is worth keeping of Google Benchmark's output as results/kernels.json
  table.py --solve PROGRAM        runs whole solves and keeps their time and memory as results/solve.json

A marked place starts with <!-- measured: NAME --> and ends with <!-- end -->. NAME is machine, solve, or the kernel family
whose rows are wanted; every family needs its place.
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


def blocks_of(kernels, solves):
    families = {}
    for run in kernels["benchmarks"]:
        families.setdefault(run["name"].partition("/")[0], []).append(run)
    blocks = {name: family_block(runs) for name, runs in families.items()}
    return {"machine": machine_block(kernels["context"]), "solve": solve_block(solves), **blocks}


def refreshed(page, blocks, name="README.md"):
    """The page with every marked place filled. Raises KeyError for a place or a block without the other."""
    places = [match.group(2) for match in PLACE.finditer(page)]
    for place in set(places) ^ set(blocks):
        why = "measured, but has no place in" if place in blocks else "never measured, but has a place in"
        raise KeyError(f"{place}: {why} {name}")
    return PLACE.sub(lambda match: match.group(1) + blocks[match.group(2)] + match.group(4), page)


def refresh(path, blocks, check):
    """Refreshes a page, or tells whether that would change it: 1 if so."""
    text = path.read_text()
    fresh = refreshed(text, blocks, path.name)
    if not check:
        path.write_text(fresh)
        return 0
    lines = text.splitlines(), fresh.splitlines()
    difference = list(difflib.unified_diff(*lines, path.name, "results", lineterm=""))
    print("\n".join(difference) or f"{path.name} agrees with the results")
    return 1 if difference else 0


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
    options = parser.parse_args()
    kernels, solves, readme = (HERE / name for name in ("results/kernels.json", "results/solve.json", "README.md"))
    if options.record:
        write_json(kernels, kernels_of(json.loads(options.record.read_text())))
    if options.solve:
        write_json(solves, [solve(options.solve, name, extra) for name, extra in SOLVES.items()])
    if options.record or options.solve:
        return 0
    return refresh(readme, blocks_of(*(json.loads(path.read_text()) for path in (kernels, solves))), options.check)


if __name__ == "__main__":
    sys.exit(main())
