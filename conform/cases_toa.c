/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_toa.c - the TCP option that names the client, right and wrong.
 *
 * The scripts: "raw ARGUMENTS; expect WORDS". The arguments are those of
 * `tp-client raw`, with the fields of the claim that build.h has; the words
 * are those of script.h.
 */
#include "case_macros.h"
#include "wire/wire.h"

/* clang-format off */
#define GOOD(id, title, req, clause, args) \
	CASE("toa/valid/" id, title, MUST, HIGH, CASE_TOA,               \
	     CASE_F_RAW | CASE_F_IDENTITY, req, clause,                  \
	     "raw " args "; expect client", NULL, NULL)
#define BAD(id, title, grave, clause, args) \
	CASE("toa/bad/" id, title, MUST, grave, CASE_TOA,                \
	     CASE_F_RAW | CASE_F_IDENTITY, "seed/52", clause,            \
	     "raw " args "; expect real|refused", NULL, NULL)
#define TELL(id, title, clause, args, trait) \
	CASE("toa/" id, title, INFO, NONE, CASE_TOA,                     \
	     CASE_F_RAW | CASE_F_IDENTITY, "seed/52", clause,            \
	     "raw " args "; expect client", NULL, trait)
#define LAYOUT "TOA: kind 200, length 8, port, IPv4 address [C18]"
#define OPTION "=200:{src4}:{sport}"

static const struct case_def cases[] = {
	GOOD("ack", "in the handshake's ACK", "seed/27 seed/52", LAYOUT,
	     "--toa ack" OPTION),
	GOOD("ack-and-data", "in the handshake's ACK and the data",
	     "seed/52", LAYOUT, "--toa ack" OPTION " --toa data" OPTION),
	GOOD("timestamps", "beside timestamps and SACK", "seed/52", LAYOUT,
	     "--syn-opts mss,sack,ts,ws --toa ack" OPTION),
	CASE("toa/none", "without it the origin sees the proxy", MUST, HIGH,
	     CASE_TOA, CASE_F_RAW | CASE_F_IDENTITY, "seed/51 seed/62",
	     "without help the origin sees the proxy",
	     "raw ; expect real", NULL, NULL),
	TELL("place/data-only", "in the first data segment only",
	     "which segments carry it is given nowhere [C18]",
	     "--toa data" OPTION, "reads it in data|does not read it in data"),
	TELL("place/syn-only", "in the SYN only",
	     "which segments carry it is given nowhere [C18]",
	     "--toa syn" OPTION, "reads it in the SYN|does not read it in the "
	     "SYN"),
	TELL("kind/254", "kind 254, of other products",
	     "other products use 252 and 254",
	     "--toa ack=254:{src4}:{sport}",
	     "takes kind 254|does not take kind 254"),
	TELL("family/v6", "an IPv6 client",
	     "TOA: kind 200, length 20, port, IPv6 address [C18]",
	     "--toa ack=200:[{src6}]:{sport}",
	     "takes IPv6 clients|does not take IPv6 clients"),
	BAD("short", "4 bytes short of an address", HIGH, LAYOUT,
	    "--opt ack=c8044e20"),
	BAD("odd-length", "a length of 9", MEDIUM, LAYOUT,
	    "--opt ack=c8094e20c612646400000000"),
	BAD("length-zero", "a length of 0", HIGH, LAYOUT,
	    "--opt ack=c8004e20c6126464"),
	BAD("overrun", "a length beyond the header", HIGH, LAYOUT,
	    "--opt ack=c8284e20c6126464"),
	BAD("address-zero", "the address 0.0.0.0", MEDIUM, LAYOUT,
	    "--opt ack=c8084e2000000000"),
};
/* clang-format on */

const struct case_table cases_toa = { cases, ARRAY_SIZE(cases) };
