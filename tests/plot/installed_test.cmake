# Installs polykarma-plot, moves the installation, and draws with it: the script must find its modules.
file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${ARGN}\nended with ${status}:\n${output}")
    endif()
endfunction()

run("${CMAKE_COMMAND}" --install "${PLOT_BINARY_DIR}" --prefix "${WORK_DIR}/first")
file(RENAME "${WORK_DIR}/first" "${WORK_DIR}/moved")
run("${PYTHON}" "${MAKE_EXAMPLE}" equilibrium "${WORK_DIR}/example.h5")
run("${PYTHON}" "${WORK_DIR}/moved/${BIN_DIR}/polykarma-plot" "${WORK_DIR}/example.h5" -o "${WORK_DIR}/pictures"
    --format png --only utilisation)
if(NOT EXISTS "${WORK_DIR}/pictures/utilisation.png")
    message(FATAL_ERROR "polykarma-plot succeeded without writing its picture")
endif()
