
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "edge_policy_store.h"


static edge_store_e edge_policy_store_check_path(const char *path, int mode);
static edge_store_e edge_policy_store_check_size(edge_policy_store_t *store,
    const char *path);
static edge_store_e edge_policy_store_check_format(edge_policy_store_t *store,
    int mode);
static edge_store_e edge_policy_store_write_format(
    edge_policy_store_t *store);
static edge_store_e edge_policy_store_decode(edge_lmdb_bytes_t value,
    char *buf, edge_policy_stored_t *out);
static edge_store_e edge_policy_store_count_wildcard(
    edge_policy_store_t *store, const char *name, size_t len, int change);
static void edge_policy_store_read_wildcards(edge_policy_store_t *store,
    int written, uint32_t *wildcards);


static const edge_lmdb_bytes_t  edge_policy_store_format = { "format", 6 };
static const edge_lmdb_bytes_t  edge_policy_store_wildcards = {
    "wildcards", 9
};


edge_store_e
edge_policy_store_open(edge_policy_store_t *store, const char *path,
    uint64_t map_size, int mode)
{
    edge_store_e  result;

    memset(store, 0, sizeof(edge_policy_store_t));

    result = edge_policy_store_check_path(path, mode);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    result = edge_lmdb_open(&store->db, path, map_size, mode);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    result = edge_policy_store_check_size(store, path);

    if (result == EDGE_STORE_OK) {
        result = edge_lmdb_open_tables(store->db, mode);
    }

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_check_format(store, mode);
    }

    if (result != EDGE_STORE_OK) {
        edge_policy_store_close(store);
    }

    return result;
}


/* LMDB would wait on a pipe, and say little of a directory. */

static edge_store_e
edge_policy_store_check_path(const char *path, int mode)
{
    struct stat  st;

    if (stat(path, &st) != 0) {
        return (errno == ENOENT && mode == EDGE_STORE_CREATE)
               ? EDGE_STORE_OK : EDGE_STORE_NO_ACCESS;
    }

    return S_ISREG(st.st_mode) ? EDGE_STORE_OK : EDGE_STORE_CORRUPT;
}


/* A file cut short would be a SIGBUS once its end is looked at. */

static edge_store_e
edge_policy_store_check_size(edge_policy_store_t *store, const char *path)
{
    uint64_t     used, map;
    struct stat  st;

    if (stat(path, &st) != 0) {
        return EDGE_STORE_NO_ACCESS;
    }

    edge_lmdb_size(store->db, &used, &map);

    return (uint64_t) st.st_size < used ? EDGE_STORE_CORRUPT : EDGE_STORE_OK;
}


void
edge_policy_store_close(edge_policy_store_t *store)
{
    edge_lmdb_close(store->db);
    store->db = NULL;
}


static edge_store_e
edge_policy_store_check_format(edge_policy_store_t *store, int mode)
{
    uint32_t           format;
    edge_store_e       result;
    edge_lmdb_bytes_t  value;

    result = edge_lmdb_begin_read(store->db);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    result = edge_lmdb_get(store->db, 0, EDGE_LMDB_META,
                           edge_policy_store_format, &value);

    if (result == EDGE_STORE_OK && value.len == sizeof(format)) {
        memcpy(&format, value.data, sizeof(format));

        if (format != EDGE_POLICY_STORE_FORMAT) {
            result = EDGE_STORE_OTHER_FORMAT;
        }

    } else if (result == EDGE_STORE_OK) {
        result = EDGE_STORE_CORRUPT;
    }

    edge_lmdb_end_read(store->db);

    if (result != EDGE_STORE_NOT_FOUND) {
        return result;
    }

    return (mode == EDGE_STORE_CREATE) ? edge_policy_store_write_format(store)
                                       : EDGE_STORE_CORRUPT;
}


static edge_store_e
edge_policy_store_write_format(edge_policy_store_t *store)
{
    uint32_t           format;
    edge_store_e       result;
    edge_lmdb_bytes_t  value;

    format = EDGE_POLICY_STORE_FORMAT;
    value.data = (char *) &format;
    value.len = sizeof(format);

    result = edge_lmdb_begin_write(store->db);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    result = edge_lmdb_put(store->db, EDGE_LMDB_META, edge_policy_store_format,
                           value, 0);
    if (result != EDGE_STORE_OK) {
        edge_lmdb_abort(store->db);
        return result;
    }

    return edge_lmdb_commit(store->db);
}


const char *
edge_store_text(edge_store_e result)
{
    static const char *const  texts[] = {
        [EDGE_STORE_OK] = "is all right",
        [EDGE_STORE_NOT_FOUND] = "has no such record",
        [EDGE_STORE_EXISTS] = "has such a record",
        [EDGE_STORE_NO_MEMORY] = "needs more memory than there is",
        [EDGE_STORE_NO_ACCESS] = "is missing or cannot be accessed",
        [EDGE_STORE_CORRUPT] = "is not a policy store or is damaged",
        [EDGE_STORE_OTHER_FORMAT] = "is of another format",
        [EDGE_STORE_MAP_FULL] = "is full, map_size is too small",
        [EDGE_STORE_DISK_FULL] = "cannot grow, the disk is full",
        [EDGE_STORE_READERS_FULL] = "has too many readers",
        [EDGE_STORE_FAILED] = "failed"
    };

    return texts[result];
}


