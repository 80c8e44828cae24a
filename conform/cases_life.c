/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_life.c - instances and their rules, from creation to deletion.
 *
 * Their scripts are "life OPTIONS | STEP | STEP ...": OPTIONS are more ones of
 * `tp-proxy serve`, a STEP is
 *	COMMAND => WANT: of `tp-proxy ctl`; '...' is one word
 *	client ARGUMENTS => WANT: of tp-client
 *	origin ARGUMENTS: of tp-origin, which runs to the end of the case
 *	file TEXT: as file {A}; lines N: N good rules as {A}
 *	kill: the server is killed, and another one started
 *	serve OPTIONS: it is stopped, and one with these options started
 * WANT is
 *	ok
 *	has TEXT [& TEXT]: and says so
 *	lacks TEXT
 *	soon TEXT: sooner or later
 *	keep: and its output is file {B}
 *	same: it says the same as that
 *	fails: a client that is not content
 *	else: refused, with this code
 * Runs of blanks count as one. {R1}, {R2} are the ids of the last `rule list`,
 * {G1} that of a group of the last `group list`, {F} and {O} ports.
 */
#include "case_macros.h"
#include "wire/wire.h"

/* clang-format off */
#define LIFE(id, title, req, clause, script) \
	CASE("life/" id, title, MUST, MEDIUM, CASE_OFF, 0, req, clause, \
	     "life " script, NULL, NULL)
#define BATCH(id, title, req, clause, script) \
	CASE("batch/" id, title, MUST, MEDIUM, CASE_OFF, 0, req, clause, \
	     "life " script, NULL, NULL)

/* An instance "one" that is there */
#define ONE    " | create one => has sid- | " UP
#define UP     "show one => soon Status online | "
#define RULE   "'tcp:{F} 127.0.0.1 {O} off ppv2' "
#define CLIENT "client -q --whoami --timeout 2s 127.0.0.1 {F}"
#define ECHO   "origin --mode ppv2 --reply whoami {O} | "
/* an origin, an instance, and a rule that leads there */
#define FORWARDS \
	" | " ECHO "create one => ok | " UP "rule add one " RULE "=> ok | " \
	"rule list one => soon online | "
#define LIST   "rule list one => has rule- | "
#define O      "192.0.2.1 80 off off"

#define NAME	  "InvalidParameter.ProxyNameNotMatched"
#define NAMED     "InvalidParameter.ProxyNameDuplicating"
#define PARAMETER "InvalidParameter"
#define TWICE	  "InvalidParameter.RulePortDuplicating"
#define PORT	  "InvalidParameter.RulePortInteger"
#define GROUP	  "InvalidParameterValue.OriginGroupNotExists"
#define BUSY	  "OperationDenied.L4ProxyInProcessStatus"
#define OFFLINE	  "OperationDenied.L4ProxyInOfflineStatus"
#define FIXED_IP6 "OperationDenied.Ipv6StaticIpConflict"
#define FAST_IP6  "OperationDenied.AccelerateMainlandIpv6Conflict"
#define AREA	  "OperationDenied.StaticIpAreaConflict"
#define ADVANCED  "OperationDenied.Ipv6AdvancedConflict"
#define DISABLED  "OperationDenied.AccelerateMainlandDisable"
#define NAME25	  "a1234567890123456789012-4"

/* One row of three of the matrix, with each on and off of the features */
#define MATRIX(id, title, options, fixed, six, fast) \
	LIFE("matrix/" id, title ", each of 8 switches", "seed/11", \
	     "the matrix of area, protection and feature", \
	     "--quota 9" \
	     " | create a0 " options " => ok" \
	     " | create a1 " options " --static-ip on => " fixed \
	     " | create a2 " options " --ipv6 on => " six \
	     " | create a3 " options " --accelerate on => " fast \
	     " | create a4 " options " --static-ip on --ipv6 on => " \
	     FIXED_IP6 \
	     " | create a5 " options " --static-ip on --accelerate on => " \
	     DISABLED \
	     " | create a6 " options " --ipv6 on --accelerate on => " \
	     FAST_IP6 \
	     " | create a7 " options " --static-ip on --ipv6 on " \
	     "--accelerate on => OperationDenied.")

