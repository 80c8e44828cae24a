/* SPDX-License-Identifier: BSD-2-Clause */
/* fault.h - lists of faults that a program commits on purpose.
 *
 * A program that tests others is tested with ones that are broken in a known
 * way. The faults of a program are an enum and a table of names beside it;
 * what is on is one 64-bit word, so that a healthy program pays one branch.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULT_MAX 64

/* @has_arg: may be written NAME=N
 * @arg:     what N is without being written
 */
struct fault_name {
	const char *name;
	bool has_arg;
	uint32_t arg;
};

/* All zero: none. Bit i of @on is entry i of the table. */
struct fault_set {
	uint64_t on;
	uint32_t arg[FAULT_MAX];
};

static inline bool fault_any(const struct fault_set *s)
{
	return __builtin_expect(s->on != 0, 0);
}

static inline bool fault_is_on(const struct fault_set *s, unsigned fault)
{
	return s->on >> fault & 1;
}

/* fault_add() - turn on what @list names, "NAME[=N],NAME...".
 * @names: at most FAULT_MAX; "each" may be written for N = 0
 * Return: false with a message in @err, and @s is then to be thrown away
 */
bool fault_add(struct fault_set *s, const struct fault_name *names, size_t n,
	       const char *list, char *err, size_t err_cap);

#endif
