# SPDX-License-Identifier: BSD-2-Clause
# the forms of output
target_sources(inspect_core PRIVATE
    paint.c report.c report_option.c sink.c view.c)
