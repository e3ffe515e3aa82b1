
#include "edge_arena.h"


/*
 * In front of each piece; pieces lie side by side from base to end.  It is a
 * cache line long, to keep them aligned.
 */

typedef struct {
    size_t              size;           /* with this header */
    size_t              before;         /* size of the piece before, or 0 */
    size_t              used;
    char                pad[64 - 3 * sizeof(size_t)];
} edge_piece_t;


struct edge_arena_s {
    edge_memory_t      *memory;
    char               *base;
    char               *end;
    unsigned            overflows;
};


edge_arena_t *
edge_arena_create(edge_memory_t *memory, size_t size)
{
    edge_arena_t  *arena;
    edge_piece_t  *piece;

    arena = edge_memory_alloc(memory, sizeof(edge_arena_t));
    if (arena == NULL) {
        return NULL;
    }

    size = (size + 2 * sizeof(edge_piece_t)) & ~(sizeof(edge_piece_t) - 1);

    arena->memory = memory;
    arena->overflows = 0;
    arena->base = edge_memory_alloc(memory, size);

    if (arena->base == NULL) {
        edge_memory_free(memory, arena);
        return NULL;
    }

    arena->end = arena->base + size;

    piece = (edge_piece_t *) arena->base;
    piece->size = size;
    piece->before = 0;
    piece->used = 0;

    return arena;
}


void
edge_arena_destroy(edge_arena_t *arena)
{
    edge_memory_free(arena->memory, arena->base);
    edge_memory_free(arena->memory, arena);
}


/* the piece at p, or NULL behind the last one */

static edge_piece_t *
edge_arena_at(edge_arena_t *arena, void *p)
{
    return (char *) p < arena->end ? p : NULL;
}


static void
edge_arena_split(edge_arena_t *arena, edge_piece_t *piece, size_t size)
{
    edge_piece_t  *rest, *next;

    if (piece->size - size <= sizeof(edge_piece_t)) {
        return;
    }

    rest = (edge_piece_t *) ((char *) piece + size);
    rest->size = piece->size - size;
    rest->before = size;
    rest->used = 0;

    piece->size = size;

    next = edge_arena_at(arena, (char *) rest + rest->size);
    if (next) {
        next->before = rest->size;
    }
}


/* the next piece, if it is free, becomes part of this one */

static void
edge_arena_join(edge_arena_t *arena, edge_piece_t *piece)
{
    edge_piece_t  *next;

    next = edge_arena_at(arena, (char *) piece + piece->size);

    if (next == NULL || next->used) {
        return;
    }

    piece->size += next->size;

    next = edge_arena_at(arena, (char *) piece + piece->size);
    if (next) {
        next->before = piece->size;
    }
}


void *
edge_arena_alloc(edge_arena_t *arena, size_t size)
{
    size_t         total;
    edge_piece_t  *piece;

    total = (size + 2 * sizeof(edge_piece_t) - 1)
            & ~(sizeof(edge_piece_t) - 1);

    if (total < size) {
        return NULL;
    }

    /* a library takes a dozen or two: first fit needs no lists */

    piece = (edge_piece_t *) arena->base;

    while (piece && (piece->used || piece->size < total)) {
        piece = edge_arena_at(arena, (char *) piece + piece->size);
    }

    if (piece == NULL) {
        arena->overflows++;
        return edge_memory_alloc(arena->memory, size);
    }

    edge_arena_split(arena, piece, total);
    piece->used = 1;

    return piece + 1;
}


void
edge_arena_free(edge_arena_t *arena, void *data)
{
    edge_piece_t  *piece, *before;

    if (data == NULL) {
        return;
    }

    if ((char *) data < arena->base || (char *) data >= arena->end) {
        edge_memory_free(arena->memory, data);
        return;
    }

    piece = (edge_piece_t *) data - 1;
    piece->used = 0;

    edge_arena_join(arena, piece);

    if (piece->before) {
        before = (edge_piece_t *) ((char *) piece - piece->before);

        if (!before->used) {
            edge_arena_join(arena, before);
        }
    }
}


unsigned
edge_arena_overflows(const edge_arena_t *arena)
{
    return arena->overflows;
}
