
#include "edge_hot.h"
#include "edge_hostname.h"
#include "ngx_edge_blocks.h"
#include "ngx_edge_tls_policy.h"

/* a state of a connection, and its host */

#define NGX_EDGE_TLS_POLICY_STATE      (sizeof(ngx_edge_tls_policy_state_t)   \
                                        + EDGE_HOSTNAME_MAX + 1)


static void ngx_edge_tls_policy_free_state(void *data);
static void ngx_edge_tls_policy_release(void *data);


static edge_blocks_t  ngx_edge_tls_policy_states;


EDGE_HOT ngx_edge_tls_policy_state_t *
ngx_edge_tls_policy_state(ngx_ssl_conn_t *ssl_conn)
{
    return ngx_edge_blocks_find(ngx_ssl_get_connection(ssl_conn),
                                ngx_edge_tls_policy_free_state);
}


EDGE_HOT ngx_edge_tls_policy_state_t *
ngx_edge_tls_policy_create_state(ngx_pool_t *pool,
    ngx_edge_tls_policy_conf_t *conf, ngx_str_t *host)
{
    ngx_edge_tls_policy_state_t  *state;

    state = ngx_edge_blocks_add(pool, &ngx_edge_tls_policy_states,
                                NGX_EDGE_TLS_POLICY_STATE,
                                ngx_edge_tls_policy_free_state);
    if (state == NULL) {
        return NULL;
    }

    ngx_memzero(state, sizeof(ngx_edge_tls_policy_state_t));

    if (ngx_edge_tls_policy_look_up(pool->log, conf, host,
                                    (u_char *) (state + 1), state)
        != NGX_OK)
    {
        return NULL;
    }

    return state;
}


EDGE_HOT static void
ngx_edge_tls_policy_free_state(void *data)
{
    ngx_edge_tls_policy_state_t *state = data;

    if (state->held) {
        edge_tls_policy_name_release(state->held);
    }

    ngx_edge_blocks_give(&ngx_edge_tls_policy_states, state);
}


void
ngx_edge_tls_policy_state_init_process(void)
{
    ngx_edge_blocks_make(&ngx_edge_tls_policy_states,
                         NGX_EDGE_TLS_POLICY_STATE);
}


void
ngx_edge_tls_policy_state_exit_process(void)
{
    edge_blocks_free(&ngx_edge_tls_policy_states);
}


ngx_int_t
ngx_edge_tls_policy_find(ngx_pool_t *pool, ngx_edge_tls_policy_conf_t *conf,
    ngx_str_t *host, ngx_edge_tls_policy_state_t *state)
{
    u_char              *name;
    ngx_pool_cleanup_t  *cln;

    name = ngx_pnalloc(pool, ngx_min(host->len, EDGE_HOSTNAME_MAX) + 1);
    cln = ngx_pool_cleanup_add(pool, 0);

    if (name == NULL || cln == NULL
        || ngx_edge_tls_policy_look_up(pool->log, conf, host, name, state)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (state->held) {
        cln->handler = ngx_edge_tls_policy_release;
        cln->data = state->held;
    }

    return NGX_OK;
}


static void
ngx_edge_tls_policy_release(void *data)
{
    edge_tls_policy_name_release(data);
}
