#!/usr/bin/env bash
# Measures what docs/SCALING.md reports, and refreshes it and its picture: bench/scaling.sh [BUILD_DIR]
# The build directory is a configured one, build/release by default; it is brought up to date first. Takes some minutes and
# wants a machine with at least two cores and nothing else to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export POLYKARMA_BUILD=${1:-build/release}
[[ -f $POLYKARMA_BUILD/CMakeCache.txt ]] || cmake --preset release -B "$POLYKARMA_BUILD"
cmake --build "$POLYKARMA_BUILD" --target partition_bench polykarma
python=$(sed -n 's/^POLYKARMA_PYTHON:[^=]*=//p' "$POLYKARMA_BUILD/CMakeCache.txt")
python=${python:-python3}
table=$(mktemp)
trap 'rm -f "$table"' EXIT

# scaling SERIES ECONOMY [K_MAX]
scaling() {
    bash jobs/scaling.sbatch "$1" "$table" "inputs/scaling/$2.toml" ${3:+--set "resource.*.k_max=$3"}
}

# Several rounds, of which the quietest counts: the host of a virtual machine may be busy for some seconds.
# Two ranks own one of two types each, and nothing but sums travels; with one type the transposition does.
export ROUNDS=1
for _ in 1 2 3 4 5; do
    for k_max in 8 12 18 24 32; do scaling strong three_resources_one_type "$k_max"; done
    scaling strong three_resources
    KERNEL=dynamics scaling strong three_resources
    ITERATIONS=5 scaling strong four_resources
    scaling weak three_resources_one_type 18
    scaling weak three_resources 18
done

cp "$table" bench/results/scaling.csv
"$python" bench/scaling.py
"$python" docs/images/scaling.py
