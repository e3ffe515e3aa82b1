
#include "edge_hot.h"
#include "ngx_edge_tls_metrics.h"


typedef void (*ngx_edge_tls_metrics_info_pt)(const SSL *ssl_conn, int where,
    int ret);


/* What the contexts of one configuration report to, kept on each. */

typedef struct {
    ngx_edge_metrics_t            *metrics;

    /* who reported before, nginx's own */
    ngx_edge_tls_metrics_info_pt   next;
} ngx_edge_tls_metrics_ctx_t;


static void ngx_edge_tls_metrics_info(const ngx_ssl_conn_t *ssl_conn,
    int where, int ret);
static void ngx_edge_tls_metrics_done(ngx_edge_metrics_t *metrics,
    ngx_http_connection_t *hc, ngx_ssl_conn_t *ssl_conn);
static void ngx_edge_tls_metrics_alert(ngx_edge_metrics_t *metrics,
    ngx_http_connection_t *hc, int where, int ret);
static uint64_t *ngx_edge_tls_metrics_make(ngx_edge_metrics_t *metrics,
    ngx_edge_metrics_key_t *key, ngx_ssl_conn_t *ssl_conn);
static ngx_uint_t ngx_edge_tls_metrics_alpn(ngx_ssl_conn_t *ssl_conn);
static ngx_edge_metrics_t *ngx_edge_tls_metrics_of(
    ngx_edge_client_hello_t *hello);


extern ngx_module_t  ngx_http_ecg_module;

/* survives reloads: an index once taken from OpenSSL is never given back */
static int          ngx_edge_tls_metrics_index = -1;

static const char  *ngx_edge_tls_metrics_alpns[] = {
    "none", "h2", "http/1.1", "http/1.0", "h3", "other"
};


ngx_int_t
ngx_edge_tls_metrics_init(ngx_conf_t *cf, ngx_edge_metrics_t *metrics)
{
    SSL_CTX                      *ssl_ctx;
    ngx_uint_t                    i;
    ngx_http_ssl_srv_conf_t      *sscf;
    ngx_http_core_srv_conf_t    **cscfp;
    ngx_http_core_main_conf_t    *cmcf;
    ngx_edge_tls_metrics_ctx_t   *ctx;

    if (ngx_edge_tls_metrics_index == -1) {
        ngx_edge_tls_metrics_index = SSL_CTX_get_ex_new_index(0, NULL, NULL,
                                                              NULL, NULL);
    }

    if (ngx_edge_tls_metrics_index == -1) {
        ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                      (char *) "SSL_CTX_get_ex_new_index() failed");
        return NGX_ERROR;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        sscf = cscfp[i]->ctx->srv_conf[ngx_http_ssl_module.ctx_index];
        ssl_ctx = sscf->ssl.ctx;

        if (ssl_ctx == NULL
            || SSL_CTX_get_info_callback(ssl_ctx) == ngx_edge_tls_metrics_info)
        {
            continue;
        }

        ctx = ngx_palloc(cf->pool, sizeof(ngx_edge_tls_metrics_ctx_t));

        if (ctx == NULL
            || SSL_CTX_set_ex_data(ssl_ctx, ngx_edge_tls_metrics_index, ctx)
               == 0)
        {
            return NGX_ERROR;
        }

        ctx->metrics = metrics;
        ctx->next = SSL_CTX_get_info_callback(ssl_ctx);

        SSL_CTX_set_info_callback(ssl_ctx, ngx_edge_tls_metrics_info);
    }

    return NGX_OK;
}


static void
ngx_edge_tls_metrics_info(const ngx_ssl_conn_t *ssl_conn, int where, int ret)
{
    ngx_connection_t            *c;
    ngx_http_connection_t       *hc;
    ngx_edge_tls_metrics_ctx_t  *ctx;

    ctx = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl_conn),
                              ngx_edge_tls_metrics_index);
    if (ctx == NULL) {
        return;
    }

    if (ctx->next) {
        ctx->next(ssl_conn, where, ret);
    }

    /* before the first request, the connection's data are its server's */

    c = ngx_ssl_get_connection(ssl_conn);

    if (c == NULL || c->ssl == NULL || c->ssl->handshaked) {
        return;
    }

    hc = c->data;

    if (where & SSL_CB_HANDSHAKE_DONE) {
        ngx_edge_tls_metrics_done(ctx->metrics, hc,
                                  (ngx_ssl_conn_t *) ssl_conn);

    } else if ((where & SSL_CB_ALERT) && (ret >> 8) == SSL3_AL_FATAL) {
        ngx_edge_tls_metrics_alert(ctx->metrics, hc, where, ret);
    }
}


static void
ngx_edge_tls_metrics_done(ngx_edge_metrics_t *metrics,
    ngx_http_connection_t *hc, ngx_ssl_conn_t *ssl_conn)
{
    uint64_t                *cells;
    ngx_edge_metrics_key_t   key;

    key.kind = NGX_EDGE_METRICS_TLS_HANDSHAKES;
    key.server = hc->conf_ctx->srv_conf[ngx_http_core_module.ctx_index];
    key.ids[0] = SSL_version(ssl_conn);
    key.ids[1] = SSL_get_negotiated_group(ssl_conn);
    key.ids[2] = ngx_edge_tls_metrics_alpn(ssl_conn);
    key.ids[3] = SSL_session_reused(ssl_conn);

    cells = ngx_edge_metrics_find(metrics, &key);

    if (cells == NULL) {
        cells = ngx_edge_tls_metrics_make(metrics, &key, ssl_conn);
    }

    cells[NGX_EDGE_METRICS_COUNT]++;
}


