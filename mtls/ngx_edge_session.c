
#include "ngx_edge_mtls_metrics.h"
#include "ngx_edge_session.h"


static int ngx_edge_session_verify(X509_STORE_CTX *store, void *data);
static long ngx_edge_session_remember(ngx_ssl_conn_t *ssl,
    X509_STORE_CTX *store);
static long ngx_edge_session_error(ngx_edge_session_conf_t *conf,
    edge_session_note_t *note);
static void ngx_edge_session_limit(SSL_SESSION *session, int64_t valid_until);
static SSL_TICKET_RETURN ngx_edge_session_ticket(ngx_ssl_conn_t *ssl,
    SSL_SESSION *session, const u_char *name, size_t len,
    SSL_TICKET_STATUS status, void *data);
static SSL_SESSION *ngx_edge_session_get(ngx_ssl_conn_t *ssl, const u_char *id,
    int len, int *copy);
static ngx_uint_t ngx_edge_session_is_good(ngx_ssl_conn_t *ssl,
    SSL_SESSION *session);
static const char *ngx_edge_session_fault(ngx_edge_session_conf_t *conf,
    SSL_SESSION *session);


/* indices and nginx's own function are the same in each configuration */

static int  ngx_edge_session_index = -1;
static int  ngx_edge_session_ctx_index = -1;

static SSL_SESSION *(*ngx_edge_session_cached)(ngx_ssl_conn_t *ssl,
    const u_char *id, int len, int *copy);


