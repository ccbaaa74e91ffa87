# Functions that declare the project's targets. Every target gets the same warnings and architecture, privately: what
# is exported carries neither.

# polykarma_target_defaults(<target>): warnings, -march, and in sanitizer builds the dlclose stub for executables.
function(polykarma_target_defaults target)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wconversion
        # GCC 12 warns of overlapping copies inside std::string's operator+ that cannot happen (GCC bug 105651).
        $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
        $<$<BOOL:${POLYKARMA_WERROR}>:-Werror>)
    if(POLYKARMA_ARCH)
        target_compile_options(${target} PRIVATE -march=${POLYKARMA_ARCH})
    endif()
    get_target_property(type ${target} TYPE)
    if(POLYKARMA_SANITIZE AND type STREQUAL "EXECUTABLE")
        target_link_libraries(${target} PRIVATE polykarma_keep_plugins)
    endif()
endfunction()

# polykarma_library(<folder> [SOURCES ...] [HEADERS ...] [DEPENDS ...])
# The library of src/<folder>: target polykarma_<folder>, alias polykarma::<folder>, installed and exported with its
# headers as include/polykarma/<folder>/*.hpp. Dependencies are public; without sources it is an INTERFACE library.
function(polykarma_library folder)
    cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;DEPENDS" ${ARGN})
    polykarma_reject_unparsed(polykarma_library ${folder} "${arg_UNPARSED_ARGUMENTS}")
    set(target polykarma_${folder})
    if(arg_SOURCES)
        add_library(${target} STATIC ${arg_SOURCES})
        set(visibility PUBLIC)
        polykarma_target_defaults(${target})
    else()
        add_library(${target} INTERFACE)
        set(visibility INTERFACE)
    endif()
    add_library(polykarma::${folder} ALIAS ${target})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${folder})
    target_compile_features(${target} ${visibility} cxx_std_20)
    target_sources(${target} ${visibility}
        FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src" FILES ${arg_HEADERS})
    target_link_libraries(${target} ${visibility} ${arg_DEPENDS})
    install(TARGETS ${target} EXPORT polykarmaTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/polykarma"
        INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/polykarma")
endfunction()

# polykarma_executable(<target> SOURCES ... [DEPENDS ...]): a program of apps/, bench/ or tests/. Not installed.
function(polykarma_executable target)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS" ${ARGN})
    polykarma_reject_unparsed(polykarma_executable ${target} "${arg_UNPARSED_ARGUMENTS}")
    add_executable(${target} ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE ${arg_DEPENDS})
    polykarma_target_defaults(${target})
endfunction()

function(polykarma_reject_unparsed command name unparsed)
    if(unparsed)
        message(FATAL_ERROR "${command}(${name}): unknown arguments: ${unparsed}")
    endif()
endfunction()

if(POLYKARMA_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
    # The leak checker names suppressed libraries by their mapping, and MPI unloads its plugins before the check runs.
    add_library(polykarma_keep_plugins OBJECT "${PROJECT_SOURCE_DIR}/cmake/sanitize/keep_plugins.cpp")
endif()

if(POLYKARMA_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
