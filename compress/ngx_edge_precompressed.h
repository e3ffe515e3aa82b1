
#ifndef NGX_EDGE_PRECOMPRESSED_H
#define NGX_EDGE_PRECOMPRESSED_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_accept_encoding.h"
#include "ngx_edge_slots.h"


typedef struct {
    ngx_str_t      suffix;
    ngx_str_t      name;                /* of Content-Encoding */
    edge_coding_e  coding;
} ngx_edge_precompressed_t;


#define NGX_EDGE_PRECOMPRESSED         3        /* zstd, Brotli, gzip */

#define NGX_EDGE_PRECOMPRESSED_OFF     0
#define NGX_EDGE_PRECOMPRESSED_ON      1
#define NGX_EDGE_PRECOMPRESSED_ALWAYS  2


typedef struct {
    ngx_uint_t  all;                            /* by "compression_static" */
    ngx_uint_t  mode[NGX_EDGE_PRECOMPRESSED];   /* by those for one coding */
} ngx_edge_precompressed_conf_t;


/* a file that was found: opened and checked */

typedef struct {
    const ngx_edge_precompressed_t  *coding;
    ngx_open_file_info_t             of;
    ngx_str_t                        path;
    ngx_uint_t                       negotiated;    /* caches must know */
} ngx_edge_precompressed_at_t;


/* cmd->post of their directives: "off", "on" or "always" */
extern ngx_conf_enum_t  ngx_edge_precompressed_modes[];

void ngx_edge_precompressed_init(ngx_edge_precompressed_conf_t *conf);

void ngx_edge_precompressed_merge(ngx_edge_precompressed_conf_t *prev,
    ngx_edge_precompressed_conf_t *conf);

/* Is this a request for a file, and is any coding on?  1 or 0. */
ngx_uint_t ngx_edge_precompressed_wanted(ngx_http_request_t *r,
    const ngx_edge_precompressed_conf_t *conf);

/*
 * If so: the file beside the one asked for, in the coding that the client
 * likes best, of equal ones the first of the count in order, if it is there
 * and holds what its name says.  NGX_OK: found is set.  NGX_DECLINED: there
 * is none, or it may not be sent (logged).  NGX_ERROR or an HTTP status: the
 * request failed.  In any case found->negotiated is set.
 */
ngx_int_t ngx_edge_precompressed_find(ngx_http_request_t *r,
    const ngx_edge_precompressed_conf_t *conf, const edge_coding_e *order,
    ngx_uint_t count, ngx_edge_precompressed_at_t *found);

/*
 * Opens the file of one coding, into of and path, and looks at its first
 * bytes.  NGX_DECLINED: it is not there, or may not be sent.
 */
ngx_int_t ngx_edge_precompressed_open(ngx_http_request_t *r,
    const ngx_edge_precompressed_t *coding, ngx_open_file_info_t *of,
    ngx_str_t *path);

/* Sends it, with the coding's name in Content-Encoding. */
ngx_int_t ngx_edge_precompressed_send(ngx_http_request_t *r,
    ngx_edge_precompressed_at_t *found);


#endif /* NGX_EDGE_PRECOMPRESSED_H */
