
#include "ngx_edge_alpn.h"
#include "ngx_edge_tls_policy.h"
#include "ngx_edge_tls_servers.h"


/* as nginx spells them */

#define NGX_EDGE_ALPN_HTTP  "\x08http/1.1\x08http/1.0\x08http/0.9"
#define NGX_EDGE_ALPN_H2    "\x02h2"
#define NGX_EDGE_ALPN_H3    "\x02h3"
#define NGX_EDGE_ALPN_HQ    "\x0Ahq-interop"


static int ngx_edge_alpn_select(ngx_ssl_conn_t *ssl_conn,
    const unsigned char **out, unsigned char *outlen, const unsigned char *in,
    unsigned int inlen, void *arg);
static void ngx_edge_alpn_offer(ngx_ssl_conn_t *ssl_conn, ngx_str_t *offer);
static ngx_uint_t ngx_edge_alpn_has_http2(ngx_ssl_conn_t *ssl_conn,
    ngx_http_connection_t *hc);
#if (NGX_HTTP_V3)
static void ngx_edge_alpn_offer_http3(ngx_http_connection_t *hc,
    ngx_str_t *offer);
#endif


void
ngx_edge_alpn_install(ngx_conf_t *cf)
{
    ngx_edge_tls_server_t  server;

    ngx_memzero(&server, sizeof(ngx_edge_tls_server_t));

    while (ngx_edge_tls_servers_next(cf, &server)) {
        SSL_CTX_set_alpn_select_cb(server.ctx, ngx_edge_alpn_select, NULL);
    }
}


static int
ngx_edge_alpn_select(ngx_ssl_conn_t *ssl_conn, const unsigned char **out,
    unsigned char *outlen, const unsigned char *in, unsigned int inlen,
    void *arg)
{
    ngx_str_t  offer;

    ngx_edge_alpn_offer(ssl_conn, &offer);

    if (offer.len == 0
        || SSL_select_next_proto((unsigned char **) out, outlen, offer.data,
                                 (unsigned int) offer.len, in, inlen)
           != OPENSSL_NPN_NEGOTIATED)
    {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }

    return SSL_TLSEXT_ERR_OK;
}


static void
ngx_edge_alpn_offer(ngx_ssl_conn_t *ssl_conn, ngx_str_t *offer)
{
    ngx_connection_t       *c;
    ngx_http_connection_t  *hc;

    c = ngx_ssl_get_connection(ssl_conn);
    hc = c->data;

#if (NGX_HTTP_V3)
    if (hc->addr_conf->quic) {
        ngx_edge_alpn_offer_http3(hc, offer);
        return;
    }
#endif

    if (ngx_edge_alpn_has_http2(ssl_conn, hc)) {
        ngx_str_set(offer, NGX_EDGE_ALPN_H2 NGX_EDGE_ALPN_HTTP);

    } else {
        ngx_str_set(offer, NGX_EDGE_ALPN_HTTP);
    }
}


static ngx_uint_t
ngx_edge_alpn_has_http2(ngx_ssl_conn_t *ssl_conn, ngx_http_connection_t *hc)
{
#if (NGX_HTTP_V2)
#if (nginx_version >= 1025001)
    ngx_http_v2_srv_conf_t       *h2scf;
#endif
    ngx_edge_tls_policy_state_t  *state;

    state = ngx_edge_tls_policy_state(ssl_conn);

    if (state && state->tls
        && edge_tls_demands(state->tls, EDGE_POLICY_HTTP2))
    {
        return 0;
    }

#if (nginx_version >= 1025001)

    h2scf = ngx_http_get_module_srv_conf(hc->conf_ctx, ngx_http_v2_module);

    if (h2scf->enable) {
        return 1;
    }

#endif

    return hc->addr_conf->http2;
#else
    return 0;
#endif
}


#if (NGX_HTTP_V3)

static void
ngx_edge_alpn_offer_http3(ngx_http_connection_t *hc, ngx_str_t *offer)
{
    ngx_http_v3_srv_conf_t  *h3scf;

    h3scf = ngx_http_get_module_srv_conf(hc->conf_ctx, ngx_http_v3_module);

    ngx_str_null(offer);

    if (h3scf->enable && h3scf->enable_hq) {
        ngx_str_set(offer, NGX_EDGE_ALPN_H3 NGX_EDGE_ALPN_HQ);

    } else if (h3scf->enable_hq) {
        ngx_str_set(offer, NGX_EDGE_ALPN_HQ);

    } else if (h3scf->enable) {
        ngx_str_set(offer, NGX_EDGE_ALPN_H3);
    }
}

#endif
