# The configuration of offhookd as a library of its own, so that its tests need no server. toml++ is used as a header.
find_path(tomlplusplus_INCLUDE toml++/toml.h REQUIRED)
add_library(offhookd_config STATIC ${CMAKE_CURRENT_LIST_DIR}/charging_settings.cpp ${CMAKE_CURRENT_LIST_DIR}/config.cpp ${CMAKE_CURRENT_LIST_DIR}/settings.cpp)
target_include_directories(offhookd_config PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(offhookd_config PUBLIC offhook::proxy offhook::registrar offhook::accounting offhook::auth offhook::radius PRIVATE offhook::journal offhook::runtime fmt::fmt)
if(OFFHOOK_TESTS)
  offhook_test(offhookd_config_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/config_test.cpp LINKS offhookd_config LABEL unit)
endif()
