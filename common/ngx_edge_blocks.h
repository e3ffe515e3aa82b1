
/*
 * What a connection is kept by: a block that is told of when its pool is
 * destroyed.  It costs no index of OpenSSL, which each handshake pays for, and
 * no memory of the pool, which is full when a handshake begins.
 */


#ifndef _NGX_EDGE_BLOCKS_H_INCLUDED_
#define _NGX_EDGE_BLOCKS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_blocks.h"


/*
 * When a process begins: makes room for blocks of size bytes.  That there is no
 * memory is told by who adds one.
 */

void ngx_edge_blocks_make(edge_blocks_t *blocks, size_t size);

/*
 * A block of size bytes, not zeroed, which the handler gets when the pool is
 * destroyed, for ngx_edge_blocks_give().  NULL without memory.
 */

void *ngx_edge_blocks_add(ngx_pool_t *pool, edge_blocks_t *blocks, size_t size,
    ngx_pool_cleanup_pt handler);

/* Gives it back to where it was taken from. */

void ngx_edge_blocks_give(edge_blocks_t *blocks, void *data);

/* The block of the connection's pool that has this handler, NULL if none. */

void *ngx_edge_blocks_find(ngx_connection_t *c, ngx_pool_cleanup_pt handler);


#endif /* _NGX_EDGE_BLOCKS_H_INCLUDED_ */
