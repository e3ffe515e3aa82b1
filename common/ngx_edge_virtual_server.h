
#ifndef _NGX_EDGE_VIRTUAL_SERVER_H_INCLUDED_
#define _NGX_EDGE_VIRTUAL_SERVER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * The server among the names of an address that nginx would take for a
 * request with this host, in lower case without port and final dot.  NULL:
 * no name matches, the default server answers.
 */
ngx_http_core_srv_conf_t *ngx_edge_virtual_server(
    ngx_http_virtual_names_t *names, ngx_str_t *host);


#endif /* _NGX_EDGE_VIRTUAL_SERVER_H_INCLUDED_ */
