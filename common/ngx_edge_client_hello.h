
/*
 * The one ClientHello callback of all SSL contexts of the http block, shared
 * by the modules of this bundle and chained to nginx's own.
 */


#ifndef _NGX_EDGE_CLIENT_HELLO_H_INCLUDED_
#define _NGX_EDGE_CLIENT_HELLO_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_slot.h"


#define NGX_EDGE_CLIENT_HELLO_MAGIC    0x65644348
#define NGX_EDGE_CLIENT_HELLO_VERSION  2


/* What is known when a ClientHello has come and nothing is decided yet. */

typedef struct {
    ngx_ssl_conn_t                 *ssl_conn;
    ngx_connection_t               *connection;

    /* of the virtual server that SNI selects, on every version of nginx */
    ngx_http_conf_ctx_t            *conf_ctx;

    /* as sent, not normalized; data is NULL if there was no SNI */
    ngx_str_t                       sni;

    /* the second ClientHello, after HelloRetryRequest */
    unsigned                        retry:1;

    unsigned                        resumption_refused:1;

    /* some SSL context has a least or greatest version but by its options */
    unsigned                        bounded:1;
} ngx_edge_client_hello_t;


/*
 * Called for each ClientHello, again after HelloRetryRequest, before versions,
 * sessions and extensions are looked at: SSL_client_hello_get0_*() may be used
 * on ssl_conn, and what is set there holds for the handshake.  Returns NGX_OK,
 * or NGX_ERROR to end the handshake with *alert (SSL_AD_HANDSHAKE_FAILURE if
 * left alone); handlers after it are not called then.
 */

typedef ngx_int_t (*ngx_edge_client_hello_pt)(ngx_edge_client_hello_t *hello,
    int *alert, void *data);


/*
 * Adds a handler to all SSL contexts of the http block, on TCP and QUIC.  To
 * be called from postconfiguration.  The slot is that of the calling module;
 * data is kept as long as the configuration.  Returns NGX_ERROR, logged, if
 * memory fails to come or a module of another release is loaded.
 */

ngx_int_t ngx_edge_client_hello_add(ngx_conf_t *cf,
    ngx_edge_client_hello_slot_t *slot, ngx_edge_client_hello_pt handler,
    void *data);


/*
 * Makes the handshake a full one and its session one that cannot be resumed:
 * no session ID, ticket or TLSv1.3 PSK is accepted or issued.  Holds against
 * ngx_edge_client_hello_session_context() of handlers called later.
 */

ngx_int_t ngx_edge_client_hello_refuse_resumption(
    ngx_edge_client_hello_t *hello);


/*
 * Lets only sessions be resumed that were made under the same context of len
 * bytes, SSL_MAX_SID_CTX_LENGTH at most; others lead to a full handshake.
 */

ngx_int_t ngx_edge_client_hello_session_context(ngx_edge_client_hello_t *hello,
    u_char *context, size_t len);


/* Of each module that has added a handler; the first is for speed alone. */

void ngx_edge_client_hello_init_process(void);
void ngx_edge_client_hello_exit_process(void);


/*
 * For the callback itself: fills conf_ctx and switches to the SSL context of
 * that server, by nginx's own callback where it has one.
 */

ngx_int_t ngx_edge_client_hello_select(ngx_edge_client_hello_t *hello,
    int *alert);


#endif /* _NGX_EDGE_CLIENT_HELLO_H_INCLUDED_ */
