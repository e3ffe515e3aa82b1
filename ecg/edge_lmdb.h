
/* The one file that touches LMDB: two tables, one reader, one writer. */


#ifndef _EDGE_LMDB_H_INCLUDED_
#define _EDGE_LMDB_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


typedef enum {
    EDGE_STORE_OK = 0,
    EDGE_STORE_NOT_FOUND,
    EDGE_STORE_EXISTS,
    EDGE_STORE_NO_MEMORY,

    /* the file is missing, or its mode does not let us */
    EDGE_STORE_NO_ACCESS,

    /* it is no store, truncated or damaged */
    EDGE_STORE_CORRUPT,

    /* it is a store of another format */
    EDGE_STORE_OTHER_FORMAT,

    /* map_size is used up, or the disk is full */
    EDGE_STORE_MAP_FULL,
    EDGE_STORE_DISK_FULL,

    /* more processes than it was made for */
    EDGE_STORE_READERS_FULL,

    /* a fault while this process wrote: it writes no more */
    EDGE_STORE_STUCK,

    /* anything else; errno says what */
    EDGE_STORE_FAILED
} edge_store_e;


enum {
    EDGE_STORE_READ = 0,

    /* and write; a store that is missing is made */
    EDGE_STORE_CREATE = 1,

    /* once, of a file that others have not open, without its lock file */
    EDGE_STORE_PROBE = 2
};


typedef enum {
    EDGE_LMDB_META = 0,
    EDGE_LMDB_RECORDS,
    EDGE_LMDB_TABLES
} edge_lmdb_table_e;


typedef struct edge_lmdb_s  edge_lmdb_t;


typedef struct {
    const char  *data;
    size_t       len;
} edge_lmdb_bytes_t;


/*
 * Opens the environment of a path, with a lock file "path-lock" beside it.  A
 * process opens one only once, and not before it forks.  map_size is the most
 * the file may become; 0 leaves it as it is.  Only edge_lmdb_size() and
 * edge_lmdb_open_tables() may follow, and that before all others.
 */

edge_store_e edge_lmdb_open(edge_lmdb_t **db, const char *path,
    uint64_t map_size, int mode);

/* Opens the tables, or makes them. */

edge_store_e edge_lmdb_open_tables(edge_lmdb_t *db, int mode);

void edge_lmdb_close(edge_lmdb_t *db);

/*
 * Reading: one state of the store, whatever is written meanwhile; what is
 * got points into the file and is valid until the end.
 */

edge_store_e edge_lmdb_begin_read(edge_lmdb_t *db);
void edge_lmdb_end_read(edge_lmdb_t *db);

/* Tells states apart: the number of the transaction that made this one. */

uint64_t edge_lmdb_read_id(edge_lmdb_t *db);

/* The number of the newest state, whether or not that is read. */

uint64_t edge_lmdb_last_id(edge_lmdb_t *db);

/*
 * Writing: waits for other writers; one thread does all of it.  Only what
 * was committed is there, for all at once, and survives a crash.
 */

edge_store_e edge_lmdb_begin_write(edge_lmdb_t *db);
edge_store_e edge_lmdb_commit(edge_lmdb_t *db);
void edge_lmdb_abort(edge_lmdb_t *db);

/* Of the state that is read, or with written the one that is being made. */

edge_store_e edge_lmdb_get(edge_lmdb_t *db, int written,
    edge_lmdb_table_e table, edge_lmdb_bytes_t key, edge_lmdb_bytes_t *value);

/* The first of table behind key, which is moved there; empty: the first. */

edge_store_e edge_lmdb_next(edge_lmdb_t *db, edge_lmdb_table_e table,
    edge_lmdb_bytes_t *key, edge_lmdb_bytes_t *value);

/* With insert, EDGE_STORE_EXISTS if there is one already. */

edge_store_e edge_lmdb_put(edge_lmdb_t *db, edge_lmdb_table_e table,
    edge_lmdb_bytes_t key, edge_lmdb_bytes_t value, int insert);

edge_store_e edge_lmdb_delete(edge_lmdb_t *db, edge_lmdb_table_e table,
    edge_lmdb_bytes_t key);

/* The number of entries of table, in the state that is read. */

edge_store_e edge_lmdb_count(edge_lmdb_t *db, edge_lmdb_table_e table,
    uint64_t *entries);

/* Bytes of the file that are in use, and that it may have. */

void edge_lmdb_size(edge_lmdb_t *db, uint64_t *used, uint64_t *map);


#endif /* _EDGE_LMDB_H_INCLUDED_ */
