
#include "ngx_edge_checked_slot.h"


char *
ngx_edge_set_checked_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                   *rc;
    ngx_str_t              *args;
    ngx_command_t           inner;
    ngx_edge_slot_check_t  *check;

    check = cmd->post;

    inner = *cmd;
    inner.set = check->set;
    inner.post = check->post;

    rc = check->set(cf, &inner, conf);

    if (rc == NGX_CONF_OK || rc == NGX_CONF_ERROR
        || ngx_strcmp(rc, "is duplicate") == 0)
    {
        return rc;
    }

    args = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid value \"%V\" in \"%V\", it must be %s",
                       &args[1], &cmd->name, check->allowed);

    return NGX_CONF_ERROR;
}
