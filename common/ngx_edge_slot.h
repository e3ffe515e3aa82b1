
/* What the modules of this bundle find each other by. */


#ifndef _NGX_EDGE_SLOT_H_INCLUDED_
#define _NGX_EDGE_SLOT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Two modules find each other's chain of handlers by this: the main
 * configuration of a module that adds handlers must begin with it, zeroed.
 */

typedef struct {
    uint32_t                        magic;
    uint32_t                        version;
    void                           *chain;
} ngx_edge_client_hello_slot_t;


#endif /* _NGX_EDGE_SLOT_H_INCLUDED_ */
