# Installs the build into an empty prefix, then configures, builds and runs the consumer against that prefix only.
set(prefix "${WORK_DIR}/prefix")
set(consumer_build "${WORK_DIR}/consumer")
file(REMOVE_RECURSE "${WORK_DIR}")

function(run)
    execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE log ERROR_VARIABLE log)
    if(NOT status EQUAL 0)
        list(JOIN ARGV " " command)
        message(FATAL_ERROR "${log}\n${command}: ended with ${status}")
    endif()
    set(log "${log}" PARENT_SCOPE)
endfunction()

# The libraries of a sanitizer build need the sanitizers' runtime.
set(flags "")
if(SANITIZE)
    set(flags "-fsanitize=address,undefined")
endif()

run("${CMAKE_COMMAND}" --install "${POLYKARMA_BINARY_DIR}" --prefix "${prefix}")
run("${CMAKE_COMMAND}" -S "${CONSUMER_DIR}" -B "${consumer_build}" -G "${GENERATOR}"
    "-DCMAKE_PREFIX_PATH=${prefix}"
    "-DCMAKE_C_COMPILER=${C_COMPILER}"
    "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}"
    "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}"
    "-DCMAKE_CXX_FLAGS=${flags}")
run("${CMAKE_COMMAND}" --build "${consumer_build}")
run("${consumer_build}/consumer")
string(STRIP "${log}" log)
set(expected "polykarma ${POLYKARMA_VERSION}, 2 accounts")
if(NOT log STREQUAL expected)
    message(FATAL_ERROR "the consumer printed \"${log}\" instead of \"${expected}\"")
endif()
message(STATUS "consumer printed: ${log}")
