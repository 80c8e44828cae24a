/* SPDX-License-Identifier: BSD-2-Clause */
/* db.c - see db.h */
#include "control/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "wire/wire.h"

#define DB_STATEMENTS_MAX 64
#define DB_PATH_MAX	  4096

struct db {
	sqlite3 *handle;
	int lock_fd;
	uint32_t n;
	const char *sql[DB_STATEMENTS_MAX];
	sqlite3_stmt *statement[DB_STATEMENTS_MAX];
};

/* One entry a version of the schema; a state file of version n needs those
 * from n on. What has been released is never changed.
 */
static const char *const migrations[] = {
	"CREATE TABLE instance ("
	" id TEXT PRIMARY KEY, zone TEXT NOT NULL, name TEXT NOT NULL,"
	" area INTEGER NOT NULL, static_ip INTEGER NOT NULL,"
	" ipv6 INTEGER NOT NULL, accelerate INTEGER NOT NULL,"
	" mainland INTEGER NOT NULL, overseas INTEGER NOT NULL,"
	" bandwidth_gbps INTEGER NOT NULL, status INTEGER NOT NULL,"
	" reason TEXT NOT NULL DEFAULT '',"
	" generation INTEGER NOT NULL DEFAULT 0,"
	" created_s INTEGER NOT NULL, updated_s INTEGER NOT NULL,"
	" UNIQUE (zone, name)) STRICT;"
	"CREATE TABLE origin_group ("
	" id TEXT PRIMARY KEY, zone TEXT NOT NULL,"
	" name TEXT NOT NULL COLLATE NOCASE,"
	" created_s INTEGER NOT NULL, updated_s INTEGER NOT NULL,"
	" UNIQUE (zone, name)) STRICT;"
	"CREATE TABLE group_member ("
	" group_id TEXT NOT NULL"
	"  REFERENCES origin_group (id) ON DELETE CASCADE,"
	" position INTEGER NOT NULL, value TEXT NOT NULL,"
	" PRIMARY KEY (group_id, position)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE rule ("
	" seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
	" instance_id TEXT NOT NULL"
	"  REFERENCES instance (id) ON DELETE CASCADE,"
	" group_id TEXT REFERENCES origin_group (id),"
	" protocol INTEGER NOT NULL, mode INTEGER NOT NULL,"
	" persistent INTEGER NOT NULL, persist_s INTEGER NOT NULL,"
	" origin_low INTEGER NOT NULL, origin_high INTEGER NOT NULL,"
	" tag TEXT NOT NULL, status INTEGER NOT NULL,"
	" reason TEXT NOT NULL DEFAULT '',"
	" generation INTEGER NOT NULL DEFAULT 0, updated_s INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX rule_instance ON rule (instance_id, seq);"
	"CREATE INDEX rule_group ON rule (group_id);"
	"CREATE TABLE rule_value ("
	" rule_id TEXT NOT NULL REFERENCES rule (id) ON DELETE CASCADE,"
	" position INTEGER NOT NULL, value TEXT NOT NULL,"
	" PRIMARY KEY (rule_id, position)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE rule_port ("
	" instance_id TEXT NOT NULL, protocol INTEGER NOT NULL,"
	" low INTEGER NOT NULL, high INTEGER NOT NULL,"
	" rule_id TEXT NOT NULL REFERENCES rule (id) ON DELETE CASCADE,"
	" position INTEGER NOT NULL,"
	" PRIMARY KEY (instance_id, protocol, low)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX rule_port_rule ON rule_port (rule_id, position);",
};

static bool db_sqlite_fail(sqlite3 *h, const char *doing, struct ctl_error *err)
{
	return ctl_fail(err, CTL_INTERNAL, "%s: %s", doing,
			h ? sqlite3_errmsg(h) : "out of memory");
}

void db_error(struct db *db, struct ctl_error *err)
{
	(void)db_sqlite_fail(db->handle, "state", err);
}

