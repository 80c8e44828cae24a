/* SPDX-License-Identifier: BSD-2-Clause */
/* harness.c - see harness.h */
#include "harness.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <CUnit/Basic.h>

#include "wire/bytes.h"
#include "wire/wire.h"

int unit_main(const char *suite, const struct unit_test *tests, size_t n)
{
	CU_pSuite s;
	size_t i;
	int ok;

	if (CU_initialize_registry() != CUE_SUCCESS)
		return 1;
	s = CU_add_suite(suite, NULL, NULL);
	for (i = 0; s && i < n; i++)
		if (!CU_add_test(s, tests[i].name, tests[i].fn))
			s = NULL;
	CU_basic_set_mode(CU_BRM_NORMAL);
	ok = s && CU_basic_run_tests() == CUE_SUCCESS &&
	     CU_get_number_of_tests_run() == n && n > 0 &&
	     CU_get_number_of_failures() == 0;
	CU_cleanup_registry();
	return ok ? 0 : 1;
}

void guard_init(struct guard *g, const uint8_t *src, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t body = (len + page - 1) / page * page;

	g->map_len = body + page;
	g->map = mmap(NULL, g->map_len, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT(g->map != MAP_FAILED);
	ASSERT(mprotect(g->map + body, page, PROT_NONE) == 0);
	g->data = g->map + body - len;
	g->len = len;
	if (len)
		memcpy(g->data, src, len);
}

void guard_hex(struct guard *g, const char *hex, size_t cut)
{
	uint8_t buf[GUARD_HEX_MAX];
	size_t len = unhex(hex, buf, sizeof(buf));

	guard_init(g, buf, cut < len ? cut : len);
}

void guard_fini(struct guard *g)
{
	ASSERT(munmap(g->map, g->map_len) == 0);
	g->map = NULL;
	g->data = NULL;
}

const char *const utf8_ends[UTF8_ENDS] = {
	" ",
	"~",
	"\xc2\x80",
	"\xdf\xbf",
	"\xe0\xa0\x80",
	"\xed\x9f\xbf",
	"\xee\x80\x80",
	"\xef\xbf\xbf",
	"\xf0\x90\x80\x80",
	"\xf4\x8f\xbf\xbf",
};

size_t unhex(const char *hex, uint8_t *out, size_t cap)
{
	size_t n = 0;

	while (*hex) {
		int hi, lo;

		if (*hex == ' ' || *hex == '\n' || *hex == '\t') {
			hex++;
			continue;
		}
		hi = hex_digit(hex[0]);
		lo = hi < 0 ? -1 : hex_digit(hex[1]);
		ASSERT(hi >= 0 && lo >= 0 && n < cap);
		out[n++] = (uint8_t)(hi << 4 | lo);
		hex += 2;
	}
	return n;
}
