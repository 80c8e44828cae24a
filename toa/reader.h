/* SPDX-License-Identifier: BSD-2-Clause */
/* reader.h - load the origin's side */
#ifndef TOA_READER_H
#define TOA_READER_H

#include "cli.h"

/* reader_load() - load, or replace what is loaded; says what it does.
 * Return: exit status
 */
int reader_load(const struct toa_config *c);

#endif