static bool db_exec(struct db *db, const char *sql)
{
	return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Versions are whole: a migration that is cut off has not begun. */
static bool db_migrate(struct db *db, struct ctl_error *err)
{
	int64_t have = db_number(db, 0, "PRAGMA user_version", "");
	char set[64];

	if (have > (int64_t)ARRAY_SIZE(migrations))
		return ctl_fail(err, CTL_INTERNAL,
				"the state is of version %lld, this program "
				"knows up to %zu: use a later one",
				(long long)have, ARRAY_SIZE(migrations));
	for (; have < (int64_t)ARRAY_SIZE(migrations); have++) {
		(void)snprintf(set, sizeof(set), "PRAGMA user_version = %lld",
			       (long long)have + 1);
		if (!db_exec(db, "BEGIN IMMEDIATE") ||
		    !db_exec(db, migrations[have]) || !db_exec(db, set) ||
		    !db_exec(db, "COMMIT"))
			return db_sqlite_fail(db->handle, "migration", err);
	}
	return true;
}

/* One process a directory: SQLite's own locks would let a second one in
 * between transactions, and then both would drive listeners.
 */
static bool db_lock(struct db *db, const char *dir, struct ctl_error *err)
{
	char path[DB_PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/lock", dir);
	db->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (db->lock_fd < 0)
		return ctl_fail(err, CTL_INTERNAL, "%s: %s", path,
				strerror(errno));
	if (flock(db->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return ctl_fail(err, CTL_INTERNAL,
				"%s is in use by another process: stop it, or "
				"name another directory",
				dir);
	return true;
}

static bool db_open_file(struct db *db, const char *dir, struct ctl_error *err)
{
	static const char setup[] = "PRAGMA journal_mode = WAL;"
				    "PRAGMA synchronous = FULL;"
				    "PRAGMA foreign_keys = ON;"
				    "PRAGMA trusted_schema = OFF;";
	char path[DB_PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/state.db", dir);
	/* first, so that the file never has another mode than 0600 */
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return ctl_fail(err, CTL_INTERNAL, "%s: %s", path,
				strerror(errno));
	(void)close(fd);
	if (sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK)
		return db_sqlite_fail(db->handle, path, err);
	(void)sqlite3_extended_result_codes(db->handle, 1);
	if (!db_exec(db, setup))
		return db_sqlite_fail(db->handle, path, err);
	return true;
}

struct db *db_open(const char *dir, struct ctl_error *err)
{
	struct db *db = calloc(1, sizeof(*db));

	if (!db) {
		ctl_error_set(err, CTL_INTERNAL, "out of memory");
		return NULL;
	}
	db->lock_fd = -1;
	if (strlen(dir) > DB_PATH_MAX - 16) {
		ctl_error_set(err, CTL_INTERNAL,
			      "the directory's name is too long");
	} else if (mkdir(dir, 0700) < 0 && errno != EEXIST) {
		ctl_error_set(err, CTL_INTERNAL, "%s: %s", dir,
			      strerror(errno));
	} else if (db_lock(db, dir, err) && db_open_file(db, dir, err) &&
		   db_migrate(db, err)) {
		return db;
	}
	db_close(db);
	return NULL;
}

void db_close(struct db *db)
{
	uint32_t i;

	if (!db)
		return;
	for (i = 0; i < db->n; i++)
		(void)sqlite3_finalize(db->statement[i]);
	(void)sqlite3_close(db->handle);
	fd_close(&db->lock_fd);
	free(db);
}

static sqlite3_stmt *db_prepare(struct db *db, const char *sql)
{
	sqlite3_stmt *st;
	uint32_t i;

	for (i = 0; i < db->n; i++) {
		if (db->sql[i] != sql)
			continue;
		(void)sqlite3_reset(db->statement[i]);
		(void)sqlite3_clear_bindings(db->statement[i]);
		return db->statement[i];
	}
	ASSERT(db->n < DB_STATEMENTS_MAX);
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
			       &st, NULL) != SQLITE_OK)
		return NULL;
	db->sql[db->n] = sql;
	db->statement[db->n++] = st;
	return st;
}

static sqlite3_stmt *db_bind(struct db *db, const char *sql, const char *types,
			     va_list ap)
{
	sqlite3_stmt *st = db_prepare(db, sql);
	int i;

	for (i = 0; st && types[i]; i++) {
		int r;

		if (types[i] == 's')
			r = sqlite3_bind_text(st, i + 1,
					      va_arg(ap, const char *), -1,
					      SQLITE_TRANSIENT);
		else
			r = sqlite3_bind_int64(st, i + 1, va_arg(ap, int64_t));
		if (r != SQLITE_OK)
			return NULL;
	}
	return st;
}

sqlite3_stmt *db_query(struct db *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;

	va_start(ap, types);
	st = db_bind(db, sql, types, ap);
	va_end(ap);
	return st;
}

bool db_found(struct db *db, sqlite3_stmt *st, const char *what, const char *id,
	      struct ctl_error *err)
{
	int r = st ? sqlite3_step(st) : SQLITE_ERROR;

	if (r == SQLITE_ROW)
		return true;
	if (st)
		(void)sqlite3_reset(st);
	if (r == SQLITE_DONE)
		return ctl_fail(err, CTL_NOT_FOUND, "there is no %s '%.40s'",
				what, id);
	return db_fail(db, err);
}

bool db_run(struct db *db, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int r;

	va_start(ap, types);
	st = db_bind(db, sql, types, ap);
	va_end(ap);
	if (!st)
		return false;
	r = sqlite3_step(st);
	(void)sqlite3_reset(st);
	return r == SQLITE_DONE;
}

int64_t db_number(struct db *db, int64_t none, const char *sql,
		  const char *types, ...)
{
	sqlite3_stmt *st;
	int64_t v = none;
	va_list ap;

	va_start(ap, types);
	st = db_bind(db, sql, types, ap);
	va_end(ap);
	if (st && sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	if (st)
		(void)sqlite3_reset(st);
	return v;
}

bool db_begin(struct db *db, struct ctl_error *err)
{
	return db_run(db, "BEGIN IMMEDIATE", "") || db_fail(db, err);
}

bool db_commit(struct db *db, struct ctl_error *err)
{
	if (db_run(db, "COMMIT", ""))
		return true;
	db_error(db, err);
	db_rollback(db);
	return false;
}

void db_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		(void)db_run(db, "ROLLBACK", "");
}

void db_column_text(sqlite3_stmt *st, int column, char *out, size_t cap)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	(void)str_copy(out, cap, text ? text : "");
}
