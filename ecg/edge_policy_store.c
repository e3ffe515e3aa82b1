
#include <string.h>

#include "edge_hot.h"
#include "edge_fault.h"
#include "edge_policy_store_parts.h"


static void edge_policy_store_run(void *data);
static edge_store_e edge_policy_store_do_last_id(edge_policy_store_op_t *op);
static edge_store_e edge_policy_store_do_begin_read(
    edge_policy_store_op_t *op);
static edge_store_e edge_policy_store_do_end_read(edge_policy_store_op_t *op);
static edge_store_e edge_policy_store_do_get(edge_policy_store_op_t *op);
static edge_store_e edge_policy_store_look(edge_policy_store_t *store,
    edge_lmdb_bytes_t name, edge_lmdb_bytes_t *value);
static edge_policy_store_seen_t *edge_policy_store_seen(
    edge_policy_store_t *store, edge_lmdb_bytes_t name);
static edge_store_e edge_policy_store_do_next(edge_policy_store_op_t *op);
static edge_store_e edge_policy_store_do_count(edge_policy_store_op_t *op);


EDGE_HOT edge_store_e
edge_policy_store_do(edge_policy_store_op_t *op,
    edge_store_e (*run)(edge_policy_store_op_t *op))
{
    if (op->store->db == NULL || op->store->lost) {
        return EDGE_STORE_CORRUPT;
    }

    op->run = run;

    if (!edge_fault_guard(edge_policy_store_run, op)) {
        op->store->lost = 1;
        op->fault = 1;
        return EDGE_STORE_CORRUPT;
    }

    return op->result;
}


EDGE_HOT static void
edge_policy_store_run(void *data)
{
    edge_policy_store_op_t *op = data;

    op->result = op->run(op);
}


EDGE_HOT edge_store_e
edge_policy_store_last_id(edge_policy_store_t *store, uint64_t *id)
{
    edge_policy_store_op_t  op = { .store = store, .number = id };

    return edge_policy_store_do(&op, edge_policy_store_do_last_id);
}


EDGE_HOT static edge_store_e
edge_policy_store_do_last_id(edge_policy_store_op_t *op)
{
    uint64_t  id;

    id = edge_lmdb_last_id(op->store->db);
    *op->number = op->store->epoch + id;

    /* states are counted upwards */

    return (id < op->store->read_id) ? EDGE_STORE_CORRUPT : EDGE_STORE_OK;
}


uint64_t
edge_policy_store_read_id(const edge_policy_store_t *store)
{
    return store->epoch + store->read_id;
}


edge_store_e
edge_policy_store_begin_read(edge_policy_store_t *store)
{
    edge_policy_store_op_t  op = { .store = store };

    return edge_policy_store_do(&op, edge_policy_store_do_begin_read);
}


static edge_store_e
edge_policy_store_do_begin_read(edge_policy_store_op_t *op)
{
    uint64_t              id;
    edge_store_e          result;
    edge_policy_store_t  *store;

    store = op->store;

    result = edge_lmdb_begin_read(store->db);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    id = edge_lmdb_read_id(store->db);

    if (id == store->read_id) {
        return EDGE_STORE_OK;
    }

    result = (id < store->read_id)
             ? EDGE_STORE_CORRUPT
             : edge_policy_store_read_format(store, 0, &store->format);

    if (result != EDGE_STORE_OK) {
        edge_lmdb_end_read(store->db);
        return result;
    }

    edge_policy_store_read_wildcards(store, 0, store->wildcards);
    store->read_id = id;

    return EDGE_STORE_OK;
}


void
edge_policy_store_end_read(edge_policy_store_t *store)
{
    edge_policy_store_op_t  op = { .store = store };

    (void) edge_policy_store_do(&op, edge_policy_store_do_end_read);
}


static edge_store_e
edge_policy_store_do_end_read(edge_policy_store_op_t *op)
{
    edge_lmdb_end_read(op->store->db);

    return EDGE_STORE_OK;
}


