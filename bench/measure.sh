#!/usr/bin/env bash
# Measures everything bench/README.md reports, on one core, and refreshes it: bench/measure.sh [BUILD_DIR]
# The build directory is a configured one, build/release by default; it is brought up to date first. Takes a few
# minutes and wants a machine with nothing else to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=${1:-build/release}
[[ -f $build/CMakeCache.txt ]] || cmake --preset release -B "$build"
cmake --build "$build" --target kernels_bench polykarma

# The last core allowed: interrupts and whoever started this tend to sit on the first one.
pin=()
if command -v taskset >/dev/null; then
    allowed=$(taskset --cpu-list --pid $$)
    pin=(taskset --cpu-list "${allowed##*[!0-9]}")
fi
python=$(sed -n 's/^POLYKARMA_PYTHON:[^=]*=//p' "$build/CMakeCache.txt")
python=${python:-python3}
raw=$(mktemp)
trap 'rm -f "$raw"' EXIT

"${pin[@]}" "$build/bench/kernels_bench" --benchmark_repetitions=15 --benchmark_min_time=0.2 \
    --benchmark_enable_random_interleaving=true --benchmark_display_aggregates_only=true \
    --benchmark_out="$raw" --benchmark_out_format=json
"$python" bench/table.py --record "$raw"
"${pin[@]}" "$python" bench/table.py --solve "$(realpath "$build")/apps/polykarma/polykarma"
"$python" bench/table.py
