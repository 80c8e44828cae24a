# SPDX-License-Identifier: BSD-2-Clause
# from a frame to a payload
target_sources(inspect_core PRIVATE
    config_tunnel.c decode.c decode_show.c defrag.c other.c tunnel_show.c tunnel_table.c)

add_executable(inspect_mutate ${PROJECT_SOURCE_DIR}/tests/inspect/mutate.c)
target_link_libraries(inspect_mutate PRIVATE inspect_core)
add_test(NAME inspect.mutate
         COMMAND inspect_mutate ${PROJECT_SOURCE_DIR}/pcaps 10000)
set_tests_properties(inspect.mutate PROPERTIES LABELS inspect TIMEOUT 300)

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME inspect.diff_tshark
         COMMAND ${Python3_EXECUTABLE}
                 ${PROJECT_SOURCE_DIR}/tests/inspect/diff_tshark.py
                 $<TARGET_FILE:tp-inspect> ${PROJECT_SOURCE_DIR}/pcaps)
set_tests_properties(inspect.diff_tshark PROPERTIES LABELS peer TIMEOUT 300)
