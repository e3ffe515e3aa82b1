
/* Handshakes and sessions of servers that ask for certificates, counted. */


#ifndef _NGX_EDGE_MTLS_METRICS_H_INCLUDED_
#define _NGX_EDGE_MTLS_METRICS_H_INCLUDED_


#include "ngx_edge_client_hello.h"
#include "ngx_edge_metrics.h"


/*
 * Has an SSL context report its handshakes to metrics; may be called for the
 * same one again.
 */

ngx_int_t ngx_edge_mtls_metrics_init_server(ngx_conf_t *cf, SSL_CTX *ssl_ctx,
    ngx_edge_metrics_t *metrics);

/* A ClientHello of a server; says whether it offers a session. */

void ngx_edge_mtls_metrics_hello(ngx_edge_client_hello_t *hello);

/* Why a session is not resumed, a constant; the last one counts. */

void ngx_edge_mtls_metrics_session(ngx_ssl_conn_t *ssl, const char *reason);

/* A request is refused, or a connection closed. */

void ngx_edge_mtls_metrics_refused(ngx_http_request_t *r, const char *reason);
void ngx_edge_mtls_metrics_closed(ngx_ssl_conn_t *ssl);


#endif /* _NGX_EDGE_MTLS_METRICS_H_INCLUDED_ */
