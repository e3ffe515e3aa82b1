
/* Handshakes of all servers, counted; see ngx_edge_metrics.h. */


#ifndef _NGX_EDGE_TLS_METRICS_H_INCLUDED_
#define _NGX_EDGE_TLS_METRICS_H_INCLUDED_


#include "ngx_edge_client_hello.h"
#include "ngx_edge_metrics.h"


/*
 * From postconfiguration, when metrics were made: has the SSL contexts of
 * all servers report handshakes.
 */

ngx_int_t ngx_edge_tls_metrics_init(ngx_conf_t *cf,
    ngx_edge_metrics_t *metrics);

/* A handshake was refused; the reason is a constant. */

void ngx_edge_tls_metrics_refused(ngx_edge_client_hello_t *hello,
    const char *reason);

/*
 * A policy is looked up: begin returns the time, 0 if nobody asks; if it was
 * not 0, end adds what passed since.
 */

uint64_t ngx_edge_tls_metrics_begin(ngx_edge_client_hello_t *hello);
void ngx_edge_tls_metrics_end(ngx_edge_client_hello_t *hello, uint64_t begun);

/* Records were changed in the store by a request; operation is a constant. */

void ngx_edge_tls_metrics_changed(ngx_http_request_t *r,
    const char *operation, ngx_uint_t n);


#endif /* _NGX_EDGE_TLS_METRICS_H_INCLUDED_ */
