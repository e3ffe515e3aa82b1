
/* What there is to tell of the revocation lists; see ngx_edge_metrics.h. */


#ifndef _NGX_EDGE_REVOCATION_METRICS_H_INCLUDED_
#define _NGX_EDGE_REVOCATION_METRICS_H_INCLUDED_


#include "ngx_edge_metrics.h"
#include "ngx_edge_revocation.h"


/* A source: data is the ngx_edge_revocation_t of the http block. */

ngx_int_t ngx_edge_revocation_tell(void *data, void *to,
    ngx_edge_metrics_add_pt add);

/* By who builds an index: it begins, in a thread, too; it is done. */

void ngx_edge_revocation_load_begins(ngx_edge_revocation_t *rev);
void ngx_edge_revocation_load_ends(ngx_edge_revocation_t *rev, ngx_uint_t ok,
    ngx_uint_t problems);


#endif /* _NGX_EDGE_REVOCATION_METRICS_H_INCLUDED_ */
