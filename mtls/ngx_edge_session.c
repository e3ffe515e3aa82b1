
#include "ngx_edge_session.h"

#include "edge_session_note.h"


static int ngx_edge_session_verify(X509_STORE_CTX *store, void *data);


void
ngx_edge_session_remember(SSL_CTX *ctx, size_t *max_chain)
{
    SSL_CTX_set_cert_verify_callback(ctx, ngx_edge_session_verify, max_chain);
}


/*
 * Verifies as OpenSSL does without a callback, then writes the session's note
 * while the chain is there: a resumed connection has none.
 */

static int
ngx_edge_session_verify(X509_STORE_CTX *store, void *data)
{
    int              rc;
    size_t           len;
    unsigned char   *note;
    ngx_ssl_conn_t  *ssl;

    size_t  *max_chain = data;

    rc = X509_verify_cert(store);

    if (rc <= 0 || X509_STORE_CTX_get_error(store) != X509_V_OK) {
        return rc;
    }

    ssl = X509_STORE_CTX_get_ex_data(store,
                                     SSL_get_ex_data_X509_STORE_CTX_idx());

    if (edge_session_note_make(X509_STORE_CTX_get0_chain(store), *max_chain,
                               &note, &len)
        != EDGE_SESSION_NOTE_OK)
    {
        X509_STORE_CTX_set_error(store, X509_V_ERR_OUT_OF_MEM);
        return 0;
    }

    if (SSL_SESSION_set1_ticket_appdata(SSL_get_session(ssl), note, len) == 0)
    {
        X509_STORE_CTX_set_error(store, X509_V_ERR_OUT_OF_MEM);
        rc = 0;
    }

    OPENSSL_free(note);

    return rc;
}
