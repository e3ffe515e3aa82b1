
/*
 * The records of many hostnames in one file: read by all processes without
 * locks, written by one at a time, whole or not at all.
 */


#ifndef _EDGE_POLICY_STORE_H_INCLUDED_
#define _EDGE_POLICY_STORE_H_INCLUDED_


#include "edge_hostname.h"
#include "edge_lmdb.h"
#include "edge_policy_record.h"


/*
 * What is made: records behind a sum over their names and themselves.  Those
 * of format 1 have none; they are read, and written as they are.
 */
#define EDGE_POLICY_STORE_FORMAT      2
#define EDGE_POLICY_STORE_FORMAT_MIN  1

/* labels that a wildcard may have behind its star, and one */
#define EDGE_POLICY_STORE_DEPTHS      128

/* lookups of wildcards that are remembered, a power of two */
#define EDGE_POLICY_STORE_SEEN        1024
#define EDGE_POLICY_STORE_SEEN_NAME   62


/* One of them: it holds as long as the state does. */

typedef struct {
    uint64_t               read_id;

    /* data is NULL if there is no such record */
    edge_lmdb_bytes_t      value;

    unsigned char          len;
    char                   name[EDGE_POLICY_STORE_SEEN_NAME];
} edge_policy_store_seen_t;


typedef struct {
    edge_lmdb_t           *db;

    /* the caller's, and what it named */
    const char            *path;
    uint64_t               device;
    uint64_t               inode;

    /* of this opening; beyond the numbers of states */
    uint64_t               epoch;

    /* a fault in the file: nothing works but to close it */
    int                    lost;

    /* the same while it was written: even that does not work */
    int                    stuck;

    /* of the state read_id: its format, wildcards by their number of labels */
    uint64_t               read_id;
    uint32_t               format;
    uint32_t               wildcards[EDGE_POLICY_STORE_DEPTHS];

    /* of the state that is being written */
    uint32_t               write_format;

    /* where edge_policy_store_next() is */
    char                   name[EDGE_HOSTNAME_MAX + 3];

    edge_policy_store_seen_t  seen[EDGE_POLICY_STORE_SEEN];
} edge_policy_store_t;


/*
 * Opens a store as edge_lmdb_open() does.  The struct is the caller's, large,
 * and must not move; path stays, too.  It is to be closed if this returned
 * EDGE_STORE_OK.  All that follows survives a file that is cut short or
 * overwritten meanwhile: EDGE_STORE_CORRUPT, and the store is lost.  So is one
 * that is closed.  After a fault in writing all writing of this process is
 * EDGE_STORE_STUCK.
 */

edge_store_e edge_policy_store_open(edge_policy_store_t *store,
    const char *path, uint64_t map_size, int mode);

void edge_policy_store_close(edge_policy_store_t *store);

/* One phrase for a result, e.g. "is not a policy store or is damaged". */

const char *edge_store_text(edge_store_e result);

/*
 * A number for the newest state, and for the one that was read last.  They
 * grow, and those of another file are others.  The first costs less than to
 * read the state.
 */

edge_store_e edge_policy_store_last_id(edge_policy_store_t *store,
    uint64_t *id);
uint64_t edge_policy_store_read_id(const edge_policy_store_t *store);

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

int edge_policy_store_has_wildcards(const edge_policy_store_t *store,
    unsigned labels);

/*
 * The first record behind name in order of bytes.  *name and *len, 0 for the
 * beginning, are set to its name, valid until the next call.  A record that is
 * damaged is EDGE_STORE_CORRUPT, and the next one comes with the next call.
 */

edge_store_e edge_policy_store_next(edge_policy_store_t *store,
    const char **name, size_t *len, char *buf, edge_policy_stored_t *out);

edge_store_e edge_policy_store_count(edge_policy_store_t *store,
    uint64_t *records);

/*
 * Writing, see edge_lmdb.h; only into the file that has the path still.
 * update() puts a record in the place of the one there is, and takes it away
 * if nothing is set; load() reads what there is in the state that is being
 * written.  After errors, abort.
 */

edge_store_e edge_policy_store_begin_write(edge_policy_store_t *store);
edge_store_e edge_policy_store_load(edge_policy_store_t *store,
    const char *name, size_t len, char *buf, edge_policy_stored_t *out);
edge_store_e edge_policy_store_update(edge_policy_store_t *store,
    const char *name, size_t len, const edge_policy_stored_t *record);
edge_store_e edge_policy_store_commit(edge_policy_store_t *store);
void edge_policy_store_abort(edge_policy_store_t *store);

/*
 * Writes all records anew in the format of today, in one transaction; there
 * are none to write if it has that.  On errors nothing has changed.
 */

edge_store_e edge_policy_store_upgrade(edge_policy_store_t *store,
    uint64_t *records);


#endif /* _EDGE_POLICY_STORE_H_INCLUDED_ */
