
#ifndef EDGE_MEMORY_H
#define EDGE_MEMORY_H


#include "edge_codec.h"


/*
 * An account of memory with a ceiling.  What encoders allocate is counted
 * here, so the ceiling holds whatever a library decides to take.  Not
 * thread-safe: one account a worker.
 */

struct edge_memory_s {
    size_t  used;           /* bytes handed out */
    size_t  peak;           /* most that used has been */
    size_t  ceiling;        /* used never passes it; 0: no ceiling */
};


/* What a block counts for beyond the bytes asked for. */
#define EDGE_MEMORY_OVERHEAD  64


/*
 * Bytes aligned for anything, zero only by chance.  NULL: past the ceiling
 * or the system refused.  Freed by edge_memory_free() with the same account.
 */
void *edge_memory_alloc(edge_memory_t *memory, size_t size);

/* NULL is allowed. */
void edge_memory_free(edge_memory_t *memory, void *data);

/* May size more bytes be taken without passing the ceiling?  1 or 0. */
unsigned edge_memory_has_room(const edge_memory_t *memory, size_t size);


#endif /* EDGE_MEMORY_H */
