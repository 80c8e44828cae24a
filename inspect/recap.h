/* SPDX-License-Identifier: BSD-2-Clause */
/* recap.h - a capture file once more, piece by piece as it stands, for who
 * writes it again with little changed
 */
#ifndef INSPECT_RECAP_H
#define INSPECT_RECAP_H

#include <stdbool.h>

#include "capfile.h"

struct recap;

/* One record of a pcap file, or one block of a pcapng file.
 * @raw:   @len bytes of the file, borrowed until the next recap_next()
 * @frame: if @has_frame
 */
struct recap_piece {
	const uint8_t *raw;
	size_t len;
	bool has_frame;
	struct frame frame;
};

/* recap_open() - Return: 0; -EIO or -ENOMEM, logged. Formats that only libpcap
 * reads are refused.
 */
int recap_open(const char *path, struct recap **ret);
void recap_close(struct recap *r);

/* recap_next() - Return: 1 and *@ret; 0 at the end, which is also where the
 * file is damaged: the first reading has told that
 */
int recap_next(struct recap *r, struct recap_piece *ret);

/* recap_file() - the parser after recap_next(): format, byte order, link types
 */
const struct capfile *recap_file(const struct recap *r);

/* recap_pcap_hdr() - the CAPFILE_HDR_LEN bytes that a pcap file begins with;
 * after the first recap_next()
 */
const uint8_t *recap_pcap_hdr(const struct recap *r);

#endif
