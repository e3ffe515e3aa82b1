
#include <stdlib.h>

#include "edge_blocks.h"
#include "edge_hot.h"


EDGE_HOT void *
edge_blocks_take(edge_blocks_t *blocks, size_t size)
{
    void  *block;

    block = blocks->first;

    if (block == NULL) {
        return malloc(size < sizeof(void *) ? sizeof(void *) : size);
    }

    blocks->first = *(void **) block;
    blocks->n--;

    return block;
}


EDGE_HOT void
edge_blocks_give(edge_blocks_t *blocks, void *block)
{
    void  *before;

    before = blocks->first;
    blocks->first = block;

    if (blocks->n == EDGE_BLOCKS_KEPT) {
        *(void **) block = *(void **) before;
        free(before);
        return;
    }

    *(void **) block = before;
    blocks->n++;
}


void
edge_blocks_free(edge_blocks_t *blocks)
{
    void  *block;

    while (blocks->first) {
        block = blocks->first;
        blocks->first = *(void **) block;
        free(block);
    }

    blocks->n = 0;
}
