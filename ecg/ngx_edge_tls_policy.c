
#include "edge_hot.h"
#include "ngx_edge_tls_metrics.h"
#include "ngx_edge_tls_policy.h"


/* lines a second that a worker writes about refused handshakes */

#define NGX_EDGE_TLS_POLICY_LOG_RATE  10


static ngx_int_t ngx_edge_tls_policy_apply_groups(
    ngx_edge_client_hello_t *hello, ngx_edge_tls_policy_state_t *state);
static ngx_int_t ngx_edge_tls_policy_apply_state(
    ngx_edge_client_hello_t *hello, int *alert,
    ngx_edge_tls_policy_state_t *state);
static void ngx_edge_tls_policy_log_refused(ngx_edge_client_hello_t *hello,
    ngx_edge_tls_policy_state_t *state, const char *reason);


static time_t      ngx_edge_tls_policy_log_second;
static ngx_uint_t  ngx_edge_tls_policy_log_lines;


EDGE_HOT ngx_int_t
ngx_edge_tls_policy_apply(ngx_edge_client_hello_t *hello, int *alert,
    ngx_edge_tls_policy_conf_t *conf)
{
    uint64_t                      begun;
    ngx_pool_t                   *pool;
    ngx_edge_tls_policy_state_t  *state;

    /* after HelloRetryRequest what was decided before holds */

    state = hello->retry ? ngx_edge_tls_policy_state(hello->ssl_conn) : NULL;

    if (state == NULL) {

        pool = hello->connection->pool;
        begun = ngx_edge_tls_metrics_begin(hello);

        state = ngx_edge_tls_policy_create_state(pool, conf, &hello->sni);

        if (state == NULL) {
            *alert = SSL_AD_INTERNAL_ERROR;
            return NGX_ERROR;
        }

        if (begun) {
            ngx_edge_tls_metrics_end(hello, begun);
        }

        if (state->failure) {
            ngx_edge_tls_policy_log_refused(hello, state, state->failure);
            *alert = SSL_AD_HANDSHAKE_FAILURE;
            return NGX_ERROR;
        }
    }

    if (ngx_edge_tls_policy_apply_groups(hello, state) != NGX_OK) {
        *alert = SSL_AD_INTERNAL_ERROR;
        return NGX_ERROR;
    }

    if (state->tls == NULL) {
        return NGX_OK;
    }

    return ngx_edge_tls_policy_apply_state(hello, alert, state);
}


/*
 * SSL_set_SSL_CTX() leaves the groups of the default server on the SSL, so
 * "ssl_ecdh_curve" of the one selected has to be set on it.
 */

EDGE_HOT static ngx_int_t
ngx_edge_tls_policy_apply_groups(ngx_edge_client_hello_t *hello,
    ngx_edge_tls_policy_state_t *state)
{
    ngx_http_connection_t    *hc;
    ngx_http_ssl_srv_conf_t  *selected, *initial;

    if (state->tls && edge_tls_demands(state->tls, EDGE_POLICY_GROUPS)) {
        return NGX_OK;
    }

    hc = hello->connection->data;

    selected = hello->conf_ctx->srv_conf[ngx_http_ssl_module.ctx_index];
    initial = hc->addr_conf->default_server
                        ->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

    if (selected->ecdh_curve.len == 0
        || selected->ecdh_curve.data == initial->ecdh_curve.data
        || ngx_strcmp(selected->ecdh_curve.data, "auto") == 0)
    {
        return NGX_OK;
    }

    return SSL_set1_groups_list(hello->ssl_conn,
                                (char *) selected->ecdh_curve.data)
           == 1 ? NGX_OK : NGX_ERROR;
}


