/* SPDX-License-Identifier: BSD-2-Clause */
/* file_ng.h - what file.c and file_ng.c share */
#ifndef GEN_FILE_NG_H
#define GEN_FILE_NG_H

#include "file.h"

#define FILE_START_S 1682666399U

void file_put_le(FILE *out, uint64_t v, int bytes);

/* file_put_other() - file_put() for all forms but FILE_PCAP */
void file_put_other(struct file *f, const uint8_t *frame, size_t cap,
		    size_t len);

#endif
