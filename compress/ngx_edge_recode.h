
#ifndef NGX_EDGE_RECODE_H
#define NGX_EDGE_RECODE_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_accept_encoding.h"
#include "ngx_edge_choice.h"
#include "ngx_edge_dictionaries.h"
#include "ngx_edge_encoders.h"
#include "ngx_edge_headers.h"
#include "ngx_edge_rules.h"


/*
 * What the module that decodes asks the one that codes, of a response that
 * is coded as it comes.  Both are in one .so.
 */


/* what it could be sent with if it were plain, whatever the client accepts */

typedef struct {
    ngx_edge_rule_t              *rule;
    const ngx_edge_dictionary_t  *dictionary;
    ngx_uint_t                    count;

    /* in the operator's order; room for dcz, dcb and the one it has */
    edge_coding_e                 order[NGX_EDGE_CODINGS + 3];
} ngx_edge_recode_t;


/* The encoders of this worker, made if need be.  NULL: no memory. */
ngx_edge_encoders_t *ngx_edge_recode_encoders(ngx_http_request_t *r);

void ngx_edge_recode_find(ngx_http_request_t *r, ngx_edge_headers_t *headers,
    ngx_edge_recode_t *recode);

/* Is there memory for one of these, and size bytes beside it?  1 or 0. */
ngx_uint_t ngx_edge_recode_has_room(ngx_http_request_t *r,
    const ngx_edge_recode_t *recode, size_t size);

/* The coding that it is sent in, now that this is decided: its token. */
const char *ngx_edge_recode_coding(ngx_http_request_t *r);

/*
 * The fields that caches go by, on a response that is left as it is, where
 * another request may have got it in another coding.  NGX_OK, NGX_ERROR.
 */
ngx_int_t ngx_edge_recode_vary(ngx_http_request_t *r,
    ngx_edge_headers_t *headers);


#endif /* NGX_EDGE_RECODE_H */
