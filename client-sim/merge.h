/* SPDX-License-Identifier: BSD-2-Clause */
/* merge.h - tp-client merge: several runs' results as one */
#ifndef CLIENT_SIM_MERGE_H
#define CLIENT_SIM_MERGE_H

/* merge_main() - argv[0] is "merge". Return: the exit status */
int merge_main(int argc, char **argv);

#endif
