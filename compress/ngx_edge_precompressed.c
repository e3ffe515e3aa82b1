
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_codec_zstd.h"
#include "edge_zstd_frame.h"
#include "ngx_edge_headers.h"
#include "ngx_edge_precompressed.h"


ngx_edge_precompressed_t  ngx_edge_precompressed[NGX_EDGE_PRECOMPRESSED] = {
    { ngx_string(".zst"), ngx_string("zstd"), EDGE_CODING_ZSTD },
    { ngx_string(".br"), ngx_string("br"), EDGE_CODING_BR }
};


/* a path that is not there is no event; anything else the operator must know */

static ngx_int_t
ngx_edge_precompressed_open_failed(ngx_http_request_t *r,
    ngx_open_file_info_t *of, ngx_str_t *path)
{
    switch (of->err) {

    case 0:
        return NGX_HTTP_INTERNAL_SERVER_ERROR;

    case NGX_ENOENT:
    case NGX_ENOTDIR:
    case NGX_ENAMETOOLONG:
        return NGX_DECLINED;

    default:
        ngx_log_error(NGX_LOG_ERR, r->connection->log, of->err,
                      "%s \"%V\" failed", of->failed, path);
        return NGX_DECLINED;
    }
}


/* browsers give up on a frame whose window is over 8 MB (RFC 9659) */

static ngx_int_t
ngx_edge_precompressed_check(ngx_http_request_t *r, ngx_fd_t fd,
    ngx_str_t *path)
{
    char      *reason;
    u_char     header[EDGE_ZSTD_FRAME_HEADER_MAX];
    ssize_t    n;
    uint64_t   window;

    n = pread(fd, header, sizeof(header), 0);

    if (n < 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, ngx_errno,
                      "pread() \"%V\" failed", path);
        return NGX_DECLINED;
    }

    reason = "is not a Zstandard frame";
    window = 0;

    switch (edge_zstd_frame_read(header, n, &window)) {

    case EDGE_ZSTD_FRAME_SKIPPABLE:
        return NGX_OK;

    case EDGE_ZSTD_FRAME_OK:
        if (window <= (uint64_t) 1 << EDGE_ZSTD_WINDOW_LOG_MAX) {
            return NGX_OK;
        }

        reason = "declares a window over 8 MB";
        break;

    case EDGE_ZSTD_FRAME_TRUNCATED:
        reason = "is cut short";
        break;

    case EDGE_ZSTD_FRAME_NOT_ZSTD:
        break;
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "\"%V\" %s, not sent", path, reason);

    return NGX_DECLINED;
}


static ngx_int_t
ngx_edge_precompressed_open(ngx_http_request_t *r,
    const ngx_edge_precompressed_t *coding, ngx_open_file_info_t *of,
    ngx_str_t *path)
{
    u_char                    *p;
    size_t                     root;
    ngx_http_core_loc_conf_t  *clcf;

    p = ngx_http_map_uri_to_path(r, path, &root, coding->suffix.len);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_cpymem(p, coding->suffix.data, coding->suffix.len);
    *p = '\0';
    path->len = p - path->data;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    ngx_memzero(of, sizeof(ngx_open_file_info_t));

    of->read_ahead = clcf->read_ahead;
    of->directio = clcf->directio;
    of->valid = clcf->open_file_cache_valid;
    of->min_uses = clcf->open_file_cache_min_uses;
    of->errors = clcf->open_file_cache_errors;
    of->events = clcf->open_file_cache_events;

    if (ngx_http_set_disable_symlinks(r, clcf, path, of) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_open_cached_file(clcf->open_file_cache, path, of, r->pool)
        != NGX_OK)
    {
        return ngx_edge_precompressed_open_failed(r, of, path);
    }

    if (!of->is_file) {
        return NGX_DECLINED;
    }

    /* the bytes of Brotli tell nothing */

    return (coding->coding == EDGE_CODING_ZSTD)
           ? ngx_edge_precompressed_check(r, of->fd, path) : NGX_OK;
}


