
#include "ngx_edge_policy_api.h"
#include "ngx_edge_tls_metrics.h"


/* lines that are written before the event loop goes on */
#define NGX_EDGE_POLICY_API_LOG_LINES  64

#define NGX_EDGE_POLICY_API_LOG_POOL   4096


static void ngx_edge_policy_api_log_free(void *data);


ngx_int_t
ngx_edge_policy_api_log_start(ngx_edge_policy_api_task_t *task)
{
    ngx_pool_cleanup_t  *cln;
    ngx_http_request_t  *r;

    r = task->request;

    if (r->connection->log->log_level < NGX_LOG_NOTICE) {
        return NGX_OK;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    /* the pool and the log of the request are not for a thread */

    task->log_pool = ngx_create_pool(NGX_EDGE_POLICY_API_LOG_POOL,
                                     ngx_cycle->log);
    if (task->log_pool == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_edge_policy_api_log_free;
    cln->data = task->log_pool;

    task->changed_last = &task->changed;

    return NGX_OK;
}


static void
ngx_edge_policy_api_log_free(void *data)
{
    ngx_destroy_pool(data);
}


ngx_int_t
ngx_edge_policy_api_log_keep(ngx_edge_policy_api_task_t *task,
    edge_policy_named_t *change, unsigned setting, const char *before)
{
    size_t                          len;
    ngx_edge_policy_api_changed_t  *changed;

    if (before == NULL) {
        before = "";
    }

    if (task->log_pool == NULL
        || ngx_strcmp(before, change->stored.settings[setting].value) == 0)
    {
        return NGX_OK;
    }

    len = ngx_strlen(before);

    changed = ngx_palloc(task->log_pool,
                         sizeof(ngx_edge_policy_api_changed_t) + len);
    if (changed == NULL) {
        return NGX_ERROR;
    }

    changed->next = NULL;
    changed->change = change;
    changed->setting = setting;
    ngx_memcpy(changed->before, before, len + 1);

    *task->changed_last = changed;
    task->changed_last = &changed->next;

    return NGX_OK;
}


/* Who changed what, from what, to what; the log adds the client's address. */

ngx_int_t
ngx_edge_policy_api_log_write(ngx_edge_policy_api_task_t *task)
{
    ngx_log_t                      *log;
    ngx_uint_t                      n;
    ngx_http_request_t             *r;
    ngx_edge_policy_api_changed_t  *changed;

    if (task->result != EDGE_STORE_OK) {
        return NGX_OK;
    }

    r = task->request;
    log = r->connection->log;

    for (n = 0; task->changed; n++) {

        if (n == NGX_EDGE_POLICY_API_LOG_LINES) {
            return NGX_AGAIN;
        }

        changed = task->changed;
        task->changed = changed->next;

        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "policy of \"%s\" changed: %s from \"%s\" to \"%s\" by "
                      "user \"%V\"", changed->change->name,
                      edge_policy_setting_name(changed->setting),
                      changed->before,
                      changed->change->stored.settings[changed->setting].value,
                      &r->headers_in.user);
    }

    ngx_edge_tls_metrics_changed(r, task->delete ? "delete" : "put", task->n);

    if (task->api->setting == EDGE_POLICY_SETTINGS) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "policies changed: %ui records by user \"%V\"", task->n,
                      &r->headers_in.user);
    }

    return NGX_OK;
}