static const struct case_def cases[] = {
	LIFE("quota/one", "a second instance", "seed/2",
	     "default quota: 1 instance",
	     ONE "create two => LimitExceeded.UserQuotaLimited"),
	LIFE("quota/more", "a quota that was raised", "seed/2",
	     "more instances must be bought",
	     "--quota 2" ONE "create two => ok"
	     " | create three => LimitExceeded.UserQuotaLimited"),
	LIFE("name/good", "1 and 50 characters, digits, hyphens", "seed/3",
	     "1-50 of a-z, 0-9 and -",
	     "--quota 9 | create a => ok | create 1-a-2 => ok | create "
	     NAME25 NAME25 " => ok"),
	LIFE("name/length", "0, 51 and 200 characters", "seed/3", "1-50",
	     " | create '' => " NAME " | create " NAME25 NAME25 "1 => " NAME
	     " | create " NAME25 NAME25 NAME25 NAME25 NAME25 NAME25 NAME25
	     NAME25 " => " NAME),
	LIFE("name/characters", "capitals, an underscore, a dot, a blank",
	     "seed/3", "a-z, 0-9 and -",
	     " | create Aa => " NAME " | create a_b => " NAME
	     " | create a.b => " NAME " | create 'a b' => " NAME),
	LIFE("name/hyphens", "at an end, and two in a row", "seed/3",
	     "starts and ends with a letter or digit; no consecutive hyphens",
	     " | create -- -a => " NAME " | create a- => " NAME
	     " | create a--b => " NAME),
	LIFE("name/twice", "a name that is there", "seed/3",
	     "an instance has a name of its own",
	     "--quota 2" ONE "create one => " NAMED),
	LIFE("area/all", "the three areas", "seed/5",
	     "global without the mainland, mainland, global",
	     "--quota 9 | create a --area overseas => ok | show a => has "
	     "Area overseas | create b --area mainland => ok | show b => has "
	     "Area mainland | create c --area global => ok | show c => has "
	     "Area global"),
	LIFE("area/other", "another area", "seed/5",
	     "global without the mainland, mainland, global",
	     " | create a --area moon => " PARAMETER),
	LIFE("protection/both", "the platform's, and exclusive ones",
	     "seed/6", "platform default; exclusive DDoS protection",
	     "--quota 9 | create a => ok | show a => has "
	     "PLATFORM/PLATFORM | create b --level-overseas ANYCAST300 => ok"
	     " | show b => has PLATFORM/ANYCAST300 | create c --area mainland "
	     "--level-mainland BASE30_MAX300 --bandwidth 100 => ok"
	     " | show c => has BASE30_MAX300/PLATFORM"),
	LIFE("protection/other", "another level, or of another area",
	     "seed/6", "platform default; exclusive DDoS protection",
	     " | create a --level-overseas NONE => " PARAMETER
	     " | create a --level-mainland BASE30_MAX300 --bandwidth 100 => "
	     PARAMETER " | create a --area mainland --level-overseas "
	     "ANYCAST300 => " PARAMETER),
	LIFE("ipv6/access", "a client over IPv6", "seed/8",
	     "IPv6 access: on: reachable over IPv6",
	     " | " ECHO "create one --ipv6 on => ok | "
	     "show one => soon Status online | rule add one " RULE
	     "=> ok | rule list one => soon online"
	     " | client -q --whoami ::1 {F} => ok"),
	LIFE("three/pairs", "two of the three, each pair", "seed/10",
	     "fixed IP, IPv6 access and mainland optimisation exclude each "
	     "other",
	     " | create a --static-ip on --ipv6 on => " FIXED_IP6
	     " | create a --ipv6 on --accelerate on => " FAST_IP6
	     " | create a --static-ip on --accelerate on => " DISABLED),
	LIFE("three/one", "one of the three", "seed/10", "at most one is on",
	     "--quota 3 | create a --static-ip on => ok | create b --ipv6 on "
	     "=> ok | create c --accelerate on => ok"),
	MATRIX("default-overseas", "platform protection, overseas",
	       "--area overseas", "ok", "ok", "ok"),
	MATRIX("default-mainland", "platform protection, mainland",
	       "--area mainland", AREA, "ok", DISABLED),
	MATRIX("default-global", "platform protection, global",
	       "--area global", AREA, "ok", DISABLED),
	MATRIX("exclusive-overseas", "exclusive protection, overseas",
	       "--area overseas --level-overseas ANYCAST300", "ok", "ok",
	       "ok"),
	MATRIX("exclusive-mainland", "exclusive protection, mainland",
	       "--area mainland --level-mainland BASE30_MAX300 "
	       "--bandwidth 100", AREA, ADVANCED, DISABLED),
	MATRIX("exclusive-global", "exclusive protection, global",
	       "--area global --level-overseas ANYCAST300", AREA, ADVANCED,
	       DISABLED),
	LIFE("order/no-instance", "rules of no instance", "seed/12",
	     "create an instance, then add rules",
	     " | rule add sid-0123456789abcdef 'tcp:{F} " O "' => "
	     "ResourceNotFound"),

	LIFE("rule/id-unique", "ids of five rules", "seed/13",
	     "generated, unique",
	     ONE "rule add one 'tcp:{F} " O "' 'tcp:{F+1} " O "' 'tcp:{F+2} "
	     O "' 'udp:{F} " O "' => ok | " LIST
	     "rule add one 'udp:{F+1} " O "' => ok | rule list one => has "
	     "{R1} & {R2} & {R3} & {R4} | " LIST
	     "rule list one => has {R5}"),
	LIFE("rule/id-immutable", "an id through every change", "seed/13",
	     "immutable",
	     ONE "rule add one 'tcp:{F} " O "' => ok | " LIST
	     "rule edit one {R1} ports={F+1} mode=ppv1 => ok | "
	     "rule list one => has {R1} tcp:{F+1} | rule pause one {R1} => ok"
	     " | rule resume one {R1} => ok | kill | "
	     "rule list one => has {R1} tcp:{F+1}"),
	LIFE("rule/id-not-again", "a rule that comes again", "seed/13",
	     "unique",
	     ONE "rule add one 'tcp:{F} " O "' => ok | " LIST
	     "rule pause one {R1} => ok | rule list one => soon offline | "
	     "rule delete one {R1} -y => ok | "
	     "rule add one 'tcp:{F} " O "' => ok | rule list one => lacks "
	     "{R1}"),
	LIFE("rule/states", "a rule is deploying, then running", "seed/35",
	     "Deploying, Running",
	     ONE "serve --settle 1h | rule add one 'tcp:{F} " O "' => ok | "
	     "rule list one => has progress | serve | "
	     "rule list one => soon online"),
	LIFE("rule/add", "a rule that was added forwards", "seed/38",
	     "rules: add, edit, pause/resume, delete",
	     FORWARDS CLIENT " => ok"),
	LIFE("rule/edit", "ports, mode, origin port, persistence and tag",
	     "seed/38", "rules: edit",
	     ONE "rule add one 'tcp:{F} " O "' => ok | " LIST
	     "rule edit one {R1} ports={F+1} mode=ppv1 origin-port=81 "
	     "persist=on 'tag=a tag' => ok | rule export one => has "
	     "tcp:{F+1} 192.0.2.1 81 on ppv1 a tag"),
	LIFE("rule/edit-moves", "an edited rule forwards from its new port "
	     "only", "seed/38", "rules: edit",
	     FORWARDS "rule edit one {R1} ports={F+1} "
	     "=> ok | rule list one => soon online | " CLIENT " => fails | "
	     "client -q --whoami 127.0.0.1 {F+1} => ok"),
	LIFE("rule/edit-bad", "a change that is refused changes nothing",
	     "seed/38 seed/15 seed/19", "ports 1-64999, and reserved ones",
	     ONE "rule add one 'tcp:{F} " O "' => ok | " LIST
	     "rule edit one {R1} ports=65000 => " PORT
	     " | rule edit one {R1} ports=3943 => " PARAMETER
	     " | rule edit one {R1} protocol=UDP mode=ppv1 => " PARAMETER
	     " | rule export one => has tcp:{F} " O),
	LIFE("rule/pause", "a paused rule does not forward, a resumed one does",
	     "seed/38", "rules: pause/resume",
	     FORWARDS "rule pause one {R1} => ok | "
	     "rule list one => soon offline | " CLIENT " => fails | "
	     "rule resume one {R1} => ok | rule list one => soon online | "
	     CLIENT " => ok"),
	LIFE("rule/pause-kept", "paused, also after the server was killed",
	     "seed/38", "rules: pause/resume",
	     ONE "rule add one 'tcp:{F} " O "' => ok | " LIST
	     "rule pause one {R1} => ok | rule list one => soon offline | "
	     "kill | rule list one => soon offline"),
	LIFE("rule/delete", "a running rule, then a paused one",
	     "seed/38 seed/39", "paused before it is deleted",
	     ONE "rule add one 'tcp:{F} " O "' => ok | "
	     "rule list one => soon online | "
	     "rule delete one {R1} -y => UnsupportedOperation | "
	     "rule pause one {R1} => ok | rule list one => soon offline | "
	     "rule delete one {R1} -y => ok | rule list one => lacks rule-"),
	LIFE("rule/delete-all-or-none", "a paused rule and a running one",
	     "seed/39", "paused before it is deleted",
	     ONE "rule add one 'tcp:{F} " O "' 'tcp:{F+1} " O "' => ok | "
	     "rule list one => soon online | rule pause one {R1} => ok | "
	     "rule delete one {R1} {R2} -y => UnsupportedOperation | "
	     "rule list one => has {R1} & {R2}"),
	LIFE("rule/fail", "a port that another program has", "seed/35",
	     "a state of its own, and other rules go on",
	     " | origin --mode off {O} | create one => ok | "
	     "show one => soon Status online | "
	     "rule add one 'tcp:{O} " O "' 'tcp:{F} " O "' => ok | "
	     "rule list one => soon fail & online"),

	LIFE("modify/ipv6", "IPv6 access, on and off", "seed/37",
	     "modifiable: IPv6 access, mainland optimisation",
	     ONE "modify one --ipv6 on => ok | show one => soon IPv6 on & "
	     "Status online | modify one --ipv6 off => ok | "
	     "show one => has IPv6 off"),
	LIFE("modify/accelerate", "the mainland's optimisation, on and off",
	     "seed/37", "modifiable: IPv6 access, mainland optimisation",
	     ONE "modify one --accelerate on => ok | show one => soon "
	     "Mainland optimisation on & Status online | "
	     "modify one --accelerate off => ok | "
	     "show one => has Mainland optimisation off"),
	LIFE("modify/conflict", "what excludes each other, one after the other",
	     "seed/37 seed/10", "at most one is on",
	     ONE "modify one --ipv6 on => ok | show one => soon Status "
	     "online | modify one --accelerate on => " FAST_IP6
	     " | show one => has Mainland optimisation off"),
	LIFE("modify/nothing-else", "area, protection and fixed IP", "seed/37",
	     "only IPv6 access and mainland optimisation",
	     ONE "modify one --area global => no option --area"
	     " | modify one --static-ip on => no option --static-ip"
	     " | modify one --level-overseas ANYCAST300 => no option --level"
	     " | modify one --ipv6 on => ok | show one => has "
	     "Name one & Area overseas & Fixed IP off & PLATFORM/PLATFORM & "
	     "IPv6 on"),
	LIFE("disable/asynchronous", "stopping, and then offline", "seed/40",
	     "disabling takes minutes",
	     ONE "serve --settle 1h | disable one => ok | "
	     "show one => has Status stopping | enable one => " BUSY
	     " | modify one --ipv6 on => " BUSY
	     " | serve | show one => soon Status offline"),
	LIFE("disable/traffic", "its rules do not forward until it is enabled",
	     "seed/40", "a disabled instance serves nobody",
	     FORWARDS CLIENT " => ok | "
	     "show one => soon Status online | "
	     "disable one => ok | show one => soon Status offline | "
	     CLIENT " => fails | enable one => ok | "
	     "show one => soon Status online | " CLIENT " => ok"),
	LIFE("disable/no-rules", "rules for an instance that is disabled",
	     "seed/40", "a disabled instance takes no rules",
	     ONE "disable one => ok | show one => soon Status offline | "
	     "rule add one 'tcp:{F} " O "' => " OFFLINE),
	LIFE("delete/order", "online, stopping, and then offline", "seed/41",
	     "deleted only after it is disabled",
	     ONE "delete one -y => FailedOperation | serve --settle 1h | "
	     "disable one => ok | delete one -y => "
	     "OperationDenied.L4ProxyInProcessStatus | serve | "
	     "show one => soon Status offline | delete one -y => ok | "
	     "list => lacks sid-"),
	LIFE("delete/quota", "its place in the quota, and its ports",
	     "seed/41 seed/2", "deleted",
	     ONE "rule add one 'tcp:{F} " O "' => ok | "
	     "show one => soon Status online | disable one => ok | "
	     "show one => soon Status offline | delete one -y => ok | "
	     "create one => ok | " UP "rule list one => lacks rule- | "
	     "rule add one 'tcp:{F} " O "' => ok"),
	CASE("life/view/detail", "the fields of the detail view", INFO, NONE,
	     CASE_OFF, 0, "seed/42", "id, name, area, access domain, IPv6, "
	     "protection", "life " ONE "show one => has ID sid- & Name one & "
	     "Area overseas & Access domain sid- & IPv6 off & "
	     "Protection PLATFORM/PLATFORM", NULL, NULL),
	CASE("life/view/list", "the fields of the list", INFO, NONE, CASE_OFF,
	     0, "seed/42", "and fixed IP, rule count, status",
	     "life " ONE "rule add one 'tcp:{F} " O "' => ok | "
	     "list => has ID NAME AREA STATUS IPV6 FIXED-IP RULES | "
	     "list -J => has \"L4ProxyRuleCount\":1 & "
	     "\"StaticIp\":\"off\" & \"DDosProtectionConfig\"", NULL, NULL),
	LIFE("kept/all", "all is there after the server was killed",
	     "seed/13 seed/50", "instances and rules stay",
	     ONE "rule add one 'tcp:{F} " O " a tag' 'udp:{F} 192.0.2.2 53 on "
	     "ppv2' => ok | rule export one => keep | kill | "
	     "rule export one => same"),

	BATCH("api/ports-twice", "a port of a rule that is there",
	      "seed/45", "new forwarding ports must not repeat existing ones",
	      ONE "rule add one 'tcp:{F} " O "' => ok | "
	      "file tcp:{F+1} " O "\\ntcp:{F} " O "\\n | "
	      "rule import one {A} => " TWICE " | "
	      "rule list one => lacks tcp:{F+1}"),
	BATCH("api/ports-in-range", "a port inside the range of one that is "
	      "there", "seed/45", "new forwarding ports must not repeat",
	      ONE "rule add one 'tcp:{F}-{F+5} " O "' => ok | "
	      "file tcp:{F+3} " O "\\n | rule import one {A} => " TWICE),
	BATCH("api/ports-edit", "a change to a port that is taken", "seed/45",
	      "forwarding ports must not repeat",
	      ONE "rule add one 'tcp:{F} " O "' 'tcp:{F+1} " O "' => ok | "
	      LIST "rule edit one {R2} ports={F} => " TWICE),
	BATCH("api/ports-paused", "a port of a rule that is paused", "seed/45",
	      "forwarding ports must not repeat existing rules' ports",
	      ONE "rule add one 'tcp:{F} " O "' => ok | " LIST
	      "rule pause one {R1} => ok | "
	      "rule add one 'tcp:{F} " O "' => " TWICE),
	BATCH("api/ports-other-protocol", "the same port of the other protocol",
	      "seed/45", "the key is protocol and port [C6]",
	      ONE "rule add one 'tcp:{F} " O "' => ok | "
	      "rule add one 'udp:{F} " O "' => ok"),
	BATCH("api/reserved-tcp", "reserved ports of TCP", "seed/19",
	      "TCP 3943, 3944, 6088, 36000, 56000",
	      ONE "rule add one 'tcp:3943 " O "' => " PARAMETER " | "
	      "rule add one 'tcp:3944 " O "' => " PARAMETER " | "
	      "rule add one 'tcp:6088 " O "' => " PARAMETER " | "
	      "rule add one 'tcp:36000 " O "' => " PARAMETER " | "
	      "rule add one 'tcp:56000 " O "' => " PARAMETER),
	BATCH("api/reserved-udp", "reserved ports of UDP", "seed/19",
	      "UDP 4789, 4790, 6080, 61708",
	      ONE "rule add one 'udp:4789 " O "' => " PARAMETER " | "
	      "rule add one 'udp:4790 " O "' => " PARAMETER " | "
	      "rule add one 'udp:6080 " O "' => " PARAMETER " | "
	      "rule add one 'udp:61708 " O "' => " PARAMETER),
	BATCH("api/all-or-none", "a bad line among good ones", "seed/46",
	      "one rule a line: nothing of a bad file is taken",
	      ONE "file tcp:{F} " O "\\ntcp:{F+1} nothing\\nudp:{F} " O "\\n"
	      " | rule import one {A} => " PARAMETER
	      " | rule list one => lacks rule-"),
	BATCH("api/case", "capitals, and what is kept of them", "seed/44",
	      "case-insensitive",
	      ONE "file TCP:{F} 192.0.2.1 80 ON PPV1 A Tag\\n"
	      "Udp:{F} 192.0.2.1 80 Off pPv2\\n | rule import one {A} => ok | "
	      "rule export one => has tcp:{F} 192.0.2.1 80 on ppv1 A Tag & "
	      "udp:{F} 192.0.2.1 80 off ppv2"),
	BATCH("api/fixpoint", "what is exported is imported elsewhere, and "
	      "exported again", "seed/50", "import(export(x)) = x",
	      "--quota 2" ONE "file TCP:{F}-{F};{F+2}-{F+3} Origin.Example.COM "
	      "8080 ON PPv1 a tag \\nudp:{F} [2001:DB8:0::1] 53 off ppv2\\n"
	      "tcp:{F+1} 192.0.2.1 1-1 off off\\n | "
	      "rule import one {A} => ok | rule export one => keep | "
	      "create two => ok | show two => soon Status online | "
	      "rule import two {B} => ok | "
	      "rule export two => same"),
	BATCH("api/group", "og:NAME in, og:NAME out", "seed/47 seed/20",
	      "og:{OriginGroupName}",
	      ONE "group create testorigin 192.0.2.1 192.0.2.2 => ok | "
	      "file tcp:{F} og:testorigin 80 on off\\n | "
	      "rule import one {A} => ok | rule export one => has "
	      "tcp:{F} og:testorigin 80 on off"),
	BATCH("api/group-unknown", "a group that is not there",
	      "seed/47 seed/20", "og:{OriginGroupName}",
	      ONE "rule add one 'tcp:{F} og:nobody 80 on off' => " GROUP),
	BATCH("api/group-used", "a group that a rule names is not deleted",
	      "seed/47 seed/20", "an origin group",
	      ONE "group create testorigin 192.0.2.1 => ok | "
	      "rule add one 'tcp:{F} og:testorigin 80 on off' => ok | "
	      "group list => has og- | group delete {G1} -y => "
	      "OperationDenied.OriginGroupL4Used | rule export one => has "
	      "og:testorigin"),
	BATCH("api/2000", "2,000 rules, and one more", "seed/22 seed/43",
	      "at most 2000 rules per instance",
	      ONE "lines 2000 | rule import one {A} => has 2000 rules added | "
	      "rule add one 'udp:{F} " O "' => LimitExceeded."),
	BATCH("api/2001", "2,001 lines", "seed/43",
	      "at most 2000 lines an import",
	      ONE "lines 2001 | rule import one {A} => LimitExceeded."),
};
/* clang-format on */

const struct case_table cases_life = { cases, ARRAY_SIZE(cases) };
