
#ifndef NGX_EDGE_ELECT_H
#define NGX_EDGE_ELECT_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_accept_encoding.h"
#include "ngx_edge_headers.h"


/* why a response is coded or not, the words of $compression_reason */

typedef enum {
    NGX_EDGE_CODED,
    NGX_EDGE_OFF,               /* no coding is configured here */
    NGX_EDGE_SUBREQUEST,        /* part of another response */
    NGX_EDGE_STATUS,            /* a status that is passed untouched */
    NGX_EDGE_ALREADY_CODED,     /* Content-Encoding is there */
    NGX_EDGE_EMPTY,             /* Content-Length: 0 */
    NGX_EDGE_LENGTH,            /* below the least or above the largest */
    NGX_EDGE_NO_TRANSFORM,      /* Cache-Control: no-transform */
    NGX_EDGE_TYPE,              /* media type not listed */
    NGX_EDGE_BYPASS,
    NGX_EDGE_NOT_ACCEPTED,      /* by this client */
    NGX_EDGE_MEMORY,            /* the ceiling is reached */
    NGX_EDGE_RULE,              /* a rule says so */
    NGX_EDGE_VERDICTS
} ngx_edge_verdict_e;


typedef struct {
    size_t          min_length;
    off_t           max_length;         /* 0: none */
    ngx_hash_t     *types;
    ngx_array_t    *bypass;             /* ngx_http_complex_value_t */
} ngx_edge_elect_conf_t;


extern ngx_str_t  ngx_edge_verdicts[NGX_EDGE_VERDICTS];


/* what a rule asked for itself */
#define NGX_EDGE_WAIVE_TYPE    1
#define NGX_EDGE_WAIVE_LENGTH  2


/*
 * Is this a response whose coding is a matter of negotiation?
 * NGX_EDGE_CODED: yes, caches must hear of it; else why not.  What is
 * waived, NGX_EDGE_WAIVE_..., is not asked.
 */
ngx_edge_verdict_e ngx_edge_elect_response(ngx_http_request_t *r,
    const ngx_edge_elect_conf_t *conf, const ngx_edge_headers_t *headers,
    ngx_uint_t waived);

/*
 * Is this a 304 of what would be such a response?  It is to have the same
 * Vary and ETag (RFC 9110, 15.4.5).  1 or 0; one of an upstream, whose type
 * nobody knows: 0.
 */
ngx_uint_t ngx_edge_elect_not_modified(ngx_http_request_t *r,
    const ngx_edge_elect_conf_t *conf, const ngx_edge_headers_t *headers,
    ngx_uint_t waived);

/*
 * Ranks what the client accepts of the count codings in order: the best
 * first, as many as *count says then.  NGX_EDGE_CODED: one at least; else
 * why the response stays as it is.
 */
ngx_edge_verdict_e ngx_edge_elect_codings(ngx_http_request_t *r,
    const ngx_edge_elect_conf_t *conf, edge_coding_e *order,
    ngx_uint_t *count);


#endif /* NGX_EDGE_ELECT_H */
