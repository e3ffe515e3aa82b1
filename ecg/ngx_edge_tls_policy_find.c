
#include "edge_hot.h"
#include "ngx_edge_tls_policy.h"
#include "edge_hostname.h"
#include "edge_policy_resolve.h"
#include "edge_tls_policy_names.h"


/* different policies a worker keeps compiled */

#define NGX_EDGE_TLS_POLICY_CACHED     256

/* hosts of each kind that it knows the last answer for */

#define NGX_EDGE_TLS_POLICY_NAMES      2
#define NGX_EDGE_TLS_POLICY_NAMES_MAX  32768

/* no state of a store has this number */

#define NGX_EDGE_TLS_POLICY_NO_ID      ((uint64_t) -1)


static ngx_int_t ngx_edge_tls_policy_find_stored(ngx_log_t *log,
    ngx_edge_tls_policy_conf_t *conf, ngx_edge_tls_policy_state_t *state);
static void ngx_edge_tls_policy_find_configured(
    ngx_edge_tls_policy_conf_t *conf, ngx_edge_tls_policy_state_t *state);
static ngx_int_t ngx_edge_tls_policy_go_on(ngx_log_t *log,
    ngx_edge_tls_policy_conf_t *conf, edge_tls_policy_name_t *known,
    const char *failure, ngx_edge_tls_policy_state_t *state);
static edge_tls_policy_name_t *ngx_edge_tls_policy_known(
    ngx_edge_tls_policy_conf_t *conf, uint64_t id,
    ngx_edge_tls_policy_state_t *state);
static ngx_int_t ngx_edge_tls_policy_take(ngx_log_t *log,
    ngx_edge_tls_policy_conf_t *conf, uint64_t id,
    ngx_edge_tls_policy_state_t *state);
static ngx_int_t ngx_edge_tls_policy_use(ngx_log_t *log,
    edge_tls_policy_name_t *name, ngx_edge_tls_policy_state_t *state);


static edge_tls_policy_cache_t  *ngx_edge_tls_policy_cache;

/* hosts with a record of their own, and all others */

static edge_tls_policy_names_t
                       *ngx_edge_tls_policy_names[NGX_EDGE_TLS_POLICY_NAMES];

/* large, and used by one at a time */
static edge_policy_resolved_t    ngx_edge_tls_policy_resolved;


EDGE_HOT ngx_int_t
ngx_edge_tls_policy_look_up(ngx_log_t *log, ngx_edge_tls_policy_conf_t *conf,
    ngx_str_t *host, u_char *name, ngx_edge_tls_policy_state_t *state)
{
    ngx_str_set(&state->name, "server");
    ngx_str_set(&state->source, "server");

    if (host->len) {

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
        return ngx_edge_tls_policy_find_stored(log, conf, state);
    }

    ngx_edge_tls_policy_find_configured(conf, state);

    return NGX_OK;
}


EDGE_HOT static void
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
    state->source = ((ngx_edge_tls_policy_record_t *) record)->source;
    state->tls = &((ngx_edge_tls_policy_record_t *) record)->tls;
}


EDGE_HOT static ngx_int_t
ngx_edge_tls_policy_find_stored(ngx_log_t *log,
    ngx_edge_tls_policy_conf_t *conf, ngx_edge_tls_policy_state_t *state)
{
    uint64_t                 id;
    edge_store_e             result;
    edge_policy_store_t     *store;
    edge_policy_resolved_t  *resolved;
    edge_tls_policy_name_t  *known;

    resolved = &ngx_edge_tls_policy_resolved;

    store = ngx_edge_policy_store_get(conf->store, log);

    result = store ? edge_policy_store_last_id(store, &id)
                   : EDGE_STORE_NO_ACCESS;

    if (result != EDGE_STORE_OK) {
        id = NGX_EDGE_TLS_POLICY_NO_ID;
    }

    known = ngx_edge_tls_policy_known(conf, id, state);

    if (known && known->read_id == id) {
        return ngx_edge_tls_policy_use(log, known, state);
    }

    if (result == EDGE_STORE_OK) {
        result = edge_policy_store_begin_read(store);
    }

    if (result == EDGE_STORE_OK) {
        result = edge_policy_resolve(&conf->table, store,
                                     (char *) state->host.data,
                                     state->host.len, resolved);

        edge_policy_store_end_read(store);

        if (result == EDGE_STORE_OK) {
            return ngx_edge_tls_policy_take(log, conf,
                                            edge_policy_store_read_id(store),
                                            state);
        }

        ngx_log_error(NGX_LOG_ALERT, log, 0,
                      store->lost ? "store \"%V\" is damaged, looking for "
                                    "\"%V\""
                                  : "store \"%V\" has a damaged policy of "
                                    "\"%V\"",
                      &conf->store->path, &state->host);

        return ngx_edge_tls_policy_go_on(log, conf, known,
                                         store->lost ? "no store"
                                                     : "damaged policy",
                                         state);
    }

    if (store) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno, "store \"%V\" %s",
                      &conf->store->path, edge_store_text(result));
    }

    return ngx_edge_tls_policy_go_on(log, conf, known, "no store", state);
}


/* The store does not tell: what is known serves, or what was configured. */

