/* SPDX-License-Identifier: BSD-2-Clause */
/* html_put.c - see html.h: text and bytes that a hostile capture wrote */
#include "base/markup.h"
#include "html.h"

#define HTML_HEX_LINE 16
/* Bytes of a frame that are shown. */
#define HTML_HEX_MAX 512

static void html_put_byte(FILE *out, unsigned char c)
{
	const char *entity = markup_entity((char)c);

	if (entity)
		(void)fputs(entity, out);
	else if (c == '\'')
		(void)fputs("&#39;", out);
	else if (c >= ' ' && c <= '~')
		(void)fputc(c, out);
	else
		(void)fprintf(out, "\\x%02x", c);
}

void html_put(FILE *out, const char *text)
{
	for (; *text; text++)
		html_put_byte(out, (unsigned char)*text);
}

/* Marked runs of a line: where one begins or ends. */
static void html_edge(FILE *out, const struct hexdump_range *m, size_t at,
		      size_t begin, size_t end, bool is_before)
{
	bool in = at >= m->lo && at < m->hi;

	if (is_before && in && (at == m->lo || at == begin))
		(void)fputs("<mark>", out);
	if (!is_before && in && (at + 1 == m->hi || at + 1 == end))
		(void)fputs("</mark>", out);
}

static void html_line(FILE *out, const uint8_t *data, size_t begin, size_t end,
		      const struct hexdump_range *m)
{
	size_t i;

	(void)fprintf(out, "%04zx  ", begin);
	for (i = begin; i < end; i++) {
		html_edge(out, m, i, begin, end, true);
		(void)fprintf(out, "%02x", data[i]);
		html_edge(out, m, i, begin, end, false);
		(void)fputc(' ', out);
	}
	(void)fprintf(out, "%*s ", (int)(3 * (begin + HTML_HEX_LINE - end)),
		      "");
	for (i = begin; i < end; i++) {
		bool is_text = data[i] >= ' ' && data[i] <= '~';

		html_edge(out, m, i, begin, end, true);
		html_put_byte(out, is_text ? data[i] : '.');
		html_edge(out, m, i, begin, end, false);
	}
	(void)fputc('\n', out);
}

void html_hex(FILE *out, const uint8_t *data, size_t len,
	      const struct hexdump_range *mark)
{
	size_t shown = len < HTML_HEX_MAX ? len : HTML_HEX_MAX, at;

	(void)fputs("<pre tabindex=\"0\">", out);
	for (at = 0; at < shown; at += HTML_HEX_LINE) {
		size_t end = at + HTML_HEX_LINE < shown ? at + HTML_HEX_LINE
							: shown;

		html_line(out, data, at, end, mark);
	}
	if (shown < len)
		(void)fprintf(out, "... %zu bytes more\n", len - shown);
	(void)fputs("</pre>\n", out);
}
