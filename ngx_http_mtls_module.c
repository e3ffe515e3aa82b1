
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_checked_slot.h"
#include "ngx_edge_id_headers.h"
#include "ngx_edge_identity.h"
#include "ngx_edge_mtls_metrics.h"
#include "ngx_edge_named_slot.h"
#include "ngx_edge_require.h"
#include "ngx_edge_revocation_metrics.h"
#include "ngx_edge_session.h"
#include "ngx_edge_variable_table.h"


/* Intermediate certificates a session may carry for Client-Cert-Chain */

#define NGX_HTTP_MTLS_MAX_CHAIN  16384


/* Variables beside the fields of the identity */

enum {
    NGX_HTTP_MTLS_PRESENTED = NGX_EDGE_IDENTITY_NFIELDS,
    NGX_HTTP_MTLS_VERIFIED,
    NGX_HTTP_MTLS_REVOKED
};


enum {
    NGX_HTTP_MTLS_REJECT,
    NGX_HTTP_MTLS_REPORT
};


typedef struct {
    ngx_edge_client_hello_slot_t  slot;         /* must be the first */

    edge_owned_names_t            owned;
    size_t                        max_chain;    /* in a session, or 0 */
    ngx_edge_revocation_t         revocation;
    ngx_edge_metrics_t           *metrics;
} ngx_http_mtls_main_conf_t;


typedef struct {
    ngx_flag_t                    strip;
    ngx_uint_t                    resumption;
    ngx_uint_t                    revoked;
    ngx_edge_session_conf_t       session;
} ngx_http_mtls_srv_conf_t;


typedef struct {
    ngx_uint_t            sets;
    ngx_str_t             prefix;
    size_t                max_size;
    ngx_array_t          *demands;
    ngx_edge_id_headers_t   *headers;
} ngx_http_mtls_loc_conf_t;


static ngx_int_t ngx_http_mtls_client_hello(ngx_edge_client_hello_t *hello,
    int *alert, void *data);
