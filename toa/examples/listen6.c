/* SPDX-License-Identifier: BSD-2-Clause */
/* listen6.c - an AF_INET6 server that sees IPv4 and IPv6 clients through TOA.
 *
 * A program that listens on :: needs nothing else: IPv4 clients come as
 * ::ffff:a.b.c.d, with tp-toa's reader as with toa.ko.
 *
 *	toa-listen6 [PORT]
 *
 * Serves one connection, says whose it is, and leaves.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT_DEFAULT 10000
#define BACKLOG	     5
#define MAPPED_BYTES 12 /* of ::ffff:0:0, before the IPv4 address */

union address {
	struct sockaddr any;
	struct sockaddr_in6 in6;
};

static int listen_on(unsigned short port)
{
	union address at = { .in6 = { .sin6_family = AF_INET6,
				      .sin6_port = htons(port),
				      .sin6_addr = IN6ADDR_ANY_INIT } };
	int fd, one = 1, zero = 0;

	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero)) ||
	    bind(fd, &at.any, sizeof(at.in6)) || listen(fd, BACKLOG)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static void client_print(const struct sockaddr_in6 *client)
{
	char text[INET6_ADDRSTRLEN];

	printf("accept %s : %u successful\n",
	       inet_ntop(AF_INET6, &client->sin6_addr, text, sizeof(text)),
	       ntohs(client->sin6_port));
	if (IN6_IS_ADDR_V4MAPPED(&client->sin6_addr))
		printf("connect %s successful\n",
		       inet_ntop(AF_INET,
				 client->sin6_addr.s6_addr + MAPPED_BYTES, text,
				 sizeof(text)));
}

int main(int argc, char **argv)
{
	unsigned long port = argc > 1 ? strtoul(argv[1], NULL, 10)
				      : PORT_DEFAULT;
	union address client = { 0 };
	socklen_t len = sizeof(client);
	int fd, connection;

	fd = listen_on((unsigned short)port);
	if (fd < 0) {
		perror("listen");
		return 1;
	}
	connection = accept(fd, &client.any, &len);
	if (connection < 0) {
		perror("accept");
		return 1;
	}
	client_print(&client.in6);
	(void)close(connection);
	(void)close(fd);
	return 0;
}
