#!/bin/bash
# Submits a table or figure of a paper as a chain of jobs, each of which begins when the one before has succeeded: solve the
# study, compare with known values, draw. Prints the number of the last job. POLYKARMA_SBATCH holds options of sbatch for
# the job that solves, for example "--ntasks=16".
# usage: jobs/reproduce.sh NAME FOLDER [OPTIONS of polykarma sweep]     NAME as in polykarma reproduce --list
set -euo pipefail
(($# >= 2)) || { sed -n 's/^# \(usage: \)/\1/p' "$0" >&2; exit 2; }

jobs=$(dirname "$0")
# multi-karma-table1, or table1 where no other name ends like this, is paper/multi_karma/table1.
studies=()
for study in "$jobs"/../inputs/paper/*/*/study.toml; do
    name=${study#*/paper/} name=${name%/study.toml} name=${name//[_\/]/-}
    [[ $name != "$1" && $name != *-"$1" ]] || studies+=("$study")
done
((${#studies[@]} == 1)) || { echo "$0: $1 is the name of ${#studies[@]} studies, not of one" >&2; exit 2; }

mkdir -p "$2"
log=$2/%x-%j.log
table=$2/$1.h5

# then_serial NAME JOB COMMAND...: a job of one rank that waits for another one; prints its number.
then_serial() {
    sbatch --parsable --job-name="$name-$1" --output="$log" --dependency="afterok:${2%%;*}" --kill-on-invalid-dep=yes \
        "$jobs/serial.sbatch" "${@:3}"
}

name=$1
solve=$(sbatch --parsable --job-name="$name-solve" --output="$log" ${POLYKARMA_SBATCH-} "$jobs/sweep.sbatch" \
    "${studies[0]}" "$table" "${@:3}")
compare=$(then_serial compare "$solve" \
    polykarma reproduce "$name" -o "$table" --work-dir "${table%.h5}.work" --merge "${@:3}")
then_serial plot "$compare" polykarma-plot "$table" -o "$2/pictures"
