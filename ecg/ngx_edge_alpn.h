
/* ALPN where a policy turns HTTP/2 off. */


#ifndef _NGX_EDGE_ALPN_H_INCLUDED_
#define _NGX_EDGE_ALPN_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * Takes over the selection from nginx on all SSL contexts of the http block:
 * it offers what nginx would, without "h2" where the policy says so.
 */

void ngx_edge_alpn_install(ngx_conf_t *cf);


#endif /* _NGX_EDGE_ALPN_H_INCLUDED_ */
