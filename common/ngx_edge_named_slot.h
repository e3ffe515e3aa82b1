
#ifndef _NGX_EDGE_NAMED_SLOT_H_INCLUDED_
#define _NGX_EDGE_NAMED_SLOT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * ngx_conf_set_enum_slot() and ngx_conf_set_bitmask_slot(), which say what is
 * allowed where a value is not.
 */

char *ngx_edge_set_enum_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_edge_set_bitmask_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* _NGX_EDGE_NAMED_SLOT_H_INCLUDED_ */
