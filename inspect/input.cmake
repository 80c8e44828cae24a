# SPDX-License-Identifier: BSD-2-Clause
# where frames come from
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
target_sources(inspect_core PRIVATE
    capfile.c capfile_find.c filter.c input.c live.c source.c stream.c)
target_link_libraries(inspect_core PUBLIC PkgConfig::ZLIB PkgConfig::ZSTD)
