/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - tp-toa: client addresses in TCP options, without a kernel module */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "base/priv.h"
#include "cli.h"
#include "commands.h"
#include "load.h"
#include "place.h"
#include "reader.h"
#include "writer.h"

/* What is left after this cannot do more than the command needs: a bpffs is
 * mounted first, because that alone takes CAP_SYS_ADMIN.
 */
static int privileges_drop(const struct toa_config *c)
{
	uint64_t keep = 1ULL << CAP_BPF | 1ULL << CAP_NET_ADMIN |
			1ULL << CAP_PERFMON;
	int err;

	if (c->command == TOA_LOAD && place_bpffs_ensure(c->pin_dir))
		log_debug("%s is no bpffs", c->pin_dir);
	if (c->command == TOA_CHECK)
		return 0; /* it tells what the caller has */
	/* root's files in bpffs, for a caller that is not root */
	keep |= 1ULL << CAP_DAC_OVERRIDE;
	err = priv_drop(NULL, keep);
	if (err)
		log_error("giving up privileges: %s", strerror(-err));
	return err;
}

static int run(const struct toa_config *c)
{
	switch (c->command) {
	case TOA_LOAD:
		return c->is_writer ? writer_load(c) : reader_load(c);
	case TOA_UNLOAD:
		return load_remove(c);
	case TOA_STATUS:
		return status_command(c);
	case TOA_STATS:
		return stats_command(c);
	case TOA_LIST:
		return list_command(c);
	case TOA_CHECK:
		return check_command(c);
	}
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	static struct toa_config config;
	int status;

	log_init("tp-toa", LOG_LEVEL_INFO);
	status = cli_parse(argc, argv, &config);
	if (status >= 0)
		return status;
	log_init("tp-toa", config.verbosity ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
	if (privileges_drop(&config))
		return EXIT_IO;
	return run(&config);
}
