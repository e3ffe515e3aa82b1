
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_hot.h"
#include "ngx_edge_alpn.h"
#include "ngx_edge_certificates.h"
#include "ngx_edge_client_hello.h"
#include "ngx_edge_connection.h"
#include "ngx_edge_keylog.h"
#include "ngx_edge_origin.h"
#include "ngx_edge_policy_api.h"
#include "ngx_edge_status.h"
#include "ngx_edge_ticket_keys.h"
#include "ngx_edge_tls_metrics.h"
#include "ngx_edge_tls_policy.h"
#include "ngx_edge_variable_table.h"


typedef struct {
    /* first, see ngx_edge_metrics.h */
    ngx_edge_metrics_slot_t         slot;
    ngx_edge_status_main_t          status;

    ngx_edge_policy_store_conf_t    store;
    ngx_edge_keylog_conf_t          keylog;
    ngx_edge_ticket_keys_conf_t     ticket_keys;
    ngx_edge_certificates_conf_t    certificates;

    /* EDGE_TLS_AUTH_*: the keys of all certificates, 0 if unknown */
    unsigned                        keys;

    /* $ecg_reject_reason, which outlives internal redirects */
    ngx_int_t                       reason;

    /* where an "ecg_api" stands */
    ngx_str_t                       api_file;
    ngx_uint_t                      api_line;

    unsigned                        api:1;
    unsigned                        timing:1;
} ngx_http_ecg_main_conf_t;


typedef struct {
    /* ngx_edge_tls_policy_record_t *, of this block alone */
    ngx_array_t                    *records;

    ngx_edge_tls_policy_conf_t      policies;
    ngx_edge_origin_conf_t          origin;
} ngx_http_ecg_srv_conf_t;


typedef struct {
    ngx_edge_policy_api_conf_t      api;
    ngx_edge_status_conf_t          status;

    /* of the metric in Server-Timing; empty: none */
    ngx_str_t                       timing;
} ngx_http_ecg_loc_conf_t;


static ngx_int_t ngx_http_ecg_client_hello(ngx_edge_client_hello_t *hello,
    int *alert, void *data);
static ngx_int_t ngx_http_ecg_misdirected_handler(ngx_http_request_t *r);

static ngx_int_t ngx_http_ecg_api_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_ecg_status_handler(ngx_http_request_t *r);

static ngx_int_t ngx_http_ecg_header_filter(ngx_http_request_t *r);

static ngx_int_t ngx_http_ecg_policy_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_ecg_reason_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);

