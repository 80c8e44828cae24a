# SPDX-License-Identifier: BSD-2-Clause
# broken origins and proxies before the judge: one build's worth is enough
find_package(Python3 COMPONENTS Interpreter REQUIRED)

if(TARGET tp-conform AND CMAKE_C_COMPILER_ID STREQUAL GNU)
  add_test(NAME conform.confidence
           COMMAND Python3::Interpreter
                   ${CMAKE_CURRENT_LIST_DIR}/confidence.py
                   ${PROJECT_BINARY_DIR})
  # it waits for time limits: nothing else may keep it from them
  set_tests_properties(conform.confidence PROPERTIES
                       LABELS conform TIMEOUT 300 RUN_SERIAL TRUE
                       ENVIRONMENT PYTHONDONTWRITEBYTECODE=1)
endif()
