# Flags that hold for every target: language, warnings, hardening, sanitizers, linker, compiler cache.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

include(CheckPIESupported)
check_pie_supported()

find_program(ccache_program ccache)
if(ccache_program AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ccache_program})
endif()
find_program(mold_program mold)
if(mold_program)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 sees the inactive union member of a std::expected or std::variant as uninitialised.
  add_compile_options(-Wno-maybe-uninitialized)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # clang 19 warns of what std::stable_sort of GCC 12's library does inside.
  add_compile_options(-Wno-deprecated-declarations)
endif()
if(OFFHOOK_WERROR)
  add_compile_options(-Werror)
endif()
add_compile_options(-g -fno-omit-frame-pointer "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")
add_compile_definitions(_GLIBCXX_ASSERTIONS)

if(OFFHOOK_SANITIZE)
  add_compile_options(-fsanitize=${OFFHOOK_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${OFFHOOK_SANITIZE})
  if(OFFHOOK_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=vptr)  # would ask for type information that SOCI 4 keeps to itself
  endif()
else()
  add_compile_options(-fstack-protector-strong)
  add_link_options(-Wl,-z,relro,-z,now)
  if(CMAKE_BUILD_TYPE MATCHES "Rel")
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  endif()
endif()

if(OFFHOOK_FUZZ)
  add_compile_options(-O1 -fsanitize=fuzzer-no-link)  # libFuzzer is led by the coverage of the libraries
endif()

set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O0")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
