
#include "ngx_edge_named_slot.h"


#define NGX_EDGE_NAMED_SLOT_TEXT  256


/* The names of an enum or a bitmask: each is the first member of its entry. */

typedef struct {
    u_char  *first;
    size_t   step;
} ngx_edge_named_slot_t;


static ngx_str_t *
ngx_edge_named_slot_name(ngx_edge_named_slot_t *names, ngx_uint_t i)
{
    ngx_str_t  *name;

    name = (ngx_str_t *) (names->first + i * names->step);

    return name->len ? name : NULL;
}


static ngx_uint_t
ngx_edge_named_slot_is_name(ngx_edge_named_slot_t *names, ngx_str_t *value)
{
    ngx_str_t   *name;
    ngx_uint_t   i;

    for (i = 0; (name = ngx_edge_named_slot_name(names, i)); i++) {
        if (name->len == value->len
            && ngx_strncasecmp(name->data, value->data, value->len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* "off", "partitioned" or "revalidated" */

static ngx_int_t
ngx_edge_named_slot_check(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_edge_named_slot_t *names)
{
    u_char       text[NGX_EDGE_NAMED_SLOT_TEXT], *p, *last;
    ngx_str_t   *args, *name;
    ngx_uint_t   i, k;

    args = cf->args->elts;

    for (k = 1; k < cf->args->nelts; k++) {

        if (ngx_edge_named_slot_is_name(names, &args[k])) {
            continue;
        }

        p = text;
        last = text + NGX_EDGE_NAMED_SLOT_TEXT - 1;

        for (i = 0; (name = ngx_edge_named_slot_name(names, i)); i++) {
            p = ngx_slprintf(p, last, "%s\"%V\"",
                             i == 0 ? ""
                             : ngx_edge_named_slot_name(names, i + 1) ? ", "
                             : " or ", name);
        }

        *p = '\0';

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\", it must be %s",
                           &args[k], &cmd->name, text);
        return NGX_ERROR;
    }

    return NGX_OK;
}


char *
ngx_edge_set_enum_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_edge_named_slot_t  names = { cmd->post, sizeof(ngx_conf_enum_t) };

    return ngx_edge_named_slot_check(cf, cmd, &names) == NGX_OK
           ? ngx_conf_set_enum_slot(cf, cmd, conf) : NGX_CONF_ERROR;
}


char *
ngx_edge_set_bitmask_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_edge_named_slot_t  names = { cmd->post, sizeof(ngx_conf_bitmask_t) };

    return ngx_edge_named_slot_check(cf, cmd, &names) == NGX_OK
           ? ngx_conf_set_bitmask_slot(cf, cmd, conf) : NGX_CONF_ERROR;
}
