/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_gso.c - see udp_gso.h */
#include "udp_gso.h"

#include <errno.h>
#include <linux/udp.h>
#include <string.h>

/* UDP_MAX_SEGMENTS of kernels before 6.9 */
#define GSO_SEGMENTS_MAX 64
/* of all datagrams of a run, below what an IPv4 packet holds */
#define GSO_RUN_BYTES_MAX 65000

static size_t gso_len(const struct msghdr *m)
{
	size_t i, len = 0;

	for (i = 0; i < m->msg_iovlen; i++)
		len += m->msg_iov[i].iov_len;
	return len;
}

static bool gso_is_same_peer(const struct msghdr *a, const struct msghdr *b)
{
	return a->msg_namelen == b->msg_namelen &&
	       a->msg_controllen == b->msg_controllen &&
	       (!a->msg_namelen ||
		!memcmp(a->msg_name, b->msg_name, a->msg_namelen)) &&
	       (!a->msg_controllen ||
		!memcmp(a->msg_control, b->msg_control, a->msg_controllen));
}

/* Return: how many of the @n datagrams from @in on make one message */
static uint32_t gso_run(const struct udp_gso *g, const struct mmsghdr *in,
			uint32_t n)
{
	size_t size = gso_len(&in->msg_hdr), total = size;
	uint32_t run = 1;

	/* a segment of nothing is none */
	if (!size || size > g->size_max)
		return 1;
	while (run < n && run < GSO_SEGMENTS_MAX) {
		size_t len = gso_len(&in[run].msg_hdr);

		if (!len || len > size || total + len > GSO_RUN_BYTES_MAX ||
		    !gso_is_same_peer(&in->msg_hdr, &in[run].msg_hdr))
			break;
		total += len;
		run++;
		if (len < size)
			break;
	}
	return run;
}

static void gso_set_size(struct msghdr *m, uint8_t *control, uint16_t size)
{
	size_t at = CMSG_ALIGN(m->msg_controllen);
	struct cmsghdr hdr = {
		.cmsg_level = IPPROTO_UDP,
		.cmsg_type = UDP_SEGMENT,
		.cmsg_len = CMSG_LEN(sizeof(size)),
	};

	memset(control, 0, at + CMSG_SPACE(sizeof(size)));
	if (at)
		memcpy(control, m->msg_control, m->msg_controllen);
	memcpy(control + at, &hdr, sizeof(hdr));
	memcpy(control + at + CMSG_LEN(0), &size, sizeof(size));
	m->msg_control = control;
	m->msg_controllen = at + CMSG_SPACE(sizeof(size));
}

uint32_t udp_gso_merge(struct udp_gso *g, const struct mmsghdr *in, uint32_t n)
{
	uint32_t i, k, run, out = 0;
	size_t v = 0;

	for (i = 0; i < n; i += run, out++) {
		struct msghdr *m = &g->msgs[out].msg_hdr;

		run = gso_run(g, in + i, n - i);
		g->n_of[out] = run;
		*m = in[i].msg_hdr;
		if (run == 1)
			continue;
		m->msg_iov = &g->iov[v];
		for (k = i; k < i + run; k++) {
			const struct msghdr *from = &in[k].msg_hdr;

			memcpy(&g->iov[v], from->msg_iov,
			       from->msg_iovlen * sizeof(g->iov[0]));
			v += from->msg_iovlen;
		}
		m->msg_iovlen = (size_t)(&g->iov[v] - m->msg_iov);
		gso_set_size(m, g->control[out],
			     (uint16_t)gso_len(&in[i].msg_hdr));
	}
	return out;
}

/* The size stands in the control message, after what the datagram had. */
static uint16_t gso_size(const struct msghdr *m)
{
	uint16_t size;

	memcpy(&size,
	       (const uint8_t *)m->msg_control + m->msg_controllen -
		       CMSG_SPACE(sizeof(size)) + CMSG_LEN(0),
	       sizeof(size));
	return size;
}

void udp_gso_refused(struct udp_gso *g, uint32_t i, int err)
{
	/* kernels differ in how they call a segment beyond the MTU */
	if (err == EMSGSIZE || err == EINVAL)
		g->size_max = gso_size(&g->msgs[i].msg_hdr) - 1U;
	else if (err == EIO || err == EOPNOTSUPP)
		g->size_max = 0;
}
