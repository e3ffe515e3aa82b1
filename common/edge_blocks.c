
#include <stdlib.h>

#include "edge_blocks.h"
#include "edge_hot.h"


/* In front of those that were made at once, as what is aligned for anything. */

typedef union {
    void         *next;
    long double   aligned;
} edge_blocks_made_t;


int
edge_blocks_make(edge_blocks_t *blocks, size_t size)
{
    char                *block;
    unsigned             n;
    edge_blocks_made_t  *made;

    size = (size + sizeof(edge_blocks_made_t) - 1)
           & ~(sizeof(edge_blocks_made_t) - 1);

    made = malloc(sizeof(edge_blocks_made_t) + EDGE_BLOCKS_MADE * size);
    if (made == NULL) {
        return 0;
    }

    made->next = blocks->made;
    blocks->made = made;

    block = (char *) (made + 1);

    for (n = 0; n < EDGE_BLOCKS_MADE; n++) {
        *(void **) block = blocks->first;
        blocks->first = block;
        block += size;
    }

    return 1;
}


EDGE_HOT void *
edge_blocks_take(edge_blocks_t *blocks, size_t size)
{
    void  *block;

    if (blocks->first == NULL && !edge_blocks_make(blocks, size)) {
        return NULL;
    }

    block = blocks->first;
    blocks->first = *(void **) block;
    blocks->taken++;

    return block;
}


EDGE_HOT void
edge_blocks_give(edge_blocks_t *blocks, void *block)
{
    *(void **) block = blocks->first;
    blocks->first = block;
    blocks->taken--;
}


void
edge_blocks_free(edge_blocks_t *blocks)
{
    edge_blocks_made_t  *made;

    if (blocks->taken) {
        return;
    }

    while (blocks->made) {
        made = blocks->made;
        blocks->made = made->next;
        free(made);
    }

    blocks->first = NULL;
}
