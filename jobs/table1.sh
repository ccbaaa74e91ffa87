#!/bin/bash
# Submits Table 1 of the multi-karma paper as a chain of jobs, each of which begins when the one before has succeeded: solve
# the study, compare with the published values, draw. Prints the number of the last job. POLYKARMA_SBATCH holds options of
# sbatch for the job that solves, for example "--ntasks=16".
# usage: jobs/table1.sh FOLDER [OPTIONS of polykarma sweep]
set -euo pipefail
(($# >= 1)) || { sed -n 's/^# \(usage: \)/\1/p' "$0" >&2; exit 2; }

jobs=$(dirname "$0")
mkdir -p "$1"
log=$1/%x-%j.log
table=$1/table1.h5

# then_serial NAME JOB COMMAND...: a job of one rank that waits for another one; prints its number.
then_serial() {
    sbatch --parsable --job-name="table1-$1" --output="$log" --dependency="afterok:${2%%;*}" --kill-on-invalid-dep=yes \
        "$jobs/serial.sbatch" "${@:3}"
}

solve=$(sbatch --parsable --job-name=table1-solve --output="$log" ${POLYKARMA_SBATCH-} "$jobs/sweep.sbatch" \
    "$jobs/../inputs/paper/multi_karma/table1.toml" "$table" "${@:2}")
compare=$(then_serial compare "$solve" \
    polykarma reproduce multi-karma-table1 -o "$table" --work-dir "${table%.h5}.work" --merge "${@:2}")
then_serial plot "$compare" polykarma-plot "$table" -o "$1/pictures"
