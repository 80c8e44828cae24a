/* SPDX-License-Identifier: BSD-2-Clause */
/* run.h - private to `tp-conform run`: the project's programs on trial */
#ifndef CONFORM_RUN_H
#define CONFORM_RUN_H

#include <sys/types.h>

#include "case.h"
#include "tool.h"

#define WORLD_TEXT_MAX 65536
#define WORLD_ARGS_MAX 48
#define WORLD_PORTS    11 /* in a row, for ranges */

/* The programs, a folder for files, and the ports of one set-up.
 * @fwd_port, @origin_port: the first of WORLD_PORTS that are free
 * @toa_why: why there is no TOA, once it @is_toa_tried
 * @is_in_cgroup: where the proxy and the origin are started; @toa_on: the
 *	     proxy's option of that name, or NULL
 */
struct world {
	char proxy[TOOL_PATH_MAX], origin[TOOL_PATH_MAX];
	char client[TOOL_PATH_MAX], self[TOOL_PATH_MAX];
	char toa[TOOL_PATH_MAX];
	char dir[64];
	uint16_t fwd_port, origin_port;
	uint32_t sweep;
	pid_t proxy_pid, origin_pid;
	int proxy_fd, origin_fd;
	char cgroup[TOOL_PATH_MAX];
	char toa_why[CASE_TEXT_MAX];
	bool is_toa_tried, is_in_cgroup;
	const char *toa_on;
};

/* world_init() - find the programs, make the folder.
 * Return: 0; EXIT_SKIP or EXIT_IO with a message on stderr
 */
int world_init(struct world *w);
void world_fini(struct world *w);

/* world_ports() - choose free ports. Return: 0 or -errno */
int world_ports(struct world *w);

/* world_expand() - {F}, {O}, {F+N}, {O+N}, {F+$} and $ of @text into @out */
void world_expand(const struct world *w, const char *text, size_t len,
		  char *out, size_t cap);

/* world_argv() - split @text, which is changed, at blanks; @argv gets @program
 * first and NULL last. Return: how many
 */
size_t world_argv(char *program, char *text, char *argv[WORLD_ARGS_MAX]);

/* world_write() - a file of the folder; "-" for the rules. Return: 0, -errno */
int world_write(const struct world *w, const char *name, const void *p,
		size_t len, char ret_path[TOOL_PATH_MAX]);

/* world_origin(), world_proxy() - start, and wait for "ready".
 * @args, @rules: expanded; lines of @rules are divided by '|'
 * Return: 0, or -errno with what it said in @why
 */
int world_origin(struct world *w, const char *args, char *why, size_t cap);
int world_proxy(struct world *w, const char *rules, char *why, size_t cap);

/* world_serve() - `tp-proxy serve` on loopback, with more @options; its state
 * is kept in the folder until world_forget(). Return: as world_proxy()
 */
int world_serve(struct world *w, const char *options, char *why, size_t cap);
void world_forget(const struct world *w);

/* world_stop_proxy(), world_stop() - end it, end both; what the origin said
 * meanwhile goes to @out */
void world_stop_proxy(struct world *w);
void world_stop(struct world *w, char *out, size_t cap);

/* world_toa() - load writer and reader, once; @w->toa_why if that cannot be.
 * world_toa_fini() - unload them
 */
bool world_toa(struct world *w);
void world_toa_fini(struct world *w);

#define TOA_ROWS 8

/* Rows of toa_stats, each summed over all CPUs */
struct toa_counts {
	uint64_t sums[TOA_ROWS];
};

/* toa_rows() - has the text form the product's rows, in its order?
 * toa_sums() - is all that was kept free again, and no more than came?
 * toa_grew() - are the rows of "ROW=N ROW=N" larger by N than @before?
 * What was read goes to @said.
 */
bool toa_rows(const struct world *w, char *said, size_t cap);
bool toa_sums(const struct world *w, char *said, size_t cap);
void toa_count(const struct world *w, struct toa_counts *ret);
bool toa_grew(const struct world *w, const struct toa_counts *before,
	      const char *words, char *said, size_t cap);

/* A case on its way, and what its trials gave */
struct own {
	struct world *w;
	struct case_result *res;
};

/* own_verdict() - a trial: @expected and @got are words for people */
void own_verdict(struct own *o, bool is_good, const char *expected,
		 const char *got);

/* own_broken() - a trial that shows nothing */
void own_broken(struct own *o, const char *why);

/* own_write_lines() - @n good rules as the file "a". Return: 0 or -errno */
int own_write_lines(const struct world *w, unsigned long n);

/* own_life() - a script of cases_life.c */
void own_life(struct own *o, const char *script);

/* run_own() - one case of cases_rule or cases_life. Fills @res but its def. */
void run_own(struct world *w, struct case_result *res);

#endif