static ngx_uint_t ngx_http_mtls_is_misdirected(ngx_http_request_t *r);
static ngx_uint_t ngx_http_mtls_is_revoked(ngx_http_request_t *r);
static ngx_int_t ngx_http_mtls_post_read_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_mtls_rewrite_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_mtls_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_mtls_flag_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_mtls_add_variables(ngx_conf_t *cf);
static void *ngx_http_mtls_create_main_conf(ngx_conf_t *cf);
static void ngx_http_mtls_cleanup(void *data);
static void *ngx_http_mtls_create_srv_conf(ngx_conf_t *cf);
static char *ngx_http_mtls_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child);
static void *ngx_http_mtls_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_mtls_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_http_mtls_headers(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_mtls_require(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_mtls_init_main_conf(ngx_conf_t *cf, void *conf);
static ngx_int_t ngx_http_mtls_init(ngx_conf_t *cf);
static ngx_int_t ngx_http_mtls_init_sessions(ngx_conf_t *cf);
static ngx_int_t ngx_http_mtls_check_cache(ngx_conf_t *cf);
static ngx_int_t ngx_http_mtls_init_module(ngx_cycle_t *cycle);
static ngx_int_t ngx_http_mtls_init_process(ngx_cycle_t *cycle);
static void ngx_http_mtls_exit_process(ngx_cycle_t *cycle);
static ngx_int_t ngx_http_mtls_init_phases(ngx_conf_t *cf);


static ngx_conf_bitmask_t  ngx_http_mtls_sets[] = {
    { ngx_string("off"), NGX_EDGE_HEADERS_OFF },
    { ngx_string("cf"), NGX_EDGE_HEADERS_CF },
    { ngx_string("rfc9440"), NGX_EDGE_HEADERS_RFC9440 },
    { ngx_string("xfcc"), NGX_EDGE_HEADERS_XFCC },
    { ngx_string("san"), NGX_EDGE_HEADERS_SAN },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_mtls_resumption[] = {
    { ngx_string("off"), NGX_EDGE_SESSION_OFF },
    { ngx_string("partitioned"), NGX_EDGE_SESSION_PARTITIONED },
    { ngx_string("revalidated"), NGX_EDGE_SESSION_REVALIDATED },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_http_mtls_revoked[] = {
    { ngx_string("reject"), NGX_HTTP_MTLS_REJECT },
    { ngx_string("report"), NGX_HTTP_MTLS_REPORT },
    { ngx_null_string, 0 }
};


static ngx_conf_post_t  ngx_http_mtls_prefix_post = {
    ngx_edge_id_headers_check_prefix
};


static ngx_edge_slot_check_t  ngx_http_mtls_check_size = {
    ngx_conf_set_size_slot, NULL, "a size, as \"8k\""
};


static ngx_command_t  ngx_http_mtls_commands[] = {

    { ngx_string("mtls_headers"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_mtls_headers,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_mtls_loc_conf_t, sets),
      &ngx_http_mtls_sets },

    { ngx_string("mtls_header_prefix"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_mtls_loc_conf_t, prefix),
      &ngx_http_mtls_prefix_post },

    { ngx_string("mtls_header_max_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_edge_set_checked_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_mtls_loc_conf_t, max_size),
      &ngx_http_mtls_check_size },

    { ngx_string("mtls_strip"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_mtls_srv_conf_t, strip),
      NULL },

    { ngx_string("mtls_resumption"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_edge_set_enum_slot,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_mtls_srv_conf_t, resumption),
      &ngx_http_mtls_resumption },

    { ngx_string("mtls_revoked"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_edge_set_enum_slot,
      NGX_HTTP_SRV_CONF_OFFSET,
      offsetof(ngx_http_mtls_srv_conf_t, revoked),
      &ngx_http_mtls_revoked },

    { ngx_string("mtls_crl"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_edge_revocation_set_path,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_mtls_main_conf_t, revocation),
      NULL },

    { ngx_string("mtls_crl_policy"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE123,
      ngx_edge_revocation_set_policy,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_mtls_main_conf_t, revocation),
      NULL },

    { ngx_string("mtls_crl_check"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_edge_set_checked_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_mtls_main_conf_t, revocation.interval),
      &ngx_edge_revocation_check_interval },

    { ngx_string("mtls_crl_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_edge_set_checked_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_mtls_main_conf_t, revocation.zone_size),
      &ngx_edge_revocation_check_zone },

    { ngx_string("mtls_require"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_http_mtls_require,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_mtls_module_ctx = {
    ngx_http_mtls_add_variables,           /* preconfiguration */
    ngx_http_mtls_init,                    /* postconfiguration */

    ngx_http_mtls_create_main_conf,        /* create main configuration */
    ngx_http_mtls_init_main_conf,          /* init main configuration */

    ngx_http_mtls_create_srv_conf,         /* create server configuration */
    ngx_http_mtls_merge_srv_conf,          /* merge server configuration */

    ngx_http_mtls_create_loc_conf,         /* create location configuration */
    ngx_http_mtls_merge_loc_conf           /* merge location configuration */
};


ngx_module_t  ngx_http_mtls_module = {
    NGX_MODULE_V1,
    &ngx_http_mtls_module_ctx,             /* module context */
    ngx_http_mtls_commands,                /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_mtls_init_module,             /* init module */
    ngx_http_mtls_init_process,            /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_mtls_exit_process,            /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


#define ngx_http_mtls_field(name, field)                                      \
    { ngx_string(name), NULL, ngx_http_mtls_variable, field,          \
      NGX_HTTP_VAR_CHANGEABLE, 0 }

#define ngx_http_mtls_flag(name, flag)                                        \
    { ngx_string(name), NULL, ngx_http_mtls_flag_variable, flag,      \
      NGX_HTTP_VAR_NOCACHEABLE, 0 }


static ngx_http_variable_t  ngx_http_mtls_vars[] = {
    ngx_http_mtls_flag("mtls_presented", NGX_HTTP_MTLS_PRESENTED),
    ngx_http_mtls_flag("mtls_verified", NGX_HTTP_MTLS_VERIFIED),
    ngx_http_mtls_flag("mtls_revoked", NGX_HTTP_MTLS_REVOKED),
    ngx_http_mtls_field("mtls_subject_dn", EDGE_CERTIFICATE_SUBJECT_DN),
    ngx_http_mtls_field("mtls_subject_dn_rfc2253", EDGE_CERTIFICATE_SUBJECT_DN),
    ngx_http_mtls_field("mtls_subject_dn_legacy",
                        EDGE_CERTIFICATE_SUBJECT_DN_LEGACY),
    ngx_http_mtls_field("mtls_issuer_dn", EDGE_CERTIFICATE_ISSUER_DN),
    ngx_http_mtls_field("mtls_issuer_dn_rfc2253", EDGE_CERTIFICATE_ISSUER_DN),
    ngx_http_mtls_field("mtls_issuer_dn_legacy",
                        EDGE_CERTIFICATE_ISSUER_DN_LEGACY),
    ngx_http_mtls_field("mtls_serial", EDGE_CERTIFICATE_SERIAL),
    ngx_http_mtls_field("mtls_issuer_serial", NGX_EDGE_IDENTITY_ISSUER_SERIAL),
    ngx_http_mtls_field("mtls_ski", EDGE_CERTIFICATE_SKI),
    ngx_http_mtls_field("mtls_issuer_ski", NGX_EDGE_IDENTITY_ISSUER_SKI),
    ngx_http_mtls_field("mtls_not_before", EDGE_CERTIFICATE_NOT_BEFORE),
    ngx_http_mtls_field("mtls_not_after", EDGE_CERTIFICATE_NOT_AFTER),
    ngx_http_mtls_field("mtls_sha1", EDGE_CERTIFICATE_SHA1),
    ngx_http_mtls_field("mtls_sha256", EDGE_CERTIFICATE_SHA256),
    ngx_http_mtls_field("mtls_san_dns", EDGE_CERTIFICATE_SAN_DNS),
    ngx_http_mtls_field("mtls_san_uri", EDGE_CERTIFICATE_SAN_URI),
    ngx_http_mtls_field("mtls_san_email", EDGE_CERTIFICATE_SAN_EMAIL),
    ngx_http_mtls_field("mtls_san_ip", EDGE_CERTIFICATE_SAN_IP),
    ngx_http_mtls_field("mtls_client_cert", NGX_EDGE_IDENTITY_CLIENT_CERT),
    ngx_http_mtls_field("mtls_client_cert_chain",
                        NGX_EDGE_IDENTITY_CLIENT_CERT_CHAIN),
    ngx_http_mtls_field("mtls_xfcc", NGX_EDGE_IDENTITY_XFCC),

      ngx_http_null_variable
};


static ngx_int_t
ngx_http_mtls_client_hello(ngx_edge_client_hello_t *hello, int *alert,
    void *data)
{
    ngx_http_mtls_srv_conf_t  *mscf;

    mscf = hello->conf_ctx->srv_conf[ngx_http_mtls_module.ctx_index];

    return ngx_edge_session_hello(hello, &mscf->session);
}


/* nginx itself does not look at requests on connections without SNI */

static ngx_uint_t
ngx_http_mtls_is_misdirected(ngx_http_request_t *r)
{
    ngx_http_ssl_srv_conf_t  *sscf;

    if (r != r->main || r->internal || r->connection->ssl == NULL) {
        return 0;
    }

    sscf = ngx_http_get_module_srv_conf(r, ngx_http_ssl_module);

    return sscf->verify && !ngx_edge_identity_belongs(r);
}


/*
 * Lists may have changed since the handshake.  An error of the handshake was
 * answered by nginx; a certificate that need not be verified may have one.
 */

static ngx_uint_t
ngx_http_mtls_is_revoked(ngx_http_request_t *r)
{
    ngx_ssl_conn_t            *ssl;
    ngx_http_mtls_srv_conf_t  *mscf;

    if (r != r->main || r->internal || r->connection->ssl == NULL) {
        return 0;
    }

    ssl = r->connection->ssl->connection;
    mscf = ngx_http_get_module_srv_conf(r, ngx_http_mtls_module);

    return mscf->revoked == NGX_HTTP_MTLS_REJECT
           && ngx_edge_identity_state(r) != NGX_EDGE_IDENTITY_NONE
           && SSL_get_verify_result(ssl) == X509_V_OK
           && ngx_edge_session_revocation(ssl) != NGX_EDGE_REVOCATION_GOOD;
}


/* Before any other module has seen the headers */

static ngx_int_t
ngx_http_mtls_post_read_handler(ngx_http_request_t *r)
{
    ngx_http_mtls_srv_conf_t   *mscf;
    ngx_http_mtls_main_conf_t  *mmcf;

    if (ngx_http_mtls_is_misdirected(r)) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client requested a server whose client certificates "
                      "are verified otherwise than was negotiated");
        ngx_edge_mtls_metrics_refused(r, "misdirected");
        return NGX_HTTP_MISDIRECTED_REQUEST;
    }

    if (ngx_http_mtls_is_revoked(r)) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, 0,
                      "client certificate is revoked, or cannot be looked up");
        ngx_edge_mtls_metrics_refused(r, "revoked");
        return NGX_HTTPS_CERT_ERROR;
    }

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_mtls_module);
    mscf = ngx_http_get_module_srv_conf(r, ngx_http_mtls_module);

    if (ngx_edge_id_headers_apply(r, &mmcf->owned, mscf->strip, NULL)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_DECLINED;
}


/*
 * The location is known.  A subrequest, a redirect and the page of an early
 * error come here without having been in the phases before.
 */

static ngx_int_t
ngx_http_mtls_rewrite_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_http_mtls_srv_conf_t   *mscf;
    ngx_http_mtls_loc_conf_t   *mlcf;
    ngx_http_mtls_main_conf_t  *mmcf;

    mmcf = ngx_http_get_module_main_conf(r, ngx_http_mtls_module);
    mscf = ngx_http_get_module_srv_conf(r, ngx_http_mtls_module);
    mlcf = ngx_http_get_module_loc_conf(r, ngx_http_mtls_module);

    if (mlcf->demands) {
        rc = ngx_edge_require_check(r, mlcf->demands);

        if (rc != NGX_OK) {
            return (rc == NGX_ERROR) ? NGX_HTTP_INTERNAL_SERVER_ERROR : rc;
        }
    }

    if (ngx_edge_id_headers_apply(r, &mmcf->owned, mscf->strip, mlcf->headers)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_mtls_variable(ngx_http_request_t *r, ngx_http_variable_value_t *v,
    uintptr_t data)
{
    ngx_int_t  rc;
    ngx_str_t  value;

    rc = NGX_DECLINED;

    if (ngx_edge_identity_state(r) != NGX_EDGE_IDENTITY_NONE) {
        rc = ngx_edge_identity_get(r, data, &value);
    }

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc != NGX_OK) {
        v->not_found = 1;
        return NGX_OK;
    }

    v->len = value.len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    v->data = value.data;

    return NGX_OK;
}


/* "1" or "0", as if and map want them */

static ngx_int_t
ngx_http_mtls_flag_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_uint_t                 yes;
    ngx_edge_identity_state_e  state;

    state = ngx_edge_identity_state(r);

    switch (data) {
    case NGX_HTTP_MTLS_PRESENTED:
        yes = (state != NGX_EDGE_IDENTITY_NONE);
        break;

    case NGX_HTTP_MTLS_VERIFIED:
        yes = (state == NGX_EDGE_IDENTITY_VERIFIED);
        break;

    default: /* NGX_HTTP_MTLS_REVOKED */
        yes = (state == NGX_EDGE_IDENTITY_REVOKED);
    }

    v->len = 1;
    v->valid = 1;
    v->no_cacheable = 1;
    v->not_found = 0;
    v->data = (u_char *) (yes ? "1" : "0");

    return NGX_OK;
}


static ngx_int_t
ngx_http_mtls_add_variables(ngx_conf_t *cf)
{
    return ngx_edge_variable_table_add(cf, ngx_http_mtls_vars);
}


static void *
ngx_http_mtls_create_main_conf(ngx_conf_t *cf)
{
    ngx_pool_cleanup_t         *cln;
    ngx_http_mtls_main_conf_t  *mmcf;

    mmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_mtls_main_conf_t));
    if (mmcf == NULL) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_http_mtls_cleanup;
    cln->data = &mmcf->owned;

    if (ngx_edge_revocation_create_conf(cf, &mmcf->revocation) != NGX_OK) {
        return NULL;
    }

    return mmcf;
}


static void
ngx_http_mtls_cleanup(void *data)
{
    edge_owned_names_free(data);
}


static char *
ngx_http_mtls_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_mtls_main_conf_t  *mmcf = conf;

    return ngx_edge_revocation_init_conf(cf, &mmcf->revocation);
}


static void *
ngx_http_mtls_create_srv_conf(ngx_conf_t *cf)
{
    ngx_http_mtls_srv_conf_t  *mscf;

    mscf = ngx_pcalloc(cf->pool, sizeof(ngx_http_mtls_srv_conf_t));
    if (mscf == NULL) {
        return NULL;
    }

    mscf->strip = NGX_CONF_UNSET;
    mscf->resumption = NGX_CONF_UNSET_UINT;
    mscf->revoked = NGX_CONF_UNSET_UINT;

    return mscf;
}


static char *
ngx_http_mtls_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_mtls_srv_conf_t  *prev = parent;
    ngx_http_mtls_srv_conf_t  *conf = child;

    ngx_conf_merge_value(conf->strip, prev->strip, 1);
    ngx_conf_merge_uint_value(conf->revoked, prev->revoked,
                              NGX_HTTP_MTLS_REJECT);

    /* the default depends on ssl_verify_client, see below */

    if (conf->resumption == NGX_CONF_UNSET_UINT) {
        conf->resumption = prev->resumption;
    }

    return NGX_CONF_OK;
}


static void *
ngx_http_mtls_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_mtls_loc_conf_t  *mlcf;

    mlcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_mtls_loc_conf_t));
    if (mlcf == NULL) {
        return NULL;
    }

    mlcf->max_size = NGX_CONF_UNSET_SIZE;
    mlcf->demands = NGX_CONF_UNSET_PTR;

    return mlcf;
}


