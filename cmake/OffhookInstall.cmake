# Installs the library targets so that find_package(offhook) gives offhook::message, offhook::transaction ...
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
get_property(layers GLOBAL PROPERTY OFFHOOK_LAYERS)
install(TARGETS ${layers} EXPORT offhook FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT offhook NAMESPACE offhook:: FILE offhook-targets.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/offhook)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/offhook-config.cmake.in ${PROJECT_BINARY_DIR}/offhook-config.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/offhook)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/offhook-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/offhook-config.cmake ${PROJECT_BINARY_DIR}/offhook-config-version.cmake
              ${PROJECT_SOURCE_DIR}/cmake/OffhookDependencies.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/offhook)
