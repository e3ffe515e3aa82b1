
/*
 * Blocks of one size that come and go with connections.  The one given back
 * last is taken next: it is in caches yet, and the allocator, which gives as
 * much to each handshake as it gets back, is not disturbed.
 */


#ifndef _EDGE_BLOCKS_H_INCLUDED_
#define _EDGE_BLOCKS_H_INCLUDED_


#include <stddef.h>


/* how many are kept, of those that nobody uses */

#define EDGE_BLOCKS_KEPT  64


/* Zeroed at first; of one thread. */

typedef struct {
    void      *first;
    unsigned   n;
} edge_blocks_t;


/* Returns a block of size bytes, not zeroed, or NULL without memory. */

void *edge_blocks_take(edge_blocks_t *blocks, size_t size);

/*
 * Takes a block back.  All of it but its first pointer stays as it is until the
 * next one is given, which may free the others.
 */

void edge_blocks_give(edge_blocks_t *blocks, void *block);

/* Frees all that nobody uses. */

void edge_blocks_free(edge_blocks_t *blocks);


#endif /* _EDGE_BLOCKS_H_INCLUDED_ */
