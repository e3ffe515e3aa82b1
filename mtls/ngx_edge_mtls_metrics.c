
#include "ngx_edge_mtls_metrics.h"
#include "ngx_edge_session.h"


typedef void (*ngx_edge_mtls_metrics_info_pt)(const SSL *ssl_conn, int where,
    int ret);


/* What the contexts of one configuration report to, kept on each. */

typedef struct {
    ngx_edge_metrics_t             *metrics;

    /* who reported before, nginx's own */
    ngx_edge_mtls_metrics_info_pt   next;
} ngx_edge_mtls_metrics_ctx_t;


static void ngx_edge_mtls_metrics_info(const ngx_ssl_conn_t *ssl, int where,
    int ret);
static void ngx_edge_mtls_metrics_done(ngx_edge_metrics_t *metrics,
    ngx_ssl_conn_t *ssl, ngx_http_core_srv_conf_t *server);
static const char *ngx_edge_mtls_metrics_result(ngx_ssl_conn_t *ssl);
static void ngx_edge_mtls_metrics_resumption(ngx_edge_metrics_t *metrics,
    ngx_ssl_conn_t *ssl, ngx_http_core_srv_conf_t *server);
static ngx_edge_mtls_metrics_ctx_t *ngx_edge_mtls_metrics_ctx(
    const ngx_ssl_conn_t *ssl);
static ngx_uint_t ngx_edge_mtls_metrics_offers(ngx_ssl_conn_t *ssl);


/* survive reloads: an index once taken from OpenSSL is never given back */
static int         ngx_edge_mtls_metrics_ctx_index = -1;
static int         ngx_edge_mtls_metrics_index = -1;

/* kept on an SSL that offers a session, until there is a better reason */
static const char  ngx_edge_mtls_metrics_unknown[] = "not_valid_here";


ngx_int_t
ngx_edge_mtls_metrics_init_server(ngx_conf_t *cf, SSL_CTX *ssl_ctx,
    ngx_edge_metrics_t *metrics)
{
    ngx_edge_mtls_metrics_ctx_t  *ctx;

    if (metrics == NULL
        || SSL_CTX_get_info_callback(ssl_ctx) == ngx_edge_mtls_metrics_info)
    {
        return NGX_OK;
    }

    if (ngx_edge_mtls_metrics_ctx_index == -1) {
        ngx_edge_mtls_metrics_ctx_index = SSL_CTX_get_ex_new_index(0, NULL,
                                                           NULL, NULL, NULL);
        ngx_edge_mtls_metrics_index = SSL_get_ex_new_index(0, NULL, NULL,
                                                           NULL, NULL);
    }

    ctx = ngx_palloc(cf->pool, sizeof(ngx_edge_mtls_metrics_ctx_t));

    if (ctx == NULL
        || SSL_CTX_set_ex_data(ssl_ctx, ngx_edge_mtls_metrics_ctx_index, ctx)
           == 0)
    {
        return NGX_ERROR;
    }

    ctx->metrics = metrics;
    ctx->next = SSL_CTX_get_info_callback(ssl_ctx);

    SSL_CTX_set_info_callback(ssl_ctx, ngx_edge_mtls_metrics_info);

    return NGX_OK;
}


static ngx_edge_mtls_metrics_ctx_t *
ngx_edge_mtls_metrics_ctx(const ngx_ssl_conn_t *ssl)
{
    if (ngx_edge_mtls_metrics_ctx_index == -1) {
        return NULL;
    }

    return SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl),
                               ngx_edge_mtls_metrics_ctx_index);
}


static void
ngx_edge_mtls_metrics_info(const ngx_ssl_conn_t *ssl, int where, int ret)
{
    ngx_connection_t             *c;
    ngx_http_connection_t        *hc;
    ngx_edge_mtls_metrics_ctx_t  *ctx;

    ctx = ngx_edge_mtls_metrics_ctx(ssl);
    if (ctx == NULL) {
        return;
    }

    if (ctx->next) {
        ctx->next(ssl, where, ret);
    }

    /* before the first request, the connection's data are its server's */

    c = ngx_ssl_get_connection((ngx_ssl_conn_t *) ssl);

    if (!(where & SSL_CB_HANDSHAKE_DONE) || c == NULL || c->ssl == NULL
        || c->ssl->handshaked)
    {
        return;
    }

    hc = c->data;

    ngx_edge_mtls_metrics_done(ctx->metrics, (ngx_ssl_conn_t *) ssl,
                        hc->conf_ctx->srv_conf[ngx_http_core_module.ctx_index]);
}


