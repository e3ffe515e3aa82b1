
#ifndef NGX_EDGE_VARIABLES_H
#define NGX_EDGE_VARIABLES_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_body.h"
#include "ngx_edge_dictionary_store.h"
#include "ngx_edge_elect.h"


typedef struct ngx_edge_rule_s  ngx_edge_rule_t;


/*
 * What became of a response, as the context of its request.  For one that is
 * not coded, one of a constant table is enough.
 */

typedef struct {
    ngx_edge_verdict_e      verdict;
    ngx_uint_t              vary;           /* a .zst file stands beside */
    const char             *coding;
    ngx_edge_body_t        *body;           /* NULL: HEAD */
    const ngx_edge_rule_t  *rule;           /* that decided, or NULL */
    ngx_edge_dictionary_tap_t  *tap;        /* the body is kept, or NULL */
} ngx_edge_context_t;


/* *context becomes a copy, the request's own, of a response that is kept. */
ngx_int_t ngx_edge_context_tap(ngx_http_request_t *r,
    ngx_edge_context_t **context, ngx_edge_dictionary_tap_t *tap);

/* Makes the variables that tell of it known to nginx. */
ngx_int_t ngx_edge_variables_add(ngx_conf_t *cf);


#endif /* NGX_EDGE_VARIABLES_H */
