
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <lmdb.h>

#include "edge_hot.h"
#include "edge_fault.h"
#include "edge_lmdb.h"


/* processes that may have the store open: workers, old ones, commands */

#define EDGE_LMDB_READERS  1022


struct edge_lmdb_s {
    MDB_env        *env;
    MDB_dbi         tables[EDGE_LMDB_TABLES];

    /* kept and renewed: to begin one anew costs a lock */
    MDB_txn        *read;
    MDB_txn        *write;
};


static edge_store_e edge_lmdb_result(int rc);
static void edge_lmdb_damaged(MDB_env *env, const char *assertion);
static int edge_lmdb_try_tables(edge_lmdb_t *db, unsigned create);


static const struct {
    int             rc;
    edge_store_e    result;
} edge_lmdb_codes[] = {
    { 0, EDGE_STORE_OK },
    { MDB_NOTFOUND, EDGE_STORE_NOT_FOUND },
    { MDB_KEYEXIST, EDGE_STORE_EXISTS },
    { ENOMEM, EDGE_STORE_NO_MEMORY },
    { EACCES, EDGE_STORE_NO_ACCESS },
    { EPERM, EDGE_STORE_NO_ACCESS },
    { ENOENT, EDGE_STORE_NO_ACCESS },
    { EROFS, EDGE_STORE_NO_ACCESS },
    { MDB_INVALID, EDGE_STORE_CORRUPT },
    { MDB_CORRUPTED, EDGE_STORE_CORRUPT },
    { MDB_PAGE_NOTFOUND, EDGE_STORE_CORRUPT },
    { MDB_INCOMPATIBLE, EDGE_STORE_CORRUPT },
    { MDB_VERSION_MISMATCH, EDGE_STORE_OTHER_FORMAT },
    { MDB_MAP_FULL, EDGE_STORE_MAP_FULL },
    { ENOSPC, EDGE_STORE_DISK_FULL },
    { EDQUOT, EDGE_STORE_DISK_FULL },
    { EFBIG, EDGE_STORE_DISK_FULL },
    { MDB_READERS_FULL, EDGE_STORE_READERS_FULL }
};


static const char *const  edge_lmdb_table_names[EDGE_LMDB_TABLES] = {
    "meta",
    "records"
};


edge_store_e
edge_lmdb_open(edge_lmdb_t **out, const char *path, uint64_t map_size, int mode)
{
    int           rc, dead;
    unsigned      flags;
    edge_lmdb_t  *db;

    *out = NULL;

    db = calloc(1, sizeof(edge_lmdb_t));
    if (db == NULL) {
        return EDGE_STORE_NO_MEMORY;
    }

    rc = mdb_env_create(&db->env);
    if (rc != 0) {
        db->env = NULL;
        goto failed;
    }

    (void) mdb_env_set_assert(db->env, edge_lmdb_damaged);
    (void) mdb_env_set_maxdbs(db->env, EDGE_LMDB_TABLES);
    (void) mdb_env_set_maxreaders(db->env, EDGE_LMDB_READERS);
    (void) mdb_env_set_mapsize(db->env, map_size);

    flags = MDB_NOSUBDIR|MDB_NOTLS
            |(mode == EDGE_STORE_CREATE ? 0 : MDB_RDONLY)
            |(mode == EDGE_STORE_PROBE ? MDB_NOLOCK : 0);

    rc = mdb_env_open(db->env, path, flags, 0640);
    if (rc != 0) {
        goto failed;
    }

    /* a process that was killed holds back the pages it was reading */

    (void) mdb_reader_check(db->env, &dead);

    *out = db;

    return EDGE_STORE_OK;

failed:

    edge_lmdb_close(db);

    return edge_lmdb_result(rc);
}


/* LMDB would abort the process; outside of guards it still does. */

static void
edge_lmdb_damaged(MDB_env *env, const char *assertion)
{
    (void) env, (void) assertion;
    edge_fault_leave();
}


edge_store_e
edge_lmdb_open_tables(edge_lmdb_t *db, int mode)
{
    int  rc;

    /* to make them waits for writers: only if they are not there */

    rc = edge_lmdb_try_tables(db, 0);

    /* a file that was written to has lost them, or is being made */

    if (rc == MDB_NOTFOUND) {
        rc = edge_lmdb_try_tables(db, mode == EDGE_STORE_CREATE
                                      && edge_lmdb_last_id(db) == 0
                                      ? MDB_CREATE : 0);
        rc = (rc == MDB_NOTFOUND) ? MDB_INVALID : rc;
    }

    rc = rc ? rc : mdb_txn_begin(db->env, NULL, MDB_RDONLY, &db->read);

    if (rc != 0) {
        db->read = NULL;
        return edge_lmdb_result(rc);
    }

    mdb_txn_reset(db->read);

    return EDGE_STORE_OK;
}


static int
edge_lmdb_try_tables(edge_lmdb_t *db, unsigned create)
{
    int       rc, i;
    MDB_txn  *txn;

    rc = mdb_txn_begin(db->env, NULL, create ? 0 : MDB_RDONLY, &txn);

    for (i = 0; rc == 0 && i < EDGE_LMDB_TABLES; i++) {
        rc = mdb_dbi_open(txn, edge_lmdb_table_names[i], create,
                          &db->tables[i]);
        if (rc != 0) {
            mdb_txn_abort(txn);
            return rc;
        }
    }

    return (rc == 0) ? mdb_txn_commit(txn) : rc;
}


