
#ifndef EDGE_KEPT_INDEX_H
#define EDGE_KEPT_INDEX_H


#include "edge_kept.h"


/*
 * The dictionaries that are kept, in memory that processes share: without
 * pointers, of one size from the beginning.  Who calls holds a lock.
 */

typedef struct edge_kept_index_s  edge_kept_index_t;


/* what a request announces */

typedef struct {
    const unsigned char  *digest;
    const char           *origin;
    size_t                origin_size;
    const char           *target;       /* path and query */
    size_t                target_size;
    const char           *dest;         /* Sec-Fetch-Dest, or size 0 */
    size_t                dest_size;
    const char           *id;           /* Dictionary-ID; NULL: none sent */
    size_t                id_size;
    int64_t               now;
} edge_kept_query_t;


typedef enum {
    EDGE_KEPT_PUT_DONE,
    EDGE_KEPT_PUT_EVICTED,  /* one had to go: remove its file, try again */
    EDGE_KEPT_PUT_REFUSED   /* larger than all that may be kept */
} edge_kept_put_e;


/* what there is, and what has happened since init() */

typedef struct {
    uint32_t  count;
    uint64_t  bytes;
    uint64_t  stored;
    uint64_t  evicted;
    uint64_t  found;
} edge_kept_counts_t;


/* Bytes of memory for so many dictionaries. */
size_t edge_kept_index_size(uint32_t number);

/* Begins with none in such memory, aligned as malloc() aligns it. */
edge_kept_index_t *edge_kept_index_init(void *memory, uint32_t number);

/* Bytes that all of them may have together, from now on. */
void edge_kept_index_limit(edge_kept_index_t *index, uint64_t max_bytes);

/*
 * Adds kept, or renews one of the same key.  Where there is no room, one goes:
 * the first of these that there is: one expired, the one used longest ago of
 * its own origin if that has more than half of number or bytes, the one used
 * longest ago.  EVICTED: name has EDGE_KEPT_NAME bytes, its file's name.
 */
edge_kept_put_e edge_kept_index_put(edge_kept_index_t *index,
    const edge_kept_t *kept, int64_t now, char *name);

/*
 * One that serves the request, and counts as used now; or NULL.  Good while
 * the lock is held.
 */
const edge_kept_t *edge_kept_index_find(edge_kept_index_t *index,
    const edge_kept_query_t *query);

/* Is one from this source there, fresh until then at least?  1 or 0. */
unsigned edge_kept_index_knows(const edge_kept_index_t *index,
    const unsigned char *source, int64_t until);

/* Is kept there, by its key, fresh until then at least?  1 or 0. */
unsigned edge_kept_index_has(const edge_kept_index_t *index,
    const edge_kept_t *kept, int64_t until);

/* Forgets the one of kept's key, if it is there. */
void edge_kept_index_remove(edge_kept_index_t *index,
    const edge_kept_t *kept);

void edge_kept_index_count(const edge_kept_index_t *index,
    edge_kept_counts_t *counts);


#endif /* EDGE_KEPT_INDEX_H */
