/* SPDX-License-Identifier: BSD-2-Clause */
/* db.h - the state file: SQLite, one writer, durable when a commit returns.
 *
 * WAL journal with synchronous=FULL: what db_commit() confirmed survives
 * kill -9 and loss of power. One thread at a time.
 */
#ifndef CONTROL_DB_H
#define CONTROL_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "control/model.h"

struct db;

/* db_open() - the state file of @dir, made with mode 0600 (the directory with
 * 0700) if it is not there, and brought to this version's schema. A state file
 * of a later version is refused, as is one that another process has open.
 * Return: NULL and *@err
 */
struct db *db_open(const char *dir, struct ctl_error *err);
void db_close(struct db *db);

/* db_query() - a statement with its parameters bound, to be stepped.
 * @sql:   a literal: statements are kept by its address
 * @types: a letter for each parameter: 's' const char *, 'i' int64_t
 * Return: NULL if SQLite refuses; valid until the next query of the same @sql
 */
sqlite3_stmt *db_query(struct db *db, const char *sql, const char *types, ...);

/* db_found() - step @st, which db_query() returned, to the one row it asks for.
 * @what, @id: for people, as in "there is no rule 'rule-x'"
 * Return: true: read it, then reset @st; false with *@err (ResourceNotFound
 * without a row), and @st is reset
 */
bool db_found(struct db *db, sqlite3_stmt *st, const char *what, const char *id,
	      struct ctl_error *err);

/* db_run() - a statement without rows. Return: false, see db_fail() */
bool db_run(struct db *db, const char *sql, const char *types, ...);

/* db_number() - the first column of the first row, or @none without a row */
int64_t db_number(struct db *db, int64_t none, const char *sql,
		  const char *types, ...);

bool db_begin(struct db *db, struct ctl_error *err);
bool db_commit(struct db *db, struct ctl_error *err);
void db_rollback(struct db *db);

/* db_error() - InternalError with SQLite's words */
void db_error(struct db *db, struct ctl_error *err);

/* db_fail() - fill the error, and be false */
#define db_fail(db, err) (db_error((db), (err)), false)

/* db_column_text() - into @out, cut if it is longer */
void db_column_text(sqlite3_stmt *st, int column, char *out, size_t cap);

#endif