static void
ngx_edge_tls_metrics_alert(ngx_edge_metrics_t *metrics,
    ngx_http_connection_t *hc, int where, int ret)
{
    uint64_t                *cells;
    const char              *labels[2];
    ngx_edge_metrics_key_t   key;

    ngx_memzero(&key, sizeof(ngx_edge_metrics_key_t));

    key.kind = NGX_EDGE_METRICS_TLS_ALERTS;
    key.server = hc->conf_ctx->srv_conf[ngx_http_core_module.ctx_index];
    key.ids[0] = where & (SSL_CB_READ|SSL_CB_WRITE);
    key.ids[1] = ret & 0xff;

    cells = ngx_edge_metrics_find(metrics, &key);

    if (cells == NULL) {
        labels[0] = (where & SSL_CB_READ) ? "received" : "sent";
        labels[1] = SSL_alert_desc_string_long(ret);

        cells = ngx_edge_metrics_make(metrics, &key, labels);
    }

    cells[NGX_EDGE_METRICS_COUNT]++;
}


static uint64_t *
ngx_edge_tls_metrics_make(ngx_edge_metrics_t *metrics,
    ngx_edge_metrics_key_t *key, ngx_ssl_conn_t *ssl_conn)
{
    const char  *labels[5];

    labels[0] = SSL_get_version(ssl_conn);
    labels[1] = key->ids[1] ? SSL_group_to_name(ssl_conn, (int) key->ids[1])
                            : "none";

    if (labels[1] == NULL) {
        labels[1] = "unknown";
    }

    labels[2] = ngx_strstr(labels[1], "MLKEM") ? "yes" : "no";
    labels[3] = ngx_edge_tls_metrics_alpns[key->ids[2]];
    labels[4] = key->ids[3] ? "yes" : "no";

    return ngx_edge_metrics_make(metrics, key, labels);
}


static ngx_uint_t
ngx_edge_tls_metrics_alpn(ngx_ssl_conn_t *ssl_conn)
{
    unsigned              len;
    ngx_uint_t            i;
    const unsigned char  *data;

    SSL_get0_alpn_selected(ssl_conn, &data, &len);

    if (len == 0) {
        return 0;
    }

    for (i = 1; i < 5; i++) {
        if (ngx_strlen(ngx_edge_tls_metrics_alpns[i]) == len
            && ngx_memcmp(ngx_edge_tls_metrics_alpns[i], data, len) == 0)
        {
            break;
        }
    }

    return i;
}


EDGE_HOT static ngx_edge_metrics_t *
ngx_edge_tls_metrics_of(ngx_edge_client_hello_t *hello)
{
    SSL_CTX                     *ssl_ctx;
    ngx_edge_tls_metrics_ctx_t  *ctx;

    if (ngx_edge_tls_metrics_index == -1) {
        return NULL;
    }

    ssl_ctx = SSL_get_SSL_CTX(hello->ssl_conn);
    ctx = SSL_CTX_get_ex_data(ssl_ctx, ngx_edge_tls_metrics_index);

    return ctx ? ctx->metrics : NULL;
}


void
ngx_edge_tls_metrics_refused(ngx_edge_client_hello_t *hello,
    const char *reason)
{
    ngx_http_core_srv_conf_t  *cscf;

    cscf = hello->conf_ctx->srv_conf[ngx_http_core_module.ctx_index];

    ngx_edge_metrics_count(ngx_edge_tls_metrics_of(hello),
                           NGX_EDGE_METRICS_TLS_REFUSED, cscf, reason);
}


EDGE_HOT uint64_t
ngx_edge_tls_metrics_begin(ngx_edge_client_hello_t *hello)
{
    struct timespec  now;

    if (ngx_edge_tls_metrics_of(hello) == NULL) {
        return 0;
    }

    clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}


EDGE_HOT void
ngx_edge_tls_metrics_end(ngx_edge_client_hello_t *hello, uint64_t begun)
{
    uint64_t                *cells;
    ngx_edge_metrics_t      *metrics;
    ngx_edge_metrics_key_t   key;

    metrics = ngx_edge_tls_metrics_of(hello);

    ngx_memzero(&key, sizeof(ngx_edge_metrics_key_t));

    key.kind = NGX_EDGE_METRICS_POLICY_LOOKUPS;

    cells = ngx_edge_metrics_find(metrics, &key);

    if (cells == NULL) {
        cells = ngx_edge_metrics_make(metrics, &key, NULL);
    }

    ngx_edge_metrics_time(cells, ngx_edge_tls_metrics_begin(hello) - begun);
}


void
ngx_edge_tls_metrics_changed(ngx_http_request_t *r, const char *operation,
    ngx_uint_t n)
{
    ngx_uint_t                i;
    ngx_edge_metrics_slot_t  *slot;

    slot = ngx_http_get_module_main_conf(r, ngx_http_ecg_module);

    for (i = 0; i < n; i++) {
        ngx_edge_metrics_count(slot->metrics, NGX_EDGE_METRICS_POLICY_CHANGES,
                               NULL, operation);
    }
}