void
edge_lmdb_close(edge_lmdb_t *db)
{
    edge_lmdb_abort(db);

    if (db->read) {
        mdb_txn_abort(db->read);
    }

    if (db->env) {
        mdb_env_close(db->env);
    }

    free(db);
}


static edge_store_e
edge_lmdb_result(int rc)
{
    size_t  i;

    errno = (rc > 0) ? rc : EIO;

    for (i = 0; i < sizeof(edge_lmdb_codes) / sizeof(edge_lmdb_codes[0]); i++) {
        if (edge_lmdb_codes[i].rc == rc) {
            return edge_lmdb_codes[i].result;
        }
    }

    return EDGE_STORE_FAILED;
}


/* Another process may have made the map larger. */

static int
edge_lmdb_take_map_size(edge_lmdb_t *db, int rc)
{
    return rc == MDB_MAP_RESIZED && mdb_env_set_mapsize(db->env, 0) == 0;
}


edge_store_e
edge_lmdb_begin_read(edge_lmdb_t *db)
{
    int  rc;

    rc = mdb_txn_renew(db->read);

    if (edge_lmdb_take_map_size(db, rc)) {
        rc = mdb_txn_renew(db->read);
    }

    return edge_lmdb_result(rc);
}


void
edge_lmdb_end_read(edge_lmdb_t *db)
{
    mdb_txn_reset(db->read);
}


uint64_t
edge_lmdb_read_id(edge_lmdb_t *db)
{
    return mdb_txn_id(db->read);
}


EDGE_HOT uint64_t
edge_lmdb_last_id(edge_lmdb_t *db)
{
    MDB_envinfo  info;

    (void) mdb_env_info(db->env, &info);
    return info.me_last_txnid;
}


edge_store_e
edge_lmdb_begin_write(edge_lmdb_t *db)
{
    int  rc;

    rc = mdb_txn_begin(db->env, NULL, 0, &db->write);

    if (edge_lmdb_take_map_size(db, rc)) {
        rc = mdb_txn_begin(db->env, NULL, 0, &db->write);
    }

    if (rc != 0) {
        db->write = NULL;
    }

    return edge_lmdb_result(rc);
}


edge_store_e
edge_lmdb_commit(edge_lmdb_t *db)
{
    int  rc;

    rc = mdb_txn_commit(db->write);
    db->write = NULL;

    return edge_lmdb_result(rc);
}


void
edge_lmdb_abort(edge_lmdb_t *db)
{
    if (db->write) {
        mdb_txn_abort(db->write);
    }

    db->write = NULL;
}


edge_store_e
edge_lmdb_get(edge_lmdb_t *db, int written, edge_lmdb_table_e table,
    edge_lmdb_bytes_t key, edge_lmdb_bytes_t *value)
{
    int      rc;
    MDB_val  k = { key.len, (char *) key.data }, v;

    rc = mdb_get(written ? db->write : db->read, db->tables[table], &k, &v);

    if (rc == 0) {
        value->data = v.mv_data;
        value->len = v.mv_size;
    }

    return edge_lmdb_result(rc);
}


edge_store_e
edge_lmdb_next(edge_lmdb_t *db, edge_lmdb_table_e table,
    edge_lmdb_bytes_t *key, edge_lmdb_bytes_t *value)
{
    int          rc;
    MDB_val      k = { key->len, (char *) key->data }, v;
    MDB_cursor  *cursor;

    rc = mdb_cursor_open(db->read, db->tables[table], &cursor);
    if (rc != 0) {
        return edge_lmdb_result(rc);
    }

    rc = mdb_cursor_get(cursor, &k, &v, key->len ? MDB_SET_RANGE : MDB_FIRST);

    if (rc == 0 && key->len && k.mv_size == key->len
        && memcmp(k.mv_data, key->data, key->len) == 0)
    {
        rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    }

    mdb_cursor_close(cursor);

    if (rc == 0) {
        key->data = k.mv_data;
        key->len = k.mv_size;
        value->data = v.mv_data;
        value->len = v.mv_size;
    }

    return edge_lmdb_result(rc);
}


edge_store_e
edge_lmdb_put(edge_lmdb_t *db, edge_lmdb_table_e table, edge_lmdb_bytes_t key,
    edge_lmdb_bytes_t value, int insert)
{
    MDB_val  k = { key.len, (char *) key.data };
    MDB_val  v = { value.len, (char *) value.data };

    return edge_lmdb_result(mdb_put(db->write, db->tables[table], &k, &v,
                                    insert ? MDB_NOOVERWRITE : 0));
}


edge_store_e
edge_lmdb_delete(edge_lmdb_t *db, edge_lmdb_table_e table,
    edge_lmdb_bytes_t key)
{
    MDB_val  k = { key.len, (char *) key.data };

    return edge_lmdb_result(mdb_del(db->write, db->tables[table], &k, NULL));
}


edge_store_e
edge_lmdb_count(edge_lmdb_t *db, edge_lmdb_table_e table, uint64_t *entries)
{
    int       rc;
    MDB_stat  st;

    rc = mdb_stat(db->read, db->tables[table], &st);
    *entries = (rc == 0) ? st.ms_entries : 0;

    return edge_lmdb_result(rc);
}


void
edge_lmdb_size(edge_lmdb_t *db, uint64_t *used, uint64_t *map)
{
    MDB_stat     st;
    MDB_envinfo  info;

    /* these fail for want of arguments only */

    (void) mdb_env_stat(db->env, &st);
    (void) mdb_env_info(db->env, &info);

    *used = (uint64_t) (info.me_last_pgno + 1) * st.ms_psize;
    *map = info.me_mapsize;
}
