
#include "ngx_edge_parameters.h"


/* "key=", or nothing */

static size_t
ngx_edge_parameters_key(const ngx_str_t *arg)
{
    u_char  *equals;

    equals = ngx_strlchr(arg->data, arg->data + arg->len, '=');

    return equals ? (size_t) (equals + 1 - arg->data) : 0;
}


ngx_int_t
ngx_edge_parameters_differ(ngx_conf_t *cf)
{
    size_t       len;
    ngx_str_t   *args;
    ngx_uint_t   i, k;

    args = cf->args->elts;

    for (i = 2; i < cf->args->nelts; i++) {
        len = ngx_edge_parameters_key(&args[i]);

        for (k = 1; len && k < i; k++) {

            /* both end in a NUL */

            if (ngx_strncmp(args[k].data, args[i].data, len) == 0) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "duplicate parameter \"%V\" in \"%V\"",
                                   &args[i], &args[0]);
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}
