
#include "edge_hot.h"
#include "ngx_edge_blocks.h"
#include "ngx_edge_client_hello.h"
#include "ngx_edge_tls_servers.h"


typedef struct {
    ngx_edge_client_hello_pt        handler;
    void                           *data;
} ngx_edge_client_hello_handler_t;


typedef struct {
    ngx_array_t                     handlers;
    unsigned                        bounded:1;
} ngx_edge_client_hello_chain_t;


/* Kept from the first ClientHello to the second. */

typedef struct {
    ngx_str_t                       sni;
    u_char                          name[TLSEXT_MAXLEN_host_name];
} ngx_edge_client_hello_state_t;


static ngx_edge_client_hello_chain_t *ngx_edge_client_hello_find_chain(
    ngx_conf_t *cf, ngx_edge_client_hello_slot_t *slot);
static ngx_edge_client_hello_chain_t *ngx_edge_client_hello_create_chain(
    ngx_conf_t *cf);
static void ngx_edge_client_hello_install(ngx_conf_t *cf,
    ngx_edge_client_hello_chain_t *chain);
static unsigned ngx_edge_client_hello_is_bounded(SSL_CTX *ctx);
static int ngx_edge_client_hello_callback(ngx_ssl_conn_t *ssl_conn, int *alert,
    void *arg);
static ngx_int_t ngx_edge_client_hello_sni(ngx_ssl_conn_t *ssl_conn,
    int *alert, ngx_str_t *sni);
static ngx_int_t ngx_edge_client_hello_retry(ngx_edge_client_hello_t *hello,
    int *alert);
static ngx_int_t ngx_edge_client_hello_keep(ngx_edge_client_hello_t *hello);
static void ngx_edge_client_hello_release(void *data);


static ngx_str_t  ngx_edge_client_hello_modules[] = {
    ngx_string("ngx_http_ecg_module"),
    ngx_string("ngx_http_mtls_module"),
    ngx_null_string
};

static edge_blocks_t  ngx_edge_client_hello_states;


ngx_int_t
ngx_edge_client_hello_add(ngx_conf_t *cf, ngx_edge_client_hello_slot_t *slot,
    ngx_edge_client_hello_pt handler, void *data)
{
    ngx_edge_client_hello_chain_t    *chain;
    ngx_edge_client_hello_handler_t  *h;

    if (slot->chain == NULL) {
        slot->magic = NGX_EDGE_CLIENT_HELLO_MAGIC;
        slot->version = NGX_EDGE_CLIENT_HELLO_VERSION;

        slot->chain = ngx_edge_client_hello_find_chain(cf, slot);
        if (slot->chain == NULL) {
            return NGX_ERROR;
        }
    }

    chain = slot->chain;

    h = ngx_array_push(&chain->handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->handler = handler;
    h->data = data;

    return NGX_OK;
}


static ngx_edge_client_hello_chain_t *
ngx_edge_client_hello_find_chain(ngx_conf_t *cf,
    ngx_edge_client_hello_slot_t *slot)
{
    ngx_str_t                     *name;
    ngx_uint_t                     i;
    ngx_module_t                  *module;
    ngx_edge_client_hello_slot_t  *other;

    for (i = 0; cf->cycle->modules[i]; i++) {
        module = cf->cycle->modules[i];

        if (module->type != NGX_HTTP_MODULE) {
            continue;
        }

        for (name = ngx_edge_client_hello_modules; name->len; name++) {
            if (ngx_strcmp(name->data, module->name) == 0) {
                break;
            }
        }

        if (name->len == 0) {
            continue;
        }

        other = ((ngx_http_conf_ctx_t *) cf->ctx)->main_conf[module->ctx_index];

        if (other == NULL || other == slot
            || other->magic != NGX_EDGE_CLIENT_HELLO_MAGIC)
        {
            continue;
        }

        if (other->version != NGX_EDGE_CLIENT_HELLO_VERSION) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "module \"%V\" is of another release than the "
                          "edge modules loaded beside it", name);
            return NULL;
        }

        if (other->chain) {
            return other->chain;
        }
    }

    return ngx_edge_client_hello_create_chain(cf);
}


static ngx_edge_client_hello_chain_t *
ngx_edge_client_hello_create_chain(ngx_conf_t *cf)
{
    ngx_edge_client_hello_chain_t  *chain;

    chain = ngx_pcalloc(cf->pool, sizeof(ngx_edge_client_hello_chain_t));
    if (chain == NULL) {
        return NULL;
    }

    if (ngx_array_init(&chain->handlers, cf->pool, 4,
                       sizeof(ngx_edge_client_hello_handler_t))
        != NGX_OK)
    {
        return NULL;
    }

    ngx_edge_client_hello_install(cf, chain);

    return chain;
}


static void
ngx_edge_client_hello_install(ngx_conf_t *cf,
    ngx_edge_client_hello_chain_t *chain)
{
    ngx_edge_tls_server_t  server;

    ngx_memzero(&server, sizeof(ngx_edge_tls_server_t));

    while (ngx_edge_tls_servers_next(cf, &server)) {
        chain->bounded |= ngx_edge_client_hello_is_bounded(server.ctx);

        SSL_CTX_set_client_hello_cb(server.ctx, ngx_edge_client_hello_callback,
                                    chain);
    }
}


