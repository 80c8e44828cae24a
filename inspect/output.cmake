# SPDX-License-Identifier: BSD-2-Clause
# the forms of output
target_sources(inspect_core PRIVATE
    again.c annotate.c carry.c field.c field_get.c field_hdr.c hexdump.c mark.c outfile.c paint.c
    pcapng_out.c peek.c recap.c report.c report_hex.c report_option.c rows.c sink.c summary.c
    summary_put.c tally.c timeline.c topk.c tree.c view.c
    write_bad.c)
