
#include "ngx_edge_local.h"
#include "ngx_edge_status.h"


static ngx_edge_status_format_e ngx_edge_status_asked(ngx_http_request_t *r,
    ngx_edge_status_format_e format);
static ngx_int_t ngx_edge_status_write_page(ngx_edge_status_out_t *out,
    ngx_edge_status_main_t *main);
static ngx_int_t ngx_edge_status_write_all(ngx_edge_status_out_t *out,
    ngx_edge_status_t *status);
static ngx_int_t ngx_edge_status_send(ngx_edge_status_out_t *out);
static ngx_int_t ngx_edge_status_modules(ngx_conf_t *cf,
    ngx_edge_status_main_t *main);
static ngx_int_t ngx_edge_status_header(ngx_http_request_t *r,
    const char *name, const char *value);


static ngx_conf_enum_t  ngx_edge_status_formats[] = {
    { ngx_string("prometheus"), NGX_EDGE_STATUS_PROMETHEUS },
    { ngx_string("json"), NGX_EDGE_STATUS_JSON },
    { ngx_string("html"), NGX_EDGE_STATUS_HTML },
    { ngx_null_string, 0 }
};


char *
ngx_edge_status_parse(ngx_conf_t *cf, ngx_edge_metrics_slot_t *slot,
    void *tag, ngx_edge_status_conf_t *conf)
{
    ngx_str_t        *value;
    ngx_conf_enum_t  *format;

    if (conf->format) {
        return (char *) "is duplicate";
    }

    value = cf->args->elts;

    for (format = ngx_edge_status_formats; format->name.len; format++) {
        if (ngx_strcmp(format->name.data, value[1].data) == 0) {
            conf->format = format->value;
        }
    }

    if (conf->format == NGX_EDGE_STATUS_OFF
        || (cf->args->nelts == 3 && ngx_strcmp(value[2].data, "remote") != 0))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\" of \"ecg_status\": it "
                           "must be prometheus, json or html, alone or with "
                           "remote",
                           &value[conf->format ? 2 : 1]);
        return NGX_CONF_ERROR;
    }

    conf->remote = (cf->args->nelts == 3);

    if (slot->zone == NULL
        && ngx_edge_metrics_create(cf, slot, 16 * 1024 * 1024, tag) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_edge_status_parse_zone(ngx_conf_t *cf, ngx_edge_status_main_t *main)
{
    ssize_t     size;
    ngx_str_t  *value;

    if (main->zone_size) {
        return (char *) "is duplicate";
    }

    value = cf->args->elts;
    size = ngx_parse_size(&value[1]);

    if (size < 16 * (ssize_t) ngx_pagesize) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\" in \"ecg_status_zone\": it "
                           "must be %uzk or more",
                           &value[1], 16 * ngx_pagesize / 1024);
        return NGX_CONF_ERROR;
    }

    main->zone_size = size;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_edge_status_init(ngx_conf_t *cf, ngx_edge_metrics_slot_t *slot,
    ngx_edge_status_main_t *main)
{
    if (slot->zone == NULL) {
        return NGX_OK;
    }

    /* the zone is made when all was read */

    if (main->zone_size) {
        slot->zone->zone->shm.size = main->zone_size;
    }

    if (ngx_array_init(&main->certificates, cf->pool, 4,
                       sizeof(ngx_edge_status_certificate_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_edge_status_certificates(cf, main) != NGX_OK
        || ngx_edge_status_page_policy(cf, &main->policy) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_edge_status_modules(cf, main);
}


static ngx_int_t
ngx_edge_status_modules(ngx_conf_t *cf, ngx_edge_status_main_t *main)
{
    u_char      *p;
    ngx_uint_t   i, k;

    static const struct {
        const char  *module;
        const char  *name;
    } names[] = {
        { "ngx_http_zstd_filter_module", "zstd_filter" },
        { "ngx_http_mtls_module", "mtls" },
        { "ngx_http_ecg_module", "ecg" }
    };

    p = ngx_pnalloc(cf->pool, sizeof("zstd_filter,mtls,ecg"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    main->modules.data = p;

    for (k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
        for (i = 0; cf->cycle->modules[i]; i++) {
            if (ngx_strcmp(cf->cycle->modules[i]->name, names[k].module) == 0)
            {
                p = ngx_sprintf(p, "%s%s",
                                p == main->modules.data ? "" : ",",
                                names[k].name);
            }
        }
    }

    main->modules.len = p - main->modules.data;

    return NGX_OK;
}


ngx_int_t
ngx_edge_status(ngx_http_request_t *r, ngx_edge_status_conf_t *conf,
    ngx_edge_status_t *status)
{
    ngx_int_t               rc;
    ngx_edge_status_out_t   out;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    if (!conf->remote && !ngx_edge_local(r)) {
        return NGX_HTTP_FORBIDDEN;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_memzero(&out, sizeof(ngx_edge_status_out_t));

    out.request = r;
    out.last = &out.first;

    switch (ngx_edge_status_asked(r, conf->format)) {

    case NGX_EDGE_STATUS_HTML:
        rc = ngx_edge_status_write_page(&out, status->main);
        break;

    case NGX_EDGE_STATUS_JSON:
        out.json = 1;
        rc = ngx_edge_status_write_all(&out, status);
        break;

    default: /* NGX_EDGE_STATUS_PROMETHEUS */
        rc = ngx_edge_status_write_all(&out, status);
    }

    return (rc == NGX_OK) ? ngx_edge_status_send(&out)
                          : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


/* The page asks its own location for its figures. */

static ngx_edge_status_format_e
ngx_edge_status_asked(ngx_http_request_t *r, ngx_edge_status_format_e format)
{
    ngx_str_t         value;
    ngx_conf_enum_t  *f;

    if (format != NGX_EDGE_STATUS_HTML
        || ngx_http_arg(r, (u_char *) "format", 6, &value) != NGX_OK)
    {
        return format;
    }

    for (f = ngx_edge_status_formats; f->name.len; f++) {
        if (f->name.len == value.len
            && ngx_strncmp(f->name.data, value.data, value.len) == 0)
        {
            return f->value;
        }
    }

    return format;
}


static ngx_int_t
ngx_edge_status_write_page(ngx_edge_status_out_t *out,
    ngx_edge_status_main_t *main)
{
    ngx_http_request_t  *r;

    r = out->request;

    ngx_str_set(&r->headers_out.content_type, "text/html; charset=utf-8");

    if (ngx_edge_status_header(r, "Content-Security-Policy",
                               (char *) main->policy.data)
           != NGX_OK
        || ngx_edge_status_header(r, "X-Content-Type-Options", "nosniff")
           != NGX_OK
        || ngx_edge_status_header(r, "Referrer-Policy", "no-referrer")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_edge_status_page_write(out);

    return out->failed ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_edge_status_write_all(ngx_edge_status_out_t *out,
    ngx_edge_status_t *status)
{
    ngx_edge_metrics_shared_t  *shared;
    ngx_http_request_t         *r;

    r = out->request;
    shared = status->slot->zone->shared;

    if (out->json) {
        ngx_str_set(&r->headers_out.content_type, "application/json");
        ngx_edge_status_format(out, "{\"version\":1,\"time\":%T.%03ui,"
                               "\"families\":{\n",
                               ngx_timeofday()->sec, ngx_timeofday()->msec);

    } else {
        ngx_str_set(&r->headers_out.content_type,
                    "text/plain; version=0.0.4; charset=utf-8");
    }

    ngx_edge_status_looked_up(out, status);
    ngx_edge_status_counted(out, shared);

    if (out->json) {
        ngx_edge_status_format(out, "\n}}\n");
    }

    return out->failed ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_edge_status_send(ngx_edge_status_out_t *out)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = out->request;

    out->buf->last_buf = (r == r->main);
    out->buf->last_in_chain = 1;

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = out->size;
    r->headers_out.content_type_len = r->headers_out.content_type.len;

    if (ngx_edge_status_header(r, "Cache-Control", "no-store") != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    return ngx_http_output_filter(r, out->first);
}


/* Both live as long as the request. */

static ngx_int_t
ngx_edge_status_header(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(h, sizeof(ngx_table_elt_t));

    h->hash = 1;
    h->key.len = ngx_strlen(name);
    h->key.data = (u_char *) name;
    h->value.len = ngx_strlen(value);
    h->value.data = (u_char *) value;

    return NGX_OK;
}
