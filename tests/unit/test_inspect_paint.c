/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_paint.c - lines that fit, marked bytes, hostile text */
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "hexdump.h"
#include "html.h"
#include "html_plot.h"

static struct paint paint;
static char *text;
static size_t text_len;

static void begin(unsigned width, bool has_colour)
{
	paint = (struct paint) {
		.out = open_memstream(&text, &text_len),
		.has_colour = has_colour,
		.width = width,
	};
}

static void check_end(const char *want)
{
	(void)fclose(paint.out);
	CU_ASSERT_STRING_EQUAL(text, want);
	if (strcmp(text, want) != 0)
		(void)fprintf(stderr, "got:\n%s", text);
	free(text);
}

static void test_words_wrap(void)
{
	begin(20, false);
	paint_word(&paint, PAINT_PLAIN, "%s", "TCP a > b");
	paint_word(&paint, PAINT_BAD, "%d456789", 123);
	paint_word(&paint, PAINT_GOOD, "OK");
	paint_end(&paint);
	paint_word(&paint, PAINT_PLAIN, "next");
	paint_end(&paint);
	check_end("TCP a > b  123456789\n    OK\nnext\n");
	begin(0, false);
	paint_word(&paint, PAINT_PLAIN, "%s", "TCP a > b");
	paint_word(&paint, PAINT_PLAIN, "1234567890");
	paint_end(&paint);
	check_end("TCP a > b  1234567890\n");
	begin(20, false);
	paint_word(&paint, PAINT_PLAIN, "%s", "TCP a > b");
	paint_word(&paint, PAINT_PLAIN, "1234567890");
	paint_end(&paint);
	check_end("TCP a > b\n    1234567890\n");
	begin(0, true);
	paint_word(&paint, PAINT_GOOD, "OK");
	paint_end(&paint);
	check_end("\033[32mOK\033[0m\n");
}

static void test_items_go_on_below(void)
{
	begin(44, false);
	paint_item(&paint, 1, "advice", PAINT_PLAIN,
		   "send the header in one segment, or not at all");
	check_end("    advice: send the header in one segment,\n"
		  "            or not at all\n");
	begin(44, false);
	paint_item(&paint, 0, "x", PAINT_PLAIN,
		   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	check_end("x: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
		  "   aaaaaaaa\n");
	begin(0, false);
	paint_item(&paint, 1, "Timing", PAINT_PLAIN, "%s", "");
	check_end("    Timing\n");
}

static void test_marks(void)
{
	const uint8_t data[] = "0123456789abcdefXY";
	struct hexdump_range mark = { 14, 17 };

	begin(0, false);
	hexdump_put(&paint, data, 18, &mark);
	check_end("    0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64[65 66]"
		  " |0123456789abcdef|\n"
		  "    0010 [58]59                                          "
		  "  |XY|\n");
	mark = (struct hexdump_range) { 0, 0 };
	begin(0, false);
	hexdump_put(&paint, data, 1, &mark);
	check_end("    0000  30                                             "
		  "  |0|\n");
	mark = (struct hexdump_range) { 0, 1 };
	begin(0, true);
	hexdump_put(&paint, data, 1, &mark);
	check_end("    0000  \033[7m30\033[0m"
		  "                                               |"
		  "\033[7m0\033[0m|\n");
}

static void test_escapes(void)
{
	const uint8_t bytes[] = { 'a', '"', '\\', 0x1b, 0xff, 'z' };
	char out[32], small[8];

	CU_ASSERT_STRING_EQUAL(paint_escape(out, sizeof(out), bytes,
					    sizeof(bytes)),
			       "a\\x22\\x5c\\x1b\\xffz");
	(void)paint_escape(small, sizeof(small), bytes, sizeof(bytes));
	CU_ASSERT(strlen(small) < sizeof(small));
	begin(0, false);
	html_put(paint.out, "<script>\"&'\x01\xc3\xa4</script>");
	check_end("&lt;script&gt;&quot;&amp;&#39;\\x01\\xc3\\xa4"
		  "&lt;/script&gt;");
}

static void test_html_hex(void)
{
	const uint8_t data[] = "0123456789abcde<&";
	struct hexdump_range mark = { 15, 17 };

	begin(0, false);
	html_hex(paint.out, data, 17, &mark);
	check_end("<pre tabindex=\"0\">"
		  "0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 "
		  "<mark>3c</mark>  0123456789abcde<mark>&lt;</mark>\n"
		  "0010  <mark>26</mark>"
		  "                                               "
		  "<mark>&amp;</mark>\n</pre>\n");
}

static void test_html_hex_inside(void)
{
	const uint8_t data[] = "abc";
	struct hexdump_range mark = { 1, 2 };

	begin(0, false);
	html_hex(paint.out, data, 3, &mark);
	check_end("<pre tabindex=\"0\">0000  61 <mark>62</mark> 63 "
		  "                                        "
		  "a<mark>b</mark>c\n</pre>\n");
}

static void test_only_the_svg_is_left(void)
{
	char good[] = "<?xml?><svg viewBox='0'><title>Gnuplot</title>"
		      "<desc>by</desc><defs><circle id='gpDot'/></defs>"
		      "<path d='M0'/></svg>\ntail";
	char none[] = "gnuplot: error", open[] = "<svg><path/>";

	CU_ASSERT_STRING_EQUAL(html_plot_clean(good),
			       "<svg viewBox='0'><path d='M0'/></svg>");
	CU_ASSERT_PTR_NULL(html_plot_clean(none));
	CU_ASSERT_PTR_NULL(html_plot_clean(open));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "words wrap", test_words_wrap },
		{ "items go on below", test_items_go_on_below },
		{ "marks", test_marks },
		{ "escapes", test_escapes },
		{ "marks in a page", test_html_hex },
		{ "a mark inside a line", test_html_hex_inside },
		{ "only the svg is left", test_only_the_svg_is_left },
	};

	return unit_main("inspect_paint", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
