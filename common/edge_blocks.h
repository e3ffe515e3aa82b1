
/*
 * Blocks of one size that come and go with connections.  The one given back
 * last is taken next: it is in caches yet.  They are made many at once and
 * kept until the process ends: one that is made amid a handshake lies behind
 * what that takes, and what is free in front of it would cost the allocator
 * more in each handshake to come.
 */


#ifndef _EDGE_BLOCKS_H_INCLUDED_
#define _EDGE_BLOCKS_H_INCLUDED_


#include <stddef.h>


/* how many are made at once */

#define EDGE_BLOCKS_MADE  32


/* Zeroed at first; of one thread. */

typedef struct {
    void      *first;
    void      *made;
    unsigned   taken;
} edge_blocks_t;


/* Makes some, so that none has to be for a while; returns 0 without memory. */

int edge_blocks_make(edge_blocks_t *blocks, size_t size);

/* Returns a block of size bytes, not zeroed, or NULL without memory. */

void *edge_blocks_take(edge_blocks_t *blocks, size_t size);

/*
 * Takes a block back.  All of it but its first pointer stays as it is until it
 * is taken again.
 */

void edge_blocks_give(edge_blocks_t *blocks, void *block);

/* Frees all, unless some are still taken. */

void edge_blocks_free(edge_blocks_t *blocks);


#endif /* _EDGE_BLOCKS_H_INCLUDED_ */
