
#include "ngx_edge_identity.h"

#include "edge_certificate_xfcc.h"
#include "ngx_edge_session.h"


/* Kept in the pool of the TCP or QUIC connection, found through its SSL. */

typedef struct {
    X509       *cert;            /* whose fields these are, not owned */
    ngx_str_t   values[NGX_EDGE_IDENTITY_NFIELDS];

    unsigned    read:1;
    unsigned    encoded:1;
    unsigned    xfcc:1;
    unsigned    chain_left_out:1;
} ngx_edge_identity_t;


static ngx_edge_identity_t *ngx_edge_identity_of(ngx_connection_t *c);
static ngx_int_t ngx_edge_identity_read(ngx_connection_t *c,
    ngx_edge_identity_t *identity);
static ngx_int_t ngx_edge_identity_read_note(ngx_connection_t *c,
    ngx_edge_identity_t *identity);
static ngx_int_t ngx_edge_identity_encode(ngx_connection_t *c,
    ngx_edge_identity_t *identity);
static ngx_int_t ngx_edge_identity_add_xfcc(ngx_connection_t *c,
    ngx_edge_identity_t *identity);
static ngx_int_t ngx_edge_identity_keep(ngx_connection_t *c,
    edge_text_t *text, ngx_str_t *value);


/*
 * No free function goes with it: OpenSSL would call that after the module was
 * unloaded by a reload of the configuration.
 */

static int  ngx_edge_identity_index = -1;