ngx_int_t
ngx_edge_session_init(ngx_conf_t *cf)
{
    if (ngx_edge_session_index == -1) {
        ngx_edge_session_index = SSL_get_ex_new_index(0, NULL, NULL, NULL,
                                                      NULL);
    }

    if (ngx_edge_session_ctx_index == -1) {
        ngx_edge_session_ctx_index = SSL_CTX_get_ex_new_index(0, NULL, NULL,
                                                              NULL, NULL);
    }

    if (ngx_edge_session_index == -1 || ngx_edge_session_ctx_index == -1) {
        ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                      (char *) "SSL_get_ex_new_index() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_edge_session_init_server(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    ngx_edge_session_conf_t *conf)
{
    SSL_CTX                  *ctx;
    ngx_http_ssl_srv_conf_t  *sscf;

    sscf = cscf->ctx->srv_conf[ngx_http_ssl_module.ctx_index];
    ctx = sscf->ssl.ctx;

    conf->is_mutual = (sscf->verify != 0);

    if (ngx_edge_session_digest(cf, cscf, conf) != NGX_OK
        || ngx_edge_mtls_metrics_init_server(cf, ctx, conf->metrics) != NGX_OK)
    {
        return NGX_ERROR;
    }

    SSL_CTX_set_cert_verify_callback(ctx, ngx_edge_session_verify, NULL);

    if (SSL_CTX_set_session_ticket_cb(ctx, NULL, ngx_edge_session_ticket, NULL)
           == 0
        || SSL_CTX_set_ex_data(ctx, ngx_edge_session_ctx_index, conf) == 0)
    {
        ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                      (char *) "cannot set up sessions of \"%V\"",
                      &cscf->server_name);
        return NGX_ERROR;
    }

    /* set only with a cache in shared memory */

    if (SSL_CTX_sess_get_get_cb(ctx)) {
        ngx_edge_session_cached = SSL_CTX_sess_get_get_cb(ctx);
        SSL_CTX_sess_set_get_cb(ctx, ngx_edge_session_get);
    }

    return NGX_OK;
}


ngx_int_t
ngx_edge_session_hello(ngx_edge_client_hello_t *hello,
    ngx_edge_session_conf_t *conf)
{
    if (SSL_set_ex_data(hello->ssl_conn, ngx_edge_session_index, conf) == 0) {
        return NGX_ERROR;
    }

    ngx_edge_mtls_metrics_hello(hello);

    switch (conf->mode) {

    case NGX_EDGE_SESSION_OFF:
        return ngx_edge_client_hello_refuse_resumption(hello);

    case NGX_EDGE_SESSION_PARTITIONED:
    case NGX_EDGE_SESSION_REVALIDATED:
        return ngx_edge_client_hello_session_context(hello, conf->server,
                                                     EDGE_TRUST_DIGEST_LEN);

    default: /* NGX_EDGE_SESSION_STOCK */
        return NGX_OK;
    }
}


/*
 * Verifies as OpenSSL does without a callback, then writes the session's note
 * while the chain is there: a resumed connection has none.
 */

static int
ngx_edge_session_verify(X509_STORE_CTX *store, void *data)
{
    int              rc;
    long             error;
    ngx_ssl_conn_t  *ssl;

    rc = X509_verify_cert(store);

    if (rc <= 0 || X509_STORE_CTX_get_error(store) != X509_V_OK) {
        return rc;
    }

    ssl = X509_STORE_CTX_get_ex_data(store,
                                     SSL_get_ex_data_X509_STORE_CTX_idx());

    error = ngx_edge_session_remember(ssl, store);

    /* nginx answers a request on a connection with an error, see 495 */

    X509_STORE_CTX_set_error(store, (int) error);

    return (error != X509_V_ERR_OUT_OF_MEM);
}


/* Returns the result of verification. */

static long
ngx_edge_session_remember(ngx_ssl_conn_t *ssl, X509_STORE_CTX *store)
{
    long                      error;
    size_t                    len;
    u_char                   *bytes;
    SSL_SESSION              *session;
    edge_session_note_t       note;
    ngx_edge_session_conf_t  *conf;

    conf = SSL_get_ex_data(ssl, ngx_edge_session_index);
    session = SSL_get_session(ssl);

    if (conf == NULL
        || edge_session_note_make(X509_STORE_CTX_get0_chain(store),
                                  conf->max_chain, conf->revocation != NULL,
                                  &bytes, &len)
           != EDGE_SESSION_NOTE_OK)
    {
        return X509_V_ERR_OUT_OF_MEM;
    }

    error = X509_V_ERR_OUT_OF_MEM;

    if (edge_session_note_read(bytes, len, &note) == EDGE_SESSION_NOTE_OK) {
        error = ngx_edge_session_error(conf, &note);

        if (conf->mode == NGX_EDGE_SESSION_REVALIDATED) {
            ngx_edge_session_limit(session, note.valid_until);
        }
    }

    /* the session keeps this result, even if the list is another one later */

    if (error != X509_V_OK) {
        edge_session_note_spoil(bytes);
    }

    if (!SSL_SESSION_set1_ticket_appdata(session, bytes, len)) {
        error = X509_V_ERR_OUT_OF_MEM;
    }

    OPENSSL_free(bytes);

    return error;
}


static long
ngx_edge_session_error(ngx_edge_session_conf_t *conf, edge_session_note_t *note)
{
    if (conf->revocation == NULL || conf->reported) {
        return X509_V_OK;
    }

    switch (ngx_edge_revocation_find(conf->revocation, note)) {

    case NGX_EDGE_REVOCATION_REVOKED:
        return X509_V_ERR_CERT_REVOKED;

    case NGX_EDGE_REVOCATION_UNKNOWN:
        return X509_V_ERR_UNABLE_TO_GET_CRL;

    default: /* NGX_EDGE_REVOCATION_GOOD */
        return X509_V_OK;
    }
}


static void
ngx_edge_session_limit(SSL_SESSION *session, int64_t valid_until)
{
    int64_t  left;

    left = valid_until - ngx_time();

    if (left < SSL_SESSION_get_timeout(session)) {
        SSL_SESSION_set_timeout(session, ngx_max((long) left, 1));
    }
}


static SSL_TICKET_RETURN
ngx_edge_session_ticket(ngx_ssl_conn_t *ssl, SSL_SESSION *session,
    const u_char *name, size_t len, SSL_TICKET_STATUS status, void *data)
{
    switch (status) {

    case SSL_TICKET_SUCCESS:
        if (ngx_edge_session_is_good(ssl, session)) {
            return SSL_TICKET_RETURN_USE;
        }

        break;

    case SSL_TICKET_SUCCESS_RENEW:
        if (ngx_edge_session_is_good(ssl, session)) {
            return SSL_TICKET_RETURN_USE_RENEW;
        }

        break;

    default:
        break;
    }

    return SSL_TICKET_RETURN_IGNORE_RENEW;
}


static SSL_SESSION *
ngx_edge_session_get(ngx_ssl_conn_t *ssl, const u_char *id, int len, int *copy)
{
    SSL_SESSION  *session;

    session = ngx_edge_session_cached(ssl, id, len, copy);

    if (session && !ngx_edge_session_is_good(ssl, session)) {
        SSL_SESSION_free(session);
        return NULL;
    }

    return session;
}


/*
 * The session's context, compared by OpenSSL, says that what the server trusts
 * is what it was when the chain was verified: signatures need no second look.
 */

static ngx_uint_t
ngx_edge_session_is_good(ngx_ssl_conn_t *ssl, SSL_SESSION *session)
{
    const char               *reason;
    ngx_edge_session_conf_t  *conf;

    conf = SSL_get_ex_data(ssl, ngx_edge_session_index);

    if (conf == NULL) {
        return 0;
    }

    if (conf->mode != NGX_EDGE_SESSION_REVALIDATED
        || SSL_SESSION_get0_peer(session) == NULL)
    {
        return 1;
    }

    reason = ngx_edge_session_fault(conf, session);

    if (reason) {
        ngx_edge_mtls_metrics_session(ssl, reason);
    }

    return reason == NULL;
}


/* Why it is not good, or NULL. */

static const char *
ngx_edge_session_fault(ngx_edge_session_conf_t *conf, SSL_SESSION *session)
{
    edge_session_note_t  note;

    /* without a note the certificate was not verified */

    if (ngx_edge_session_note(session, &note) != NGX_OK) {
        return "unverified";
    }

    if (conf->revocation
        && ngx_edge_revocation_find(conf->revocation, &note)
           != NGX_EDGE_REVOCATION_GOOD)
    {
        return "revoked";
    }

    if (note.valid_until == 0) {
        return "unverified";
    }

    return (note.valid_until < ngx_time()) ? "expired" : NULL;
}


ngx_int_t
ngx_edge_session_note(SSL_SESSION *session, edge_session_note_t *note)
{
    void    *data;
    size_t   len;

    if (session == NULL
        || SSL_SESSION_get0_ticket_appdata(session, &data, &len) == 0
        || edge_session_note_read(data, len, note) != EDGE_SESSION_NOTE_OK)
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_edge_session_is_same_trust(ngx_http_ssl_srv_conf_t *one,
    ngx_http_ssl_srv_conf_t *two)
{
    ngx_edge_session_conf_t  *first, *second;

    if (one == two) {
        return 1;
    }

    if (one->ssl.ctx == NULL || two->ssl.ctx == NULL) {
        return 0;
    }

    first = SSL_CTX_get_ex_data(one->ssl.ctx, ngx_edge_session_ctx_index);
    second = SSL_CTX_get_ex_data(two->ssl.ctx, ngx_edge_session_ctx_index);

    return first && second && first->is_mutual && second->is_mutual
           && ngx_memcmp(first->verify, second->verify, EDGE_TRUST_DIGEST_LEN)
              == 0;
}


ngx_edge_session_conf_t *
ngx_edge_session_conf(ngx_ssl_conn_t *ssl)
{
    return SSL_get_ex_data(ssl, ngx_edge_session_index);
}
