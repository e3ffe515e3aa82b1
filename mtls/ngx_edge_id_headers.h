
/*
 * The request headers the module owns: taken away where a client sent them,
 * given where the location asks for them.  All upstream modules read the list
 * in r->headers_in, so it is the list that is changed.
 */


#ifndef _NGX_EDGE_ID_HEADERS_H_INCLUDED_
#define _NGX_EDGE_ID_HEADERS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_owned_names.h"
#include "ngx_edge_identity.h"


#define NGX_EDGE_HEADERS_OFF      0x01
#define NGX_EDGE_HEADERS_CF       0x02
#define NGX_EDGE_HEADERS_RFC9440  0x04
#define NGX_EDGE_HEADERS_XFCC     0x08
#define NGX_EDGE_HEADERS_SAN      0x10

#define NGX_EDGE_HEADERS_ALL                                                  \
    (NGX_EDGE_HEADERS_CF|NGX_EDGE_HEADERS_RFC9440|NGX_EDGE_HEADERS_XFCC       \
     |NGX_EDGE_HEADERS_SAN)


/* What a header tells, beside the fields of the identity */

enum {
    NGX_EDGE_HEADER_PRESENTED = NGX_EDGE_IDENTITY_NFIELDS,
    NGX_EDGE_HEADER_VERIFIED,
    NGX_EDGE_HEADER_REVOKED,
    NGX_EDGE_HEADER_OMITTED
};


/* A header's name made ready. */

typedef struct {
    ngx_str_t    key;
    u_char      *lowcase_key;
    ngx_uint_t   hash;
    ngx_uint_t   field;
} ngx_edge_header_t;


/* What a location gives: values are left to the request. */

typedef struct {
    ngx_array_t  *headers;          /* of ngx_edge_header_t */
    ngx_uint_t    omitted;          /* index of the header that lists others */
    size_t        max_size;         /* of a value */
} ngx_edge_id_headers_t;


/*
 * Makes headers for the sets, and adds all the names of this prefix to those
 * owned, whatever the sets.  *headers is NULL if no set is asked for.
 */

ngx_int_t ngx_edge_id_headers_create(ngx_conf_t *cf, edge_owned_names_t *owned,
    ngx_uint_t sets, ngx_str_t *prefix, size_t max_size,
    ngx_edge_id_headers_t **headers);


/*
 * Removes from the request all owned headers, or if strip is not set those
 * that the module gave before, and those it is about to give; then adds the
 * location's, if headers is not NULL.
 */

ngx_int_t ngx_edge_id_headers_apply(ngx_http_request_t *r,
    const edge_owned_names_t *owned, ngx_uint_t strip,
    ngx_edge_id_headers_t *headers);


/* Checks the prefix of headers that a directive has set, an ngx_str_t. */

char *ngx_edge_id_headers_check_prefix(ngx_conf_t *cf, void *post, void *data);


#endif /* _NGX_EDGE_ID_HEADERS_H_INCLUDED_ */
