
#ifndef _NGX_EDGE_CHECKED_SLOT_H_INCLUDED_
#define _NGX_EDGE_CHECKED_SLOT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/*
 * nginx's own slots say of a bad value no more than that it is one.  With
 * cmd->post pointing to this the value is set by set, with its own post, and
 * what is wrong is told with what is allowed.
 */

typedef struct {
    char         *(*set)(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
    void           *post;
    const char     *allowed;
} ngx_edge_slot_check_t;

char *ngx_edge_set_checked_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* _NGX_EDGE_CHECKED_SLOT_H_INCLUDED_ */
