
#ifndef EDGE_ARENA_H
#define EDGE_ARENA_H


#include "edge_memory.h"


/*
 * One block of an account, reserved at once and handed out in pieces: for a
 * library that takes and frees memory while it codes.  What is reserved can't
 * be refused later, and it is used again for the next response.
 */

typedef struct edge_arena_s  edge_arena_t;


/* size: bytes of all pieces and their headers.  NULL: the account refused. */
edge_arena_t *edge_arena_create(edge_memory_t *memory, size_t size);

void edge_arena_destroy(edge_arena_t *arena);

/*
 * A piece of size bytes, aligned for anything.  Where none is free that is
 * large enough it comes from the account.  NULL: that refused, too.
 */
void *edge_arena_alloc(edge_arena_t *arena, size_t size);

/* NULL is allowed. */
void edge_arena_free(edge_arena_t *arena, void *data);

/* How often the reserve was too small. */
unsigned edge_arena_overflows(const edge_arena_t *arena);


#endif /* EDGE_ARENA_H */
