
/*
 * What a location demands of the client's certificate.
 */


#ifndef _NGX_EDGE_REQUIRE_H_INCLUDED_
#define _NGX_EDGE_REQUIRE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * Adds one demand, the arguments of a directive in cf->args, to *demands, an
 * array made here if it is NULL.  Returns NGX_CONF_OK or what is wrong.
 */

char *ngx_edge_require_parse(ngx_conf_t *cf, ngx_array_t **demands);


/* Returns NGX_OK if all demands are met, a status of HTTP, or NGX_ERROR. */

ngx_int_t ngx_edge_require_check(ngx_http_request_t *r, ngx_array_t *demands);


#endif /* _NGX_EDGE_REQUIRE_H_INCLUDED_ */
