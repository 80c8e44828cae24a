# SPDX-License-Identifier: BSD-2-Clause
# where frames come from
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
target_sources(inspect_core PRIVATE
    capfile.c capfile_find.c config_source.c copies.c feed.c filter.c input.c
    interrupt.c live.c progress.c ring.c source.c source_stat.c stream.c top.c)
target_link_libraries(inspect_core PUBLIC PkgConfig::ZLIB PkgConfig::ZSTD)

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME inspect.sources COMMAND ${Python3_EXECUTABLE}
         ${PROJECT_SOURCE_DIR}/tests/inspect/sources.py
         $<TARGET_FILE:tp-inspect> ${PROJECT_SOURCE_DIR}/pcaps)
set_tests_properties(inspect.sources PROPERTIES LABELS inspect TIMEOUT 300)
