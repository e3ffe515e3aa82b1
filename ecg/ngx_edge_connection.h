
/* What the edge tells of a connection: its figures, in a header. */


#ifndef _NGX_EDGE_CONNECTION_H_INCLUDED_
#define _NGX_EDGE_CONNECTION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_tcp_info.h"


/* Parses "on", "off" or "name=name" of a directive; empty: no header. */

char *ngx_edge_connection_parse(ngx_conf_t *cf, ngx_str_t *name);

/*
 * Adds a Server-Timing header whose metric has this name and whose
 * description has the figures of the connection.  Adds nothing if it is not
 * over TCP.
 */

ngx_int_t ngx_edge_connection_add_timing(ngx_http_request_t *r,
    ngx_str_t *name);

/* Beside the figures of edge_tcp_figure_e. */

enum {
    NGX_EDGE_CONNECTION_CID = EDGE_TCP_FIGURES,
    NGX_EDGE_CONNECTION_TS
};


/* The get handler of $ecg_tcp_*; data is the figure, or one of the above. */

ngx_int_t ngx_edge_connection_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


#endif /* _NGX_EDGE_CONNECTION_H_INCLUDED_ */