static char *
ngx_http_mtls_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_mtls_loc_conf_t   *prev = parent;
    ngx_http_mtls_loc_conf_t   *conf = child;
    ngx_http_mtls_main_conf_t  *mmcf;

    ngx_conf_merge_bitmask_value(conf->sets, prev->sets,
                                 (NGX_CONF_BITMASK_SET|NGX_EDGE_HEADERS_OFF));
    ngx_conf_merge_str_value(conf->prefix, prev->prefix, "Cf-");
    ngx_conf_merge_size_value(conf->max_size, prev->max_size, 8192);
    ngx_conf_merge_ptr_value(conf->demands, prev->demands, NULL);

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_mtls_module);

    if (conf->sets & NGX_EDGE_HEADERS_RFC9440) {
        mmcf->max_chain = NGX_HTTP_MTLS_MAX_CHAIN;
    }

    /* a location that changes nothing shares the headers of its parent */

    if (prev->headers && conf->sets == prev->sets
        && conf->max_size == prev->max_size
        && conf->prefix.data == prev->prefix.data)
    {
        conf->headers = prev->headers;
        return NGX_CONF_OK;
    }

    if (ngx_edge_id_headers_create(cf, &mmcf->owned, conf->sets, &conf->prefix,
                                conf->max_size, &conf->headers)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_mtls_headers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                      *rv;
    ngx_http_mtls_loc_conf_t  *mlcf = conf;

    rv = ngx_edge_set_bitmask_slot(cf, cmd, conf);

    if (rv == NGX_CONF_OK
        && (mlcf->sets & NGX_EDGE_HEADERS_OFF)
        && (mlcf->sets & NGX_EDGE_HEADERS_ALL))
    {
        return (char *) "has \"off\", which cannot be combined with others";
    }

    return rv;
}


