
#ifndef NGX_EDGE_PRECOMPRESSED_H
#define NGX_EDGE_PRECOMPRESSED_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * The file with ".zst" behind its name, if it is there and holds what the
 * name says: opened and checked.  NGX_OK: *of and *path are set.
 * NGX_DECLINED: there is none, or it may not be sent (logged).  NGX_ERROR or
 * an HTTP status: the request failed.
 */
ngx_int_t ngx_edge_precompressed_open(ngx_http_request_t *r,
    ngx_open_file_info_t *of, ngx_str_t *path);

/* Sends it, as Content-Encoding "zstd". */
ngx_int_t ngx_edge_precompressed_send(ngx_http_request_t *r,
    ngx_open_file_info_t *of, ngx_str_t *path);


#endif /* NGX_EDGE_PRECOMPRESSED_H */
