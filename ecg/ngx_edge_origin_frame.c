
#include "ngx_edge_origin.h"


#if (NGX_HTTP_V2)


/* What a client was told, kept on its SSL. */

typedef struct {
    /* the host it asked for in the handshake is always right */
    ngx_str_t      sni;

    /* ngx_str_t */
    ngx_array_t    hosts;
} ngx_edge_origin_state_t;


/* A frame that is being written; one at a time. */

typedef struct {
    ngx_edge_origin_state_t   *state;
    unsigned                   port;

    size_t                     len;
    u_char                     payload[EDGE_ORIGIN_FRAME_MAX];
} ngx_edge_origin_draft_t;


static ngx_edge_origin_state_t *ngx_edge_origin_start(ngx_http_request_t *r,
    ngx_edge_origin_conf_t *conf);
static ngx_edge_origin_state_t *ngx_edge_origin_create_state(
    ngx_connection_t *c);
static ngx_int_t ngx_edge_origin_write_configured(
    ngx_edge_origin_draft_t *draft, ngx_edge_origin_conf_t *conf);
static ngx_int_t ngx_edge_origin_write_automatic(
    ngx_edge_origin_draft_t *draft, ngx_http_request_t *r,
    ngx_edge_origin_conf_t *conf);
static ngx_int_t ngx_edge_origin_write(ngx_edge_origin_draft_t *draft,
    ngx_str_t *host, unsigned port);
static ngx_uint_t ngx_edge_origin_same_policy(ngx_pool_t *pool,
    ngx_edge_tls_policy_state_t *own, ngx_edge_origin_host_t *host);
static ngx_int_t ngx_edge_origin_send(ngx_http_v2_connection_t *h2c,
    ngx_edge_origin_draft_t *draft);
static ngx_int_t ngx_edge_origin_sent(ngx_http_v2_connection_t *h2c,
    ngx_http_v2_out_frame_t *frame);


/* survives reloads: an index once taken from OpenSSL is never given back */
static int                      ngx_edge_origin_index = -1;

static ngx_edge_origin_draft_t  ngx_edge_origin_draft;


const char *
ngx_edge_origin_check(ngx_http_request_t *r)
{
    ngx_str_t                *host, *hosts;
    ngx_uint_t                i;
    ngx_ssl_conn_t           *ssl_conn;
    ngx_edge_origin_conf_t   *conf;
    ngx_edge_origin_state_t  *state;

    if (r->stream == NULL) {
        return NULL;
    }

    /* of the server that was selected by SNI; without, nothing was told */

    conf = ngx_edge_origin_get(r->stream->connection->http_connection
                                ->conf_ctx);
    ssl_conn = r->connection->ssl->connection;

    if (!conf->on
        || SSL_get_servername(ssl_conn, TLSEXT_NAMETYPE_host_name) == NULL)
    {
        return NULL;
    }

    state = NULL;

    if (ngx_edge_origin_index != -1) {
        state = SSL_get_ex_data(ssl_conn, ngx_edge_origin_index);
    }

    if (state == NULL) {
        state = ngx_edge_origin_start(r, conf);
        if (state == NULL) {
            return "no memory";
        }
    }

    host = &r->headers_in.server;

    /* a malformed name has no host */

    if (state->sni.len == 0
        || (host->len == state->sni.len
            && ngx_memcmp(host->data, state->sni.data, host->len) == 0))
    {
        return NULL;
    }

    hosts = state->hosts.elts;

    for (i = 0; i < state->hosts.nelts; i++) {
        if (host->len == hosts[i].len
            && ngx_memcmp(host->data, hosts[i].data, host->len) == 0)
        {
            return NULL;
        }
    }

    return "not of this origin";
}


