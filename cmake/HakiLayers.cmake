# One static target per folder. A layer is included as "<layer>/file.h" and exports a directory that holds nothing but
# itself, so including a layer that was not named in USES does not compile.

# haki_layer(NAME SOURCES a.cc… [USES layers whose headers its own headers include] [PRIVATE_USES layers or libraries])
function(haki_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  set(export_dir "${CMAKE_BINARY_DIR}/include/${name}")
  file(MAKE_DIRECTORY "${export_dir}")
  if(NOT EXISTS "${export_dir}/${name}")
    file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${export_dir}/${name}" SYMBOLIC)
  endif()
  add_library(haki_${name} STATIC ${LAYER_SOURCES})
  target_include_directories(haki_${name} PUBLIC "${export_dir}")
  target_compile_options(haki_${name} PRIVATE ${HAKI_WARNINGS})
  if(TARGET standard_headers)
    target_precompile_headers(haki_${name} REUSE_FROM standard_headers)
  endif()
  list(TRANSFORM LAYER_USES PREPEND haki_)
  target_link_libraries(haki_${name} PUBLIC ${LAYER_USES} PRIVATE ${LAYER_PRIVATE_USES})
endfunction()

# haki_program(NAME SOURCES a.cc… USES targets…)
function(haki_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;USES" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  install(TARGETS ${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
  target_compile_options(${name} PRIVATE ${HAKI_WARNINGS})
  target_link_libraries(${name} PRIVATE ${PROGRAM_USES})
endfunction()

# What every test includes, compiled once: a fifth of a test file's time.
function(haki_test_headers)
  add_library(test_headers OBJECT "${CMAKE_BINARY_DIR}/test_headers.cc")
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/test_headers.cc" CONTENT "")
  haki_test_options(test_headers)
  set_target_properties(test_headers PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(test_headers PRIVATE -fPIE)  # as the programs that use it
  target_precompile_headers(test_headers PRIVATE
    <gtest/gtest.h> <algorithm> <filesystem> <fstream> <functional> <map> <optional> <set> <string> <vector>)
endfunction()

function(haki_test_options name)
  target_compile_options(${name} PRIVATE ${HAKI_WARNINGS} ${HAKI_TEST_OPTIONS})
  target_link_libraries(${name} PRIVATE GTest::gmock GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE HAKI_SOURCE_DIR="${CMAKE_SOURCE_DIR}" HAKI_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
endfunction()

# haki_test(NAME SOURCES a_test.cc… USES targets… [TIMEOUT seconds] [PARTS number] [CHEAP_PASSPHRASES] [NOT_SANITIZED]): one GoogleTest program,
# every case a CTest test; sanitized, where each start of a program takes a fifth of a second, in PARTS parts with many cases
# each, whose results GoogleTest writes (tests/count_results.py). CHEAP_PASSPHRASES: homes are made without Argon2id (tests/cheap_passphrases.cc).
# NOT_SANITIZED: not part of tools/test's sanitized build, for what meets no bytes from outside and takes minutes to compile.
# Its label, by which tools/test chooses, is its folder below tests/ (unit, property, e2e…), "kill" for those that kill
# programs over and over, or "long".
function(haki_test name)
  cmake_parse_arguments(TEST "CHEAP_PASSPHRASES;NOT_SANITIZED" "TIMEOUT;PARTS" "SOURCES;USES" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 120)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_link_libraries(${name} PRIVATE ${TEST_USES})
  haki_test_options(${name})
  if(TEST_CHEAP_PASSPHRASES)
    target_sources(${name} PRIVATE $<TARGET_OBJECTS:cheap_passphrases>)
  endif()
  target_precompile_headers(${name} REUSE_FROM test_headers)
  cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY "${CMAKE_SOURCE_DIR}/tests" OUTPUT_VARIABLE label)
  string(REGEX REPLACE "/.*" "" label "${label}")
  if(name MATCHES "kill_test$")
    set(label kill)
  elseif(name STREQUAL "hostile_test")
    set(label long)  # minutes each: tools/test --long
  elseif(label STREQUAL "fuzz")
    set(label unit)  # what was found, and seeds; the fuzzers themselves are tests/fuzz/run
  endif()
  if(HAKI_SANITIZE AND TEST_NOT_SANITIZED)
    return()
  endif()
  if(label MATCHES "^(unit|property)$")
    add_dependencies(layer_tests ${name})
  endif()
  if(HAKI_SANITIZE AND label MATCHES "^(unit|property)$")
    haki_test_in_parts(${name} ${label} "${TEST_PARTS}")
  else()
    set(cost 0)
    if(label MATCHES "^(e2e|kill)$")
      set(cost 9)
    endif()
    # Whole programs first: they wait more than they compute, and one that begins last is what everybody waits for.
    gtest_discover_tests(${name} PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS ${label} COST ${cost} DISCOVERY_TIMEOUT 60)
  endif()
endfunction()

function(haki_test_in_parts name label parts)
  if(NOT parts)
    set(parts 1)
  endif()
  math(EXPR last "${parts} - 1")
  foreach(part RANGE ${last})
    set(test ${name}_${part})
    add_test(NAME ${test} COMMAND ${name} --gtest_brief=1)
    set_tests_properties(${test} PROPERTIES TIMEOUT 900 LABELS ${label} COST ${parts}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${parts};GTEST_SHARD_INDEX=${part};GTEST_OUTPUT=xml:${CMAKE_BINARY_DIR}/results/${test}.xml")
  endforeach()
endfunction()
