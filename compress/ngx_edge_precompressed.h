
#ifndef NGX_EDGE_PRECOMPRESSED_H
#define NGX_EDGE_PRECOMPRESSED_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_accept_encoding.h"


typedef struct {
    ngx_str_t      suffix;
    ngx_str_t      name;                /* of Content-Encoding */
    edge_coding_e  coding;
} ngx_edge_precompressed_t;


#define NGX_EDGE_PRECOMPRESSED  2

/* zstd, then Brotli */
extern ngx_edge_precompressed_t
    ngx_edge_precompressed[NGX_EDGE_PRECOMPRESSED];


#define NGX_EDGE_PRECOMPRESSED_OFF     0
#define NGX_EDGE_PRECOMPRESSED_ON      1
#define NGX_EDGE_PRECOMPRESSED_ALWAYS  2


/* a file that was found: opened and checked */

typedef struct {
    const ngx_edge_precompressed_t  *coding;
    ngx_open_file_info_t             of;
    ngx_str_t                        path;
    ngx_uint_t                       negotiated;    /* caches must know */
} ngx_edge_precompressed_at_t;


/*
 * The file beside the one asked for, in the coding that the client likes
 * best, if it is there and holds what its name says; modes: one for each
 * coding.  NGX_OK: found is set.  NGX_DECLINED: there is none, or it may not
 * be sent (logged).  NGX_ERROR or an HTTP status: the request failed.  In any
 * case found->negotiated is set.
 */
ngx_int_t ngx_edge_precompressed_find(ngx_http_request_t *r,
    const ngx_uint_t *modes, ngx_edge_precompressed_at_t *found);

/* Sends it, with the coding's name in Content-Encoding. */
ngx_int_t ngx_edge_precompressed_send(ngx_http_request_t *r,
    ngx_edge_precompressed_at_t *found);


#endif /* NGX_EDGE_PRECOMPRESSED_H */
