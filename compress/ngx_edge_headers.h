
#ifndef NGX_EDGE_HEADERS_H
#define NGX_EDGE_HEADERS_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_accept_encoding.h"


/* what the response's header fields say about coding it, read in one pass */

typedef struct {
    ngx_table_elt_t  *vary;             /* names Accept-Encoding or is "*" */
    ngx_table_elt_t  *allow_origin;     /* Access-Control-Allow-Origin */
    unsigned          vary_again:1;     /* more than one line is as vary */
    unsigned          vary_dictionary:1;    /* Vary: Available-Dictionary */
    unsigned          digests:1;        /* fields that clients check it by */
    unsigned          use_as:1;         /* Use-As-Dictionary (RFC 9842) */
    unsigned          coded:1;          /* Content-Encoding, however set */
    unsigned          no_transform:1;   /* RFC 9111, 5.2.2.6 */
} ngx_edge_headers_t;


void ngx_edge_headers_read(ngx_http_request_t *r,
    ngx_edge_headers_t *headers);

/* Is it a Content-Encoding, be it one that a 304 does not show? */
ngx_uint_t ngx_edge_headers_is_coding(ngx_http_request_t *r,
    const ngx_table_elt_t *h);

/* Is it a field of a digest: RFC 9530, or one of those that it replaces? */
ngx_uint_t ngx_edge_headers_is_digest(ngx_str_t *name);

/* Removes these fields, which are of other bytes than those that are sent. */
void ngx_edge_headers_clear_digests(ngx_http_request_t *r);

/* The next member of a list parted by commas, trimmed; 0: there is none. */
ngx_uint_t ngx_edge_headers_member(ngx_str_t *rest, ngx_str_t *member);

/* Is it the name?  Case does not count. */
ngx_uint_t ngx_edge_headers_is(const ngx_str_t *s, const char *name,
    size_t len);

/* Is name a member of a list parted by commas?  Case does not count. */
ngx_uint_t ngx_edge_headers_lists(ngx_str_t *value, const char *name,
    size_t len);

#define ngx_edge_headers_is_name(s, name)                                    \
    ngx_edge_headers_is(s, name, sizeof(name) - 1)

#define ngx_edge_headers_lists_name(s, name)                                 \
    ngx_edge_headers_lists(s, name, sizeof(name) - 1)

/* All Accept-Encoding lines of the request. */
void ngx_edge_headers_accept(ngx_http_request_t *r,
    edge_accept_encoding_t *accept);

/*
 * "Vary: Accept-Encoding", and "Available-Dictionary" if there are
 * dictionaries, once, whatever gzip_vary says and whatever the response
 * already varies on.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_edge_headers_vary(ngx_http_request_t *r,
    ngx_edge_headers_t *headers, ngx_uint_t dictionaries);

/* Adds a field line; name and value must outlive the request. */
ngx_table_elt_t *ngx_edge_headers_add(ngx_http_request_t *r, char *name,
    ngx_str_t *value);

/* Takes away what described the bytes of the body as they were. */
void ngx_edge_headers_changed(ngx_http_request_t *r,
    ngx_edge_headers_t *headers);

/*
 * Makes the header that of a coded representation: Content-Encoding is set,
 * what described the bytes as they were (length, ranges, digests, a strong
 * ETag) goes.  coding: a string constant.
 */
ngx_int_t ngx_edge_headers_coded(ngx_http_request_t *r,
    ngx_edge_headers_t *headers, const char *coding);


#endif /* NGX_EDGE_HEADERS_H */
