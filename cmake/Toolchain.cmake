# Warnings, sanitizers, linker and compiler cache for our own targets.
add_library(throughline_flags INTERFACE)
target_compile_options(throughline_flags INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers)
target_include_directories(throughline_flags INTERFACE ${CMAKE_SOURCE_DIR})

# A full build joins sources into few files, since most of its time goes into reading gRPC's and
# GoogleTest's headers. g++ then takes every anonymous namespace for a header's, and sees variants
# destroyed unset where it inlines more; builds of single files keep both warnings.
if(CMAKE_UNITY_BUILD)
  target_compile_options(throughline_flags INTERFACE -Wno-subobject-linkage -Wno-maybe-uninitialized)
endif()

# CMake's own choice, -O3, costs compile time for code that mostly waits and allocates.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

set(THROUGHLINE_SANITIZE "" CACHE STRING "Sanitizers for our code, as -fsanitize= takes them")
if(THROUGHLINE_SANITIZE)
  target_compile_options(throughline_flags INTERFACE
    -fsanitize=${THROUGHLINE_SANITIZE} -fno-omit-frame-pointer -O1 -g1)
  target_link_options(throughline_flags INTERFACE -fsanitize=${THROUGHLINE_SANITIZE})
  target_compile_definitions(throughline_flags INTERFACE THROUGHLINE_SANITIZED)
endif()
# With this macro protobuf's headers lay maps out otherwise than Debian's library does; of it,
# libstdc++ only makes the second.
if(THROUGHLINE_SANITIZE STREQUAL "thread")
  target_compile_options(throughline_flags INTERFACE -U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
  target_compile_definitions(throughline_flags INTERFACE THROUGHLINE_TSAN)
endif()
# Counts which lines of our code the tests reach; counters of threads are added, not lost.
option(THROUGHLINE_COVERAGE "Count the lines that are reached, for make coverage" OFF)
if(THROUGHLINE_COVERAGE)
  target_compile_options(throughline_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(throughline_flags INTERFACE --coverage)
endif()
# Instruments our code for libFuzzer: clang only. Its version 14 has coroutines and does not say so,
# and cannot place the check of functions' types before all of them.
option(THROUGHLINE_FUZZ "Build tests/fuzz as libFuzzer programs; wants clang" OFF)
if(THROUGHLINE_FUZZ)
  target_compile_options(throughline_flags INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-sanitize=function
    -g1 -D__cpp_impl_coroutine=201902L)
  target_link_options(throughline_flags INTERFACE -fsanitize=address,undefined)
endif()
# clang's thread-safety analysis reads ABSL_GUARDED_BY; g++ ignores it.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(throughline_flags INTERFACE -Wthread-safety)
endif()

find_program(THROUGHLINE_MOLD mold)
if(THROUGHLINE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(THROUGHLINE_CCACHE ccache)
if(THROUGHLINE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${THROUGHLINE_CCACHE})
endif()
