
#ifndef _NGX_EDGE_TLS_SERVERS_H_INCLUDED_
#define _NGX_EDGE_TLS_SERVERS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* A server of the configuration that has a context of OpenSSL. */

typedef struct {
    ngx_uint_t                next;     /* where to go on: 0 to begin */
    ngx_str_t                *name;
    ngx_http_ssl_srv_conf_t  *conf;
    SSL_CTX                  *ctx;
} ngx_edge_tls_server_t;


/*
 * The next of them, for a server that is zeroed before the first; 0: there is
 * no other.  Contexts are there once the configuration has been read.
 */
ngx_uint_t ngx_edge_tls_servers_next(ngx_conf_t *cf,
    ngx_edge_tls_server_t *server);


#endif /* _NGX_EDGE_TLS_SERVERS_H_INCLUDED_ */