edge_store_e
edge_policy_store_get(edge_policy_store_t *store, const char *name, size_t len,
    char *buf, edge_policy_stored_t *out)
{
    edge_policy_store_op_t  op = { .store = store, .name = { name, len },
                                   .buf = buf, .out = out };

    return edge_policy_store_do(&op, edge_policy_store_do_get);
}


static edge_store_e
edge_policy_store_do_get(edge_policy_store_op_t *op)
{
    edge_store_e       result;
    edge_lmdb_bytes_t  value;

    result = edge_policy_store_look(op->store, op->name, &value);

    return (result == EDGE_STORE_OK)
           ? edge_policy_store_decode(op->store->format, op->name, value,
                                      op->buf, op->out)
           : result;
}


/*
 * Wildcards and the default are looked for with each host: where they are in
 * this state, and that they are not, is remembered.
 */

static edge_store_e
edge_policy_store_look(edge_policy_store_t *store, edge_lmdb_bytes_t name,
    edge_lmdb_bytes_t *value)
{
    edge_store_e               result;
    edge_policy_store_seen_t  *seen;

    seen = edge_policy_store_seen(store, name);

    if (seen && seen->read_id == store->read_id && seen->len == name.len
        && memcmp(seen->name, name.data, name.len) == 0)
    {
        *value = seen->value;
        return value->data ? EDGE_STORE_OK : EDGE_STORE_NOT_FOUND;
    }

    value->data = NULL;
    value->len = 0;

    result = edge_lmdb_get(store->db, 0, EDGE_LMDB_RECORDS, name, value);

    if (seen && (result == EDGE_STORE_OK || result == EDGE_STORE_NOT_FOUND)) {
        seen->read_id = store->read_id;
        seen->value = *value;
        seen->len = (unsigned char) name.len;
        memcpy(seen->name, name.data, name.len);
    }

    return result;
}


static edge_policy_store_seen_t *
edge_policy_store_seen(edge_policy_store_t *store, edge_lmdb_bytes_t name)
{
    size_t    i;
    uint32_t  hash;

    if (name.len > EDGE_POLICY_STORE_SEEN_NAME
        || (name.data[0] != '*' && memchr(name.data, '.', name.len)))
    {
        return NULL;
    }

    for (i = 0, hash = 0; i < name.len; i++) {
        hash = hash * 31 + (unsigned char) name.data[i];
    }

    hash ^= hash >> 15;

    return &store->seen[hash & (EDGE_POLICY_STORE_SEEN - 1)];
}


int
edge_policy_store_has_wildcards(const edge_policy_store_t *store,
    unsigned labels)
{
    return labels < EDGE_POLICY_STORE_DEPTHS && store->wildcards[labels] != 0;
}


edge_store_e
edge_policy_store_next(edge_policy_store_t *store, const char **name,
    size_t *len, char *buf, edge_policy_stored_t *out)
{
    edge_store_e            result;
    edge_policy_store_op_t  op = { .store = store, .name = { *name, *len },
                                   .buf = buf, .out = out };

    result = edge_policy_store_do(&op, edge_policy_store_do_next);

    *name = op.name.data;
    *len = op.name.len;

    return result;
}


static edge_store_e
edge_policy_store_do_next(edge_policy_store_op_t *op)
{
    edge_store_e          result;
    edge_lmdb_bytes_t     key, value;
    edge_policy_store_t  *store;

    store = op->store;
    key = op->name;

    result = edge_lmdb_next(store->db, EDGE_LMDB_RECORDS, &key, &value);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    if (key.len > sizeof(store->name)) {
        store->lost = 1;
        return EDGE_STORE_CORRUPT;
    }

    memcpy(store->name, key.data, key.len);

    op->name.data = store->name;
    op->name.len = key.len;

    return edge_policy_store_decode(store->format, op->name, value, op->buf,
                                    op->out);
}


edge_store_e
edge_policy_store_count(edge_policy_store_t *store, uint64_t *records)
{
    edge_policy_store_op_t  op = { .store = store, .number = records };

    return edge_policy_store_do(&op, edge_policy_store_do_count);
}


static edge_store_e
edge_policy_store_do_count(edge_policy_store_op_t *op)
{
    return edge_lmdb_count(op->store->db, EDGE_LMDB_RECORDS, op->number);
}
