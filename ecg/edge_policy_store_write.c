
#include <errno.h>
#include <sys/statvfs.h>

#include "edge_policy_store_parts.h"


static edge_store_e edge_policy_store_write(edge_policy_store_op_t *op,
    edge_store_e (*run)(edge_policy_store_op_t *op));
static int edge_policy_store_disk_is_full(const edge_policy_store_t *store);
static edge_store_e edge_policy_store_do_begin_write(
    edge_policy_store_op_t *op);
static edge_store_e edge_policy_store_do_load(edge_policy_store_op_t *op);
static edge_store_e edge_policy_store_do_update(edge_policy_store_op_t *op);
static edge_store_e edge_policy_store_do_commit(edge_policy_store_op_t *op);
static edge_store_e edge_policy_store_do_abort(edge_policy_store_op_t *op);
static edge_store_e edge_policy_store_upgrade_records(
    edge_policy_store_t *store, uint64_t *records);
static edge_store_e edge_policy_store_do_set_format(
    edge_policy_store_op_t *op);


/* of the process, whatever store it opens: the lock has its own file */

static volatile int  edge_policy_store_stuck;


/*
 * A fault leaves the transaction as it is, and the lock of writers held until
 * this process ends: it writes no more.  (To abort would go through cursors on
 * a stack that is gone.)
 */

static edge_store_e
edge_policy_store_write(edge_policy_store_op_t *op,
    edge_store_e (*run)(edge_policy_store_op_t *op))
{
    edge_store_e  result;

    if (edge_policy_store_stuck) {
        return EDGE_STORE_STUCK;
    }

    result = edge_policy_store_do(op, run);

    if (op->fault) {
        edge_policy_store_stuck = 1;
        op->store->stuck = 1;
    }

    return (result == EDGE_STORE_FAILED && errno == EIO
            && edge_policy_store_disk_is_full(op->store))
           ? EDGE_STORE_DISK_FULL : result;
}


/* A part was written when the room was used up: LMDB calls that EIO. */

static int
edge_policy_store_disk_is_full(const edge_policy_store_t *store)
{
    struct statvfs  fs;

    if (statvfs(store->path, &fs) != 0) {
        return 0;
    }

    errno = EIO;

    return (uint64_t) fs.f_bavail * fs.f_frsize < 1 << 20;
}


int
edge_policy_store_is_stuck(void)
{
    return edge_policy_store_stuck;
}


edge_store_e
edge_policy_store_begin_write(edge_policy_store_t *store)
{
    edge_policy_store_op_t  op = { .store = store };

    return edge_policy_store_write(&op, edge_policy_store_do_begin_write);
}


static edge_store_e
edge_policy_store_do_begin_write(edge_policy_store_op_t *op)
{
    edge_store_e          result;
    edge_policy_store_t  *store;

    store = op->store;

    result = edge_policy_store_check_file(store);

    if (result == EDGE_STORE_OK) {
        result = edge_lmdb_begin_write(store->db);
    }

    if (result != EDGE_STORE_OK) {
        return result;
    }

    result = edge_policy_store_read_format(store, 1, &store->write_format);

    if (result != EDGE_STORE_OK) {
        edge_lmdb_abort(store->db);
    }

    return result;
}


edge_store_e
edge_policy_store_load(edge_policy_store_t *store, const char *name,
    size_t len, char *buf, edge_policy_stored_t *out)
{
    edge_policy_store_op_t  op = { .store = store, .name = { name, len },
                                   .buf = buf, .out = out };

    return edge_policy_store_write(&op, edge_policy_store_do_load);
}


static edge_store_e
edge_policy_store_do_load(edge_policy_store_op_t *op)
{
    edge_store_e       result;
    edge_lmdb_bytes_t  value;

    result = edge_lmdb_get(op->store->db, 1, EDGE_LMDB_RECORDS, op->name,
                           &value);

    return (result == EDGE_STORE_OK)
           ? edge_policy_store_decode(op->store->write_format, op->name, value,
                                      op->buf, op->out)
           : result;
}


