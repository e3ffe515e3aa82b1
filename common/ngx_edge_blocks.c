
#include "edge_hot.h"
#include "ngx_edge_blocks.h"


EDGE_HOT void *
ngx_edge_blocks_add(ngx_pool_t *pool, edge_blocks_t *blocks, size_t size,
    ngx_pool_cleanup_pt handler)
{
    void                *block;
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    block = edge_blocks_take(blocks, size);
    if (block == NULL) {
        return NULL;
    }

    cln->handler = handler;
    cln->data = block;

    return block;
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
