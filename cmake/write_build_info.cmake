# Writes build_info.cpp when its content has changed. Runs at every build, so that the recorded commit is the one being
# built; with nothing new the file keeps its date and nothing is compiled.
# Expects SOURCE_DIR, INPUT, OUTPUT and the BUILD_* values that configuring knows.

# The commit of SOURCE_DIR, or "unknown" outside its own git clone (an unpacked archive may lie inside a foreign one).
function(polykarma_git_commit source_dir result)
    set(${result} "unknown" PARENT_SCOPE)
    if(NOT EXISTS "${source_dir}/.git")
        return()
    endif()
    find_program(git_program git NO_CACHE)
    if(NOT git_program)
        return()
    endif()
    # The build trusts its own source directory already, whoever owns the files (containers mount other users' clones).
    set(git "${git_program}" -C "${source_dir}" -c "safe.directory=${source_dir}")
    execute_process(COMMAND ${git} rev-parse --verify --quiet HEAD
        RESULT_VARIABLE status OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT status EQUAL 0)
        return()
    endif()
    execute_process(COMMAND ${git} --no-optional-locks status --porcelain --untracked-files=no
        RESULT_VARIABLE status OUTPUT_VARIABLE changes ERROR_QUIET)
    if(NOT status EQUAL 0 OR NOT changes STREQUAL "")
        string(APPEND commit "-dirty")
    endif()
    set(${result} "${commit}" PARENT_SCOPE)
endfunction()

polykarma_git_commit("${SOURCE_DIR}" BUILD_COMMIT)
foreach(value IN ITEMS VERSION COMMIT COMPILER TYPE FLAGS HDF5 MPI)
    if("${BUILD_${value}}" STREQUAL "")
        set(BUILD_${value} "unknown")
    endif()
    string(REPLACE "\\" "\\\\" BUILD_${value} "${BUILD_${value}}")
    string(REPLACE "\"" "\\\"" BUILD_${value} "${BUILD_${value}}")
endforeach()
configure_file("${INPUT}" "${OUTPUT}" @ONLY)
