/* SPDX-License-Identifier: BSD-2-Clause */
/* config_opts.h - the groups of options behind config_parse(); private to
 * config*.c. A group adds its table in config_opts_GROUP() and checks what it
 * was given in config_done_GROUP().
 */
#ifndef INSPECT_CONFIG_OPTS_H
#define INSPECT_CONFIG_OPTS_H

#include "base/opt.h"
#include "config.h"

#define CONFIG_OPT_MAX 96

/* What the table writes to. What an option negates, or names by its place in a
 * list, stands here until config_done_GROUP() puts it into @cfg.
 */
struct config_draft {
	struct config cfg;
	int hex;
	int mode;
	const char *expect_from;
	uint32_t udp_idle_s;
	bool list_interfaces;
	bool no_csum;
	bool no_names;
	bool has_operands; /* words behind the options */
	bool list_fields;
	int format;
	char header; /* -E header: y, n, or 0 */
	size_t opt_count;
	struct opt opt[CONFIG_OPT_MAX + 1];
};

/* config_opts_append() - @n options behind those that are there */
void config_opts_append(struct config_draft *d, const struct opt *list,
			size_t n);

void config_opts_source(struct config_draft *d);
void config_opts_input(struct config_draft *d);
void config_opts_judge(struct config_draft *d);
void config_opts_output(struct config_draft *d);

/* config_set_tunnel_ports() - "vxlan=PORT,geneve=PORT" into a struct
 * decode_opts, behind those that are there
 */
bool config_set_tunnel_ports(void *dst, const char *value,
			     char err[OPT_ERR_MAX]);

/* Return: -1, or the exit status of opt_fail() */
int config_done_source(struct config_draft *d, const struct opt_spec *spec);
int config_done_input(struct config_draft *d, const struct opt_spec *spec);
int config_done_judge(struct config_draft *d, const struct opt_spec *spec);
int config_done_output(struct config_draft *d, const struct opt_spec *spec);

#endif
