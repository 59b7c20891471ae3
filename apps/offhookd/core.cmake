# The server of a shard without its I/O: what tests/sim drives with a virtual clock and fuzz/ with anything. Needs no CLI11.
include_guard(GLOBAL)
include(${CMAKE_CURRENT_LIST_DIR}/config.cmake)
add_library(offhookd_core STATIC ${CMAKE_CURRENT_LIST_DIR}/core.cpp)
target_link_libraries(offhookd_core PUBLIC offhookd_config offhook::proxy offhook::registrar offhook::accounting offhook::radius)
