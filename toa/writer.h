/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.h - load the proxy's side */
#ifndef TOA_WRITER_H
#define TOA_WRITER_H

#include "cli.h"

/* writer_load() - load, or replace what is loaded; says what it does.
 * Return: exit status
 */
int writer_load(const struct toa_config *c);

#endif