edge_store_e
edge_policy_store_update(edge_policy_store_t *store, const char *name,
    size_t len, const edge_policy_stored_t *record)
{
    edge_policy_store_op_t  op = { .store = store, .name = { name, len },
                                   .record = record };

    return edge_policy_store_write(&op, edge_policy_store_do_update);
}


static edge_store_e
edge_policy_store_do_update(edge_policy_store_op_t *op)
{
    char                  buf[EDGE_POLICY_STORE_VALUE_MAX];
    edge_store_e          result;
    edge_lmdb_bytes_t     value;
    edge_policy_store_t  *store;

    store = op->store;

    value.data = buf;
    value.len = edge_policy_store_encode(store->write_format, op->name,
                                         op->record, buf);

    if (value.len == 0) {
        result = edge_lmdb_delete(store->db, EDGE_LMDB_RECORDS, op->name);

        return (result == EDGE_STORE_OK)
               ? edge_policy_store_count_wildcard(store, op->name.data,
                                                  op->name.len, -1)
               : result;
    }

    result = edge_lmdb_put(store->db, EDGE_LMDB_RECORDS, op->name, value, 1);

    switch (result) {

    case EDGE_STORE_OK:
        return edge_policy_store_count_wildcard(store, op->name.data,
                                                op->name.len, 1);

    case EDGE_STORE_EXISTS:
        return edge_lmdb_put(store->db, EDGE_LMDB_RECORDS, op->name, value, 0);

    default:
        return result;
    }
}


edge_store_e
edge_policy_store_commit(edge_policy_store_t *store)
{
    edge_policy_store_op_t  op = { .store = store };

    return edge_policy_store_write(&op, edge_policy_store_do_commit);
}


static edge_store_e
edge_policy_store_do_commit(edge_policy_store_op_t *op)
{
    return edge_lmdb_commit(op->store->db);
}


void
edge_policy_store_abort(edge_policy_store_t *store)
{
    edge_policy_store_op_t  op = { .store = store };

    (void) edge_policy_store_write(&op, edge_policy_store_do_abort);
}


static edge_store_e
edge_policy_store_do_abort(edge_policy_store_op_t *op)
{
    edge_lmdb_abort(op->store->db);

    return EDGE_STORE_OK;
}


edge_store_e
edge_policy_store_upgrade(edge_policy_store_t *store, uint64_t *records)
{
    edge_store_e            result;
    edge_policy_store_op_t  op = { .store = store };

    *records = 0;

    result = edge_policy_store_begin_write(store);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    if (store->write_format == EDGE_POLICY_STORE_FORMAT) {
        edge_policy_store_abort(store);
        return EDGE_STORE_OK;
    }

    store->write_format = EDGE_POLICY_STORE_FORMAT;

    result = edge_policy_store_begin_read(store);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_upgrade_records(store, records);
        edge_policy_store_end_read(store);
    }

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_write(&op, edge_policy_store_do_set_format);
    }

    if (result != EDGE_STORE_OK) {
        edge_policy_store_abort(store);
        return result;
    }

    return edge_policy_store_commit(store);
}


/* Reads the state before: no other writer is there to change it. */

static edge_store_e
edge_policy_store_upgrade_records(edge_policy_store_t *store,
    uint64_t *records)
{
    size_t                len;
    const char           *name;
    edge_store_e          result;
    edge_policy_stored_t  record;

    static char           buf[EDGE_POLICY_RECORD_MAX + 1];

    name = NULL;
    len = 0;

    for ( ;; ) {
        result = edge_policy_store_next(store, &name, &len, buf, &record);

        if (result == EDGE_STORE_NOT_FOUND) {
            return EDGE_STORE_OK;
        }

        if (result == EDGE_STORE_OK) {
            result = edge_policy_store_update(store, name, len, &record);
        }

        if (result != EDGE_STORE_OK) {
            return result;
        }

        (*records)++;
    }
}


static edge_store_e
edge_policy_store_do_set_format(edge_policy_store_op_t *op)
{
    return edge_policy_store_write_format(op->store, op->store->write_format);
}
