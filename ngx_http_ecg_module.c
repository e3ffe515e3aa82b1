
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_alpn.h"
#include "ngx_edge_client_hello.h"
#include "ngx_edge_tls_policy.h"


typedef struct {
    /* first, see ngx_edge_client_hello.h */
    ngx_edge_client_hello_slot_t    slot;
} ngx_http_ecg_main_conf_t;


typedef struct {
    /* ngx_edge_tls_policy_record_t *, of this block alone */
    ngx_array_t                    *records;

    ngx_edge_tls_policy_conf_t      policies;
} ngx_http_ecg_srv_conf_t;


/* Of a request that is not to be answered on its connection. */

typedef struct {
    edge_tls_verdict_e              verdict;
} ngx_http_ecg_ctx_t;


static ngx_int_t ngx_http_ecg_client_hello(ngx_edge_client_hello_t *hello,
    int *alert, void *data);
static ngx_int_t ngx_http_ecg_misdirected_handler(ngx_http_request_t *r);

static ngx_int_t ngx_http_ecg_policy_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_ecg_reason_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);

static ngx_int_t ngx_http_ecg_add_variables(ngx_conf_t *cf);
static ngx_int_t ngx_http_ecg_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_ecg_init_policies(ngx_conf_t *cf);
static void *ngx_http_ecg_create_main_conf(ngx_conf_t *cf);
static void *ngx_http_ecg_create_srv_conf(ngx_conf_t *cf);
static char *ngx_http_ecg_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_http_ecg_policy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_command_t  ngx_http_ecg_commands[] = {

    { ngx_string("ecg_policy"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_2MORE,
      ngx_http_ecg_policy,
      NGX_HTTP_SRV_CONF_OFFSET,
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

    NULL,                                  /* create location configuration */
    NULL                                   /* merge location configuration */
};


ngx_module_t  ngx_http_ecg_module = {
    NGX_MODULE_V1,
    &ngx_http_ecg_module_ctx,              /* module context */
    ngx_http_ecg_commands,                 /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_http_variable_t  ngx_http_ecg_vars[] = {

    { ngx_string("ecg_policy"), NULL, ngx_http_ecg_policy_variable,
      offsetof(ngx_edge_tls_policy_state_t, name), 0, 0 },

    { ngx_string("ecg_policy_source"), NULL, ngx_http_ecg_policy_variable,
      offsetof(ngx_edge_tls_policy_state_t, source), 0, 0 },

    { ngx_string("ecg_reject_reason"), NULL, ngx_http_ecg_reason_variable,
      0, NGX_HTTP_VAR_NOCACHEABLE, 0 },

      ngx_http_null_variable
};


static ngx_int_t
ngx_http_ecg_client_hello(ngx_edge_client_hello_t *hello, int *alert,
    void *data)
{
    ngx_http_ecg_srv_conf_t  *escf;

    escf = hello->conf_ctx->srv_conf[ngx_http_ecg_module.ctx_index];

    if (escf->policies.table.n == 0) {
        return NGX_OK;
    }

    return ngx_edge_tls_policy_apply(hello, alert, &escf->policies);
}


/*
 * A connection made for one host carries requests for another: it has to be
 * as that one demands.
 */

static ngx_int_t
ngx_http_ecg_misdirected_handler(ngx_http_request_t *r)
{
    ngx_http_ecg_ctx_t       *ctx;
    edge_tls_verdict_e        verdict;
    ngx_http_ecg_srv_conf_t  *escf;

    if (r != r->main || r->internal || r->connection->ssl == NULL
        || r->headers_in.server.len == 0)
    {
        return NGX_DECLINED;
    }

    escf = ngx_http_get_module_srv_conf(r, ngx_http_ecg_module);

    if (escf->policies.table.n == 0) {
        return NGX_DECLINED;
    }

    verdict = ngx_edge_tls_policy_verify(r, &escf->policies,
                                         &r->headers_in.server);
    if (verdict == EDGE_TLS_ALLOWED) {
        return NGX_DECLINED;
    }

    ctx = ngx_palloc(r->pool, sizeof(ngx_http_ecg_ctx_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->verdict = verdict;
    ngx_http_set_ctx(r, ctx, ngx_http_ecg_module);

    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                  "misdirected request: %s for host \"%V\"",
                  edge_tls_verdict_text(verdict), &r->headers_in.server);

    return NGX_HTTP_MISDIRECTED_REQUEST;
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


static ngx_int_t
ngx_http_ecg_reason_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    const char          *text;
    ngx_http_ecg_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r->main, ngx_http_ecg_module);

    if (ctx == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    text = edge_tls_verdict_text(ctx->verdict);

    v->len = ngx_strlen(text);
    v->data = (u_char *) text;
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ecg_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *var, *v;

    for (v = ngx_http_ecg_vars; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return ngx_edge_tls_policy_init(cf);
}


static ngx_int_t
ngx_http_ecg_init(ngx_conf_t *cf)
{
    ngx_uint_t                   i, n, http2;
    ngx_http_ecg_srv_conf_t     *escf;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    n = 0;
    http2 = 0;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        escf = cscfp[i]->ctx->srv_conf[ngx_http_ecg_module.ctx_index];

        n += escf->policies.table.n;
        http2 |= escf->policies.http2;
    }

    /* not configured, the module changes nothing */

    if (n == 0) {
        return NGX_OK;
    }

    if (http2) {
        ngx_edge_alpn_install(cf);
    }

    return ngx_http_ecg_init_policies(cf);
}


static ngx_int_t
ngx_http_ecg_init_policies(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_ecg_main_conf_t   *emcf;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_POST_READ_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_ecg_misdirected_handler;

    emcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_ecg_module);

    return ngx_edge_client_hello_add(cf, &emcf->slot,
                                     ngx_http_ecg_client_hello, NULL);
}


static void *
ngx_http_ecg_create_main_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_ecg_main_conf_t));
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
