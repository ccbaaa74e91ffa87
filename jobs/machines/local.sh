# This machine, with or without a SLURM of its own (tests/slurm/local_slurm.sh); containers included, which often run as
# root, whom mpirun refuses, and forbid the system call behind Open MPI's single-copy transfers.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
if [[ -n ${SLURM_JOB_ID-} ]]; then
    : "${POLYKARMA_LAUNCHER:=srun --mpi=pmix}"
fi
: "${POLYKARMA_LAUNCHER:=mpirun}"
: "${POLYKARMA_CORES:=$(nproc)}"
