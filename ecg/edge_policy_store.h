
/*
 * The records of many hostnames in one file: read by all processes without
 * locks, written by one at a time, whole or not at all.
 */


#ifndef _EDGE_POLICY_STORE_H_INCLUDED_
#define _EDGE_POLICY_STORE_H_INCLUDED_


#include "edge_lmdb.h"
#include "edge_policy_record.h"


#define EDGE_POLICY_STORE_FORMAT  1

/* labels that a wildcard may have behind its star, and one */
#define EDGE_POLICY_STORE_DEPTHS  128


typedef struct {
    edge_lmdb_t     *db;

    /* wildcards by their number of labels, in the state read_id */
    uint64_t         read_id;
    uint32_t         wildcards[EDGE_POLICY_STORE_DEPTHS];
} edge_policy_store_t;


/*
 * Opens a store as edge_lmdb_open() does.  The struct is the caller's and
 * must not move; it is to be closed if this returned EDGE_STORE_OK.
 */

edge_store_e edge_policy_store_open(edge_policy_store_t *store,
    const char *path, uint64_t map_size, int mode);

void edge_policy_store_close(edge_policy_store_t *store);

/* One phrase for a result, e.g. "is not a policy store or is damaged". */

const char *edge_store_text(edge_store_e result);

/* Reading is between these two, see edge_lmdb.h. */

edge_store_e edge_policy_store_begin_read(edge_policy_store_t *store);
void edge_policy_store_end_read(edge_policy_store_t *store);

/*
 * Reads the record of a normalized name.  Values point into buf, of
 * EDGE_POLICY_RECORD_MAX + 1 bytes.  EDGE_STORE_CORRUPT: it is damaged.
 */

edge_store_e edge_policy_store_get(edge_policy_store_t *store,
    const char *name, size_t len, char *buf, edge_policy_stored_t *out);

/*
 * Non-zero if there are wildcards whose name has this many labels behind the
 * star, so that it pays to look for one.
 */

int edge_policy_store_has_wildcards(edge_policy_store_t *store,
    unsigned labels);

/*
 * The first record behind name in order of bytes.  *name and *len, 0 for the
 * beginning, are moved there, into the file.
 */

edge_store_e edge_policy_store_next(edge_policy_store_t *store,
    const char **name, size_t *len, char *buf, edge_policy_stored_t *out);

/*
 * Writing, see edge_lmdb.h.  update() puts a record in the place of the one
 * there is, and takes it away if nothing is set; load() reads what there is
 * in the state that is being written.  After errors, abort.
 */

edge_store_e edge_policy_store_begin_write(edge_policy_store_t *store);
edge_store_e edge_policy_store_load(edge_policy_store_t *store,
    const char *name, size_t len, char *buf, edge_policy_stored_t *out);
edge_store_e edge_policy_store_update(edge_policy_store_t *store,
    const char *name, size_t len, const edge_policy_stored_t *record);
edge_store_e edge_policy_store_commit(edge_policy_store_t *store);
void edge_policy_store_abort(edge_policy_store_t *store);


#endif /* _EDGE_POLICY_STORE_H_INCLUDED_ */
