#!/usr/bin/env bash
# From a fresh clone to results, and again at any later time; asks nothing and needs no environment.
#   ./quickstart.sh                       installs what is missing, builds, reproduces Table 1 and draws it
#   ./quickstart.sh test                  installs what is missing, builds, and runs every quick test
#   ./quickstart.sh install [PACKAGE...]  installs what is missing, and the Debian packages named
# Exit code 2: something is missing that this user cannot install; what to do is printed.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")"

build=build/release
packages=(
    cmake ninja-build g++ git
    openmpi-bin libopenmpi-dev libhdf5-openmpi-dev hdf5-tools
    libboost-program-options-dev libfmt-dev libtomlplusplus-dev libnlopt-cxx-dev libeigen3-dev
    librandom123-dev
    libgtest-dev libbenchmark-dev
    python3 python3-h5py python3-numpy python3-matplotlib python3-xarray python3-h5netcdf python3-jsonschema
    python3-pytest
)

say() { printf '%s\n' "$*" >&2; }

# Debian packages among the arguments that are not installed, one per line.
missing_packages() {
    local installed package
    installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
    for package in "$@"; do
        grep -qx "$package installed" <<<"$installed" || printf '%s\n' "$package"
    done
}

# Runs a command as root, if root can be had without asking for a password.
as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

can_be_root() {
    [[ $(id -u) -eq 0 ]] || { command -v sudo && sudo -n true; } &>/dev/null
}

# Installs packages that are missing. On other systems, and for users who may not install, it goes on silently: the
# tools may come from Spack or environment modules, and the configure step says what is not there.
install_packages() {
    command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || return 0
    local missing=()
    mapfile -t missing < <(missing_packages "$@")
    [[ ${#missing[@]} -gt 0 ]] || return 0
    can_be_root || return 0
    say "Installing: ${missing[*]}"
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o APT::Update::Error-Mode=any)
    as_root "${apt[@]}" update >&2 || say "The package lists could not be refreshed; going on with the present ones."
    if ! as_root "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >&2; then
        say "The installation failed. Once its reason is removed, run this script again, or by hand:"
        say "  apt-get install -y --no-install-recommends ${missing[*]}"
        exit 2
    fi
}

# Says what to install or load when the build cannot even be configured, and ends.
give_up() {
    say "$1"
    if command -v dpkg-query >/dev/null; then
        local missing=()
        mapfile -t missing < <(missing_packages "${packages[@]}")
        [[ ${#missing[@]} -eq 0 ]] ||
            say "As root:  apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    fi
    say "With Spack:  spack load cmake ninja openmpi hdf5+mpi+hl boost+program_options tomlplusplus fmt nlopt eigen random123" \
        "googletest benchmark py-h5py py-numpy py-matplotlib py-xarray py-h5netcdf py-jsonschema py-pytest"
    say "With environment modules:  module load the same names, as your site spells them."
    exit 2
}

# Cores this process may use; a container's quota counts, not the machine behind it.
available_cores() {
    local cores quota period
    cores=$(nproc)
    if read -r quota period </sys/fs/cgroup/cpu.max && [[ $quota != max ]]; then
        quota=$(((quota + period - 1) / period))
        cores=$((quota < cores ? quota : cores))
    fi 2>/dev/null
    printf '%s\n' "$cores"
}

cached() { sed -n "s/^$1:[^=]*=//p" "$build/CMakeCache.txt"; }

configure_and_build() {
    local tool log
    for tool in cmake ninja; do
        command -v "$tool" >/dev/null || give_up "$tool is not installed."
    done
    say "Configuring and building $build"
    mkdir -p "$build"
    log=$build/configure.log
    if ! cmake --preset release >"$log" 2>&1; then
        cat "$log" >&2
        give_up "The build could not be configured."
    fi
    cmake --build "$build" --parallel "$cores" >&2
}

reproduce() {
    local table=results/multi-karma-table1.h5 pictures=results/pictures python status=0
    mkdir -p results
    # Containers often run as root and forbid the system call behind Open MPI's single-copy transfers. Ranks share no
    # state here, so binding them to cores would only hurt when something else is running.
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1 \
        OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_btl_vader_single_copy_mechanism=none \
        "$(cached MPIEXEC_EXECUTABLE)" -n "$cores" "$build/apps/polykarma/polykarma" reproduce multi-karma-table1 \
        -o "$table" || status=$?
    # 3 means that an equilibrium was not reached everywhere: the results are there and marked.
    [[ $status -eq 0 || $status -eq 3 ]] || exit "$status"
    python=$(cached POLYKARMA_PYTHON)
    "${python:-python3}" apps/plot/polykarma-plot "$table" -o "$pictures" >&2
    printf '\nResults:  %s\nPictures: %s\n' "$PWD/$table" "$PWD/$pictures"
    exit "$status"
}

run_tests() {
    local log=$build/quick.log status=0
    ctest --preset quick --parallel "$cores" --output-junit quick.xml 2>&1 | tee "$log" || status=$?
    printf '\n%s\n' "$(grep -E 'tests passed|No tests were found' "$log" | tail -n 1)"
    exit "$status"
}

cores=$(available_cores)
case ${1-} in
    "" | test | install) ;;
    *)
        say "usage: ./quickstart.sh [test | install [PACKAGE...]]"
        exit 2
        ;;
esac
install_packages "${packages[@]}" "${@:2}"
case ${1-} in
    "")
        configure_and_build
        reproduce
        ;;
    test)
        configure_and_build
        run_tests
        ;;
esac
