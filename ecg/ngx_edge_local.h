
/* Requests from this machine. */


#ifndef _NGX_EDGE_LOCAL_H_INCLUDED_
#define _NGX_EDGE_LOCAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* 1 if the client came by loopback or a Unix socket. */

ngx_uint_t ngx_edge_local(ngx_http_request_t *r);


#endif /* _NGX_EDGE_LOCAL_H_INCLUDED_ */