ngx_int_t
ngx_edge_identity_init(ngx_conf_t *cf)
{
    if (ngx_edge_identity_index == -1) {
        ngx_edge_identity_index = SSL_get_ex_new_index(0, NULL, NULL, NULL,
                                                       NULL);
    }

    if (ngx_edge_identity_index == -1) {
        ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                      (char *) "SSL_get_ex_new_index() failed");
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_edge_identity_belongs(ngx_http_request_t *r)
{
    ngx_http_connection_t    *hc;
    ngx_http_ssl_srv_conf_t  *negotiated, *requested;

    /* a subrequest has none of its own */

    hc = r->main->http_connection;

    negotiated = ngx_http_get_module_srv_conf(hc->conf_ctx,
                                              ngx_http_ssl_module);
    requested = ngx_http_get_module_srv_conf(r, ngx_http_ssl_module);

    return ngx_edge_session_is_same_trust(negotiated, requested);
}


ngx_edge_identity_state_e
ngx_edge_identity_state(ngx_http_request_t *r)
{
    long               result;
    const char        *reason;
    ngx_connection_t  *c;

    c = r->connection;

    if (c->ssl == NULL
        || SSL_get0_peer_certificate(c->ssl->connection) == NULL
        || !ngx_edge_identity_belongs(r))
    {
        return NGX_EDGE_IDENTITY_NONE;
    }

    result = SSL_get_verify_result(c->ssl->connection);

    if (result == X509_V_ERR_CERT_REVOKED) {
        return NGX_EDGE_IDENTITY_REVOKED;
    }

    if (result != X509_V_OK || ngx_ssl_ocsp_get_status(c, &reason) != NGX_OK) {
        return NGX_EDGE_IDENTITY_UNVERIFIED;
    }

    switch (ngx_edge_session_revocation(c->ssl->connection)) {

    case NGX_EDGE_REVOCATION_REVOKED:
        return NGX_EDGE_IDENTITY_REVOKED;

    case NGX_EDGE_REVOCATION_UNKNOWN:
        return NGX_EDGE_IDENTITY_UNVERIFIED;

    default: /* NGX_EDGE_REVOCATION_GOOD */
        return NGX_EDGE_IDENTITY_VERIFIED;
    }
}


ngx_int_t
ngx_edge_identity_get(ngx_http_request_t *r, ngx_uint_t field, ngx_str_t *value)
{
    ngx_int_t             rc;
    ngx_connection_t     *c;
    ngx_edge_identity_t  *identity;

    c = ngx_ssl_get_connection(r->connection->ssl->connection);

    identity = ngx_edge_identity_of(c);
    if (identity == NULL) {
        return NGX_ERROR;
    }

    switch (field) {

    case NGX_EDGE_IDENTITY_CLIENT_CERT:
        rc = ngx_edge_identity_encode(c, identity);
        break;

    case NGX_EDGE_IDENTITY_XFCC:
        rc = ngx_edge_identity_add_xfcc(c, identity);
        break;

    default:
        rc = ngx_edge_identity_read(c, identity);
        break;
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    if (field == NGX_EDGE_IDENTITY_CLIENT_CERT_CHAIN
        && identity->chain_left_out)
    {
        return NGX_ABORT;
    }

    *value = identity->values[field];

    return value->len ? NGX_OK : NGX_DECLINED;
}


static ngx_edge_identity_t *
ngx_edge_identity_of(ngx_connection_t *c)
{
    X509                 *cert;
    ngx_ssl_conn_t       *ssl;
    ngx_edge_identity_t  *identity;

    ssl = c->ssl->connection;
    cert = SSL_get0_peer_certificate(ssl);
    identity = SSL_get_ex_data(ssl, ngx_edge_identity_index);

    if (identity && identity->cert == cert) {
        return identity;
    }

    identity = ngx_pcalloc(c->pool, sizeof(ngx_edge_identity_t));
    if (identity == NULL) {
        return NULL;
    }

    identity->cert = cert;

    if (SSL_set_ex_data(ssl, ngx_edge_identity_index, identity) == 0) {
        ngx_ssl_error(NGX_LOG_ALERT, c->log, 0,
                      (char *) "SSL_set_ex_data() failed");
        return NULL;
    }

    return identity;
}


static ngx_int_t
ngx_edge_identity_read(ngx_connection_t *c, ngx_edge_identity_t *identity)
{
    u_char              *text;
    ngx_uint_t           i;
    edge_certificate_t   certificate;

    if (identity->read) {
        return NGX_OK;
    }

    ngx_memzero(&certificate, sizeof(edge_certificate_t));

    if (edge_certificate_read(identity->cert, &certificate)
        != EDGE_CERTIFICATE_OK)
    {
        goto failed;
    }

    text = ngx_pnalloc(c->pool, certificate.text.len);
    if (text == NULL) {
        goto failed;
    }

    ngx_memcpy(text, certificate.text.data, certificate.text.len);

    for (i = 0; i < EDGE_CERTIFICATE_NFIELDS; i++) {
        identity->values[i].data = text + certificate.fields[i].offset;
        identity->values[i].len = certificate.fields[i].len;
    }

    edge_certificate_free(&certificate);

    if (ngx_edge_identity_read_note(c, identity) != NGX_OK) {
        return NGX_ERROR;
    }

    identity->read = 1;

    return NGX_OK;

failed:

    edge_certificate_free(&certificate);

    return NGX_ERROR;
}


/* The session may be replaced while the connection lives: all is copied. */

static ngx_int_t
ngx_edge_identity_read_note(ngx_connection_t *c, ngx_edge_identity_t *identity)
{
    size_t                i;
    ngx_int_t             rc;
    edge_text_t           text;
    edge_session_note_t   note;

    if (ngx_edge_session_note(SSL_get_session(c->ssl->connection), &note)
        != NGX_OK)
    {
        return NGX_OK;
    }

    identity->chain_left_out = note.chain_left_out;

    ngx_memzero(&text, sizeof(edge_text_t));

    edge_text_add_escaped(&text, note.issuer_serial.data,
                          note.issuer_serial.len, "");
    rc = ngx_edge_identity_keep(
        c, &text, &identity->values[NGX_EDGE_IDENTITY_ISSUER_SERIAL]);

    if (rc == NGX_OK) {
        edge_text_add_escaped(&text, note.issuer_ski.data, note.issuer_ski.len,
                              "");
        rc = ngx_edge_identity_keep(
            c, &text, &identity->values[NGX_EDGE_IDENTITY_ISSUER_SKI]);
    }

    for (i = 0; rc == NGX_OK && i < note.chain_len; i++) {
        edge_text_add(&text, ", :", i ? 3 : 0);
        edge_text_add(&text, ":", i ? 0 : 1);
        edge_text_add_base64(&text, note.chain[i].data, note.chain[i].len);
        edge_text_add(&text, ":", 1);
    }

    if (rc == NGX_OK) {
        rc = ngx_edge_identity_keep(
            c, &text, &identity->values[NGX_EDGE_IDENTITY_CLIENT_CERT_CHAIN]);
    }

    edge_text_free(&text);

    return rc;
}


static ngx_int_t
ngx_edge_identity_encode(ngx_connection_t *c, ngx_edge_identity_t *identity)
{
    ngx_int_t     rc;
    edge_text_t   text;

    if (identity->encoded) {
        return NGX_OK;
    }

    ngx_memzero(&text, sizeof(edge_text_t));

    rc = NGX_ERROR;

    if (edge_certificate_add_client_cert(&text, identity->cert)
        == EDGE_CERTIFICATE_OK)
    {
        rc = ngx_edge_identity_keep(
            c, &text, &identity->values[NGX_EDGE_IDENTITY_CLIENT_CERT]);
    }

    identity->encoded = (rc == NGX_OK);

    edge_text_free(&text);

    return rc;
}


static ngx_int_t
ngx_edge_identity_add_xfcc(ngx_connection_t *c, ngx_edge_identity_t *identity)
{
    ngx_int_t            rc;
    edge_text_t          text;
    edge_certificate_t   certificate;

    if (identity->xfcc) {
        return NGX_OK;
    }

    ngx_memzero(&text, sizeof(edge_text_t));
    ngx_memzero(&certificate, sizeof(edge_certificate_t));

    rc = NGX_ERROR;

    if (edge_certificate_read(identity->cert, &certificate)
           == EDGE_CERTIFICATE_OK
        && edge_certificate_add_xfcc(&text, identity->cert, &certificate)
           == EDGE_CERTIFICATE_OK)
    {
        rc = ngx_edge_identity_keep(c, &text,
                                    &identity->values[NGX_EDGE_IDENTITY_XFCC]);
    }

    identity->xfcc = (rc == NGX_OK);

    edge_certificate_free(&certificate);
    edge_text_free(&text);

    return rc;
}


/* Moves the text into the connection's pool; the text is empty then. */

static ngx_int_t
ngx_edge_identity_keep(ngx_connection_t *c, edge_text_t *text, ngx_str_t *value)
{
    if (text->failed) {
        return NGX_ERROR;
    }

    value->data = ngx_pnalloc(c->pool, text->len);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(value->data, text->data, text->len);
    value->len = text->len;

    text->len = 0;

    return NGX_OK;
}
