
#include "ngx_edge_policy_api.h"
#include "edge_policy_resolve.h"


static ngx_int_t ngx_edge_policy_api_check_tls(ngx_http_request_t *r,
    ngx_edge_policy_api_task_t *task, const edge_policy_t *policy);


ngx_int_t
ngx_edge_policy_api_check(ngx_http_request_t *r,
    ngx_edge_policy_api_task_t *task, edge_policy_named_t *change)
{
    unsigned                        i, setting;
    ngx_int_t                       rc;
    edge_store_e                    result;
    edge_policy_t                   policy;
    edge_policy_stored_t            stored;
    edge_policy_store_t            *store;
    ngx_edge_tls_policy_conf_t     *policies;

    static char                     buf[EDGE_POLICY_RECORD_MAX + 1];
    static edge_policy_resolved_t   resolved;

    store = task->api->store;
    policies = task->api->conf->policies;

    result = edge_policy_store_begin_read(store);
    if (result != EDGE_STORE_OK) {
        return ngx_edge_policy_api_store_error(r, result);
    }

    if (edge_policy_store_get(store, change->name, change->len, buf, &stored)
        != EDGE_STORE_OK)
    {
        ngx_memzero(&stored, sizeof(edge_policy_stored_t));
    }

    for (i = 0; i < EDGE_POLICY_SETTINGS; i++) {
        if (change->stored.settings[i].value) {
            stored.settings[i] = change->stored.settings[i];
        }
    }

    if (edge_policy_record_policy(&stored, &policy, &setting)
        != EDGE_POLICY_OK)
    {
        edge_policy_store_end_read(store);
        return ngx_edge_policy_api_error(r, NGX_HTTP_BAD_REQUEST,
                                         "invalid value", "");
    }

    /* what a wildcard inherits is looked at when a name is */

    if (change->name[0] != '*'
        && edge_policy_resolve(&policies->table, store, change->name,
                               change->len, &resolved)
           == EDGE_STORE_OK)
    {
        edge_policy_inherit(&policy, &resolved.policy, 1);
    }

    rc = ngx_edge_policy_api_check_tls(r, task, &policy);

    edge_policy_store_end_read(store);

    return rc;
}


static ngx_int_t
ngx_edge_policy_api_check_tls(ngx_http_request_t *r,
    ngx_edge_policy_api_task_t *task, const edge_policy_t *policy)
{
    u_char                    text[256];
    unsigned                  keys, auth;
    edge_tls_policy_e         result;
    edge_tls_policy_entry_t  *entry;

    entry = ngx_edge_tls_policy_entry(policy);
    if (entry == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    result = entry->result;
    auth = entry->tls.auth;

    /* a name, if it is one that is wrong */

    (void) ngx_snprintf(text, sizeof(text), "%s%s%s %s%s%Z",
                        edge_policy_key_name(entry->error.key),
                        entry->error.name[0] ? " " : "",
                        entry->error.name, edge_tls_policy_error_text(result),
                        entry->error.needs ? entry->error.needs : "");

    edge_tls_policy_cache_release(entry);

    if (result != EDGE_TLS_POLICY_OK) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_BAD_REQUEST,
                                         "cannot be applied", (char *) text);
    }

    keys = task->api->conf->keys;

    if (keys && auth && (auth & keys) == 0) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_BAD_REQUEST,
                                         "cannot be applied",
                                         "no cipher is usable with the keys "
                                         "of the certificates");
    }

    return NGX_DECLINED;
}
