
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_coded_head.h"
#include "ngx_edge_headers.h"
#include "ngx_edge_precompressed.h"


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


/* the start of the file; an O_DIRECT one is read by whole pages only */

static ssize_t
ngx_edge_precompressed_read(ngx_http_request_t *r, ngx_open_file_info_t *of,
    u_char *head, size_t size)
{
    u_char   *page;
    ssize_t   n;

    if (!of->is_directio) {
        return pread(of->fd, head, size, 0);
    }

    page = ngx_pmemalign(r->pool, ngx_pagesize, ngx_pagesize);
    if (page == NULL) {
        return -1;
    }

    n = pread(of->fd, page, ngx_pagesize, 0);

    if (n > 0) {
        n = ngx_min(n, (ssize_t) size);
        ngx_memcpy(head, page, n);
    }

    (void) ngx_pfree(r->pool, page);

    return n;
}


static ngx_int_t
ngx_edge_precompressed_check(ngx_http_request_t *r,
    const ngx_edge_precompressed_t *coding, ngx_open_file_info_t *of,
    ngx_str_t *path)
{
    char     *reason;
    u_char    head[EDGE_CODED_HEAD_MAX];
    ssize_t   n;

    n = ngx_edge_precompressed_read(r, of, head, EDGE_CODED_HEAD_MAX);

    if (n < 0) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, ngx_errno,
                      "pread() \"%V\" failed", path);
        return NGX_DECLINED;
    }

    switch (edge_coded_head_check(coding->coding, head, n, of->size)) {

    case EDGE_CODED_HEAD_OK:
        return NGX_OK;

    case EDGE_CODED_HEAD_WINDOW:
        reason = "needs a larger window than browsers have";
        break;

    case EDGE_CODED_HEAD_TRUNCATED:
        reason = "is cut short";
        break;

    default:
        reason = "is not what its name says";
        break;
    }

    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "\"%V\" %s, not sent", path, reason);

    return NGX_DECLINED;
}


ngx_int_t
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

    return ngx_edge_precompressed_check(r, coding, of, path);
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
