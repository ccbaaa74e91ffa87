# Runs FUZZER for SECONDS on the growing CORPUS, started from SEEDS, and prints executions and corpus size.
file(MAKE_DIRECTORY "${CORPUS}")
execute_process(
    COMMAND "${FUZZER}" -max_total_time=${SECONDS} -print_final_stats=1 -rss_limit_mb=2048 -timeout=10
        -artifact_prefix=${CORPUS}. "${CORPUS}" ${SEEDS}
    RESULT_VARIABLE status ERROR_VARIABLE log)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "${log}\nfuzzer ended with ${status}; the input is kept as ${CORPUS}.*")
endif()
string(REGEX MATCH "stat::number_of_executed_units: *([0-9]+)" found "${log}")
set(executions "${CMAKE_MATCH_1}")
file(GLOB inputs "${CORPUS}/*")
list(LENGTH inputs corpus_size)
cmake_path(GET FUZZER FILENAME name)
message(STATUS "${name}: ${executions} executions in ${SECONDS} s, corpus of ${corpus_size} inputs, no finding")