static ngx_edge_origin_state_t *
ngx_edge_origin_start(ngx_http_request_t *r, ngx_edge_origin_conf_t *conf)
{
    ngx_int_t                 rc;
    ngx_connection_t         *c;
    ngx_edge_origin_draft_t  *draft;

    c = r->stream->connection->connection;
    draft = &ngx_edge_origin_draft;

    draft->len = 0;
    draft->port = 443;
    draft->state = ngx_edge_origin_create_state(c);

    if (draft->state == NULL) {
        return NULL;
    }

    if (ngx_connection_local_sockaddr(c, NULL, 0) == NGX_OK
        && c->local_sockaddr->sa_family != AF_UNIX)
    {
        draft->port = ngx_inet_get_port(c->local_sockaddr);
    }

    rc = conf->automatic ? ngx_edge_origin_write_automatic(draft, r, conf)
                         : ngx_edge_origin_write_configured(draft, conf);

    if (rc != NGX_OK
        || ngx_edge_origin_send(r->stream->connection, draft) != NGX_OK
        || SSL_set_ex_data(c->ssl->connection, ngx_edge_origin_index,
                           draft->state)
           == 0)
    {
        return NULL;
    }

    return draft->state;
}


static ngx_edge_origin_state_t *
ngx_edge_origin_create_state(ngx_connection_t *c)
{
    const char               *sni;
    ngx_edge_origin_state_t  *state;

    if (ngx_edge_origin_index == -1) {
        ngx_edge_origin_index = SSL_get_ex_new_index(0, NULL, NULL, NULL,
                                                     NULL);
    }

    if (ngx_edge_origin_index == -1) {
        return NULL;
    }

    sni = SSL_get_servername(c->ssl->connection, TLSEXT_NAMETYPE_host_name);

    state = ngx_pcalloc(c->pool, sizeof(ngx_edge_origin_state_t));
    if (state == NULL
        || ngx_array_init(&state->hosts, c->pool, 4, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NULL;
    }

    state->sni.data = ngx_pnalloc(c->pool, EDGE_HOSTNAME_MAX + 1);
    if (state->sni.data == NULL) {
        return NULL;
    }

    if (edge_hostname_normalize(sni, ngx_strlen(sni),
                                (char *) state->sni.data, &state->sni.len)
        != EDGE_HOSTNAME_OK)
    {
        state->sni.len = 0;
    }

    return state;
}


static ngx_int_t
ngx_edge_origin_write_configured(ngx_edge_origin_draft_t *draft,
    ngx_edge_origin_conf_t *conf)
{
    ngx_str_t       host;
    ngx_uint_t      i;
    edge_origin_t  *origins;

    origins = conf->origins->elts;

    for (i = 0; i < conf->origins->nelts; i++) {
        host.data = (u_char *) origins[i].host;
        host.len = origins[i].len;

        if (ngx_edge_origin_write(draft, &host, origins[i].port) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Policies may have changed since the last connection. */

static ngx_int_t
ngx_edge_origin_write_automatic(ngx_edge_origin_draft_t *draft,
    ngx_http_request_t *r, ngx_edge_origin_conf_t *conf)
{
    ngx_int_t                     rc;
    ngx_pool_t                   *pool;
    ngx_uint_t                    i;
    ngx_array_t                  *found;
    ngx_http_connection_t        *hc;
    ngx_edge_origin_host_t       *hosts;
    ngx_http_ssl_srv_conf_t      *sscf;
    ngx_edge_tls_policy_state_t  *own;

    hc = r->stream->connection->http_connection;
    sscf = hc->conf_ctx->srv_conf[ngx_http_ssl_module.ctx_index];

    /* an empty frame: no host but the own one */

    if (sscf->verify) {
        return NGX_OK;
    }

    found = ngx_edge_origin_hosts(conf, hc->addr_conf,
                      SSL_get_certificate(r->connection->ssl->connection));
    if (found == NULL) {
        return NGX_ERROR;
    }

    pool = ngx_create_pool(4096, r->connection->log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    own = ngx_edge_tls_policy_state(r->connection->ssl->connection);
    hosts = found->elts;
    rc = NGX_OK;

    for (i = 0; rc == NGX_OK && i < found->nelts; i++) {
        if (ngx_edge_origin_same_policy(pool, own, &hosts[i])) {
            rc = ngx_edge_origin_write(draft, &hosts[i].host, 0);
        }
    }

    ngx_destroy_pool(pool);

    return rc;
}


static ngx_uint_t
ngx_edge_origin_same_policy(ngx_pool_t *pool, ngx_edge_tls_policy_state_t *own,
    ngx_edge_origin_host_t *host)
{
    edge_tls_policy_t            *tls;
    ngx_edge_origin_conf_t       *conf;
    ngx_edge_tls_policy_state_t   state;

    conf = ngx_edge_origin_get(host->server->ctx);
    tls = own ? own->tls : NULL;

    if (conf->policies->table.n == 0 && conf->policies->store == NULL) {
        return tls == NULL;
    }

    ngx_memzero(&state, sizeof(ngx_edge_tls_policy_state_t));

    if (ngx_edge_tls_policy_find(pool, conf->policies, &host->host, &state)
        != NGX_OK
        || state.failure)
    {
        return 0;
    }

    if (tls == NULL || state.tls == NULL) {
        return tls == state.tls;
    }

    return edge_policy_equal(&tls->policy, &state.tls->policy);
}


/* What does not fit is not told; requests for it are misdirected. */

static ngx_int_t
ngx_edge_origin_write(ngx_edge_origin_draft_t *draft, ngx_str_t *host,
    unsigned port)
{
    size_t      n;
    ngx_str_t  *h;

    n = edge_origin_write_entry(draft->payload + draft->len,
                                EDGE_ORIGIN_FRAME_MAX - draft->len,
                                (char *) host->data, host->len,
                                port ? port : draft->port);
    if (n == 0) {
        return NGX_OK;
    }

    h = ngx_array_push(&draft->state->hosts);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = *host;
    draft->len += n;

    return NGX_OK;
}


/* Behind SETTINGS, which is the first frame, and ahead of responses. */

static ngx_int_t
ngx_edge_origin_send(ngx_http_v2_connection_t *h2c,
    ngx_edge_origin_draft_t *draft)
{
    ngx_buf_t                *b;
    ngx_http_v2_out_frame_t  *frame;

    frame = ngx_pcalloc(h2c->pool, sizeof(ngx_http_v2_out_frame_t));
    if (frame == NULL) {
        return NGX_ERROR;
    }

    frame->first = ngx_alloc_chain_link(h2c->pool);
    if (frame->first == NULL) {
        return NGX_ERROR;
    }

    b = ngx_create_temp_buf(h2c->pool, EDGE_ORIGIN_FRAME_HEADER + draft->len);
    if (b == NULL) {
        return NGX_ERROR;
    }

    edge_origin_write_header(b->last, draft->len);
    b->last = ngx_cpymem(b->last + EDGE_ORIGIN_FRAME_HEADER, draft->payload,
                         draft->len);
    b->last_buf = 1;

    frame->first->buf = b;
    frame->first->next = NULL;
    frame->last = frame->first;
    frame->handler = ngx_edge_origin_sent;
    frame->length = draft->len;

    ngx_http_v2_queue_blocked_frame(h2c, frame);

    return NGX_OK;
}


/* The frame goes with the pool of the connection; it is not used again. */

static ngx_int_t
ngx_edge_origin_sent(ngx_http_v2_connection_t *h2c,
    ngx_http_v2_out_frame_t *frame)
{
    if (frame->first->buf->pos != frame->first->buf->last) {
        return NGX_AGAIN;
    }

    h2c->total_bytes += EDGE_ORIGIN_FRAME_HEADER + frame->length;

    return NGX_OK;
}


#else

const char *
ngx_edge_origin_check(ngx_http_request_t *r)
{
    return NULL;
}

#endif
