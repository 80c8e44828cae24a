/* SPDX-License-Identifier: BSD-2-Clause */
/* preload.c - libtptoa.so: IPv6 clients on AF_INET sockets, by LD_PRELOAD.
 *
 * The kernel's hooks cannot change a socket's family. Programs that were
 * written for toa.ko listen on AF_INET and pass room for a sockaddr_in6 to
 * accept(2); they get one here, if the connection's client is IPv6. Programs
 * with room for a sockaddr_in only get what the kernel gave, which is the
 * proxy's address.
 */
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "wire/toa_shim.h"

#define EXPORT __attribute__((visibility("default")))

/* glibc's prototypes take a union of all sockaddr pointers. */
typedef int accept_fn(int fd, struct sockaddr *addr, socklen_t *len);
typedef int accept4_fn(int fd, struct sockaddr *addr, socklen_t *len,
		       int flags);

/* The function that we stand before. ISO C has no way from a data pointer to
 * a function pointer but a copy.
 */
static void next_find(const char *name, void *ret_fn, size_t size)
{
	void *p = dlsym(RTLD_NEXT, name);

	memcpy(ret_fn, &p, size);
}

/* Put the IPv6 client of @fd over @addr.
 * @cap: bytes of @addr that the caller has
 * @len: what the kernel returned; changed if @addr is
 */
static void client_put(int fd, struct sockaddr *addr, socklen_t cap,
		       socklen_t *len)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct toa_lookup client;
	socklen_t client_len = sizeof(client);
	int saved = errno;

	if (cap < sizeof(in6) || *len != sizeof(struct sockaddr_in) ||
	    addr->sa_family != AF_INET)
		return;
	if (getsockopt(fd, TOA_SHIM_LEVEL, TOA_LOOKUP_OPT, &client,
		       &client_len) ||
	    client_len != sizeof(client)) {
		errno = saved;
		return;
	}
	memcpy(&in6.sin6_port, client.port, sizeof(client.port));
	memcpy(&in6.sin6_addr, client.addr, sizeof(client.addr));
	memcpy(addr, &in6, sizeof(in6));
	*len = sizeof(in6);
}

EXPORT int accept4(int fd, struct sockaddr *restrict addr,
		   socklen_t *restrict len, int flags)
{
	static accept4_fn *next;
	socklen_t cap = addr && len ? *len : 0;
	int new_fd;

	if (!next)
		next_find("accept4", &next, sizeof(next));
	if (!next) {
		errno = ENOSYS;
		return -1;
	}
	new_fd = next(fd, addr, len, flags);
	if (new_fd >= 0 && cap)
		client_put(new_fd, addr, cap, len);
	return new_fd;
}

EXPORT int accept(int fd, struct sockaddr *restrict addr,
		  socklen_t *restrict len)
{
	static accept_fn *next;
	socklen_t cap = addr && len ? *len : 0;
	int new_fd;

	if (!next)
		next_find("accept", &next, sizeof(next));
	if (!next) {
		errno = ENOSYS;
		return -1;
	}
	new_fd = next(fd, addr, len);
	if (new_fd >= 0 && cap)
		client_put(new_fd, addr, cap, len);
	return new_fd;
}

EXPORT int getpeername(int fd, struct sockaddr *restrict addr,
		       socklen_t *restrict len)
{
	static accept_fn *next;
	socklen_t cap = addr && len ? *len : 0;
	int ret;

	if (!next)
		next_find("getpeername", &next, sizeof(next));
	if (!next) {
		errno = ENOSYS;
		return -1;
	}
	ret = next(fd, addr, len);
	if (ret == 0 && cap)
		client_put(fd, addr, cap, len);
	return ret;
}
