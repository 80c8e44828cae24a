# SPDX-License-Identifier: BSD-2-Clause
# the forms of output
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(inspect_assets ${CMAKE_CURRENT_SOURCE_DIR}/assets)
set(inspect_assets_h ${CMAKE_CURRENT_BINARY_DIR}/html_assets.h)
add_custom_command(OUTPUT ${inspect_assets_h}
    COMMAND ${Python3_EXECUTABLE} ${inspect_assets}/embed.py
            ${inspect_assets_h} ${inspect_assets}/report.css
            ${inspect_assets}/report.js
    DEPENDS ${inspect_assets}/embed.py ${inspect_assets}/report.css
            ${inspect_assets}/report.js
    COMMENT "Embedding the report's style and script" VERBATIM)
add_custom_target(inspect_assets DEPENDS ${inspect_assets_h})
target_sources(inspect_core PRIVATE ${inspect_assets_h}
    again.c annotate.c carry.c field.c field_flow.c field_get.c field_hdr.c
    hexdump.c html.c html_finding.c html_page.c html_plot.c html_put.c mark.c
    outfile.c paint.c pcapng_out.c peek.c recap.c report.c report_hex.c
    report_option.c rows.c sink.c summary.c summary_put.c tally.c timeline.c
    topk.c tree.c view.c write_bad.c)
target_include_directories(inspect_core PRIVATE ${CMAKE_CURRENT_BINARY_DIR})

set(inspect_tests ${PROJECT_SOURCE_DIR}/tests/inspect)
add_test(NAME inspect.output COMMAND ${Python3_EXECUTABLE}
         ${inspect_tests}/output.py $<TARGET_FILE:tp-inspect>
         ${PROJECT_SOURCE_DIR}/pcaps)
add_test(NAME inspect.schema COMMAND ${Python3_EXECUTABLE}
         ${inspect_tests}/schema.py $<TARGET_FILE:tp-inspect>
         ${PROJECT_SOURCE_DIR}/pcaps ${PROJECT_SOURCE_DIR}/docs/inspect-json.md)
add_test(NAME inspect.cookbook COMMAND ${Python3_EXECUTABLE}
         ${inspect_tests}/cookbook.py check $<TARGET_FILE:tp-inspect>
         ${PROJECT_SOURCE_DIR})
set_tests_properties(inspect.output inspect.schema inspect.cookbook PROPERTIES
                     LABELS inspect TIMEOUT 300)
