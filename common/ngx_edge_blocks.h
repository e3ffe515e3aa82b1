
/*
 * What a connection is kept by: a block that its pool gives back.  It costs no
 * index of OpenSSL, which each handshake pays for, and no memory of a pool
 * that is full.
 */


#ifndef _NGX_EDGE_BLOCKS_H_INCLUDED_
#define _NGX_EDGE_BLOCKS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_blocks.h"


/*
 * A block of size bytes, not zeroed, which the handler gets when the pool is
 * destroyed, to give it back to blocks.  NULL without memory.
 */

void *ngx_edge_blocks_add(ngx_pool_t *pool, edge_blocks_t *blocks, size_t size,
    ngx_pool_cleanup_pt handler);

/* The block of the connection's pool that has this handler, NULL if none. */

void *ngx_edge_blocks_find(ngx_connection_t *c, ngx_pool_cleanup_pt handler);


#endif /* _NGX_EDGE_BLOCKS_H_INCLUDED_ */
