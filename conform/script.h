/* SPDX-License-Identifier: BSD-2-Clause */
/* script.h - the language of cases: steps separated by ';'.
 *
 *	send ITEMS	one write (one datagram) of the items of build.h
 *	split N ITEMS	two writes with the gap of the run between them
 *	drip ITEMS	a write for each byte
 *	gap MS		wait
 *	hush MS		wait, and the peer may not say anything
 *	half		no more from us: FIN
 *	reset		RST instead of a FIN; ends the trial
 *	crowd N ITEMS	N more connections that say ITEMS and stay
 *	fresh		close, and connect anew from the same address and port
 *	untrusted	connect from the untrusted source
 *	expect WORDS	read the answer; what follows runs only if it is one of
 *			the words, separated by '|':
 *		client	    served as the client that was claimed
 *		real	    served as the peer of the connection, or nobody
 *		served	    served, as whomever
 *		exact	    like served, and the header of the answer is as it
 *			    has to be: with SPP the one that was sent, else
 *			    none
 *		leak	    served, and the header was taken for payload
 *		refused	    not served: closed, reset, answered by an error, or
 *			    silent until the timeout
 *		closed	    closed or reset
 *		patience    like closed, with the long timeout; told is how long
 *		any	    all of these; told is which
 *
 * A script that does not end with an expectation expects nothing.
 */
#ifndef CONFORM_SCRIPT_H
#define CONFORM_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_STEPS_MAX 16
#define SCRIPT_ERR_MAX	 128
#define SWEEP_MAX	 512

enum step_verb {
	STEP_SEND,
	STEP_SPLIT,
	STEP_DRIP,
	STEP_GAP,
	STEP_HUSH,
	STEP_HALF,
	STEP_RESET,
	STEP_CROWD,
	STEP_FRESH,
	STEP_UNTRUSTED,
	STEP_EXPECT,
};

enum expect_word {
	EXPECT_CLIENT = 1U << 0,
	EXPECT_REAL = 1U << 1,
	EXPECT_SERVED = 1U << 2,
	EXPECT_LEAK = 1U << 3,
	EXPECT_REFUSED = 1U << 4,
	EXPECT_CLOSED = 1U << 5,
	EXPECT_PATIENCE = 1U << 6,
	EXPECT_ANY = 1U << 7,
	EXPECT_EXACT = 1U << 8,
};

/* @n:     the number, of STEP_SPLIT, _GAP, _HUSH, _CROWD; `$` was replaced
 * @words: of STEP_EXPECT
 * @items: borrowed from the script
 */
struct step {
	enum step_verb verb;
	uint32_t n;
	unsigned words;
	const char *items;
	size_t items_len;
};

struct script {
	size_t n;
	struct step steps[SCRIPT_STEPS_MAX];
};

/* script_parse() - @text outlives *@ret; @sweep stands for `$`.
 * Return: false with a message in @err
 */
bool script_parse(const char *text, uint32_t sweep, struct script *ret,
		  char err[SCRIPT_ERR_MAX]);

/* script_words() - the expectation as text, "client or refused" */
char *script_words(unsigned set, char *out, size_t cap);

/* script_sweep() - the values of a sweep but "cut".
 * Return: how many, at most SWEEP_MAX; -1 for text that is none
 */
int script_sweep(const char *text, uint32_t ret[SWEEP_MAX]);

#endif
