/* SPDX-License-Identifier: BSD-2-Clause */
/* toa.c - see toa.h */
#include "toa.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sock.h"
#include "wire/bytes.h"
#include "wire/toa_shim.h"

int toa_probe(const struct proxy_config *cfg)
{
	struct toa_shim_info info = { 0 };
	socklen_t len = sizeof(info);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, TOA_SHIM_LEVEL, TOA_SHIM_OPT, &info, &len))
		err = -errno;
	close(fd);
	if (err)
		return err;
	if (len != sizeof(info) || info.version != TOA_SHIM_VERSION ||
	    !info.has_ports ||
	    (info.places & cfg->toa_places) != cfg->toa_places)
		return -EOPNOTSUPP;
	return 0;
}

int toa_attach(int fd, const struct proxy_config *cfg,
	       const struct endpoint *client)
{
	struct toa_shim_ports in = {
		.shim = {
			.version = TOA_SHIM_VERSION,
			.kind = (unsigned char)cfg->toa_kind,
			.place = (unsigned char)cfg->toa_places,
			.family = client->addr.family,
		},
		.ports = SOCK_PORTS_ALL,
	};

	put_be16(in.shim.port, client->port);
	memcpy(in.shim.addr, client->addr.bytes, sizeof(in.shim.addr));
	return setsockopt(fd, TOA_SHIM_LEVEL, TOA_SHIM_OPT, &in, sizeof(in))
		       ? -errno
		       : 0;
}
