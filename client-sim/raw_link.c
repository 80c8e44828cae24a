/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_link.c - see raw_link.h */
#include "raw_link.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <pcap/pcap.h>

#include "base/fd.h"
#include "base/route.h"
#include "wire/csum.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/wire.h"

#define RAW_TTL		  64
#define RAW_SNAP_BYTES	  (LINK_ETH_LEN + 262144) /* the largest GSO packet */
#define RAW_BUFFER_BYTES  (8 << 20)
#define RAW_BATCH	  64
#define RAW_ETHERTYPE_ARP 0x0806

__attribute__((format(printf, 2, 3))) static void
raw_link_say(char err[RAW_LINK_ERR_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(err, RAW_LINK_ERR_MAX, fmt, ap);
	va_end(ap);
}

/* Neither end may be the kernel's: it would answer, with RST. */
static int raw_link_route(struct raw_link *l, unsigned *ifindex,
			  char err[RAW_LINK_ERR_MAX])
{
	char text[IP_ADDR_TEXT_MAX];
	struct route r;
	int rc;

	if (route_get(&l->src.addr, 0, &r) == 0 && r.is_local) {
		raw_link_say(err,
			     "--src %s is an address of this host: its kernel "
			     "would answer the origin's SYN-ACK with RST. Take "
			     "one that is configured nowhere and that the "
			     "origin reaches through this host's link (one of "
			     "the link's prefix, or 'ip route add %s via' this "
			     "host there), or run in a network namespace",
			     ip_addr_format(&l->src.addr, text), text);
		return -EADDRINUSE;
	}
	rc = route_get(&l->dst.addr, 0, &r);
	if (rc == 0 && r.is_local) {
		raw_link_say(err,
			     "%s is an address of this host, and raw segments "
			     "do not come back in: run the client in a network "
			     "namespace with a veth link to it",
			     ip_addr_format(&l->dst.addr, text));
		return -EADDRINUSE;
	}
	if (*ifindex)
		rc = route_get(&l->dst.addr, *ifindex, &r);
	if (rc == -ENETUNREACH && *ifindex) {
		l->hop = l->dst.addr; /* the link itself is all there is */
		return 0;
	}
	if (rc) {
		raw_link_say(err, "no route to %s: %s",
			     ip_addr_format(&l->dst.addr, text), strerror(-rc));
		return rc;
	}
	l->hop = r.hop;
	*ifindex = r.ifindex;
	return 0;
}

static int raw_link_read_interface(struct raw_link *l, const char *name,
				   uint8_t ret_mac[RAW_MAC_LEN],
				   char err[RAW_LINK_ERR_MAX])
{
	int rc = 0, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq q = { 0 };

	if (fd < 0)
		return -errno;
	(void)snprintf(q.ifr_name, sizeof(q.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFHWADDR, &q)) {
		rc = -errno;
	} else if (q.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
		raw_link_say(err,
			     "%s is no Ethernet interface: choose another with "
			     "-i, such as a veth",
			     name);
		rc = -ENOTSUP;
	} else {
		memcpy(ret_mac, q.ifr_hwaddr.sa_data, RAW_MAC_LEN);
		if (ioctl(fd, SIOCGIFMTU, &q))
			rc = -errno;
		else
			l->mtu = (unsigned)q.ifr_mtu;
	}
	fd_close(&fd);
	if (rc && !*err)
		raw_link_say(err, "cannot read the state of %s: %s", name,
			     strerror(-rc));
	return rc;
}

static int raw_link_filter(struct raw_link *l)
{
	char src[IP_ADDR_TEXT_MAX], dst[IP_ADDR_TEXT_MAX], text[256];
	struct bpf_program prog;
	int rc;

	/* IPv6 extension headers defeat "tcp port": they are judged later */
	(void)snprintf(text, sizeof(text),
		       l->src.addr.family == IP_V6
			       ? "icmp6 or (ip6 src host %s and dst host %s)"
			       : "arp or (tcp and src host %s and dst host %s)",
		       ip_addr_format(&l->dst.addr, dst),
		       ip_addr_format(&l->src.addr, src));
	if (pcap_compile(l->pcap, &prog, text, 1, PCAP_NETMASK_UNKNOWN))
		return -1;
	rc = pcap_setfilter(l->pcap, &prog);
	pcap_freecode(&prog);
	return rc;
}

static int raw_link_open_pcap(struct raw_link *l, const char *name,
			      char err[RAW_LINK_ERR_MAX])
{
	char why[PCAP_ERRBUF_SIZE] = "";
	int rc;

	l->pcap = pcap_create(name, why);
	if (!l->pcap) {
		raw_link_say(err, "cannot capture on %s: %s", name, why);
		return -EIO;
	}
	(void)pcap_set_snaplen(l->pcap, RAW_SNAP_BYTES);
	(void)pcap_set_immediate_mode(l->pcap, 1);
	(void)pcap_set_buffer_size(l->pcap, RAW_BUFFER_BYTES);
	/* solicitations go to a group that the interface did not join */
	(void)pcap_set_promisc(l->pcap, l->src.addr.family == IP_V6);
	rc = pcap_activate(l->pcap);
	if (rc < 0) {
		bool is_perm = rc == PCAP_ERROR_PERM_DENIED;

		raw_link_say(err, "cannot capture on %s: %s%s", name,
			     pcap_statustostr(rc),
			     is_perm ? " (needs root or CAP_NET_RAW, of the "
				       "namespace at least)"
				     : "");
		return is_perm ? -EPERM : -EIO;
	}
	if (pcap_datalink(l->pcap) != DLT_EN10MB || raw_link_filter(l) ||
	    pcap_setdirection(l->pcap, PCAP_D_IN) ||
	    pcap_setnonblock(l->pcap, 1, why)) {
		raw_link_say(err, "cannot capture on %s: %s%s", name,
			     pcap_geterr(l->pcap), why);
		return -EIO;
	}
	l->fd = pcap_get_selectable_fd(l->pcap);
	return 0;
}

int raw_link_open(struct raw_link *l, const char *ifname,
		  const struct endpoint *src, const struct endpoint *dst,
		  char err[RAW_LINK_ERR_MAX])
{
	unsigned ifindex = ifname ? if_nametoindex(ifname) : 0;
	char name[IF_NAMESIZE] = "", why[RAW_INJECT_ERR_MAX] = "";
	uint8_t mac[RAW_MAC_LEN];
	int rc;

	*err = '\0';
	*l = (struct raw_link) { .fd = -1, .src = *src, .dst = *dst };
	if (ifname && !ifindex) {
		raw_link_say(err, "there is no interface '%s'", ifname);
		return -ENODEV;
	}
	rc = raw_link_route(l, &ifindex, err);
	if (rc)
		return rc;
	if (!if_indextoname(ifindex, name)) {
		raw_link_say(err, "the route leads to no interface");
		return -ENODEV;
	}
	rc = raw_link_read_interface(l, name, mac, err);
	if (!rc)
		rc = raw_link_open_pcap(l, name, err);
	if (!rc) {
		rc = raw_inject_open(&l->out, name, mac, why);
		if (rc)
			raw_link_say(err, "cannot send on %s: %s", name, why);
	}
	if (rc)
		raw_link_close(l);
	return rc;
}

void raw_link_close(struct raw_link *l)
{
	raw_inject_close(&l->out);
	if (l->pcap)
		pcap_close(l->pcap);
	l->pcap = NULL;
	l->fd = -1;
}

static int raw_link_write(struct raw_link *l, const struct ip_addr *dst,
			  const uint8_t mac[RAW_MAC_LEN], uint8_t proto,
			  const uint8_t *body, size_t len)
{
	const struct raw_inject_ip ip = {
		.src = &l->src.addr,
		.dst = dst,
		.dst_mac = mac,
		.proto = proto,
		.hops = proto == RAW_PROTO_ICMP6 ? RAW_ND_HOPS : RAW_TTL,
	};

	return raw_inject_ip(&l->out, &ip, body, len);
}

void raw_link_ask(struct raw_link *l)
{
	uint8_t body[RAW_ND_LEN], mac[RAW_MAC_LEN];
	struct ip_addr group;

	/* A question that is not sent is one that is not answered. */
	if (l->hop.family == IP_V4) {
		(void)raw_inject_arp_request(&l->out, &l->src.addr, &l->hop);
		return;
	}
	raw_neigh_solicit(&l->src.addr, &l->hop, l->out.mac, body, &group, mac);
	(void)raw_link_write(l, &group, mac, RAW_PROTO_ICMP6, body,
			     sizeof(body));
}

int raw_link_send(struct raw_link *l, const uint8_t *seg, size_t len)
{
	ASSERT(l->has_hop_mac);
	return raw_link_write(l, &l->dst.addr, l->hop_mac, IP_PROTO_TCP, seg,
			      len);
}

static void raw_link_neigh(struct raw_link *l, const struct raw_neigh *n)
{
	uint8_t body[RAW_ND_LEN];

	switch (n->kind) {
	case RAW_NEIGH_ASKS:
		if (n->peer.family == IP_V4) {
			(void)raw_inject_arp_reply(&l->out, &l->src.addr,
						   &n->peer, n->peer_mac);
			break;
		}
		raw_neigh_advertise(&l->src.addr, &n->peer, l->out.mac, body);
		(void)raw_link_write(l, &n->peer, n->peer_mac, RAW_PROTO_ICMP6,
				     body, sizeof(body));
		break;
	case RAW_NEIGH_ANSWERS:
		memcpy(l->hop_mac, n->peer_mac, RAW_MAC_LEN);
		l->has_hop_mac = true;
		break;
	case RAW_NEIGH_OTHER:
		break;
	}
}

/* Return: is it a segment of the connection? */
static bool raw_link_read_tcp(struct raw_link *l, const struct ip_hdr *ip,
			      const uint8_t *seg, size_t len,
			      struct raw_link_in *ret)
{
	struct wire_err err;

	if (ip->proto != IP_PROTO_TCP || ip->is_frag ||
	    !ip_addr_eq(&ip->src, &l->dst.addr) ||
	    !ip_addr_eq(&ip->dst, &l->src.addr))
		return false;
	if (tcp_decode(seg, len, &ret->hdr, &err) != WIRE_OK) {
		l->malformed++;
		return false;
	}
	if (ret->hdr.sport != l->dst.port || ret->hdr.dport != l->src.port)
		return false;
	if (csum_check_transport(&ip->src, &ip->dst, IP_PROTO_TCP, seg, len,
				 TCP_CSUM_OFF) == CSUM_BAD) {
		l->bad_csum++;
		return false;
	}
	ret->data = seg + ret->hdr.hdr_len;
	ret->len = len - ret->hdr.hdr_len;
	return true;
}

static bool raw_link_read(struct raw_link *l, const uint8_t *frame, size_t len,
			  struct raw_link_in *ret)
{
	const struct ip_addr *own = &l->src.addr;
	struct link_hdr link;
	struct raw_neigh n;
	struct wire_err err;
	struct ip_hdr ip;

	if (link_decode(LINK_ETHERNET, frame, len, &link, &err) != WIRE_OK)
		return false;
	frame += link.hdr_len;
	len -= link.hdr_len;
	if (link.ethertype == RAW_ETHERTYPE_ARP && own->family == IP_V4) {
		n = raw_neigh_read_arp(frame, len, own, &l->hop);
		raw_link_neigh(l, &n);
		return false;
	}
	if (ip_decode(frame, len, &ip, &err) != WIRE_OK || ip.total_len > len) {
		l->malformed++;
		return false;
	}
	if (ip.total_len)
		len = ip.total_len;
	if (ip.version == 6 && ip.proto == RAW_PROTO_ICMP6 && !ip.is_frag &&
	    own->family == IP_V6) {
		n = raw_neigh_read_nd(&ip, frame + ip.hdr_len, len - ip.hdr_len,
				      frame - link.hdr_len + RAW_MAC_LEN, own,
				      &l->hop);
		raw_link_neigh(l, &n);
		return false;
	}
	return raw_link_read_tcp(l, &ip, frame + ip.hdr_len, len - ip.hdr_len,
				 ret);
}

int raw_link_next(struct raw_link *l, struct raw_link_in *ret)
{
	struct pcap_pkthdr *head;
	const u_char *frame;
	int i;

	for (i = 0; i < RAW_BATCH; i++) {
		int rc = pcap_next_ex(l->pcap, &head, &frame);

		if (rc < 0)
			return -EIO;
		if (rc == 0)
			return 0;
		if (raw_link_read(l, frame, head->caplen, ret))
			return 1;
	}
	return 0;
}
