
#include "ngx_edge_tls_policy.h"
#include "edge_hostname.h"
#include "edge_policy_resolve.h"


/* different policies a worker keeps compiled */

#define NGX_EDGE_TLS_POLICY_CACHED  256


static ngx_int_t ngx_edge_tls_policy_find_stored(ngx_pool_t *pool,
    ngx_edge_tls_policy_conf_t *conf, ngx_edge_tls_policy_state_t *state);
static void ngx_edge_tls_policy_find_configured(
    ngx_edge_tls_policy_conf_t *conf, ngx_edge_tls_policy_state_t *state);
static ngx_int_t ngx_edge_tls_policy_take(ngx_pool_t *pool,
    edge_policy_resolved_t *resolved, ngx_edge_tls_policy_state_t *state);
static ngx_int_t ngx_edge_tls_policy_compiled(ngx_pool_t *pool,
    edge_policy_t *policy, ngx_edge_tls_policy_state_t *state);
static void ngx_edge_tls_policy_release(void *data);


static edge_tls_policy_cache_t  *ngx_edge_tls_policy_cache;

/* large, and used by one at a time */
static edge_policy_resolved_t    ngx_edge_tls_policy_resolved;


ngx_int_t
ngx_edge_tls_policy_find(ngx_pool_t *pool, ngx_edge_tls_policy_conf_t *conf,
    ngx_str_t *host, ngx_edge_tls_policy_state_t *state)
{
    u_char  *name;

    ngx_str_set(&state->name, "server");
    ngx_str_set(&state->source, "server");

    if (host->len) {

        name = ngx_pnalloc(pool, EDGE_HOSTNAME_MAX + 1);
        if (name == NULL) {
            return NGX_ERROR;
        }

        if (edge_hostname_normalize((char *) host->data, host->len,
                                    (char *) name, &state->host.len)
            != EDGE_HOSTNAME_OK)
        {
            state->host.len = 0;
            state->malformed = 1;
            state->failure = "malformed name";
            return NGX_OK;
        }

        state->host.data = name;
    }

    if (conf->store) {
        return ngx_edge_tls_policy_find_stored(pool, conf, state);
    }

    ngx_edge_tls_policy_find_configured(conf, state);

    return NGX_OK;
}


static void
ngx_edge_tls_policy_find_configured(ngx_edge_tls_policy_conf_t *conf,
    ngx_edge_tls_policy_state_t *state)
{
    edge_policy_record_t  *record;

    record = edge_policy_table_match(&conf->table, (char *) state->host.data,
                                     state->host.len);
    if (record == NULL) {
        return;
    }

    state->name.data = (u_char *) record->name;
    state->name.len = record->len;
    state->tls = &((ngx_edge_tls_policy_record_t *) record)->tls;

    if (record->name[0] == '*') {
        ngx_str_set(&state->source, "wildcard");

    } else if (ngx_strcmp(record->name, EDGE_POLICY_DEFAULT) == 0
               || ngx_strcmp(record->name, EDGE_POLICY_NO_SNI) == 0)
    {
        state->source = state->name;

    } else {
        ngx_str_set(&state->source, "exact");
    }
}


static ngx_int_t
ngx_edge_tls_policy_find_stored(ngx_pool_t *pool,
    ngx_edge_tls_policy_conf_t *conf, ngx_edge_tls_policy_state_t *state)
{
    ngx_int_t                rc;
    edge_store_e             result;
    edge_policy_store_t     *store;
    edge_policy_resolved_t  *resolved;

    resolved = &ngx_edge_tls_policy_resolved;

    store = ngx_edge_policy_store_get(conf->store, pool->log);

    result = store ? edge_policy_store_begin_read(store)
                   : EDGE_STORE_NO_ACCESS;

    if (result != EDGE_STORE_OK) {

        if (conf->store->closed) {
            state->failure = "no store";
            return NGX_OK;
        }

        ngx_edge_tls_policy_find_configured(conf, state);
        return NGX_OK;
    }

    rc = NGX_OK;

    result = edge_policy_resolve(&conf->table, store,
                                 (char *) state->host.data, state->host.len,
                                 resolved);

    if (result != EDGE_STORE_OK) {
        ngx_log_error(NGX_LOG_ALERT, pool->log, 0,
                      "policy of \"%V\" in store \"%V\" is damaged",
                      &state->host, &conf->store->path);
        state->failure = "damaged policy";

    } else if (resolved->n) {
        rc = ngx_edge_tls_policy_take(pool, resolved, state);
    }

    edge_policy_store_end_read(store);

    return rc;
}


static ngx_int_t
ngx_edge_tls_policy_take(ngx_pool_t *pool, edge_policy_resolved_t *resolved,
    ngx_edge_tls_policy_state_t *state)
{
    ngx_str_t    name;
    const char  *source;

    name.data = (u_char *) resolved->origins[0].name;
    name.len = resolved->origins[0].len;

    state->name.len = name.len;
    state->name.data = ngx_pstrdup(pool, &name);
    if (state->name.data == NULL) {
        return NGX_ERROR;
    }

    source = edge_policy_resolved_source(resolved);

    state->source.len = ngx_strlen(source);
    state->source.data = (u_char *) source;

    return ngx_edge_tls_policy_compiled(pool, &resolved->policy, state);
}


static ngx_int_t
ngx_edge_tls_policy_compiled(ngx_pool_t *pool, edge_policy_t *policy,
    ngx_edge_tls_policy_state_t *state)
{
    ngx_pool_cleanup_t       *cln;
    edge_tls_policy_entry_t  *entry;

    cln = ngx_pool_cleanup_add(pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    entry = ngx_edge_tls_policy_entry(policy);
    if (entry == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_edge_tls_policy_release;
    cln->data = entry;

    if (entry->result != EDGE_TLS_POLICY_OK) {
        ngx_log_error(NGX_LOG_ERR, pool->log, 0,
                      "policy \"%V\" cannot be applied: \"%s\" in \"%s\" %s",
                      &state->name, entry->error.name,
                      edge_policy_key_name(entry->error.key),
                      edge_tls_policy_error_text(entry->result));
        state->failure = "policy cannot be applied";
        return NGX_OK;
    }

    state->tls = &entry->tls;

    return NGX_OK;
}


static void
ngx_edge_tls_policy_release(void *data)
{
    edge_tls_policy_cache_release(data);
}


edge_tls_policy_entry_t *
ngx_edge_tls_policy_entry(const edge_policy_t *policy)
{
    if (ngx_edge_tls_policy_cache == NULL) {
        ngx_edge_tls_policy_cache =
                      edge_tls_policy_cache_create(NGX_EDGE_TLS_POLICY_CACHED);

        if (ngx_edge_tls_policy_cache == NULL) {
            return NULL;
        }
    }

    return edge_tls_policy_cache_get(ngx_edge_tls_policy_cache, policy);
}


/* Connections that are still open have entries of their own. */

void
ngx_edge_tls_policy_exit_process(void)
{
    if (ngx_edge_tls_policy_cache) {
        edge_tls_policy_cache_destroy(ngx_edge_tls_policy_cache);
        ngx_edge_tls_policy_cache = NULL;
    }
}
