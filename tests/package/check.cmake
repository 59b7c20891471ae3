# Installs a build into a folder of its own, then builds and runs the project beside this file against it.
#
# Usage: cmake -DSOURCE=folder -DBUILD=folder -DCONFIG=Release -DGENERATOR=Ninja -DCOMPILER=c++ -P check.cmake
set(work ${BUILD}/package)
set(prefix ${work}/prefix)
file(REMOVE_RECURSE ${work})

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(status)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}: ${status}\n${output}")
  endif()
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --config "${CONFIG}")

# Every header of the library is there, and none of its tests.
file(GLOB_RECURSE wanted RELATIVE ${SOURCE} ${SOURCE}/offhook/*.hpp)
list(FILTER wanted EXCLUDE REGEX "_test\\.hpp$")
file(GLOB_RECURSE installed RELATIVE ${prefix}/include ${prefix}/include/*)
list(SORT wanted)
list(SORT installed)
if(NOT wanted STREQUAL installed)
  message(FATAL_ERROR "installed headers: ${installed}\nwanted: ${wanted}")
endif()

# The project is copied, so that nothing of the source tree is near it, and may see no registry of packages.
file(COPY ${SOURCE}/tests/package/CMakeLists.txt ${SOURCE}/tests/package/main.cpp DESTINATION ${work}/project)
run(${CMAKE_COMMAND} -S ${work}/project -B ${work}/build -G ${GENERATOR} -DCMAKE_BUILD_TYPE=${CONFIG} -DCMAKE_CXX_COMPILER=${COMPILER}
    -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
run(${CMAKE_COMMAND} --build ${work}/build --config "${CONFIG}")
find_program(consumer consumer PATHS ${work}/build ${work}/build/${CONFIG} NO_DEFAULT_PATH REQUIRED)
run(${consumer})

# The installed files name no folder of the machine that built them.
file(GLOB_RECURSE scripts ${prefix}/*.cmake)
foreach(script IN LISTS scripts)
  file(READ ${script} text)
  string(FIND "${text}" "${SOURCE}" at)
  if(NOT at EQUAL -1)
    message(FATAL_ERROR "${script} names ${SOURCE}")
  endif()
endforeach()
file(REMOVE_RECURSE ${work})
