
#include "ngx_edge_tls_servers.h"


ngx_uint_t
ngx_edge_tls_servers_next(ngx_conf_t *cf, ngx_edge_tls_server_t *server)
{
    ngx_http_core_srv_conf_t   **cscfp, *cscf;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    while (server->next < cmcf->servers.nelts) {
        cscf = cscfp[server->next++];

        server->name = &cscf->server_name;
        server->conf = cscf->ctx->srv_conf[ngx_http_ssl_module.ctx_index];
        server->ctx = server->conf->ssl.ctx;

        if (server->ctx) {
            return 1;
        }
    }

    return 0;
}