static char *
ngx_http_mtls_require(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t                 *args;
    ngx_http_mtls_loc_conf_t  *mlcf;

    mlcf = conf;
    args = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(args[1].data, "off") == 0) {
        if (mlcf->demands != NGX_CONF_UNSET_PTR) {
            return (char *) "is duplicate";
        }

        mlcf->demands = NULL;
        return NGX_CONF_OK;
    }

    if (mlcf->demands == NULL) {
        return (char *) "cannot be combined with \"mtls_require off\"";
    }

    if (mlcf->demands == NGX_CONF_UNSET_PTR) {
        mlcf->demands = NULL;
    }

    return ngx_edge_require_parse(cf, &mlcf->demands);
}


static ngx_int_t
ngx_http_mtls_init(ngx_conf_t *cf)
{
    ngx_str_t                   prefix = ngx_string("Cf-");
    ngx_edge_id_headers_t         *none;
    ngx_http_mtls_main_conf_t  *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_mtls_module);

    if (ngx_edge_metrics_join(cf, &mmcf->metrics, ngx_edge_revocation_tell,
                              &mmcf->revocation)
           != NGX_OK
        || ngx_edge_identity_init(cf) != NGX_OK
        || ngx_edge_session_init(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* the default prefix is owned wherever the module is loaded */

    if (ngx_edge_id_headers_create(cf, &mmcf->owned, NGX_EDGE_HEADERS_OFF,
                                   &prefix, 0, &none)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (mmcf->revocation.paths.nelts
        && ngx_edge_revocation_init(cf, &mmcf->revocation,
                                    &ngx_http_mtls_module)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_mtls_init_sessions(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_mtls_init_phases(cf);
}


/* A configuration that verifies no clients is left as it is. */

static ngx_int_t
ngx_http_mtls_init_sessions(ngx_conf_t *cf)
{
    ngx_uint_t                   s, is_mutual;
    ngx_http_ssl_srv_conf_t     *sscf;
    ngx_http_mtls_srv_conf_t    *mscf;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_main_conf_t   *cmcf;
    ngx_http_mtls_main_conf_t   *mmcf;

    mmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_mtls_module);
    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    is_mutual = 0;
    cscfp = cmcf->servers.elts;

    for (s = 0; s < cmcf->servers.nelts; s++) {
        sscf = cscfp[s]->ctx->srv_conf[ngx_http_ssl_module.ctx_index];
        mscf = cscfp[s]->ctx->srv_conf[ngx_http_mtls_module.ctx_index];

        mscf->session.metrics = mmcf->metrics;
        mscf->session.max_chain = mmcf->max_chain;
        mscf->session.mode = mscf->resumption;
        mscf->session.reported = (mscf->revoked == NGX_HTTP_MTLS_REPORT);
        mscf->session.revocation = mmcf->revocation.zone ? &mmcf->revocation
                                                         : NULL;

        if (mscf->resumption == NGX_CONF_UNSET_UINT) {
            mscf->session.mode = sscf->verify ? NGX_EDGE_SESSION_OFF
                                              : NGX_EDGE_SESSION_STOCK;
        }

        is_mutual |= (sscf->verify
                      || mscf->session.mode != NGX_EDGE_SESSION_STOCK);
    }

    for (s = 0; is_mutual && s < cmcf->servers.nelts; s++) {
        sscf = cscfp[s]->ctx->srv_conf[ngx_http_ssl_module.ctx_index];
        mscf = cscfp[s]->ctx->srv_conf[ngx_http_mtls_module.ctx_index];

        if (sscf->ssl.ctx
            && ngx_edge_session_init_server(cf, cscfp[s], &mscf->session)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (sscf->ssl.ctx && sscf->verify && mscf->session.revocation
            && ngx_edge_revocation_add_issuers(cf, &mmcf->revocation,
                                               sscf->ssl.ctx)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (!is_mutual) {
        return NGX_OK;
    }

    if (ngx_http_mtls_check_cache(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_edge_client_hello_add(cf, &mmcf->slot,
                                     ngx_http_mtls_client_hello, NULL);
}


/* OpenSSL resumes from its built-in cache without asking anybody. */

static ngx_int_t
ngx_http_mtls_check_cache(ngx_conf_t *cf)
{
    ngx_uint_t                   s, revalidated;
    ngx_http_ssl_srv_conf_t     *sscf;
    ngx_http_mtls_srv_conf_t    *mscf;
    ngx_http_core_srv_conf_t   **cscfp, *builtin;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    builtin = NULL;
    revalidated = 0;
    cscfp = cmcf->servers.elts;

    for (s = 0; s < cmcf->servers.nelts; s++) {
        sscf = cscfp[s]->ctx->srv_conf[ngx_http_ssl_module.ctx_index];
        mscf = cscfp[s]->ctx->srv_conf[ngx_http_mtls_module.ctx_index];

        if (sscf->ssl.ctx
            && (sscf->builtin_session_cache >= 0
                || sscf->builtin_session_cache == NGX_SSL_DFLT_BUILTIN_SCACHE))
        {
            builtin = cscfp[s];
        }

        revalidated |= (mscf->session.mode == NGX_EDGE_SESSION_REVALIDATED);
    }

    if (builtin && revalidated) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"mtls_resumption revalidated\" cannot be used together "
                      "with \"ssl_session_cache builtin\", "
                      "\"shared\" is allowed, in server in %s:%ui",
                      builtin->file_name, builtin->line);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_mtls_init_phases(ngx_conf_t *cf)
{
    ngx_uint_t                  i;
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    static const struct {
        ngx_http_phases      phase;
        ngx_http_handler_pt  handler;
    } phases[] = {
        { NGX_HTTP_POST_READ_PHASE, ngx_http_mtls_post_read_handler },
        { NGX_HTTP_SERVER_REWRITE_PHASE, ngx_http_mtls_post_read_handler },
        { NGX_HTTP_REWRITE_PHASE, ngx_http_mtls_rewrite_handler }
    };

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    for (i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
        h = ngx_array_push(&cmcf->phases[phases[i].phase].handlers);
        if (h == NULL) {
            return NGX_ERROR;
        }

        *h = phases[i].handler;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_mtls_init_module(ngx_cycle_t *cycle)
{
    ngx_http_mtls_main_conf_t  *mmcf;

    mmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_mtls_module);

    if (mmcf == NULL || mmcf->revocation.zone == NULL || ngx_test_config) {
        return NGX_OK;
    }

    return ngx_edge_revocation_start(&mmcf->revocation, cycle->log);
}


static ngx_int_t
ngx_http_mtls_init_process(ngx_cycle_t *cycle)
{
    ngx_http_mtls_main_conf_t  *mmcf;

    mmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_mtls_module);

    if (mmcf && mmcf->revocation.zone
        && (ngx_process == NGX_PROCESS_WORKER
            || ngx_process == NGX_PROCESS_SINGLE))
    {
        ngx_edge_session_watch(cycle, &mmcf->revocation);
    }

    return NGX_OK;
}


static void
ngx_http_mtls_exit_process(ngx_cycle_t *cycle)
{
    ngx_edge_client_hello_exit_process();
}
