# One STATIC library per folder, named after it; tests, binaries and benchmarks beside the code.
#
#   throughline_library(NAME SOURCES a.cc DEPS public... PRIVATE_DEPS private...)
#   throughline_test(NAME SOURCES a_test.cc DEPS ...)            one ctest entry per binary,
#                                                                or SUITES a b: one a suite
#   throughline_binary(NAME SOURCES main.cc DEPS ...)            lands in <build>/bin
#   throughline_benchmark(NAME SOURCES a_benchmark.cc DEPS ...)  built and run by make bench
#   throughline_alone(a.cc ...)    never joined with others: its private names are theirs, too
function(throughline_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

function(throughline_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${NAME} STATIC ${ARG_SOURCES})
    target_link_libraries(${NAME} PUBLIC ${ARG_DEPS} PRIVATE throughline_flags ${ARG_PRIVATE_DEPS})
    target_include_directories(${NAME} PUBLIC ${CMAKE_SOURCE_DIR})
  else()
    add_library(${NAME} INTERFACE)
    target_link_libraries(${NAME} INTERFACE ${ARG_DEPS})
    target_include_directories(${NAME} INTERFACE ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

# What runs for long allocates with jemalloc, which neither keeps nor consolidates freed memory the
# way glibc does under gRPC; sanitizers bring an allocator of their own.
set(THROUGHLINE_ALLOCATOR "")
if(NOT THROUGHLINE_SANITIZE)
  add_library(throughline_allocator OBJECT ${CMAKE_SOURCE_DIR}/common/base/allocator.cc)
  target_link_libraries(throughline_allocator PUBLIC ${JEMALLOC_LIBRARY} PRIVATE throughline_flags)
  set(THROUGHLINE_ALLOCATOR throughline_allocator)
endif()

# Of the tsan preset: what tells it of Abseil's locks, in every program.
set(THROUGHLINE_TSAN "")
if(THROUGHLINE_SANITIZE STREQUAL "thread")
  add_library(throughline_tsan OBJECT ${CMAKE_SOURCE_DIR}/common/testing/tsan_abseil.cc)
  target_include_directories(throughline_tsan PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(throughline_tsan PUBLIC absl::synchronization PRIVATE throughline_flags)
  set(THROUGHLINE_TSAN throughline_tsan)
endif()

function(throughline_binary NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE throughline_flags ${ARG_DEPS} ${THROUGHLINE_TSAN}
                        ${THROUGHLINE_ALLOCATOR})
endfunction()

function(throughline_test NAME)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;SUITES" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE throughline_flags ${ARG_DEPS} ${THROUGHLINE_TSAN} GTest::gmock
                        GTest::gtest_main)
  # Optimising what runs once, gmock's templates above all, is most of a full build's time.
  target_compile_options(${NAME} PRIVATE -O0)
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test-bin)
  if(NOT ARG_SUITES)
    add_test(NAME ${NAME} COMMAND ${NAME})
    set(entries ${NAME})
  endif()
  foreach(suite IN LISTS ARG_SUITES)
    add_test(NAME ${NAME}.${suite} COMMAND ${NAME} --gtest_filter=${suite}.*)
    list(APPEND entries ${NAME}.${suite})
  endforeach()
  set_tests_properties(${entries} PROPERTIES
    ENVIRONMENT "THROUGHLINE_SOURCE_DIR=${CMAKE_SOURCE_DIR};THROUGHLINE_BIN_DIR=${CMAKE_BINARY_DIR}/bin")
endfunction()

add_custom_target(benchmarks)
function(throughline_benchmark NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${NAME} EXCLUDE_FROM_ALL ${ARG_SOURCES})
  add_dependencies(benchmarks ${NAME})
  target_link_libraries(${NAME} PRIVATE throughline_flags ${ARG_DEPS} ${THROUGHLINE_TSAN} benchmark::benchmark
                        ${THROUGHLINE_ALLOCATOR})
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/benchmark-bin)
endfunction()
