#!/usr/bin/env bash
# Measures what bench/README.md reports of economies that ranks share, and refreshes it: bench/partition.sh [BUILD_DIR]
# The build directory is a configured one, build/release by default; it is brought up to date first. Takes a few
# minutes and wants a machine with at least two cores and nothing else to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=${1:-build/release}
[[ -f $build/CMakeCache.txt ]] || cmake --preset release -B "$build"
cmake --build "$build" --target partition_bench

# Open MPI refuses the superuser, who is the only user of many containers.
if [[ $EUID -eq 0 ]]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
python=$(sed -n 's/^POLYKARMA_PYTHON:[^=]*=//p' "$build/CMakeCache.txt")
python=${python:-python3}
raw=$(mktemp -d)
trap 'rm -rf "$raw"' EXIT
results=()

# measure RANKS ECONOMY METHOD ITERATIONS
measure() {
    local result
    result=$raw/$(printf '%02d' "${#results[@]}").json
    mpirun -n "$1" --bind-to core "$build/bench/partition_bench" "inputs/scaling/$2.toml" --method "$3" \
        --iterations "$4" --json "$result"
    results+=("$result")
}

# Several rounds, of which the quietest counts: the host of a virtual machine may be busy for some seconds.
# Two ranks own one of two types each, and nothing but sums travels; with one type the transposition does.
for _ in 1 2 3 4 5; do
    for method in logit dynamics; do
        for ranks in 1 2; do measure "$ranks" three_resources "$method" 40; done
    done
    for ranks in 1 2; do measure "$ranks" three_resources_one_type logit 40; done
    measure 2 four_resources logit 10
done

"$python" bench/table.py --partition "${results[@]}"
"$python" bench/table.py
