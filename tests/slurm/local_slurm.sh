#!/usr/bin/env bash
# Runs a command beside a SLURM cluster of its own on this machine, and ends the cluster with it:
#   local_slurm.sh COMMAND...        for example: local_slurm.sh bash, and then sbatch, squeue and scancel as usual
# Everything is in a new folder: configuration, key, ports, logs ($SLURM_LOCAL; it is deleted at the end). Needs root and
# the Debian packages slurmctld, slurmd, slurm-client and munge; no systemd, no cgroups. Whatever ends this script, also
# kill -9, ends the daemons and the jobs: a guard outside of its process tree looks after them.
set -euo pipefail

for program in munged slurmctld slurmd sbatch; do
    command -v "$program" >/dev/null || {
        echo "local_slurm.sh: $program is not installed. As root: apt-get install slurmctld slurmd slurm-client munge, or" \
            "./quickstart.sh install slurmctld slurmd slurm-client munge" >&2
        exit 2
    }
done
[[ $(id -u) -eq 0 ]] || { echo "local_slurm.sh: run as root, whose slurmd starts the jobs" >&2; exit 2; }
[[ $# -gt 0 ]] || { sed -n 2,6p "${BASH_SOURCE[0]}" >&2; exit 2; }

SLURM_LOCAL=$(mktemp -d "${TMPDIR:-/tmp}/polykarma-slurm.XXXXXX")
chmod 755 "$SLURM_LOCAL"
export SLURM_LOCAL SLURM_CONF=$SLURM_LOCAL/slurm.conf

free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

# cred_expire is also how long a requeued job waits, 120 s by default. slurmd loads a cgroup plugin in any case: v1 neither
# looks for a mounted hierarchy nor asks systemd. Nothing here makes a cgroup.
write_configuration() {
    local host memory cpus
    host=$(hostname -s)
    cpus=$(($(nproc) < 2 ? 2 : $(nproc)))  # of which SLURM is told one more, for long jobs beside short ones
    memory=$(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) * 9 / 10 / 1024))
    cat >"$SLURM_CONF" <<CONFIGURATION
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$SLURM_LOCAL/munge.sock,cred_expire=5
StateSaveLocation=$SLURM_LOCAL/state
SlurmdSpoolDir=$SLURM_LOCAL/spool
TmpFS=$SLURM_LOCAL
SlurmctldPidFile=$SLURM_LOCAL/slurmctld.pid
SlurmdPidFile=$SLURM_LOCAL/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=pmix
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=100000
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MailProg=/bin/true
ReturnToService=2
KillWait=5
MinJobAge=3600
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=$((cpus + 1)) RealMemory=$memory State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=60 DefaultTime=5 OverSubscribe=NO State=UP
CONFIGURATION
    printf 'CgroupPlugin=cgroup/v1\nCgroupAutomount=no\nCgroupMountpoint=%s/none\n' "$SLURM_LOCAL" \
        >"$SLURM_LOCAL/cgroup.conf"
}

# Processes of this cluster: daemons, job steps and what runs in them all carry its configuration in their environment.
cluster_processes() {
    grep -lzx "SLURM_CONF=$SLURM_CONF" /proc/[0-9]*/environ 2>/dev/null | tr -dc '0-9\n' || true
}

# Runs until the process $1 is gone, then ends what is left of its cluster. Its own environment names no cluster.
guard() {
    local pid
    while kill -0 "$1" 2>/dev/null; do sleep 0.2; done
    for signal in TERM TERM TERM KILL KILL; do
        for pid in $(cluster_processes); do kill -"$signal" "$pid" 2>/dev/null || true; done
        sleep 0.5
        [[ -n $(cluster_processes) ]] || break
    done
    rm -rf "$SLURM_LOCAL"
}

start_guard() {
    # The subshell ends at once, so that the guard belongs to nobody's process tree.
    (env -u SLURM_CONF setsid bash -c "$(declare -f cluster_processes guard)
        SLURM_LOCAL=$SLURM_LOCAL SLURM_CONF=$SLURM_CONF
        guard $1" </dev/null >/dev/null 2>&1 &)
}

# wait_for SECONDS COMMAND...
wait_for() {
    local end=$((SECONDS + $1))
    until "${@:2}" >/dev/null 2>&1; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

munge_answers() { munge -S "$SLURM_LOCAL/munge.sock" -n | unmunge -S "$SLURM_LOCAL/munge.sock"; }
node_is_idle() { [[ $(sinfo -h -o %T) == idle ]]; }

start_daemons() {
    mkdir "$SLURM_LOCAL"/{state,spool}
    (umask 077 && head -c 1024 /dev/urandom >"$SLURM_LOCAL/munge.key")
    # Forced, since it refuses folders that others may not enter.
    setsid munged --foreground --force --key-file="$SLURM_LOCAL/munge.key" --socket="$SLURM_LOCAL/munge.sock" \
        --pid-file="$SLURM_LOCAL/munged.pid" --log-file="$SLURM_LOCAL/munged.log" \
        --seed-file="$SLURM_LOCAL/munge.seed" </dev/null >"$SLURM_LOCAL/munged.err.log" 2>&1 &
    wait_for 20 munge_answers || give_up "munged does not answer"
    setsid slurmctld -D </dev/null >"$SLURM_LOCAL/slurmctld.log" 2>&1 &
    setsid slurmd -D </dev/null >"$SLURM_LOCAL/slurmd.log" 2>&1 &
    wait_for 40 node_is_idle || give_up "the node does not become idle"
}

give_up() {
    echo "local_slurm.sh: $1" >&2
    tail -n 5 "$SLURM_LOCAL"/*.log >&2
    exit 1
}

write_configuration
start_guard $$
start_daemons
"$@"
