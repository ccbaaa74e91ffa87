# What the batch scripts share, which source it: where the project and its programs are, what the machine needs, and
#   launcher     (array) starts ranks: "${launcher[@]}" -n RANKS PROGRAM...
#   ranks        how many the job has
#   resumable    runs a program on all of them, across time limits
# Variables of the environment decide: POLYKARMA_MACHINE names a file of machines/ (by default that of the cluster, if
# there is one, else generic; local without SLURM), POLYKARMA_BUILD a build directory (by default build/release).
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {
    echo "${SLURM_JOB_NAME:-$0}: $1" >&2
    exit 2
}

# need_arguments COUNT ARGUMENTS...: at least so many, or the usage in the comment at the top of the script.
need_arguments() {
    (($# > $1)) || fail "$(sed -n 's/^# usage: /usage: /p' "$0")"
}

machine=${POLYKARMA_MACHINE:-${SLURM_CLUSTER_NAME:-local}}
if [[ ! -f $project/jobs/machines/$machine.sh ]]; then
    [[ -z ${POLYKARMA_MACHINE-} ]] || fail "POLYKARMA_MACHINE = $machine: no file $project/jobs/machines/$machine.sh"
    machine=generic
fi
source "$project/jobs/machines/$machine.sh"

build=${POLYKARMA_BUILD:-$project/build/release}
PATH=$build/apps/polykarma:$build/bench:$project/apps/plot:$PATH
read -ra launcher <<<"$POLYKARMA_LAUNCHER"
[[ ${launcher[*]} == *apptainer* ]] || command -v polykarma >/dev/null ||
    fail "no polykarma in $build (build it, or set POLYKARMA_BUILD) nor on the path"
ranks=${SLURM_NTASKS:-$POLYKARMA_CORES}

# resumable PROGRAM...: runs it on all ranks. SIGUSR1, which SLURM sends to this shell before the time limit, is passed
# on; the program then writes a checkpoint and ends with 5, and the job is queued again. Otherwise ends as the program.
resumable() {
    local job="" signalled status
    trap 'signalled=1; [[ -z $job ]] || kill -USR1 "$job" || true' USR1
    "${launcher[@]}" -n "$ranks" "$@" &
    job=$!
    # A trap ends `wait` early, with a status that is not the program's.
    while signalled=0 status=0; do
        wait "$job" || status=$?
        ((signalled)) || break
    done
    trap - USR1
    # 138: the signal came before the program was ready for it; nothing is lost.
    ((status != 5 && status != 138)) || queue_again
    return "$status"
}

queue_again() {
    if [[ -z ${SLURM_JOB_ID-} ]]; then
        echo "Stopped with a checkpoint: the same command continues from it."
        return
    fi
    echo "Stopped with a checkpoint: job $SLURM_JOB_ID is queued again to continue from it."
    # SLURM ends this shell, too, while it queues the job.
    scontrol requeue "$SLURM_JOB_ID" || echo "That failed: submit the job again to continue." >&2
}