/* nginx sets none but TLSv1.3, the greatest there is; "ssl_conf_command" may */

static unsigned
ngx_edge_client_hello_is_bounded(SSL_CTX *ctx)
{
    long  max;

    max = SSL_CTX_get_max_proto_version(ctx);

    return SSL_CTX_get_min_proto_version(ctx) != 0
           || (max != 0 && max != TLS1_3_VERSION);
}


EDGE_HOT static int
ngx_edge_client_hello_callback(ngx_ssl_conn_t *ssl_conn, int *alert, void *arg)
{
    ngx_edge_client_hello_chain_t *chain = arg;

    ngx_uint_t                        i;
    ngx_edge_client_hello_t           hello;
    ngx_edge_client_hello_handler_t  *h;

    *alert = SSL_AD_HANDSHAKE_FAILURE;

    ngx_memzero(&hello, sizeof(ngx_edge_client_hello_t));

    hello.ssl_conn = ssl_conn;
    hello.bounded = chain->bounded;
    hello.connection = ngx_ssl_get_connection(ssl_conn);

    if (hello.connection->ssl->handshaked) {
        *alert = SSL_AD_NO_RENEGOTIATION;
        return SSL_CLIENT_HELLO_ERROR;
    }

    if (ngx_edge_client_hello_sni(ssl_conn, alert, &hello.sni) != NGX_OK
        || ngx_edge_client_hello_retry(&hello, alert) != NGX_OK
        || ngx_edge_client_hello_select(&hello, alert) != NGX_OK)
    {
        return SSL_CLIENT_HELLO_ERROR;
    }

    h = chain->handlers.elts;

    for (i = 0; i < chain->handlers.nelts; i++) {
        if (h[i].handler(&hello, alert, h[i].data) != NGX_OK) {
            return SSL_CLIENT_HELLO_ERROR;
        }
    }

    return SSL_CLIENT_HELLO_SUCCESS;
}


/* RFC 6066, section 3; the same names are refused as by OpenSSL and nginx. */

EDGE_HOT static ngx_int_t
ngx_edge_client_hello_sni(ngx_ssl_conn_t *ssl_conn, int *alert, ngx_str_t *sni)
{
    size_t         len;
    const u_char  *p;

    if (SSL_client_hello_get0_ext(ssl_conn, TLSEXT_TYPE_server_name, &p, &len)
        == 0)
    {
        return NGX_OK;
    }

    if (len < 5
        || (size_t) ((p[0] << 8) + p[1] + 2) != len
        || p[2] != TLSEXT_NAMETYPE_host_name
        || (size_t) ((p[3] << 8) + p[4] + 5) != len)
    {
        *alert = SSL_AD_DECODE_ERROR;
        return NGX_ERROR;
    }

    p += 5;
    len -= 5;

    if (len > TLSEXT_MAXLEN_host_name || memchr(p, '\0', len)) {
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return NGX_ERROR;
    }

    sni->len = len;
    sni->data = (u_char *) p;

    return NGX_OK;
}


/*
 * RFC 8446, section 4.1.2: the second ClientHello names the same server, else
 * what was decided on the first could be carried to another.
 */

EDGE_HOT static ngx_int_t
ngx_edge_client_hello_retry(ngx_edge_client_hello_t *hello, int *alert)
{
    ngx_edge_client_hello_state_t  *state;

    state = ngx_edge_blocks_find(hello->connection,
                                 ngx_edge_client_hello_release);

    if (state) {
        hello->retry = 1;

        if ((state->sni.data == NULL) != (hello->sni.data == NULL)
            || state->sni.len != hello->sni.len
            || ngx_memcmp(state->sni.data, hello->sni.data, hello->sni.len)
               != 0)
        {
            *alert = SSL_AD_ILLEGAL_PARAMETER;
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    if (ngx_edge_client_hello_keep(hello) != NGX_OK) {
        *alert = SSL_AD_INTERNAL_ERROR;
        return NGX_ERROR;
    }

    return NGX_OK;
}


EDGE_HOT static ngx_int_t
ngx_edge_client_hello_keep(ngx_edge_client_hello_t *hello)
{
    ngx_edge_client_hello_state_t  *state;

    state = ngx_edge_blocks_add(hello->connection->pool,
                                &ngx_edge_client_hello_states,
                                sizeof(ngx_edge_client_hello_state_t),
                                ngx_edge_client_hello_release);
    if (state == NULL) {
        return NGX_ERROR;
    }

    state->sni.len = hello->sni.len;
    state->sni.data = hello->sni.data ? state->name : NULL;

    if (hello->sni.data) {
        ngx_memcpy(state->name, hello->sni.data, hello->sni.len);
    }

    return NGX_OK;
}


EDGE_HOT static void
ngx_edge_client_hello_release(void *data)
{
    ngx_edge_blocks_give(&ngx_edge_client_hello_states, data);
}


void
ngx_edge_client_hello_init_process(void)
{
    ngx_edge_blocks_make(&ngx_edge_client_hello_states,
                         sizeof(ngx_edge_client_hello_state_t));
}


void
ngx_edge_client_hello_exit_process(void)
{
    edge_blocks_free(&ngx_edge_client_hello_states);
}
