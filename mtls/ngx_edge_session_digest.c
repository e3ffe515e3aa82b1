
#include "ngx_edge_session.h"


static ngx_int_t ngx_edge_session_names(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, ngx_http_ssl_srv_conf_t *sscf,
    ngx_array_t *names);


ngx_int_t
ngx_edge_session_digest(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    ngx_edge_session_conf_t *conf)
{
    ngx_array_t                names;
    ngx_http_ssl_srv_conf_t   *sscf;
    edge_trust_digest_span_t   settings;

    struct {
        ngx_uint_t             verify;
        ngx_uint_t             ocsp;
        ngx_uint_t             revocation;
    } flags;

    sscf = cscf->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

    ngx_memzero(&flags, sizeof(flags));

    flags.verify = sscf->verify;
    flags.ocsp = sscf->ocsp;
    flags.revocation = (conf->revocation != NULL);

    settings.data = &flags;
    settings.len = sizeof(flags);

    if (ngx_edge_session_names(cf, cscf, sscf, &names) != NGX_OK) {
        return NGX_ERROR;
    }

    if (edge_trust_digest_verify(sscf->ssl.ctx, &settings, conf->verify)
           != EDGE_TRUST_DIGEST_OK
        || edge_trust_digest_server(sscf->ssl.ctx, conf->verify, names.elts,
                                    names.nelts, conf->server)
           != EDGE_TRUST_DIGEST_OK)
    {
        ngx_ssl_error(NGX_LOG_EMERG, cf->log, 0,
                      (char *) "cannot digest the trust settings of \"%V\"",
                      &cscf->server_name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* Names of the server, and of certificates that are loaded at run time */

static ngx_int_t
ngx_edge_session_names(ngx_conf_t *cf, ngx_http_core_srv_conf_t *cscf,
    ngx_http_ssl_srv_conf_t *sscf, ngx_array_t *names)
{
    ngx_str_t                 *file;
    ngx_uint_t                 i;
    ngx_http_server_name_t    *name;
    edge_trust_digest_span_t  *span;

    if (ngx_array_init(names, cf->temp_pool, cscf->server_names.nelts + 4,
                       sizeof(edge_trust_digest_span_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    name = cscf->server_names.elts;

    for (i = 0; i < cscf->server_names.nelts; i++) {
        span = ngx_array_push(names);
        if (span == NULL) {
            return NGX_ERROR;
        }

        span->data = name[i].name.data;
        span->len = name[i].name.len;
    }

    if (sscf->certificate_values == NULL) {
        return NGX_OK;
    }

    file = sscf->certificates->elts;

    for (i = 0; i < sscf->certificates->nelts; i++) {
        span = ngx_array_push(names);
        if (span == NULL) {
            return NGX_ERROR;
        }

        span->data = file[i].data;
        span->len = file[i].len;
    }

    return NGX_OK;
}
