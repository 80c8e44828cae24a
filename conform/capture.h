/* SPDX-License-Identifier: BSD-2-Clause */
/* capture.h - --keep-pcap: all packets of a run in one file that is thrown
 * away, and of each failed case its own
 */
#ifndef CONFORM_CAPTURE_H
#define CONFORM_CAPTURE_H

#include <stddef.h>

#include "case.h"

#define CAPTURE_ERR_MAX 256

struct capture;

/* capture_open() - begin to capture what @filter lets pass.
 * @iface:  NULL: any
 * @filter: as tcpdump takes it
 * @dir:    for the file of the whole run; made if it is not there
 * Return: 0 and *@ret; or -errno with a message
 */
int capture_open(const char *iface, const char *filter, const char *dir,
		 struct capture **ret, char err[CAPTURE_ERR_MAX]);

/* capture_fd() - to be watched for reading; capture_read() takes what there is
 */
int capture_fd(const struct capture *c);
void capture_read(void *capture);

/* capture_file() - the file of the whole run, all that was read is in it */
const char *capture_file(struct capture *c);

/* capture_keep() - after the run: the packets of @r in a file of their own,
 * named in @r->capture, and beside it what @inspect (or NULL) says of it.
 * Return: 0 or -errno
 */
int capture_keep(struct capture *c, struct case_result *r, const char *inspect);

/* capture_close() - NULL is a no-op */
void capture_close(struct capture *c);

#endif
