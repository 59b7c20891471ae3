# What the layers link, all from Debian 12 (docs/dependencies.md): the one list, read by the build and, installed beside the exported
# targets, by find_package(offhook). Of Boost only headers and Boost.JSON's sources are used.
include(CMakeFindDependencyMacro)

# Within find_package(offhook) a missing library means that offhook is not found; in the build of offhook itself it ends it.
macro(offhook_find_package)
  if(CMAKE_FIND_PACKAGE_NAME STREQUAL "offhook")
    find_dependency(${ARGV})
  else()
    find_package(${ARGV} REQUIRED)
  endif()
endmacro()

# SOCI and c-ares come without CMake packages of their own in Debian 12.
function(offhook_find_library target header library)
  if(TARGET ${target})
    return()
  endif()
  string(MAKE_C_IDENTIFIER ${target} id)
  find_path(${id}_INCLUDE ${header} REQUIRED)
  find_library(${id}_LIBRARY ${library} REQUIRED)
  mark_as_advanced(${id}_INCLUDE ${id}_LIBRARY)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} SYSTEM INTERFACE ${${id}_INCLUDE})
  target_link_libraries(${target} INTERFACE ${${id}_LIBRARY})
endfunction()

offhook_find_package(Threads)
offhook_find_package(Boost 1.81)
offhook_find_package(OpenSSL 3)
offhook_find_package(fmt)
offhook_find_package(spdlog)
offhook_find_package(prometheus-cpp)
offhook_find_package(SQLite3)
offhook_find_package(PostgreSQL)
offhook_find_package(date)
offhook_find_library(offhook_dep::soci_core soci/soci.h soci_core)
offhook_find_library(offhook_dep::soci_sqlite3 soci/sqlite3/soci-sqlite3.h soci_sqlite3)
offhook_find_library(offhook_dep::cares ares.h cares)
