/* SPDX-License-Identifier: BSD-2-Clause */
/* listen4.c - an AF_INET server that sees IPv4 and IPv6 clients through TOA.
 *
 * What a program has to do that listens on 0.0.0.0 behind a proxy with clients
 * of both families: give accept(2) room for either address and look at the
 * family. A stock kernel never returns AF_INET6 here; toa.ko does, and so does
 * tp-toa's reader together with libtptoa.so:
 *
 *	LD_PRELOAD=libtptoa.so toa-listen4 [PORT]
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

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static int listen_on(unsigned short port)
{
	union address at = { .in = { .sin_family = AF_INET,
				     .sin_port = htons(port) } };
	int fd, one = 1;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, &at.any, sizeof(at.in)) || listen(fd, BACKLOG)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static void client_print(const union address *client)
{
	char text[INET6_ADDRSTRLEN];

	switch (client->any.sa_family) {
	case AF_INET:
		printf("AF_INET accept getpeername %s : %u successful\n",
		       inet_ntop(AF_INET, &client->in.sin_addr, text,
				 sizeof(text)),
		       ntohs(client->in.sin_port));
		break;
	case AF_INET6:
		printf("AF_INET6 accept getpeername %s : %u successful\n",
		       inet_ntop(AF_INET6, &client->in6.sin6_addr, text,
				 sizeof(text)),
		       ntohs(client->in6.sin6_port));
		break;
	default:
		/* the spelling is that of the product's sample */
		printf("unknow sin_family:%d \n", client->any.sa_family);
	}
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
	client_print(&client);
	(void)close(connection);
	(void)close(fd);
	return 0;
}
