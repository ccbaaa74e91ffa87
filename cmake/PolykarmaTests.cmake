# Functions that register tests. Labels: unit, oracle, identity, mpi, regression, cli, plot, package, fault, slurm, fuzz,
# and slow as a second label for what the quick selection leaves out.

# Two mpirun at once under `ctest -j` both bind to core 0 unless binding is off; containers often run as root, and
# often forbid the system call behind Open MPI's single-copy transfers.
set(POLYKARMA_TEST_ENVIRONMENT
    GTEST_COLOR=no
    OMPI_ALLOW_RUN_AS_ROOT=1
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    OMPI_MCA_rmaps_base_oversubscribe=1
    OMPI_MCA_btl=self,vader
    OMPI_MCA_btl_vader_single_copy_mechanism=none
    OMPI_MCA_mpi_yield_when_idle=1
    OMPI_MCA_hwloc_base_binding_policy=none)
set(polykarma_timeout_factor 1)
if(POLYKARMA_SANITIZE)
    list(APPEND POLYKARMA_TEST_ENVIRONMENT
        ASAN_OPTIONS=fast_unwind_on_malloc=0:detect_leaks=1
        LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/sanitize/lsan.supp:print_suppressions=0
        UBSAN_OPTIONS=print_stacktrace=1)
    set(polykarma_timeout_factor 4)
endif()

# A test that skips or disables a part of itself fails: what it announces must have run.
set(polykarma_not_run
    "\\[  SKIPPED \\]"              # GoogleTest
    "YOU HAVE [0-9]+ DISABLED TEST" # GoogleTest
    "[1-9][0-9]* skipped"           # pytest
    "skipped=[1-9]")                # unittest

# polykarma_script_test(<name> COMMAND ... LABELS ... [PROCESSORS <n>] [TIMEOUT <seconds>] [WORKING_DIRECTORY <dir>]
#                       [ENVIRONMENT <NAME=value>...])
# A test that is any command; a target's name stands for its program.
function(polykarma_script_test name)
    cmake_parse_arguments(arg "" "PROCESSORS;TIMEOUT;WORKING_DIRECTORY" "COMMAND;LABELS;ENVIRONMENT" ${ARGN})
    polykarma_reject_unparsed(polykarma_script_test ${name} "${arg_UNPARSED_ARGUMENTS}")
    if(NOT arg_PROCESSORS)
        set(arg_PROCESSORS 1)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)
    endif()
    if(NOT arg_WORKING_DIRECTORY)
        set(arg_WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}")
    endif()
    math(EXPR timeout "${arg_TIMEOUT} * ${polykarma_timeout_factor}")
    add_test(NAME ${name} COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${arg_WORKING_DIRECTORY}")
    set_tests_properties(${name} PROPERTIES
        LABELS "${arg_LABELS}"
        PROCESSORS ${arg_PROCESSORS}
        TIMEOUT ${timeout}
        ENVIRONMENT "${POLYKARMA_TEST_ENVIRONMENT};${arg_ENVIRONMENT}"
        FAIL_REGULAR_EXPRESSION "${polykarma_not_run}")
endfunction()

# polykarma_test(<name> SOURCES ... [DEPENDS ...] LABELS ... [RANKS <n>...] [TIMEOUT <seconds>])
# A GoogleTest program. With RANKS it is linked to the MPI-aware main of tests/support and runs once for every number
# of ranks, as <name>.ranks<n>; the failure of one rank is the failure of all.
function(polykarma_test name)
    cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPENDS;LABELS;RANKS" ${ARGN})
    polykarma_reject_unparsed(polykarma_test ${name} "${arg_UNPARSED_ARGUMENTS}")
    if(arg_RANKS)
        set(main polykarma_mpi_test_main)
    else()
        set(main GTest::gtest_main)
    endif()
    polykarma_executable(${name} SOURCES ${arg_SOURCES} DEPENDS ${arg_DEPENDS} ${main} GTest::gtest)
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    if(NOT arg_RANKS)
        polykarma_script_test(${name} COMMAND ${name} LABELS ${arg_LABELS} TIMEOUT ${arg_TIMEOUT})
    endif()
    foreach(ranks IN LISTS arg_RANKS)
        polykarma_script_test(${name}.ranks${ranks}
            COMMAND "${MPIEXEC_EXECUTABLE}" ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:${name}>
            LABELS ${arg_LABELS} PROCESSORS ${ranks} TIMEOUT ${arg_TIMEOUT})
    endforeach()
endfunction()

# polykarma_fuzz_test(<name> SOURCES ... [DEPENDS ...] [SEEDS <dir>])
# A libFuzzer program with the label fuzz: it runs for a minute on a corpus that stays in the build directory, and
# prints the executions and the size of the corpus. For tests/fuzz, which only builds with POLYKARMA_FUZZ enter.
set(POLYKARMA_FUZZ_SECONDS 60 CACHE STRING "How long each fuzz test runs, in seconds")
function(polykarma_fuzz_test name)
    cmake_parse_arguments(arg "" "SEEDS" "SOURCES;DEPENDS" ${ARGN})
    polykarma_reject_unparsed(polykarma_fuzz_test ${name} "${arg_UNPARSED_ARGUMENTS}")
    polykarma_executable(${name} SOURCES ${arg_SOURCES} DEPENDS ${arg_DEPENDS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    math(EXPR timeout "3 * ${POLYKARMA_FUZZ_SECONDS} + 60")
    polykarma_script_test(${name}
        COMMAND "${CMAKE_COMMAND}" -DFUZZER=$<TARGET_FILE:${name}> -DSECONDS=${POLYKARMA_FUZZ_SECONDS}
            "-DSEEDS=${arg_SEEDS}" "-DCORPUS=${CMAKE_CURRENT_BINARY_DIR}/${name}.corpus"
            -P "${PROJECT_SOURCE_DIR}/cmake/run_fuzzer.cmake"
        LABELS fuzz TIMEOUT ${timeout})
endfunction()