EDGE_HOT static ngx_int_t
ngx_edge_tls_policy_apply_state(ngx_edge_client_hello_t *hello, int *alert,
    ngx_edge_tls_policy_state_t *state)
{
    ngx_ssl_conn_t           *ssl_conn;
    edge_tls_hello_t          offer;
    edge_tls_server_t         server;
    edge_tls_choice_t         choice;
    edge_tls_verdict_e        verdict;
    ngx_http_ssl_srv_conf_t  *sscf;

    ssl_conn = hello->ssl_conn;

    edge_tls_hello_read(ssl_conn, state->tls, &offer);

#if (NGX_HTTP_V3)
    if (hello->connection->listening->quic) {
        offer.versions &= EDGE_TLS_1_3;
    }
#endif

    sscf = hello->conf_ctx->srv_conf[ngx_http_ssl_module.ctx_index];

    server.options = SSL_get_options(ssl_conn);
    server.bounded = hello->bounded;
    server.security_level = SSL_get_security_level(ssl_conn);
    server.ciphers = (char *) sscf->ciphers.data;

    verdict = edge_tls_policy_judge(state->tls, &offer, &server, &choice);

    if (verdict != EDGE_TLS_ALLOWED) {
        ngx_edge_tls_policy_log_refused(hello, state,
                                        edge_tls_verdict_text(verdict));
        *alert = (verdict == EDGE_TLS_NO_VERSION) ? SSL_AD_PROTOCOL_VERSION
                                                  : SSL_AD_HANDSHAKE_FAILURE;
        return NGX_ERROR;
    }

    if (!edge_tls_policy_apply(state->tls, ssl_conn, &offer, &server, &choice))
    {
        goto failed;
    }

    if (edge_tls_demands(state->tls, EDGE_POLICY_RESUMPTION)
        && ngx_edge_client_hello_refuse_resumption(hello) != NGX_OK)
    {
        goto failed;
    }

    return NGX_OK;

failed:

    /* fail closed, for this name only */

    ngx_ssl_error(NGX_LOG_ALERT, hello->connection->log, 0,
                  (char *) "policy \"%V\" cannot be applied", &state->name);

    *alert = SSL_AD_INTERNAL_ERROR;
    return NGX_ERROR;
}


static void
ngx_edge_tls_policy_log_refused(ngx_edge_client_hello_t *hello,
    ngx_edge_tls_policy_state_t *state, const char *reason)
{
    time_t      now;
    ngx_log_t  *log;
    ngx_uint_t  lines;

    ngx_edge_tls_metrics_refused(hello, reason);

    log = hello->connection->log;
    now = ngx_time();

    if (now != ngx_edge_tls_policy_log_second) {
        lines = ngx_edge_tls_policy_log_lines;

        ngx_edge_tls_policy_log_second = now;
        ngx_edge_tls_policy_log_lines = 0;

        if (lines > NGX_EDGE_TLS_POLICY_LOG_RATE) {
            ngx_log_error(NGX_LOG_WARN, log, 0,
                          "%ui more handshakes refused by policy, not logged",
                          lines - NGX_EDGE_TLS_POLICY_LOG_RATE);
        }
    }

    if (++ngx_edge_tls_policy_log_lines > NGX_EDGE_TLS_POLICY_LOG_RATE) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, log, 0,
                  "handshake refused: %s, server name \"%V\", policy \"%V\"",
                  reason, &hello->sni, &state->name);
}


const char *
ngx_edge_tls_policy_verify(ngx_http_request_t *r,
    ngx_edge_tls_policy_conf_t *conf)
{
    ngx_str_t                    *host, nothing;
    ngx_ssl_conn_t               *ssl_conn;
    edge_tls_verdict_e            verdict;
    ngx_edge_tls_policy_state_t  *state, wanted;

    ngx_str_null(&nothing);

    host = &r->headers_in.server;
    ssl_conn = r->connection->ssl->connection;
    state = ngx_edge_tls_policy_state(ssl_conn);

    if (state && state->host.len == host->len
        && ngx_memcmp(state->host.data, host->data, host->len) == 0)
    {
        return NULL;
    }

    ngx_memzero(&wanted, sizeof(ngx_edge_tls_policy_state_t));

    if (ngx_edge_tls_policy_find(r->pool, conf, host, &wanted) != NGX_OK) {
        return "no memory";
    }

    /* an address in brackets is no name; what else is malformed is refused */

    if (wanted.malformed && host->data[0] == '[') {
        ngx_memzero(&wanted, sizeof(ngx_edge_tls_policy_state_t));

        if (ngx_edge_tls_policy_find(r->pool, conf, &nothing, &wanted)
            != NGX_OK)
        {
            return "no memory";
        }
    }

    if (wanted.failure) {
        return wanted.failure;
    }

    if (wanted.tls == NULL
        || (state && state->tls
            && edge_policy_equal(&state->tls->policy, &wanted.tls->policy)))
    {
        return NULL;
    }

    if (edge_tls_demands(wanted.tls, EDGE_POLICY_HTTP2)
        && r->http_version == NGX_HTTP_VERSION_20)
    {
        return "no HTTP/2";
    }

    verdict = edge_tls_policy_verify(wanted.tls, ssl_conn);

    return (verdict == EDGE_TLS_ALLOWED) ? NULL
                                         : edge_tls_verdict_text(verdict);
}
