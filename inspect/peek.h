/* SPDX-License-Identifier: BSD-2-Clause */
/* peek.h - the bytes of some frames, got by reading the capture once more.
 *
 * Flows are judged long after their frames have passed, and nobody can keep
 * them all. Who wants to show a frame asks for it by number, and gets it when
 * everything has been judged.
 */
#ifndef INSPECT_PEEK_H
#define INSPECT_PEEK_H

#include <stdbool.h>

#include "config.h"
#include "frame.h"

/* Bytes of a frame that are kept. */
#define PEEK_FRAME_MAX 2048

struct peek;

/* peek_new() - for at most @max frames. Return: 0 or -ENOMEM */
int peek_new(uint32_t max, struct peek **ret);
void peek_free(struct peek *p);

/* peek_want() - frame @number, if it is not 0. More than there is room for are
 * not got.
 */
void peek_want(struct peek *p, uint64_t number);

/* peek_fetch() - read the capture for what is wanted; nothing, if it cannot be
 * read twice. Return: 0; -EIO or -ENOMEM, logged
 */
int peek_fetch(struct peek *p, const struct config *cfg);

/* peek_get() - a wanted frame, its @data at most PEEK_FRAME_MAX bytes and valid
 * until peek_free(); NULL if it was not got
 */
const struct frame *peek_get(const struct peek *p, uint64_t number);

/* peek_can() - is what @cfg names a file that can be read twice? */
bool peek_can(const struct config *cfg);

#endif