static ngx_int_t
ngx_edge_tls_policy_go_on(ngx_log_t *log, ngx_edge_tls_policy_conf_t *conf,
    edge_tls_policy_name_t *known, const char *failure,
    ngx_edge_tls_policy_state_t *state)
{
    if (conf->store->on_error == NGX_EDGE_POLICY_STORE_LAST && known) {
        return ngx_edge_tls_policy_use(log, known, state);
    }

    /* that there is a record, and what it says, cannot be passed over */

    if (conf->store->on_error == NGX_EDGE_POLICY_STORE_IGNORE
        && ngx_strcmp(failure, "damaged policy") != 0)
    {
        ngx_edge_tls_policy_find_configured(conf, state);
        return NGX_OK;
    }

    state->failure = failure;

    return NGX_OK;
}


/*
 * The newer of both is what the host was answered by last, and none is newer
 * than that by the state id.
 */

EDGE_HOT static edge_tls_policy_name_t *
ngx_edge_tls_policy_known(ngx_edge_tls_policy_conf_t *conf, uint64_t id,
    ngx_edge_tls_policy_state_t *state)
{
    ngx_uint_t               i;
    edge_tls_policy_name_t  *name, *known;

    known = NULL;

    for (i = 0; i < NGX_EDGE_TLS_POLICY_NAMES; i++) {

        if (ngx_edge_tls_policy_names[i] == NULL) {
            continue;
        }

        name = edge_tls_policy_names_find(ngx_edge_tls_policy_names[i],
                                          conf->table.records,
                                          (char *) state->host.data,
                                          state->host.len);

        if (name && name->read_id == id) {
            return name;
        }

        if (name && (known == NULL || name->read_id > known->read_id)) {
            known = name;
        }
    }

    return known;
}


static ngx_int_t
ngx_edge_tls_policy_take(ngx_log_t *log, ngx_edge_tls_policy_conf_t *conf,
    uint64_t id, ngx_edge_tls_policy_state_t *state)
{
    ngx_uint_t               i;
    edge_policy_resolved_t  *resolved;
    edge_tls_policy_name_t   name, *known;

    resolved = &ngx_edge_tls_policy_resolved;

    ngx_memzero(&name, sizeof(edge_tls_policy_name_t));

    name.name = resolved->n ? resolved->origins[0].name : "server";
    name.len = ngx_strlen(name.name);
    name.source = edge_policy_resolved_source(resolved);
    name.source_len = ngx_strlen(name.source);
    name.read_id = id;

    if (resolved->n) {
        name.entry = ngx_edge_tls_policy_entry(&resolved->policy);
        if (name.entry == NULL) {
            return NGX_ERROR;
        }
    }

    /* a flood of invented names takes no place from those that have records */

    i = (ngx_strcmp(name.source, "exact") != 0);

    if (ngx_edge_tls_policy_names[i] == NULL) {
        ngx_edge_tls_policy_names[i] =
                edge_tls_policy_names_create(NGX_EDGE_TLS_POLICY_NAMES_MAX);
    }

    known = ngx_edge_tls_policy_names[i]
            ? edge_tls_policy_names_put(ngx_edge_tls_policy_names[i],
                                        conf->table.records,
                                        (char *) state->host.data,
                                        state->host.len, &name)
            : NULL;

    if (name.entry) {
        edge_tls_policy_cache_release(name.entry);
    }

    return known ? ngx_edge_tls_policy_use(log, known, state) : NGX_ERROR;
}


EDGE_HOT static ngx_int_t
ngx_edge_tls_policy_use(ngx_log_t *log, edge_tls_policy_name_t *name,
    ngx_edge_tls_policy_state_t *state)
{
    edge_tls_policy_entry_t  *entry;

    entry = name->entry;

    if (entry == NULL) {
        return NGX_OK;
    }

    edge_tls_policy_name_hold(name);

    state->held = name;
    state->name.len = name->len;
    state->name.data = (u_char *) name->name;
    state->source.len = name->source_len;
    state->source.data = (u_char *) name->source;

    if (entry->result != EDGE_TLS_POLICY_OK) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "policy \"%V\" cannot be applied: %s%s%s\"%s\" %s%s",
                      &state->name, entry->error.name[0] ? "\"" : "",
                      entry->error.name, entry->error.name[0] ? "\" in " : "",
                      edge_policy_key_name(entry->error.key),
                      edge_tls_policy_error_text(entry->result),
                      entry->error.needs ? entry->error.needs : "");
        state->failure = "policy cannot be applied";
        return NGX_OK;
    }

    state->tls = &entry->tls;

    return NGX_OK;
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
    ngx_uint_t  i;

    for (i = 0; i < NGX_EDGE_TLS_POLICY_NAMES; i++) {
        if (ngx_edge_tls_policy_names[i]) {
            edge_tls_policy_names_destroy(ngx_edge_tls_policy_names[i]);
            ngx_edge_tls_policy_names[i] = NULL;
        }
    }

    if (ngx_edge_tls_policy_cache) {
        edge_tls_policy_cache_destroy(ngx_edge_tls_policy_cache);
        ngx_edge_tls_policy_cache = NULL;
    }
}
