
/* Variables of a module, as its table has them. */


#ifndef _NGX_EDGE_VARIABLE_TABLE_H_INCLUDED_
#define _NGX_EDGE_VARIABLE_TABLE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * Adds all up to ngx_http_null_variable; to be called before the
 * configuration is read.
 */

ngx_int_t ngx_edge_variable_table_add(ngx_conf_t *cf,
    ngx_http_variable_t *vars);


#endif /* _NGX_EDGE_VARIABLE_TABLE_H_INCLUDED_ */