/* one coding of a file; NGX_DECLINED: there is none, or it is not wanted */

static ngx_int_t
ngx_edge_precompressed_try(ngx_http_request_t *r, ngx_uint_t mode, int weight,
    const ngx_edge_precompressed_t *coding,
    ngx_edge_precompressed_at_t *found)
{
    ngx_int_t  rc;

    if (mode == NGX_EDGE_PRECOMPRESSED_OFF) {
        return NGX_DECLINED;
    }

    rc = ngx_edge_precompressed_open(r, coding, &found->of, &found->path);

    if (rc != NGX_OK || mode == NGX_EDGE_PRECOMPRESSED_ALWAYS) {
        return rc;
    }

    found->negotiated = 1;

    return (r != r->main || weight == 0) ? NGX_DECLINED : NGX_OK;
}


static void
ngx_edge_precompressed_weigh(ngx_http_request_t *r, const ngx_uint_t *modes,
    int *weights)
{
    ngx_uint_t              i;
    edge_accept_encoding_t  accept;

    ngx_edge_headers_accept(r, &accept);

    for (i = 0; i < NGX_EDGE_PRECOMPRESSED; i++) {
        weights[i] = (modes[i] == NGX_EDGE_PRECOMPRESSED_ALWAYS)
                     ? 1000
                     : edge_accept_encoding_weight(&accept,
                                          ngx_edge_precompressed[i].coding);
    }
}


ngx_int_t
ngx_edge_precompressed_find(ngx_http_request_t *r, const ngx_uint_t *modes,
    ngx_edge_precompressed_at_t *found)
{
    int         weights[NGX_EDGE_PRECOMPRESSED];
    ngx_int_t   rc;
    ngx_uint_t  i, at, first;

    found->negotiated = 0;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
        || r->uri.data[r->uri.len - 1] == '/'
        || (modes[0] == NGX_EDGE_PRECOMPRESSED_OFF
            && modes[1] == NGX_EDGE_PRECOMPRESSED_OFF))
    {
        return NGX_DECLINED;
    }

    ngx_edge_precompressed_weigh(r, modes, weights);

    /* of the two the one preferred goes first */

    first = (weights[1] > weights[0]);

    for (i = 0; i < NGX_EDGE_PRECOMPRESSED; i++) {
        at = i ^ first;
        found->coding = &ngx_edge_precompressed[at];

        rc = ngx_edge_precompressed_try(r, modes[at], weights[at],
                                        found->coding, found);

        if (rc != NGX_DECLINED) {
            return rc;
        }
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_edge_precompressed_header(ngx_http_request_t *r,
    const ngx_edge_precompressed_t *coding, ngx_open_file_info_t *of)
{
    ngx_str_t  name;

    name = coding->name;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = of->size;
    r->headers_out.last_modified_time = of->mtime;

    if (ngx_http_set_etag(r) != NGX_OK
        || ngx_http_set_content_type(r) != NGX_OK)
    {
        return NGX_ERROR;
    }

    r->headers_out.content_encoding = ngx_edge_headers_add(r,
                                                  "Content-Encoding", &name);

    if (r->headers_out.content_encoding == NULL) {
        return NGX_ERROR;
    }

    r->allow_ranges = 1;

    return NGX_OK;
}


ngx_int_t
ngx_edge_precompressed_send(ngx_http_request_t *r,
    ngx_edge_precompressed_at_t *found)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_log_t    *log;
    ngx_chain_t   out;

    log = r->connection->log;
    r->root_tested = !r->error_page;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    log->action = "sending response to client";

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->file = ngx_pcalloc(r->pool, sizeof(ngx_file_t));

    if (b->file == NULL
        || ngx_edge_precompressed_header(r, found->coding, &found->of)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b->file_pos = 0;
    b->file_last = found->of.size;
    b->in_file = b->file_last ? 1 : 0;
    b->last_buf = 1;
    b->last_in_chain = 1;

    b->file->fd = found->of.fd;
    b->file->name = found->path;
    b->file->log = log;
    b->file->directio = found->of.is_directio;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}
