
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "edge_fault.h"
#include "edge_policy_store_parts.h"


typedef struct {
    edge_policy_store_t  *store;
    const char           *path;
    uint64_t              map_size;
    int                   mode;
    edge_store_e          result;
} edge_policy_store_opening_t;


static edge_store_e edge_policy_store_check_path(const char *path, int mode);
static void edge_policy_store_run_open(void *data);
static edge_store_e edge_policy_store_check_format(edge_policy_store_t *store,
    int mode);
static edge_store_e edge_policy_store_make_format(edge_policy_store_t *store);
static void edge_policy_store_run_close(void *data);


edge_store_e
edge_policy_store_open(edge_policy_store_t *store, const char *path,
    uint64_t map_size, int mode)
{
    edge_store_e                 result;
    edge_policy_store_opening_t  opening = { store, path, map_size, mode,
                                             EDGE_STORE_OK };

    static uint64_t              openings;

    memset(store, 0, sizeof(edge_policy_store_t));
    store->path = path;
    store->epoch = ++openings << 48;

    /* nothing can be made by a process that cannot write any more */

    if (edge_policy_store_is_stuck() && mode == EDGE_STORE_CREATE) {
        opening.mode = EDGE_STORE_READ;
    }

    result = edge_policy_store_check_path(path, opening.mode);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    if (!edge_fault_guard(edge_policy_store_run_open, &opening)) {
        store->lost = 1;
        opening.result = EDGE_STORE_CORRUPT;
    }

    if (opening.result != EDGE_STORE_OK && store->db) {
        edge_policy_store_close(store);
    }

    return opening.result;
}


static void
edge_policy_store_run_open(void *data)
{
    edge_policy_store_opening_t *opening = data;

    edge_store_e          result;
    edge_policy_store_t  *store;

    store = opening->store;

    result = edge_lmdb_open(&store->db, opening->path, opening->map_size,
                            opening->mode);

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_check_file(store);
    }

    if (result == EDGE_STORE_OK) {
        result = edge_lmdb_open_tables(store->db, opening->mode);
    }

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_check_format(store, opening->mode);
    }

    opening->result = result;
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


/* A file cut short would be a fault once its end is looked at. */

edge_store_e
edge_policy_store_check_file(edge_policy_store_t *store)
{
    uint64_t     used, map;
    struct stat  st;

    if (stat(store->path, &st) != 0) {
        return EDGE_STORE_NO_ACCESS;
    }

    if (store->inode == 0) {
        store->device = st.st_dev;
        store->inode = st.st_ino;
    }

    edge_lmdb_size(store->db, &used, &map);

    return (store->device != st.st_dev || store->inode != st.st_ino
            || (uint64_t) st.st_size < used)
           ? EDGE_STORE_CORRUPT : EDGE_STORE_OK;
}


static edge_store_e
edge_policy_store_check_format(edge_policy_store_t *store, int mode)
{
    edge_store_e  result;

    result = edge_lmdb_begin_read(store->db);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    result = edge_policy_store_read_format(store, 0, &store->format);

    edge_lmdb_end_read(store->db);

    if (result != EDGE_STORE_NOT_FOUND) {
        return result;
    }

    /* the first state has the tables, and nothing in them */

    return (mode == EDGE_STORE_CREATE && edge_lmdb_last_id(store->db) <= 1)
           ? edge_policy_store_make_format(store) : EDGE_STORE_CORRUPT;
}


static edge_store_e
edge_policy_store_make_format(edge_policy_store_t *store)
{
    edge_store_e  result;

    result = edge_lmdb_begin_write(store->db);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    result = edge_policy_store_write_format(store, EDGE_POLICY_STORE_FORMAT);

    if (result != EDGE_STORE_OK) {
        edge_lmdb_abort(store->db);
        return result;
    }

    return edge_lmdb_commit(store->db);
}


/* What a lost one does not give back is lost, too. */

void
edge_policy_store_close(edge_policy_store_t *store)
{
    if (store->db && !store->stuck) {
        (void) edge_fault_guard(edge_policy_store_run_close, store->db);
    }

    store->db = NULL;
}


static void
edge_policy_store_run_close(void *data)
{
    edge_lmdb_close(data);
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
        [EDGE_STORE_OTHER_FORMAT] = "has a format only newer releases know",
        [EDGE_STORE_MAP_FULL] = "is full, map_size is too small",
        [EDGE_STORE_DISK_FULL] = "cannot grow, the disk is full",
        [EDGE_STORE_READERS_FULL] = "has too many readers",
        [EDGE_STORE_STUCK] = "was damaged in writing, reload to write again",
        [EDGE_STORE_FAILED] = "failed"
    };

    return texts[result];
}
