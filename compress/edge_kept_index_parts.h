
#ifndef EDGE_KEPT_INDEX_PARTS_H
#define EDGE_KEPT_INDEX_PARTS_H


#include "edge_kept_index.h"


/* What edge_kept_index.c and edge_kept_index_find.c share. */

#define EDGE_KEPT_NIL  UINT32_MAX


/* found by what requests announce, and by what responses are known by */

enum {
    EDGE_KEPT_BY_DIGEST,
    EDGE_KEPT_BY_SOURCE,
    EDGE_KEPT_CHAINS
};


/* what is looked at to find one: kept apart, to be close together */

typedef struct {
    uint64_t  key;
    uint64_t  host;
    uint64_t  used;                     /* the clock of then; 0: free */
    int64_t   expires;
    uint32_t  size;
    uint32_t  bucket[EDGE_KEPT_CHAINS];
    uint32_t  next[EDGE_KEPT_CHAINS];   /* NIL: the last */
} edge_kept_slot_t;


struct edge_kept_index_s {
    uint32_t  number;
    uint32_t  buckets;                  /* a power of two */
    uint32_t  free;                     /* chained by next[0] */
    uint32_t  count;
    uint64_t  bytes;
    uint64_t  max_bytes;
    uint64_t  clock;
    uint64_t  stored;
    uint64_t  evicted;
    uint64_t  found;
};


/* The heads of one kind of chains, all slots, and what a slot stands for. */
uint32_t *edge_kept_index_heads(const edge_kept_index_t *index,
    unsigned chain);
edge_kept_slot_t *edge_kept_index_slots(const edge_kept_index_t *index);
edge_kept_t *edge_kept_index_at(const edge_kept_index_t *index, uint32_t n);

uint64_t edge_kept_index_hash(const char *text, size_t size);

/*
 * The bucket of a digest or a source, which need no hashing; that of a host
 * is mixed in so that hosts with the same content do not share a chain.
 */
uint32_t edge_kept_index_bucket(const edge_kept_index_t *index,
    const unsigned char *digest, uint64_t host);

/* The slot of one of the same key, or NIL. */
uint32_t edge_kept_index_same(const edge_kept_index_t *index,
    const edge_kept_t *kept);


#endif /* EDGE_KEPT_INDEX_PARTS_H */
