#!/bin/bash
# Submits a sweep as an array of N jobs, each of which solves a shard of the points, and a job that merges the shards into
# OUT.h5 once all are done. Prints the number of that last job. POLYKARMA_SBATCH holds options of sbatch for the array, for
# example "--ntasks=16 --time=04:00:00".
# usage: jobs/sweep_array.sh N STUDY OUT.h5 [OPTIONS of polykarma sweep]
set -euo pipefail
(($# >= 3)) || { sed -n 's/^# \(usage: \)/\1/p' "$0" >&2; exit 2; }

jobs=$(dirname "$0")
shards=$(sbatch --parsable --array="1-$1" ${POLYKARMA_SBATCH-} "$jobs/sweep.sbatch" "${@:2}")
sbatch --parsable --job-name=merge --dependency="afterok:${shards%%;*}" --kill-on-invalid-dep=yes "$jobs/serial.sbatch" \
    polykarma sweep "$2" -o "$3" --work-dir "${3%.h5}.work" --merge "${@:4}"
