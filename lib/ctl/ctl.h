/* SPDX-License-Identifier: BSD-2-Clause */
/* ctl.h - tp-proxy ctl: commands in words, calls of the API */
#ifndef CTL_CTL_H
#define CTL_CTL_H

/* ctl_main() - @argv[0] is "ctl". Return: an exit status: EXIT_USAGE also for
 * what the API refuses, EXIT_IO if it cannot be reached
 */
int ctl_main(int argc, char **argv);

#endif
