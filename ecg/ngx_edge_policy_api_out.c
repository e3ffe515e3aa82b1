
#include "ngx_edge_policy_api.h"


static size_t ngx_edge_policy_api_time(u_char *buf, uint64_t seconds);


void
ngx_edge_policy_api_begin(ngx_edge_policy_api_out_t *out,
    ngx_http_request_t *r)
{
    ngx_memzero(out, sizeof(ngx_edge_policy_api_out_t));

    out->request = r;
    out->last = &out->first;

    ngx_edge_policy_api_add(out, 80, "{\"success\":true,\"errors\":[],"
                            "\"messages\":[],\"result\":");
}


void
ngx_edge_policy_api_add(ngx_edge_policy_api_out_t *out, size_t max,
    const char *fmt, ...)
{
    va_list       args;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    cl = ngx_alloc_chain_link(out->request->pool);
    b = ngx_create_temp_buf(out->request->pool, max);

    if (cl == NULL || b == NULL) {
        out->failed = 1;
        return;
    }

    va_start(args, fmt);
    b->last = ngx_vslprintf(b->pos, b->end, fmt, args);
    va_end(args);

    /* an empty buffer is not for the filters */

    if (b->last == b->pos) {
        return;
    }

    out->size += b->last - b->pos;

    cl->buf = b;
    cl->next = NULL;

    *out->last = cl;
    out->last = &cl->next;
}


void
ngx_edge_policy_api_add_setting(ngx_edge_policy_api_out_t *out,
    const char *name, size_t len, unsigned setting,
    const edge_policy_setting_t *value, const char *status)
{
    u_char       created[32], updated[32];
    static char  json[EDGE_POLICY_JSON_VALUE_MAX];

    ngx_edge_policy_api_time(created, value->created);
    ngx_edge_policy_api_time(updated, value->updated);

    edge_policy_json_format(setting, value->value, json);

    ngx_edge_policy_api_add(out, ngx_strlen(json) + len + 200,
                            "{\"hostname\":\"%*s\",\"value\":%s,"
                            "\"status\":\"%s\",\"created_at\":\"%s\","
                            "\"updated_at\":\"%s\"}",
                            len, name, json, status, created, updated);
}


/* RFC 3339 */

static size_t
ngx_edge_policy_api_time(u_char *buf, uint64_t seconds)
{
    ngx_tm_t  tm;

    ngx_gmtime((time_t) seconds, &tm);

    return ngx_sprintf(buf, "%4d-%02d-%02dT%02d:%02d:%02dZ%Z",
                       tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                       tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec)
           - buf;
}


ngx_int_t
ngx_edge_policy_api_send(ngx_edge_policy_api_out_t *out, ngx_uint_t status)
{
    ngx_int_t            rc;
    ngx_chain_t         *cl;
    ngx_http_request_t  *r;

    r = out->request;

    /* a list has opened what follows its result */

    ngx_edge_policy_api_add(out, 3, out->nested ? "}}\n" : "}\n");

    if (out->failed) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    for (cl = out->first; cl->next; cl = cl->next) {
        /* void */
    }

    cl->buf->last_buf = (r == r->main);
    cl->buf->last_in_chain = 1;

    r->headers_out.status = status;
    r->headers_out.content_length_n = out->size;
    ngx_str_set(&r->headers_out.content_type, "application/json");
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, out->first);
}


ngx_int_t
ngx_edge_policy_api_error(ngx_http_request_t *r, ngx_uint_t status,
    const char *text, const char *detail)
{
    ngx_int_t                  rc;
    ngx_edge_policy_api_out_t  out;

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_memzero(&out, sizeof(ngx_edge_policy_api_out_t));

    out.request = r;
    out.last = &out.first;

    /* no more codes than HTTP has: the message tells them apart */

    ngx_edge_policy_api_add(&out, 1024,
                            "{\"success\":false,\"errors\":[{\"code\":%ui,"
                            "\"message\":\"%s%s%s\"}],\"messages\":[],"
                            "\"result\":null",
                            status, text, detail[0] ? ": " : "", detail);

    return ngx_edge_policy_api_send(&out, status);
}


ngx_int_t
ngx_edge_policy_api_store_error(ngx_http_request_t *r, edge_store_e result)
{
    switch (result) {

    case EDGE_STORE_NOT_FOUND:
        return ngx_edge_policy_api_error(r, NGX_HTTP_NOT_FOUND, "not set", "");

    case EDGE_STORE_MAP_FULL:
    case EDGE_STORE_DISK_FULL:
        return ngx_edge_policy_api_error(r, NGX_HTTP_INSUFFICIENT_STORAGE,
                                         "the store",
                                         edge_store_text(result));

    default:
        ngx_log_error(NGX_LOG_ERR, r->connection->log, ngx_errno,
                      "policy store %s", edge_store_text(result));

        return ngx_edge_policy_api_error(r, NGX_HTTP_INTERNAL_SERVER_ERROR,
                                         "the store", edge_store_text(result));
    }
}