static ngx_int_t ngx_http_ecg_add_variables(ngx_conf_t *cf);
static ngx_int_t ngx_http_ecg_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_ecg_init_module(ngx_cycle_t *cycle);
static ngx_int_t ngx_http_ecg_init_process(ngx_cycle_t *cycle);
static void ngx_http_ecg_exit_process(ngx_cycle_t *cycle);
static ngx_int_t ngx_http_ecg_add_misdirected(ngx_conf_t *cf);
static void *ngx_http_ecg_create_main_conf(ngx_conf_t *cf);
static void *ngx_http_ecg_create_srv_conf(ngx_conf_t *cf);
static char *ngx_http_ecg_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_http_ecg_policy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ecg_store(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ecg_keylog(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static void *ngx_http_ecg_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_ecg_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_http_ecg_server_timing(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ecg_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_ecg_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_ecg_status_zone(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static unsigned ngx_http_ecg_certificate_keys(SSL_CTX *ctx);


static ngx_command_t  ngx_http_ecg_commands[] = {

    { ngx_string("ecg_policy"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_2MORE,
      ngx_http_ecg_policy,
      NGX_HTTP_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ecg_store"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE123,
      ngx_http_ecg_store,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ecg_keylog"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_ecg_keylog,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ecg_origin_frame"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_edge_origin_set,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_ecg_srv_conf_t, origin),
      NULL },

    { ngx_string("ecg_ticket_keys"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE123,
      ngx_edge_ticket_keys_set,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_ecg_main_conf_t, ticket_keys),
      &ngx_http_ecg_module },

    { ngx_string("ecg_certificate_warning"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_edge_certificates_set,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_ecg_main_conf_t, certificates),
      NULL },

    { ngx_string("ecg_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ecg_api,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ecg_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_ecg_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ecg_status_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_ecg_status_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ecg_server_timing"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_ecg_server_timing,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_ecg_module_ctx = {
    ngx_http_ecg_add_variables,            /* preconfiguration */
    ngx_http_ecg_init,                     /* postconfiguration */

    ngx_http_ecg_create_main_conf,         /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_http_ecg_create_srv_conf,          /* create server configuration */
    ngx_http_ecg_merge_srv_conf,           /* merge server configuration */

    ngx_http_ecg_create_loc_conf,          /* create location configuration */
    ngx_http_ecg_merge_loc_conf            /* merge location configuration */
};


ngx_module_t  ngx_http_ecg_module = {
    NGX_MODULE_V1,
    &ngx_http_ecg_module_ctx,              /* module context */
    ngx_http_ecg_commands,                 /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_ecg_init_module,              /* init module */
    ngx_http_ecg_init_process,             /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_ecg_exit_process,             /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


#define ngx_http_ecg_tcp_variable(name, figure)                               \
    { ngx_string("ecg_tcp_" name), NULL, ngx_edge_connection_variable,        \
      figure, NGX_HTTP_VAR_NOCACHEABLE, 0 }


static ngx_http_variable_t  ngx_http_ecg_vars[] = {

    { ngx_string("ecg_policy"), NULL, ngx_http_ecg_policy_variable,
      offsetof(ngx_edge_tls_policy_state_t, name), 0, 0 },

    { ngx_string("ecg_policy_source"), NULL, ngx_http_ecg_policy_variable,
      offsetof(ngx_edge_tls_policy_state_t, source), 0, 0 },

    { ngx_string("ecg_reject_reason"), NULL, ngx_http_ecg_reason_variable,
      0, 0, 0 },

    { ngx_string("ecg_certificate_names"), NULL,
      ngx_edge_certificates_variable, NGX_EDGE_CERTIFICATE_NAMES, 0, 0 },

    { ngx_string("ecg_certificate_issuer"), NULL,
      ngx_edge_certificates_variable, NGX_EDGE_CERTIFICATE_ISSUER, 0, 0 },

    { ngx_string("ecg_certificate_days_left"), NULL,
      ngx_edge_certificates_variable, NGX_EDGE_CERTIFICATE_DAYS_LEFT, 0, 0 },

    ngx_http_ecg_tcp_variable("rtt", EDGE_TCP_RTT),
    ngx_http_ecg_tcp_variable("min_rtt", EDGE_TCP_MIN_RTT),
    ngx_http_ecg_tcp_variable("rtt_var", EDGE_TCP_RTT_VAR),
    ngx_http_ecg_tcp_variable("sent", EDGE_TCP_SENT),
    ngx_http_ecg_tcp_variable("recv", EDGE_TCP_RECV),
    ngx_http_ecg_tcp_variable("lost", EDGE_TCP_LOST),
    ngx_http_ecg_tcp_variable("retrans", EDGE_TCP_RETRANS),
    ngx_http_ecg_tcp_variable("sent_bytes", EDGE_TCP_SENT_BYTES),
    ngx_http_ecg_tcp_variable("recv_bytes", EDGE_TCP_RECV_BYTES),
    ngx_http_ecg_tcp_variable("delivery_rate", EDGE_TCP_DELIVERY_RATE),
    ngx_http_ecg_tcp_variable("cwnd", EDGE_TCP_CWND),
    ngx_http_ecg_tcp_variable("unsent_bytes", EDGE_TCP_UNSENT_BYTES),
    ngx_http_ecg_tcp_variable("cid", NGX_EDGE_CONNECTION_CID),
    ngx_http_ecg_tcp_variable("ts", NGX_EDGE_CONNECTION_TS),

      ngx_http_null_variable
};


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


EDGE_HOT static ngx_int_t
ngx_http_ecg_client_hello(ngx_edge_client_hello_t *hello, int *alert,
    void *data)
{
    ngx_http_ecg_srv_conf_t  *escf;

    escf = hello->conf_ctx->srv_conf[ngx_http_ecg_module.ctx_index];

    if (escf->policies.table.n == 0 && escf->policies.store == NULL) {
        return NGX_OK;
    }

    return ngx_edge_tls_policy_apply(hello, alert, &escf->policies);
}


/*
 * A connection made for one host carries requests for another: it has to be
 * as that one demands, and among those that the client was told.
 */

static ngx_int_t
ngx_http_ecg_misdirected_handler(ngx_http_request_t *r)
{
    const char                 *reason;
    ngx_http_ecg_srv_conf_t    *escf;
    ngx_http_ecg_main_conf_t   *emcf;
    ngx_http_variable_value_t  *v;

    if (r != r->main || r->internal || r->connection->ssl == NULL
        || r->headers_in.server.len == 0)
    {
        return NGX_DECLINED;
    }

    reason = ngx_edge_origin_check(r);

    escf = ngx_http_get_module_srv_conf(r, ngx_http_ecg_module);

    if (reason == NULL && (escf->policies.table.n || escf->policies.store)) {
        reason = ngx_edge_tls_policy_verify(r, &escf->policies);
    }

    if (reason == NULL) {
        return NGX_DECLINED;
    }

    emcf = ngx_http_get_module_main_conf(r, ngx_http_ecg_module);
    v = &r->variables[emcf->reason];

    v->len = ngx_strlen(reason);
    v->data = (u_char *) reason;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "misdirected request: %s for host \"%V\"", reason,
                  &r->headers_in.server);

    return NGX_HTTP_MISDIRECTED_REQUEST;
}


static ngx_int_t
ngx_http_ecg_api_handler(ngx_http_request_t *r)
{
    ngx_http_ecg_srv_conf_t   *escf;
    ngx_http_ecg_loc_conf_t   *elcf;
    ngx_http_ecg_main_conf_t  *emcf;

    emcf = ngx_http_get_module_main_conf(r, ngx_http_ecg_module);
    escf = ngx_http_get_module_srv_conf(r, ngx_http_ecg_module);
    elcf = ngx_http_get_module_loc_conf(r, ngx_http_ecg_module);

    elcf->api.policies = &escf->policies;
    elcf->api.keys = emcf->keys;

    return ngx_edge_policy_api(r, &elcf->api);
}


static ngx_int_t
ngx_http_ecg_status_handler(ngx_http_request_t *r)
{
    ngx_edge_status_t          status;
    ngx_http_ecg_loc_conf_t   *elcf;
    ngx_http_ecg_main_conf_t  *emcf;

    emcf = ngx_http_get_module_main_conf(r, ngx_http_ecg_module);
    elcf = ngx_http_get_module_loc_conf(r, ngx_http_ecg_module);

    status.main = &emcf->status;
    status.slot = &emcf->slot;
    status.store = &emcf->store;

    return ngx_edge_status(r, &elcf->status, &status);
}


static ngx_int_t
ngx_http_ecg_header_filter(ngx_http_request_t *r)
{
    ngx_http_ecg_loc_conf_t  *elcf;

    elcf = ngx_http_get_module_loc_conf(r, ngx_http_ecg_module);

    if (elcf->timing.len && r == r->main
        && ngx_edge_connection_add_timing(r, &elcf->timing) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_ecg_policy_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                    *value;
    ngx_edge_tls_policy_state_t  *state;

    state = NULL;

    if (r->connection->ssl) {
        state = ngx_edge_tls_policy_state(r->connection->ssl->connection);
    }

    if (state == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    value = (ngx_str_t *) ((char *) state + data);

    v->len = value->len;
    v->data = value->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


/* Asked unless the request was misdirected, which sets it. */

static ngx_int_t
ngx_http_ecg_reason_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    v->not_found = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ecg_add_variables(ngx_conf_t *cf)
{
    return ngx_edge_variable_table_add(cf, ngx_http_ecg_vars);
}


static ngx_int_t
ngx_http_ecg_init(ngx_conf_t *cf)
{
    ngx_uint_t                   i, n, http2, origins;
    ngx_http_ecg_srv_conf_t     *escf;
    ngx_http_ssl_srv_conf_t     *sscf;
    ngx_http_ecg_main_conf_t    *emcf;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    emcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_ecg_module);

    cscfp = cmcf->servers.elts;

    if (emcf->api && emcf->store.path.data == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"ecg_api\" needs \"ecg_store\" in %V:%ui",
                      &emcf->api_file, emcf->api_line);
        return NGX_ERROR;
    }

    if (ngx_edge_status_init(cf, &emcf->slot, &emcf->status) != NGX_OK
        || ngx_edge_metrics_join(cf, &emcf->slot.metrics, NULL, NULL)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (emcf->slot.metrics
        && ngx_edge_tls_metrics_init(cf, emcf->slot.metrics) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (emcf->timing) {
        ngx_http_next_header_filter = ngx_http_top_header_filter;
        ngx_http_top_header_filter = ngx_http_ecg_header_filter;
    }

    if (emcf->keylog.path.data
        && ngx_edge_keylog_install(cf, &emcf->keylog) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (emcf->ticket_keys.zone
        && ngx_edge_ticket_keys_install(cf, &emcf->ticket_keys) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_edge_certificates_collect(cf, &emcf->certificates) != NGX_OK
        || ngx_edge_origin_init(cf, &ngx_http_ecg_module,
                                offsetof(ngx_http_ecg_srv_conf_t, origin),
                                &origins)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a store may turn HTTP/2 off for a name at any time */

    n = (emcf->store.path.data != NULL);
    http2 = n;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        escf = cscfp[i]->ctx->srv_conf[ngx_http_ecg_module.ctx_index];

        if (emcf->store.path.data) {
            escf->policies.store = &emcf->store;
        }

        n += escf->policies.table.n;
        http2 |= escf->policies.http2;

        sscf = cscfp[i]->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

        if (sscf->ssl.ctx) {
            emcf->keys |= ngx_http_ecg_certificate_keys(sscf->ssl.ctx);
        }
    }

    /* not configured, the module changes nothing */

    if ((n || origins) && ngx_http_ecg_add_misdirected(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (n == 0) {
        return NGX_OK;
    }

    if (http2) {
        ngx_edge_alpn_install(cf);
    }

    return ngx_edge_client_hello_add(cf, &emcf->slot.hello,
                                     ngx_http_ecg_client_hello, NULL);
}


/* Of certificates with variables in their names nothing is known. */

static unsigned
ngx_http_ecg_certificate_keys(SSL_CTX *ctx)
{
    X509      *x;
    unsigned   keys;

    keys = 0;

    if (SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_FIRST) != 1) {
        return EDGE_TLS_AUTH_RSA|EDGE_TLS_AUTH_ECDSA|EDGE_TLS_AUTH_OTHER;
    }

    do {
        x = SSL_CTX_get0_certificate(ctx);

        switch (x ? EVP_PKEY_base_id(X509_get0_pubkey(x)) : EVP_PKEY_NONE) {

        case EVP_PKEY_RSA:
            keys |= EDGE_TLS_AUTH_RSA;
            break;

        default:
            keys |= EDGE_TLS_AUTH_ECDSA;
            break;
        }

    } while (SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_NEXT) == 1);

    return keys;
}


static ngx_int_t
ngx_http_ecg_init_module(ngx_cycle_t *cycle)
{
    ngx_http_ecg_main_conf_t  *emcf;

    emcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_ecg_module);

    if (emcf == NULL) {
        return NGX_OK;
    }

    if (emcf->keylog.path.data) {
        ngx_edge_keylog_warn(cycle, &emcf->keylog);
    }

    ngx_edge_certificates_warn(&emcf->certificates, cycle->log);

    if (emcf->ticket_keys.zone
        && ngx_edge_ticket_keys_load(&emcf->ticket_keys) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (emcf->store.path.data == NULL) {
        return NGX_OK;
    }

    /* an error would end the master process, and the workers that there are */

    if (ngx_edge_policy_store_give(cycle, &emcf->store) != NGX_OK
        && ngx_is_init_cycle(cycle->old_cycle))
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* The store is open before something may happen to it. */

static ngx_int_t
ngx_http_ecg_init_process(ngx_cycle_t *cycle)
{
    ngx_http_ecg_main_conf_t  *emcf;

    emcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_ecg_module);

    if (emcf == NULL) {
        return NGX_OK;
    }

    if (emcf->slot.hello.chain) {
        ngx_edge_client_hello_init_process();
        ngx_edge_tls_policy_state_init_process();
    }

    if (emcf->store.path.data) {
        (void) ngx_edge_policy_store_get(&emcf->store, cycle->log);
    }

    ngx_edge_certificates_start(cycle, &emcf->certificates);

    if (emcf->ticket_keys.zone) {
        ngx_edge_ticket_keys_start(cycle, &emcf->ticket_keys);
    }

    return NGX_OK;
}


static void
ngx_http_ecg_exit_process(ngx_cycle_t *cycle)
{
    ngx_edge_policy_store_exit_process();
    ngx_edge_tls_policy_exit_process();
    ngx_edge_tls_policy_state_exit_process();
    ngx_edge_client_hello_exit_process();
}


static ngx_int_t
ngx_http_ecg_add_misdirected(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_ecg_main_conf_t   *emcf;
    ngx_http_core_main_conf_t  *cmcf;

    static ngx_str_t  reason = ngx_string("ecg_reject_reason");

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_POST_READ_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_ecg_misdirected_handler;

    emcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_ecg_module);
    emcf->reason = ngx_http_get_variable_index(cf, &reason);

    return emcf->reason == NGX_ERROR ? NGX_ERROR : NGX_OK;
}


static void *
ngx_http_ecg_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_ecg_main_conf_t  *emcf;

    emcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_ecg_main_conf_t));
    if (emcf == NULL) {
        return NULL;
    }

    emcf->certificates.before = NGX_CONF_UNSET;
    emcf->certificates.every = NGX_CONF_UNSET;

    return emcf;
}


static void *
ngx_http_ecg_create_srv_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_ecg_srv_conf_t));
}


static char *
ngx_http_ecg_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_ecg_srv_conf_t *prev = parent;
    ngx_http_ecg_srv_conf_t *conf = child;

    ngx_edge_origin_merge(&prev->origin, &conf->origin, &conf->policies);

    /* that of the http block is made once and shared */

    if (prev->records && prev->policies.table.n == 0
        && ngx_edge_tls_policy_merge(cf, prev->records, NULL, &prev->policies)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (conf->records == NULL) {
        conf->policies = prev->policies;
        return NGX_CONF_OK;
    }

    if (ngx_edge_tls_policy_merge(cf, conf->records, prev->records,
                                  &conf->policies)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_ecg_policy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ecg_srv_conf_t *escf = conf;

    ngx_uint_t                      i;
    ngx_edge_tls_policy_record_t  **r, *record;

    record = ngx_edge_tls_policy_parse(cf);
    if (record == NULL) {
        return NGX_CONF_ERROR;
    }

    if (escf->records == NULL) {
        escf->records = ngx_array_create(cf->pool, 4,
                                     sizeof(ngx_edge_tls_policy_record_t *));
        if (escf->records == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    r = escf->records->elts;

    for (i = 0; i < escf->records->nelts; i++) {
        if (r[i]->record.len == record->record.len
            && ngx_strcmp(r[i]->record.name, record->record.name) == 0)
        {
            return (char *) "is duplicate";
        }
    }

    r = ngx_array_push(escf->records);
    if (r == NULL) {
        return NGX_CONF_ERROR;
    }

    *r = record;

    return NGX_CONF_OK;
}


static char *
ngx_http_ecg_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ecg_main_conf_t *emcf = conf;

    return ngx_edge_policy_store_parse(cf, &emcf->store);
}


static char *
ngx_http_ecg_keylog(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ecg_main_conf_t *emcf = conf;

    return ngx_edge_keylog_parse(cf, &emcf->keylog);
}


static void *
ngx_http_ecg_create_loc_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_ecg_loc_conf_t));
}


static char *
ngx_http_ecg_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ecg_loc_conf_t *elcf = conf;

    ngx_str_t                 *value;
    ngx_http_ecg_main_conf_t  *emcf;
    ngx_http_core_loc_conf_t  *clcf;

    if (elcf->api.mode) {
        return (char *) "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "read") == 0) {
        elcf->api.mode = NGX_EDGE_POLICY_API_READ;

    } else if (ngx_strcmp(value[1].data, "write") == 0) {
        elcf->api.mode = NGX_EDGE_POLICY_API_WRITE;

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"ecg_api\": it must be "
                           "read or write", &value[1]);
        return NGX_CONF_ERROR;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

#if (NGX_PCRE)
    if (clcf->regex) {
        return (char *) "cannot be in a location by regular expression";
    }
#endif

    clcf->handler = ngx_http_ecg_api_handler;

    emcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_ecg_module);
    emcf->api = 1;
    emcf->api_file = cf->conf_file->file.name;
    emcf->api_line = cf->conf_file->line;

    if (elcf->api.mode == NGX_EDGE_POLICY_API_WRITE) {
        emcf->store.writable = 1;

#if (NGX_THREADS)
        if (ngx_thread_pool_add(cf, NULL) == NULL) {
            return NGX_CONF_ERROR;
        }
#endif
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_ecg_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ecg_loc_conf_t *elcf = conf;

    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_ecg_main_conf_t  *emcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    clcf->handler = ngx_http_ecg_status_handler;

    emcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_ecg_module);

    return ngx_edge_status_parse(cf, &emcf->slot, &ngx_http_ecg_module,
                                 &elcf->status);
}


static char *
ngx_http_ecg_status_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ecg_main_conf_t *emcf = conf;

    return ngx_edge_status_parse_zone(cf, &emcf->status);
}


static char *
ngx_http_ecg_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_ecg_loc_conf_t *prev = parent;
    ngx_http_ecg_loc_conf_t *conf = child;

    ngx_conf_merge_str_value(conf->timing, prev->timing, "");

    return NGX_CONF_OK;
}


static char *
ngx_http_ecg_server_timing(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ecg_loc_conf_t *elcf = conf;

    ngx_http_ecg_main_conf_t  *emcf;

    emcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_ecg_module);
    emcf->timing = 1;

    return ngx_edge_connection_parse(cf, &elcf->timing);
}
