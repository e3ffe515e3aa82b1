
#include "ngx_edge_local.h"
#include "ngx_edge_policy_api.h"


static ngx_uint_t ngx_edge_policy_api_is_certified(ngx_http_request_t *r);
static ngx_uint_t ngx_edge_policy_api_is_allowed(ngx_http_request_t *r);


ngx_uint_t
ngx_edge_policy_api_may_write(ngx_http_request_t *r)
{
    return ngx_edge_local(r)
           || ngx_edge_policy_api_is_certified(r)
           || ngx_edge_policy_api_is_allowed(r);
}


/*
 * With "ssl_verify_client on" nobody else is here, if it was this server that
 * the handshake was made with: without SNI nginx does not look at that.
 */

static ngx_uint_t
ngx_edge_policy_api_is_certified(ngx_http_request_t *r)
{
    X509                     *cert;
    ngx_ssl_conn_t           *ssl_conn;
    ngx_http_connection_t    *hc;
    ngx_http_ssl_srv_conf_t  *sscf;

    hc = r->main->http_connection;
    sscf = ngx_http_get_module_srv_conf(r, ngx_http_ssl_module);

    if (r->connection->ssl == NULL || sscf->verify != 1
        || sscf != ngx_http_get_module_srv_conf(hc->conf_ctx,
                                                ngx_http_ssl_module))
    {
        return 0;
    }

    ssl_conn = r->connection->ssl->connection;
    cert = SSL_get_peer_certificate(ssl_conn);

    if (cert == NULL) {
        return 0;
    }

    X509_free(cert);

    return SSL_get_verify_result(ssl_conn) == X509_V_OK;
}


/*
 * The handlers of the access phase have let the request pass already.  They
 * are asked again, in their order: one that has nothing to say in this
 * location declines, and one that does allows.
 */

static ngx_uint_t
ngx_edge_policy_api_is_allowed(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_uint_t                  i;
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    if (r != r->main || r->internal) {
        return 0;
    }

    cmcf = ngx_http_get_module_main_conf(r, ngx_http_core_module);

    h = cmcf->phases[NGX_HTTP_ACCESS_PHASE].handlers.elts;

    for (i = cmcf->phases[NGX_HTTP_ACCESS_PHASE].handlers.nelts; i; i--) {

        rc = h[i - 1](r);

        if (rc == NGX_OK) {
            return 1;
        }
    }

    return 0;
}
