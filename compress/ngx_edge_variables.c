
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_rules.h"
#include "ngx_edge_variables.h"

#include "ngx_edge_variable_table.h"


extern ngx_module_t  ngx_http_zstd_filter_module;


static ngx_int_t ngx_edge_variables_reason(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_edge_variables_rule(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_edge_variables_coding(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_edge_variables_ratio(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_edge_variables_number(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


/* "compression_" and "zstd_" variables share their handlers */

#define NGX_EDGE_VARIABLE_BYTES_IN   0
#define NGX_EDGE_VARIABLE_BYTES_OUT  1
#define NGX_EDGE_VARIABLE_TIME       2

#define ngx_edge_variable(name, handler, data)                                \
    { ngx_string(name), NULL, handler, data, NGX_HTTP_VAR_NOCACHEABLE, 0 }


static ngx_http_variable_t  ngx_edge_variables[] = {

    ngx_edge_variable("compression_reason", ngx_edge_variables_reason, 0),
    ngx_edge_variable("compression_rule", ngx_edge_variables_rule, 0),
    ngx_edge_variable("compression_coding", ngx_edge_variables_coding, 0),
    ngx_edge_variable("compression_ratio", ngx_edge_variables_ratio, 0),
    ngx_edge_variable("zstd_ratio", ngx_edge_variables_ratio, 0),
    ngx_edge_variable("brotli_ratio", ngx_edge_variables_ratio, 0),
    ngx_edge_variable("compression_bytes_in", ngx_edge_variables_number,
                      NGX_EDGE_VARIABLE_BYTES_IN),
    ngx_edge_variable("zstd_bytes_in", ngx_edge_variables_number,
                      NGX_EDGE_VARIABLE_BYTES_IN),
    ngx_edge_variable("compression_bytes_out", ngx_edge_variables_number,
                      NGX_EDGE_VARIABLE_BYTES_OUT),
    ngx_edge_variable("zstd_bytes_out", ngx_edge_variables_number,
                      NGX_EDGE_VARIABLE_BYTES_OUT),
    ngx_edge_variable("compression_time", ngx_edge_variables_number,
                      NGX_EDGE_VARIABLE_TIME),

      ngx_http_null_variable
};


ngx_int_t
ngx_edge_variables_add(ngx_conf_t *cf)
{
    return ngx_edge_variable_table_add(cf, ngx_edge_variables);
}


static ngx_int_t
ngx_edge_variables_set(ngx_http_variable_value_t *v, u_char *data,
    size_t len)
{
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->data = data;
    v->len = len;

    return NGX_OK;
}


static ngx_int_t
ngx_edge_variables_reason(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const ngx_str_t     *reason;
    ngx_edge_context_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_zstd_filter_module);

    if (ctx == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    reason = &ngx_edge_verdicts[ctx->verdict];

    if (ctx->rule) {
        reason = (ctx->verdict == NGX_EDGE_CODED) ? &ctx->rule->reason_coded
                                                  : &ctx->rule->reason_off;
    }

    return ngx_edge_variables_set(v, reason->data, reason->len);
}


static ngx_int_t
ngx_edge_variables_rule(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_edge_context_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_zstd_filter_module);

    if (ctx == NULL || ctx->rule == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    return ngx_edge_variables_set(v, ctx->rule->name.data,
                                  ctx->rule->name.len);
}


static ngx_int_t
ngx_edge_variables_coding(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_edge_context_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_zstd_filter_module);

    if (ctx == NULL || ctx->coding == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    return ngx_edge_variables_set(v, (u_char *) ctx->coding,
                                      ngx_strlen(ctx->coding));
}


/* the body of a response that was coded to its end, or NULL */

static ngx_edge_body_t *
ngx_edge_variables_body(ngx_http_request_t *r)
{
    ngx_edge_context_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_zstd_filter_module);

    if (ctx == NULL || ctx->body == NULL
        || ctx->body->phase != NGX_EDGE_BODY_DONE)
    {
        return NULL;
    }

    return ctx->body;
}


static ngx_int_t
ngx_edge_variables_ratio(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char           *p;
    uint64_t          in, out;
    ngx_edge_body_t  *body;

    body = ngx_edge_variables_body(r);

    if (body == NULL || body->stream.bytes_out == 0) {
        v->not_found = 1;
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN + sizeof(".000") - 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    in = body->stream.bytes_in;
    out = body->stream.bytes_out;

    return ngx_edge_variables_set(v, p,
                        ngx_sprintf(p, "%uL.%03uL", in / out,
                                    in % out * 1000 / out)
                        - p);
}


static ngx_int_t
ngx_edge_variables_number(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char           *p;
    uint64_t          value;
    ngx_edge_body_t  *body;

    body = ngx_edge_variables_body(r);

    if (body == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    switch (data) {

    case NGX_EDGE_VARIABLE_BYTES_IN:
        value = body->stream.bytes_in;
        break;

    case NGX_EDGE_VARIABLE_BYTES_OUT:
        value = body->stream.bytes_out;
        break;

    default: /* NGX_EDGE_VARIABLE_TIME */
        value = body->nanoseconds / 1000;
        break;
    }

    p = ngx_pnalloc(r->pool, NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    return ngx_edge_variables_set(v, p, ngx_sprintf(p, "%uL", value) - p);
}


ngx_int_t
ngx_edge_context_tap(ngx_http_request_t *r, ngx_edge_context_t **context,
    ngx_edge_dictionary_tap_t *tap)
{
    ngx_edge_context_t  *own;

    own = ngx_palloc(r->pool, sizeof(ngx_edge_context_t));
    if (own == NULL) {
        return NGX_ERROR;
    }

    *own = **context;
    own->tap = tap;
    *context = own;

    return NGX_OK;
}