static void
ngx_edge_mtls_metrics_done(ngx_edge_metrics_t *metrics, ngx_ssl_conn_t *ssl,
    ngx_http_core_srv_conf_t *server)
{
    ngx_edge_session_conf_t  *conf;

    conf = ngx_edge_session_conf(ssl);

    if (conf == NULL || !conf->is_mutual) {
        return;
    }

    ngx_edge_metrics_count(metrics, NGX_EDGE_METRICS_MTLS_HANDSHAKES, server,
                           ngx_edge_mtls_metrics_result(ssl));

    ngx_edge_mtls_metrics_resumption(metrics, ssl, server);
}


static const char *
ngx_edge_mtls_metrics_result(ngx_ssl_conn_t *ssl)
{
    if (SSL_session_reused(ssl)) {
        return "resumed";
    }

    if (SSL_get0_peer_certificate(ssl) == NULL) {
        return "no_certificate";
    }

    switch (SSL_get_verify_result(ssl)) {

    case X509_V_OK:
        return "verified";

    case X509_V_ERR_CERT_REVOKED:
        return "revoked";

    case X509_V_ERR_UNABLE_TO_GET_CRL:
        return "revocation_unknown";

    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "expired";

    default:
        return "untrusted";
    }
}


static void
ngx_edge_mtls_metrics_resumption(ngx_edge_metrics_t *metrics,
    ngx_ssl_conn_t *ssl, ngx_http_core_srv_conf_t *server)
{
    uint64_t                *cells;
    const char              *labels[2];
    ngx_edge_metrics_key_t   key;

    labels[0] = "accepted";
    labels[1] = "none";

    if (!SSL_session_reused(ssl)) {
        labels[0] = "refused";
        labels[1] = SSL_get_ex_data(ssl, ngx_edge_mtls_metrics_index);

        if (labels[1] == NULL) {
            return;
        }
    }

    ngx_memzero(&key, sizeof(ngx_edge_metrics_key_t));

    key.kind = NGX_EDGE_METRICS_MTLS_RESUMPTIONS;
    key.server = server;
    key.ids[0] = (uintptr_t) labels[0];
    key.ids[1] = (uintptr_t) labels[1];

    cells = ngx_edge_metrics_find(metrics, &key);

    if (cells == NULL) {
        cells = ngx_edge_metrics_make(metrics, &key, labels);
    }

    cells[NGX_EDGE_METRICS_COUNT]++;
}


void
ngx_edge_mtls_metrics_hello(ngx_edge_client_hello_t *hello)
{
    ngx_ssl_conn_t           *ssl;
    const char               *reason;
    ngx_edge_session_conf_t  *conf;

    ssl = hello->ssl_conn;

    if (ngx_edge_mtls_metrics_ctx(ssl) == NULL
        || !ngx_edge_mtls_metrics_offers(ssl))
    {
        return;
    }

    conf = ngx_edge_session_conf(ssl);

    reason = (conf && conf->mode == NGX_EDGE_SESSION_OFF)
             ? "off" : ngx_edge_mtls_metrics_unknown;

    ngx_edge_mtls_metrics_session(ssl, reason);
}


/*
 * A PSK in TLSv1.3; a ticket or session ID in TLSv1.2, for clients of TLSv1.3
 * send an ID that means nothing, RFC 8446, section 4.1.2.
 */

static ngx_uint_t
ngx_edge_mtls_metrics_offers(ngx_ssl_conn_t *ssl)
{
    size_t         len;
    const u_char  *data;

    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk, &data, &len)) {
        return 1;
    }

    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_session_ticket, &data, &len)
        && len)
    {
        return 1;
    }

    return !SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_versions,
                                      &data, &len)
           && SSL_client_hello_get0_session_id(ssl, &data);
}


void
ngx_edge_mtls_metrics_session(ngx_ssl_conn_t *ssl, const char *reason)
{
    if (ngx_edge_mtls_metrics_index != -1) {
        (void) SSL_set_ex_data(ssl, ngx_edge_mtls_metrics_index,
                               (void *) reason);
    }
}


void
ngx_edge_mtls_metrics_refused(ngx_http_request_t *r, const char *reason)
{
    ngx_http_core_srv_conf_t     *cscf;
    ngx_edge_mtls_metrics_ctx_t  *ctx;

    ctx = ngx_edge_mtls_metrics_ctx(r->connection->ssl->connection);

    if (ctx) {
        cscf = ngx_http_get_module_srv_conf(r, ngx_http_core_module);

        ngx_edge_metrics_count(ctx->metrics, NGX_EDGE_METRICS_MTLS_REFUSED,
                               cscf, reason);
    }
}


void
ngx_edge_mtls_metrics_closed(ngx_ssl_conn_t *ssl)
{
    ngx_edge_mtls_metrics_ctx_t  *ctx;

    ctx = ngx_edge_mtls_metrics_ctx(ssl);

    if (ctx) {
        ngx_edge_metrics_count(ctx->metrics, NGX_EDGE_METRICS_MTLS_CLOSED,
                               NULL, "");
    }
}
