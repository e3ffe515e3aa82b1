
/* What the edge tells of a connection: its figures, in a header. */


#ifndef _NGX_EDGE_CONNECTION_H_INCLUDED_
#define _NGX_EDGE_CONNECTION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_tcp_info.h"


/*
 * Adds a Server-Timing header whose metric has this name and whose
 * description has the figures of the connection.  Adds nothing if it is not
 * over TCP.
 */

ngx_int_t ngx_edge_connection_add_timing(ngx_http_request_t *r,
    ngx_str_t *name);

/* The get handler of $ecg_tcp_*; data is the figure. */

ngx_int_t ngx_edge_connection_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


#endif /* _NGX_EDGE_CONNECTION_H_INCLUDED_ */