edge_store_e
edge_policy_store_begin_read(edge_policy_store_t *store)
{
    return edge_lmdb_begin_read(store->db);
}


void
edge_policy_store_end_read(edge_policy_store_t *store)
{
    edge_lmdb_end_read(store->db);
}


edge_store_e
edge_policy_store_get(edge_policy_store_t *store, const char *name, size_t len,
    char *buf, edge_policy_stored_t *out)
{
    edge_store_e       result;
    edge_lmdb_bytes_t  value;

    result = edge_lmdb_get(store->db, 0, EDGE_LMDB_RECORDS,
                           (edge_lmdb_bytes_t) { name, len }, &value);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    return edge_policy_store_decode(value, buf, out);
}


edge_store_e
edge_policy_store_load(edge_policy_store_t *store, const char *name,
    size_t len, char *buf, edge_policy_stored_t *out)
{
    edge_store_e       result;
    edge_lmdb_bytes_t  value;

    result = edge_lmdb_get(store->db, 1, EDGE_LMDB_RECORDS,
                           (edge_lmdb_bytes_t) { name, len }, &value);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    return edge_policy_store_decode(value, buf, out);
}


static edge_store_e
edge_policy_store_decode(edge_lmdb_bytes_t value, char *buf,
    edge_policy_stored_t *out)
{
    return edge_policy_record_decode(value.data, value.len, buf, out)
           ? EDGE_STORE_OK : EDGE_STORE_CORRUPT;
}


int
edge_policy_store_has_wildcards(edge_policy_store_t *store, unsigned labels)
{
    uint64_t  id;

    id = edge_lmdb_read_id(store->db);

    if (store->read_id != id) {
        edge_policy_store_read_wildcards(store, 0, store->wildcards);
        store->read_id = id;
    }

    return labels < EDGE_POLICY_STORE_DEPTHS && store->wildcards[labels] != 0;
}


static void
edge_policy_store_read_wildcards(edge_policy_store_t *store, int written,
    uint32_t *wildcards)
{
    size_t             size;
    edge_lmdb_bytes_t  value;

    size = EDGE_POLICY_STORE_DEPTHS * sizeof(uint32_t);

    if (edge_lmdb_get(store->db, written, EDGE_LMDB_META,
                      edge_policy_store_wildcards, &value)
        == EDGE_STORE_OK
        && value.len == size)
    {
        memcpy(wildcards, value.data, size);

    } else {
        memset(wildcards, 0, size);
    }
}


edge_store_e
edge_policy_store_next(edge_policy_store_t *store, const char **name,
    size_t *len, char *buf, edge_policy_stored_t *out)
{
    edge_store_e       result;
    edge_lmdb_bytes_t  key, value;

    key.data = *name;
    key.len = *len;

    result = edge_lmdb_next(store->db, EDGE_LMDB_RECORDS, &key, &value);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    *name = key.data;
    *len = key.len;

    return edge_policy_store_decode(value, buf, out);
}


edge_store_e
edge_policy_store_begin_write(edge_policy_store_t *store)
{
    return edge_lmdb_begin_write(store->db);
}


edge_store_e
edge_policy_store_update(edge_policy_store_t *store, const char *name,
    size_t len, const edge_policy_stored_t *record)
{
    char               buf[EDGE_POLICY_RECORD_MAX];
    edge_store_e       result;
    edge_lmdb_bytes_t  key, value;

    key.data = name;
    key.len = len;
    value.data = buf;
    value.len = edge_policy_record_encode(record, buf);

    if (value.len == 0) {
        result = edge_lmdb_delete(store->db, EDGE_LMDB_RECORDS, key);

        return (result == EDGE_STORE_OK)
               ? edge_policy_store_count_wildcard(store, name, len, -1)
               : result;
    }

    result = edge_lmdb_put(store->db, EDGE_LMDB_RECORDS, key, value, 1);

    switch (result) {

    case EDGE_STORE_OK:
        return edge_policy_store_count_wildcard(store, name, len, 1);

    case EDGE_STORE_EXISTS:
        return edge_lmdb_put(store->db, EDGE_LMDB_RECORDS, key, value, 0);

    default:
        return result;
    }
}


static edge_store_e
edge_policy_store_count_wildcard(edge_policy_store_t *store, const char *name,
    size_t len, int change)
{
    size_t             i;
    unsigned           labels;
    uint32_t           wildcards[EDGE_POLICY_STORE_DEPTHS];
    edge_lmdb_bytes_t  value;

    if (name[0] != '*') {
        return EDGE_STORE_OK;
    }

    /* "*.a.b" has two behind the star */

    for (i = 0, labels = 0; i < len; i++) {
        labels += (name[i] == '.');
    }

    if (labels >= EDGE_POLICY_STORE_DEPTHS) {
        return EDGE_STORE_FAILED;
    }

    edge_policy_store_read_wildcards(store, 1, wildcards);
    wildcards[labels] += (uint32_t) change;

    value.data = (char *) wildcards;
    value.len = sizeof(wildcards);

    return edge_lmdb_put(store->db, EDGE_LMDB_META,
                         edge_policy_store_wildcards, value, 0);
}


edge_store_e
edge_policy_store_commit(edge_policy_store_t *store)
{
    return edge_lmdb_commit(store->db);
}


void
edge_policy_store_abort(edge_policy_store_t *store)
{
    edge_lmdb_abort(store->db);
}
