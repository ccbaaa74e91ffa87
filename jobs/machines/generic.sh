# A SLURM cluster. For yours, copy this file to jobs/machines/<name>.sh, with the ClusterName that `scontrol show config`
# prints, and it will be used on its own. Spell modules as your site does.
if [[ -n ${POLYKARMA_MODULES-} ]]; then
    module load $POLYKARMA_MODULES
fi
: "${POLYKARMA_LAUNCHER:=srun --mpi=pmix}"   # or mpirun; `srun --mpi=list` names what srun can do
: "${POLYKARMA_CORES:=$(nproc)}"             # ranks without SLURM
