#!/bin/bash
# Submits Table 1 of the multi-karma paper as a chain of jobs, each of which begins when the one before has succeeded: solve
# the study, compare with the published values, draw. Prints the number of the last job. POLYKARMA_SBATCH holds options of
# sbatch for the job that solves, for example "--ntasks=16".
# usage: jobs/table1.sh FOLDER [OPTIONS of polykarma sweep]
set -euo pipefail
(($# >= 1)) || { sed -n 's/^# \(usage: \)/\1/p' "$0" >&2; exit 2; }

jobs=$(dirname "$0")
table=$1/table1.h5
mkdir -p "$1"

# step NAME JOB COMMAND...: a job that waits for JOB; prints its number.
step() {
    sbatch --parsable --job-name="table1-$1" --output="$folder/%x-%j.log" --dependency="afterok:${2%%;*}" \
        --kill-on-invalid-dep=yes "$jobs/serial.sbatch" "${@:3}"
}
