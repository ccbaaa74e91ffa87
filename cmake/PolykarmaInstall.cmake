# Installs the exported targets polykarma::<folder> and the files that let find_package(polykarma) find them.
include(CMakePackageConfigHelpers)

set(polykarma_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/polykarma")
install(EXPORT polykarmaTargets NAMESPACE polykarma:: DESTINATION "${polykarma_package_dir}")
configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/polykarmaConfig.cmake.in"
    "${PROJECT_BINARY_DIR}/polykarmaConfig.cmake"
    INSTALL_DESTINATION "${polykarma_package_dir}"
    NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/polykarmaConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES
    "${PROJECT_BINARY_DIR}/polykarmaConfig.cmake"
    "${PROJECT_BINARY_DIR}/polykarmaConfigVersion.cmake"
    DESTINATION "${polykarma_package_dir}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" "${PROJECT_SOURCE_DIR}/CITATION.cff" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
