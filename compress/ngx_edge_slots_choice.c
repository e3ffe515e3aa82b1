
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_choice.h"


ngx_uint_t  ngx_edge_choice_brotli = EDGE_CODING_BR;


static char *
ngx_edge_choice_set_list(ngx_conf_t *cf, ngx_str_t *value,
    ngx_edge_choice_t *choice)
{
    ngx_http_compile_complex_value_t  ccv;

    choice->list = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (choice->list == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = value;
    ccv.complex_value = choice->list;

    return (ngx_http_compile_complex_value(&ccv) == NGX_OK) ? NGX_CONF_OK
                                                            : NGX_CONF_ERROR;
}


static char *
ngx_edge_choice_set_order(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_edge_choice_t *choice)
{
    char        *wrong;
    ngx_str_t   *args;
    ngx_uint_t   i;

    args = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        switch (ngx_edge_choice_add(choice->order, &choice->count, &args[i]))
        {
        case NGX_EDGE_CHOICE_ADDED:
            continue;

        case NGX_EDGE_CHOICE_TWICE:
            wrong = "is named twice";
            break;

        default:
            wrong = "is unknown";
            break;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value: \"%V\" %s in \"%V\", it must be "
                           "\"off\", \"on\" or a variable, alone, or codings "
                           "in order: \"zstd\", \"br\", \"gzip\"",
                           &args[i], wrong, &cmd->name);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_edge_set_choice_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t          *args;
    ngx_edge_choice_t  *choice;

    choice = (ngx_edge_choice_t *) ((char *) conf + cmd->offset);

    if (choice->set != NGX_CONF_UNSET || choice->zstd != NGX_CONF_UNSET
        || choice->brotli != NGX_CONF_UNSET)
    {
        return "is duplicate";
    }

    choice->set = 1;
    args = cf->args->elts;

    if (cf->args->nelts > 2) {
        return ngx_edge_choice_set_order(cf, cmd, choice);
    }

    if (ngx_strcmp(args[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(args[1].data, "on") == 0) {
        choice->count = ngx_edge_choice_all(choice->order);
        return NGX_CONF_OK;
    }

    if (ngx_http_script_variables_count(&args[1])) {
        return ngx_edge_choice_set_list(cf, &args[1], choice);
    }

    return ngx_edge_choice_set_order(cf, cmd, choice);
}


char *
ngx_edge_set_choice_flag_slot(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t          *args;
    ngx_flag_t         *flag;
    ngx_edge_choice_t  *choice;

    choice = (ngx_edge_choice_t *) ((char *) conf + cmd->offset);
    flag = (cmd->post == &ngx_edge_choice_brotli) ? &choice->brotli
                                                  : &choice->zstd;

    if (choice->set != NGX_CONF_UNSET || *flag != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    args = cf->args->elts;

    if (ngx_strcasecmp(args[1].data, (u_char *) "on") == 0) {
        *flag = 1;

    } else if (ngx_strcasecmp(args[1].data, (u_char *) "off") == 0) {
        *flag = 0;

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\", it must be "
                           "\"on\" or \"off\"", &args[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
