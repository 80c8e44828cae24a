/* SPDX-License-Identifier: BSD-2-Clause */
/* pcaploop.c - count the packets of a file by libpcap and do nothing else.
 *
 * usage: pcaploop loop FILE
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

static unsigned long packets;

static void count(u_char *user, const struct pcap_pkthdr *h, const u_char *data)
{
	(void)user;
	(void)h;
	(void)data;
	packets++;
}

int main(int argc, char **argv)
{
	char err[PCAP_ERRBUF_SIZE];
	pcap_t *p;

	if (argc != 3 || strcmp(argv[1], "loop") != 0) {
		(void)fputs("usage: pcaploop loop FILE\n", stderr);
		return 2;
	}
	p = pcap_open_offline(argv[2], err);
	if (!p) {
		(void)fprintf(stderr, "pcaploop: %s\n", err);
		return 1;
	}
	(void)pcap_loop(p, -1, count, NULL);
	(void)printf("packets %lu\n", packets);
	pcap_close(p);
	return 0;
}
