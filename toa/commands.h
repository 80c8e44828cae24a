/* SPDX-License-Identifier: BSD-2-Clause */
/* commands.h - the commands that look and change nothing */
#ifndef TOA_COMMANDS_H
#define TOA_COMMANDS_H

#include "cli.h"

/* list_command() - live connections that have a client address.
 * Return: exit status
 */
int list_command(const struct toa_config *c);

/* status_command() - how the reader or writer was loaded.
 * Return: exit status
 */
int status_command(const struct toa_config *c);

/* stats_command() - counters once, again and again, or in words.
 * Return: exit status
 */
int stats_command(const struct toa_config *c);

/* check_command() - what this system lacks. Return: exit status */
int check_command(const struct toa_config *c);

#endif
