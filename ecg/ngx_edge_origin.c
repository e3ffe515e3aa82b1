
#include "ngx_edge_origin.h"


static ngx_int_t ngx_edge_origin_init_server(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, ngx_edge_origin_conf_t *conf);
static ngx_int_t ngx_edge_origin_collect_names(ngx_conf_t *cf,
    ngx_array_t *names);
static int ngx_edge_origin_compare_names(const void *one, const void *two);


static ngx_module_t  *ngx_edge_origin_module;
static size_t         ngx_edge_origin_offset;


char *
ngx_edge_origin_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    size_t                   size;
    u_char                   entry[EDGE_HOSTNAME_MAX + 32];
    ngx_str_t               *value;
    ngx_uint_t               i;
    edge_origin_t           *origin;
    ngx_edge_origin_conf_t  *ocf;

    ocf = (ngx_edge_origin_conf_t *) ((char *) conf + cmd->offset);

    if (ocf->origins) {
        return (char *) "is duplicate";
    }

#if !(NGX_HTTP_V2)

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "\"ecg_origin_frame\" needs nginx built with "
                       "--with-http_v2_module");
    return NGX_CONF_ERROR;

#endif

    value = cf->args->elts;

    ocf->origins = ngx_array_create(cf->pool, 4, sizeof(edge_origin_t));
    if (ocf->origins == NULL) {
        return NGX_CONF_ERROR;
    }

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    ocf->on = 1;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "auto") == 0) {
        ocf->automatic = 1;
        return NGX_CONF_OK;
    }

    size = 0;

    for (i = 1; i < cf->args->nelts; i++) {

        origin = ngx_array_push(ocf->origins);
        if (origin == NULL) {
            return NGX_CONF_ERROR;
        }

        if (ngx_strcmp(value[i].data, "off") == 0
            || ngx_strcmp(value[i].data, "auto") == 0
            || !edge_origin_parse(origin, (char *) value[i].data,
                                  value[i].len))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid host \"%V\" in \"ecg_origin_frame\": "
                               "it must be a hostname, without wildcard, or "
                               "hostname:port; or \"auto\" or \"off\" must be "
                               "the only parameter", &value[i]);
            return NGX_CONF_ERROR;
        }

        size += edge_origin_write_entry(entry, sizeof(entry), origin->host,
                                        origin->len, 65535);
    }

    if (size > EDGE_ORIGIN_FRAME_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "hosts in \"ecg_origin_frame\" need %uz bytes, a "
                           "frame has %d", size, EDGE_ORIGIN_FRAME_MAX);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


void
ngx_edge_origin_merge(ngx_edge_origin_conf_t *prev,
    ngx_edge_origin_conf_t *conf, ngx_edge_tls_policy_conf_t *policies)
{
    if (conf->origins == NULL) {
        *conf = *prev;
    }

    conf->policies = policies;
}


ngx_int_t
ngx_edge_origin_init(ngx_conf_t *cf, ngx_module_t *module, size_t offset,
    ngx_uint_t *used)
{
    ngx_uint_t                   i;
    ngx_array_t                 *names;
    ngx_edge_origin_conf_t      *conf;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_main_conf_t   *cmcf;

    ngx_edge_origin_module = module;
    ngx_edge_origin_offset = offset;

    *used = 0;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    names = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
    if (names == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < cmcf->servers.nelts; i++) {
        conf = ngx_edge_origin_get(cscfp[i]->ctx);

        if (!conf->on) {
            continue;
        }

        *used = 1;
        conf->names = names;

        if (ngx_edge_origin_init_server(cf, cscfp[i], conf) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (*used == 0) {
        return NGX_OK;
    }

    return ngx_edge_origin_collect_names(cf, names);
}


static ngx_int_t
ngx_edge_origin_init_server(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    ngx_edge_origin_conf_t *conf)
{
    ngx_uint_t                n;
    ngx_http_ssl_srv_conf_t  *sscf;

    sscf = cscf->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

    if (conf->automatic && sscf->certificate_values) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"ecg_origin_frame auto\" in server \"%V\" needs "
                      "certificates whose files are named without variables",
                      &cscf->server_name);
        return NGX_ERROR;
    }

    n = cscf->server_names.nelts;

    if (ngx_array_init(&conf->server_names, cf->pool, n ? n : 1,
                       sizeof(ngx_http_server_name_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_memcpy(conf->server_names.elts, cscf->server_names.elts,
               n * sizeof(ngx_http_server_name_t));
    conf->server_names.nelts = n;

    return NGX_OK;
}


static ngx_int_t
ngx_edge_origin_collect_names(ngx_conf_t *cf, ngx_array_t *names)
{
    ngx_str_t                   *name;
    ngx_uint_t                   i, k;
    ngx_http_server_name_t      *sn;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        sn = cscfp[i]->server_names.elts;

        for (k = 0; k < cscfp[i]->server_names.nelts; k++) {

#if (NGX_PCRE)
            if (sn[k].regex) {
                continue;
            }
#endif

            name = ngx_array_push(names);
            if (name == NULL) {
                return NGX_ERROR;
            }

            *name = sn[k].name;

            /* ".example.com" is that name, too */

            if (name->len && name->data[0] == '.') {
                name->data++;
                name->len--;
            }

            if (name->len == 0 || ngx_strlchr(name->data,
                                              name->data + name->len, '*'))
            {
                names->nelts--;
            }
        }
    }

    ngx_qsort(names->elts, names->nelts, sizeof(ngx_str_t),
              ngx_edge_origin_compare_names);

    return NGX_OK;
}


static int
ngx_edge_origin_compare_names(const void *one, const void *two)
{
    const ngx_str_t *a = one;
    const ngx_str_t *b = two;

    return edge_origin_compare((char *) a->data, a->len, (char *) b->data,
                               b->len);
}


ngx_edge_origin_conf_t *
ngx_edge_origin_get(ngx_http_conf_ctx_t *ctx)
{
    u_char  *conf;

    conf = ctx->srv_conf[ngx_edge_origin_module->ctx_index];

    return (ngx_edge_origin_conf_t *) (conf + ngx_edge_origin_offset);
}
