/* SPDX-License-Identifier: BSD-2-Clause */
/* raw.h - tp-client raw: one connection with option bytes of one's choice */
#ifndef CLIENT_SIM_RAW_H
#define CLIENT_SIM_RAW_H

/* raw_main() - @argv[0] is the word "raw". Return: the exit status */
int raw_main(int argc, char **argv);

#endif
