# Finds every package the project needs. All that are missing are reported together, each with its Debian and Spack
# name, so that one installation step is enough.

set(polykarma_missing "")
set(polykarma_missing_debian "")

# polykarma_missing_package(<what> DEBIAN <packages>... SPACK <spec>): notes a package that was not found.
macro(polykarma_missing_package what)
    cmake_parse_arguments(missing "" "SPACK" "DEBIAN" ${ARGN})
    list(JOIN missing_DEBIAN " " missing_text)
    string(APPEND polykarma_missing "\n  ${what}\n      Debian: ${missing_text}\n      Spack:  ${missing_SPACK}")
    list(APPEND polykarma_missing_debian ${missing_DEBIAN})
endmacro()

# The C++ bindings of MPI were removed in MPI 3.0; their headers do not compile without warnings.
set(MPI_CXX_SKIP_MPICXX ON)
set(MPI_DETERMINE_LIBRARY_VERSION ON)
find_package(MPI QUIET COMPONENTS C CXX)
if(NOT MPI_FOUND)
    polykarma_missing_package("MPI for C and C++" DEBIAN openmpi-bin libopenmpi-dev SPACK "openmpi")
endif()

# A machine may carry the serial flavour as well; FindHDF5 takes that one unless told otherwise.
set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 1.10 QUIET COMPONENTS C HL)
if(NOT HDF5_FOUND OR NOT TARGET hdf5::hdf5_hl)
    polykarma_missing_package("HDF5 >= 1.10 with its high-level library" DEBIAN libhdf5-openmpi-dev hdf5-tools
        SPACK "hdf5+mpi+hl")
elseif(NOT HDF5_IS_PARALLEL)
    polykarma_missing_package("HDF5 built for MPI (a serial HDF5 ${HDF5_VERSION} was found)"
        DEBIAN libhdf5-openmpi-dev SPACK "hdf5+mpi+hl")
endif()

find_package(Boost 1.74 QUIET COMPONENTS program_options)
if(NOT Boost_FOUND)
    polykarma_missing_package("Boost.Program_options >= 1.74" DEBIAN libboost-program-options-dev
        SPACK "boost+program_options")
endif()

find_package(tomlplusplus 3.3 QUIET)
if(NOT tomlplusplus_FOUND)
    polykarma_missing_package("toml++ >= 3.3" DEBIAN libtomlplusplus-dev SPACK "tomlplusplus")
endif()

find_package(fmt 9.1 QUIET)
if(NOT fmt_FOUND)
    polykarma_missing_package("{fmt} >= 9.1" DEBIAN libfmt-dev SPACK "fmt")
endif()

# The interface for C++ is one header over the library for C; Debian packs them apart.
find_package(NLopt 2.7 QUIET)
find_file(POLYKARMA_NLOPT_HEADER nlopt.hpp HINTS ${NLOPT_INCLUDE_DIRS} NO_CACHE)
if(NOT NLopt_FOUND OR NOT POLYKARMA_NLOPT_HEADER)
    polykarma_missing_package("NLopt >= 2.7 with its C++ interface" DEBIAN libnlopt-cxx-dev SPACK "nlopt")
endif()

find_package(Eigen3 3.4 QUIET NO_MODULE)
if(NOT Eigen3_FOUND)
    polykarma_missing_package("Eigen >= 3.4" DEBIAN libeigen3-dev SPACK "eigen")
endif()

find_path(POLYKARMA_RANDOM123 Random123/philox.h)
mark_as_advanced(POLYKARMA_RANDOM123)
if(NOT POLYKARMA_RANDOM123)
    polykarma_missing_package("Random123" DEBIAN librandom123-dev SPACK "random123")
endif()

if(POLYKARMA_TESTS)
    find_package(GTest 1.12 QUIET)
    if(NOT GTest_FOUND)
        polykarma_missing_package("GoogleTest >= 1.12 (or -DPOLYKARMA_TESTS=OFF)" DEBIAN libgtest-dev SPACK "googletest")
    endif()
endif()

if(POLYKARMA_BENCH)
    find_package(benchmark 1.7 QUIET)
    if(NOT benchmark_FOUND)
        polykarma_missing_package("Google Benchmark >= 1.7 (or -DPOLYKARMA_BENCH=OFF)" DEBIAN libbenchmark-dev
            SPACK "benchmark")
    endif()
endif()

if(POLYKARMA_FUZZ AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    polykarma_missing_package("clang as the compiler: POLYKARMA_FUZZ needs libFuzzer" DEBIAN clang SPACK "llvm")
endif()

# The first python3 of the path is often one without the scientific modules, so the system's is asked first.
if(NOT POLYKARMA_PYTHON)
    find_program(polykarma_path_python NAMES python3 NO_CACHE)
    foreach(candidate IN ITEMS /usr/bin/python3 "${polykarma_path_python}")
        if(EXISTS "${candidate}")
            execute_process(COMMAND "${candidate}" -c "import h5py, numpy, matplotlib"
                RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
            if(status EQUAL 0)
                set(POLYKARMA_PYTHON "${candidate}" CACHE FILEPATH "Python 3 with h5py, numpy and matplotlib")
                break()
            endif()
        endif()
    endforeach()
endif()

if(POLYKARMA_TESTS)
    set(modules h5py numpy matplotlib xarray h5netcdf jsonschema pytest)
    list(JOIN modules ", " import_list)
    set(status 1)
    if(POLYKARMA_PYTHON)
        execute_process(COMMAND "${POLYKARMA_PYTHON}" -c "import ${import_list}"
            RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
    endif()
    if(NOT status EQUAL 0)
        list(TRANSFORM modules PREPEND "python3-" OUTPUT_VARIABLE debian_modules)
        list(TRANSFORM modules PREPEND "py-" OUTPUT_VARIABLE spack_modules)
        list(JOIN spack_modules " " spack_modules)
        polykarma_missing_package("Python 3 that imports ${import_list} (another one: -DPOLYKARMA_PYTHON=...)"
            DEBIAN ${debian_modules} SPACK "${spack_modules}")
    endif()
endif()

if(polykarma_missing)
    list(REMOVE_DUPLICATES polykarma_missing_debian)
    list(JOIN polykarma_missing_debian " " install_line)
    message(FATAL_ERROR "polykarma cannot be configured, these are missing:${polykarma_missing}\n"
        "On Debian or Ubuntu:\n"
        "  apt-get install -y --no-install-recommends ${install_line}\n"
        "With Spack or environment modules, load the packages named above, remove the build directory, and try again.")
endif()
