
#include "ngx_edge_virtual_server.h"


ngx_http_core_srv_conf_t *
ngx_edge_virtual_server(ngx_http_virtual_names_t *names, ngx_str_t *host)
{
#if (NGX_PCRE)
    ngx_uint_t                 i;
#endif
    ngx_http_core_srv_conf_t  *server;

    server = ngx_hash_find_combined(&names->names,
                                    ngx_hash_key(host->data, host->len),
                                    host->data, host->len);
    if (server) {
        return server;
    }

#if (NGX_PCRE)

    for (i = 0; i < names->nregex; i++) {
        if (ngx_regex_exec(names->regex[i].regex->regex, host, NULL, 0) >= 0) {
            return names->regex[i].server;
        }
    }

#endif

    return NULL;
}
