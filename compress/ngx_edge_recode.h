
#ifndef NGX_EDGE_RECODE_H
#define NGX_EDGE_RECODE_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_accept_encoding.h"
#include "ngx_edge_choice.h"
#include "ngx_edge_encoders.h"
#include "ngx_edge_headers.h"


/*
 * What the module that decodes asks the one that codes, of a response that
 * is coded as it comes.  Both are in one .so.
 */

#define NGX_EDGE_RECODE_MAX  NGX_EDGE_CODINGS


/* The encoders of this worker, made if need be.  NULL: no memory. */
ngx_edge_encoders_t *ngx_edge_recode_encoders(ngx_http_request_t *r);

/*
 * The codings it could be sent with if it were plain, in the operator's
 * order, whatever the client accepts.  order: NGX_EDGE_RECODE_MAX at least.
 */
ngx_uint_t ngx_edge_recode_codings(ngx_http_request_t *r,
    const ngx_edge_headers_t *headers, edge_coding_e *order);

/* Is there memory for one of them, and size bytes beside it?  1 or 0. */
ngx_uint_t ngx_edge_recode_has_room(ngx_http_request_t *r,
    const edge_coding_e *order, ngx_uint_t count, size_t size);


#endif /* NGX_EDGE_RECODE_H */
