/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_fault.h - TCP connections that are handled wrong on purpose.
 *
 * Each function stands in for a step of the relay and is called only with
 * --fault. @t->faults has a record for each slot then.
 */
#ifndef PROXY_RELAY_FAULT_H
#define PROXY_RELAY_FAULT_H

#include "fault.h"
#include "relay_internal.h"

/* relay_fault_new() - records for @cap slots; NULL without memory */
struct relay_fault *relay_fault_new(uint32_t cap);

/* relay_fault_header() - state HEADER, as relay_send_header().
 * Return: true when everything was sent and the relay may open
 */
bool relay_fault_header(struct worker *w, struct relay *r, bool is_due);

/* relay_fault_move() - what the mover does otherwise */
enum move_status relay_fault_move(struct worker *w, struct relay *r,
				  enum side from, struct move *m);

/* relay_fault_eof() - the end of @from was read.
 * Return: false if the relay is to do nothing more about it now; it may have
 * ended
 */
bool relay_fault_eof(struct worker *w, struct relay *r, enum side from);

/* relay_fault_refused() - no origin answers.
 * Return: true if the client is left waiting
 */
bool relay_fault_refused(struct worker *w, struct relay *r);

/* relay_fault_told() - whom TOA is to name instead of @r's client */
struct endpoint relay_fault_told(struct worker *w, const struct relay *r);

/* relay_fault_end() - the slot becomes free */
void relay_fault_end(struct relay_table *t, const struct relay *r);

#endif
