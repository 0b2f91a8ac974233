# Language, warnings, sanitizers and the compiler cache, for every target of the tree.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

set(HAKI_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them; empty for none")
set(CMAKE_CXX_FLAGS_SANITIZED "-O0 -g1 -fno-omit-frame-pointer" CACHE STRING "" FORCE)
set(CMAKE_C_FLAGS_SANITIZED "-O0 -g1 -fno-omit-frame-pointer" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_FUZZED "-O1 -g1 -fno-omit-frame-pointer" CACHE STRING "" FORCE)
set(CMAKE_C_FLAGS_FUZZED "-O1 -g1 -fno-omit-frame-pointer" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Without these two a file that uses a precompiled header is never found in the cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
# Others' code of which we use a part (Beast, generated protobuf) is compiled a function a section, and a release throws away what
# nothing reaches: a tenth of the core library.
set(HAKI_SECTIONS -ffunction-sections -fdata-sections)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_link_options(-Wl,--gc-sections)
endif()

# Our own files are held to warnings as errors; generated protobuf files are not ours.
set(HAKI_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12's flow analysis reports what is not there, in its own strings (with precompiled headers) and through instrumented code.
  list(APPEND HAKI_WARNINGS -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-restrict)
  if(HAKI_SANITIZE)
    list(APPEND HAKI_WARNINGS -Wno-maybe-uninitialized)
  endif()
endif()
# The undefined sanitizer is left out where it costs minutes a file (Beast); see haki_without_ubsan().
string(REPLACE "," ";" HAKI_SANITIZERS "${HAKI_SANITIZE}")
foreach(sanitizer IN LISTS HAKI_SANITIZERS)
  add_link_options(-fsanitize=${sanitizer})
  add_compile_options(-fsanitize=${sanitizer})
endforeach()
if("undefined" IN_LIST HAKI_SANITIZERS)
  # A null pointer and one beside its object are the address sanitizer's to find, and nothing here is read through a cast pointer
  # (bytes are copied): asking at every access and every step of a pointer makes a file take half as long again.
  add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=null,vptr,object-size,alignment,pointer-overflow)
endif()
option(HAKI_FUZZ "Build the programs of tests/fuzz, by clang (tests/fuzz/run)" OFF)
if(HAKI_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # counts which code an input reaches
endif()
# A test's own code is compiled for the compiler's speed: what it calls is what is measured and checked.
set(HAKI_TEST_OPTIONS "")
if(CMAKE_BUILD_TYPE MATCHES "^(Release|Sanitized)$")
  list(APPEND HAKI_TEST_OPTIONS -O0)
endif()
if("undefined" IN_LIST HAKI_SANITIZERS)
  list(APPEND HAKI_TEST_OPTIONS -fno-sanitize=undefined)
endif()
function(haki_without_ubsan)
  if("undefined" IN_LIST HAKI_SANITIZERS)
    set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS -fno-sanitize=undefined SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()

# The same for a whole layer that only puts others together.
function(haki_layer_without_ubsan name)
  if("undefined" IN_LIST HAKI_SANITIZERS)
    target_compile_options(haki_${name} PRIVATE -fno-sanitize=undefined)
    set_target_properties(haki_${name} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
  endif()
endfunction()

# Headers of the standard library, compiled once for all layers: a sixth of a file's time. Each file still includes what it
# uses: the client core is also built without (HAKI_CORE_ONLY).
function(haki_standard_headers)
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/standard_headers.cc" CONTENT "")
  add_library(standard_headers STATIC "${CMAKE_BINARY_DIR}/standard_headers.cc")
  target_compile_options(standard_headers PRIVATE ${HAKI_WARNINGS})
  target_precompile_headers(standard_headers PRIVATE
    <algorithm> <array> <functional> <map> <memory> <optional> <set> <span> <string> <string_view> <unordered_map> <variant> <vector>)
endfunction()

include(GNUInstallDirs)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(BROTLI REQUIRED IMPORTED_TARGET libbrotlienc libbrotlidec)
pkg_check_modules(GFSHARE REQUIRED IMPORTED_TARGET libgfshare)
find_package(Protobuf REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)
