
#include "edge_hot.h"
#include "ngx_edge_blocks.h"


/*
 * In front of the data.  The pool reads the cleanup once more when its handler
 * has given the block back: that leaves it alone.
 */

typedef struct {
    void                *link;
    ngx_pool_cleanup_t   cleanup;
} ngx_edge_block_t;


void
ngx_edge_blocks_make(edge_blocks_t *blocks, size_t size)
{
    (void) edge_blocks_make(blocks, sizeof(ngx_edge_block_t) + size);
}


EDGE_HOT void *
ngx_edge_blocks_add(ngx_pool_t *pool, edge_blocks_t *blocks, size_t size,
    ngx_pool_cleanup_pt handler)
{
    ngx_edge_block_t  *block;

    block = edge_blocks_take(blocks, sizeof(ngx_edge_block_t) + size);
    if (block == NULL) {
        return NULL;
    }

    block->cleanup.handler = handler;
    block->cleanup.data = block + 1;
    block->cleanup.next = pool->cleanup;

    pool->cleanup = &block->cleanup;

    return block + 1;
}


EDGE_HOT void
ngx_edge_blocks_give(edge_blocks_t *blocks, void *data)
{
    edge_blocks_give(blocks, (ngx_edge_block_t *) data - 1);
}


EDGE_HOT void *
ngx_edge_blocks_find(ngx_connection_t *c, ngx_pool_cleanup_pt handler)
{
    ngx_pool_cleanup_t  *cln;

    for (cln = c->pool->cleanup; cln; cln = cln->next) {
        if (cln->handler == handler) {
            return cln->data;
        }
    }

    return NULL;
}
