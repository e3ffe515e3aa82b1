
#include "ngx_edge_policy_api.h"


#if (NGX_THREADS)
static void ngx_edge_policy_api_stored(ngx_event_t *ev);
static void ngx_edge_policy_api_resume(ngx_http_request_t *r);
#endif
static void ngx_edge_policy_api_store(void *data, ngx_log_t *log);
static edge_store_e ngx_edge_policy_api_store_change(
    ngx_edge_policy_api_task_t *task, edge_policy_named_t *change);
static ngx_int_t ngx_edge_policy_api_answer(ngx_edge_policy_api_task_t *task);


/* A commit waits for the disk and for other writers: not in the event loop. */

ngx_int_t
ngx_edge_policy_api_run(ngx_edge_policy_api_task_t *task)
{
#if (NGX_THREADS)
    ngx_str_t           name = ngx_string("default");
    ngx_thread_pool_t  *tp;
    ngx_thread_task_t  *t;
    ngx_http_request_t *r;

    r = task->request;

    tp = ngx_thread_pool_get((ngx_cycle_t *) ngx_cycle, &name);
    t = ngx_thread_task_alloc(r->pool, 0);

    if (tp == NULL || t == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    t->ctx = task;
    t->handler = ngx_edge_policy_api_store;
    t->event.data = task;
    t->event.handler = ngx_edge_policy_api_stored;
    t->event.log = r->connection->log;

    if (ngx_thread_task_post(tp, t) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_set_ctx(r, task, ngx_http_ecg_module);

    r->write_event_handler = ngx_edge_policy_api_resume;
    r->main->blocked++;
    r->aio = 1;

    return NGX_DONE;
#else
    ngx_edge_policy_api_store(task, task->request->connection->log);

    while (ngx_edge_policy_api_log_write(task) == NGX_AGAIN) { /* void */ }

    return ngx_edge_policy_api_answer(task);
#endif
}


#if (NGX_THREADS)

static void
ngx_edge_policy_api_stored(ngx_event_t *ev)
{
    ngx_connection_t            *c;
    ngx_http_request_t          *r;
    ngx_edge_policy_api_task_t  *task;

    task = ev->data;
    r = task->request;
    c = r->connection;

    ngx_http_set_log_request(c->log, r);

    /* others have their turn between the lines of many changes */

    if (ngx_edge_policy_api_log_write(task) == NGX_AGAIN) {
        ngx_post_event(ev, &ngx_posted_next_events);
        return;
    }

    task->done = 1;

    r->main->blocked--;
    r->aio = 0;

    /* that of nginx, if the client has gone meanwhile */

    r->write_event_handler(r);

    ngx_http_run_posted_requests(c);
}


static void
ngx_edge_policy_api_resume(ngx_http_request_t *r)
{
    ngx_edge_policy_api_task_t  *task;

    task = ngx_http_get_module_ctx(r, ngx_http_ecg_module);

    /* the client can take more: not what is waited for */

    if (!task->done) {
        return;
    }

    ngx_http_set_ctx(r, NULL, ngx_http_ecg_module);

    ngx_http_finalize_request(r, ngx_edge_policy_api_answer(task));
}

#endif


/* In a thread: touches the task and the store, not the request. */

static void
ngx_edge_policy_api_store(void *data, ngx_log_t *log)
{
    ngx_edge_policy_api_task_t *task = data;

    ngx_uint_t            i;
    edge_store_e          result;
    edge_policy_store_t  *store;

    store = task->api->store;

    /* several threads may come here */

    ngx_edge_policy_store_lock();

    result = edge_policy_store_begin_write(store);

    if (result == EDGE_STORE_OK) {

        for (i = 0; i < task->n && result == EDGE_STORE_OK; i++) {
            result = ngx_edge_policy_api_store_change(task, &task->changes[i]);
        }

        if (result == EDGE_STORE_OK) {
            result = edge_policy_store_commit(store);

        } else {
            edge_policy_store_abort(store);
        }
    }

    task->result = result;
    task->error = ngx_errno;

    ngx_edge_policy_store_unlock();
}


static ngx_uint_t
ngx_edge_policy_api_store_is_wrong(const edge_policy_stored_t *stored)
{
    unsigned       setting;
    edge_policy_e  result;
    edge_policy_t  policy;

    result = edge_policy_record_policy(stored, &policy, &setting);

    return result == EDGE_POLICY_OK
           && edge_policy_check(&policy) != EDGE_POLICY_OK;
}


static edge_store_e
ngx_edge_policy_api_store_change(ngx_edge_policy_api_task_t *task,
    edge_policy_named_t *change)
{
    char                    buf[EDGE_POLICY_RECORD_MAX + 1];
    unsigned                i;
    edge_store_e            result;
    edge_policy_store_t    *store;
    edge_policy_stored_t    stored;
    edge_policy_setting_t  *old, *new;

    store = task->api->store;

    result = edge_policy_store_load(store, change->name, change->len, buf,
                                    &stored);

    if (result == EDGE_STORE_NOT_FOUND && !task->delete) {
        ngx_memzero(&stored, sizeof(edge_policy_stored_t));

    } else if (result != EDGE_STORE_OK) {
        return result;
    }

    for (i = 0; i < EDGE_POLICY_SETTINGS; i++) {
        new = &change->stored.settings[i];
        old = &stored.settings[i];

        if (new->value == NULL) {
            continue;
        }

        if (old->value == NULL && task->delete) {
            return EDGE_STORE_NOT_FOUND;
        }

        if (ngx_edge_policy_api_log_keep(task, change, i, old->value)
            != NGX_OK)
        {
            return EDGE_STORE_NO_MEMORY;
        }

        if (task->delete) {
            task->after = *old;
            task->after.value = new->value;
            old->value = NULL;
            continue;
        }

        if (old->value) {
            new->created = old->created;
        }

        *old = *new;
        task->after = *new;
    }

    /* another change of the name may have come between check and this */

    if (ngx_edge_policy_api_store_is_wrong(&stored) && !task->delete) {
        task->wrong = change;
        return EDGE_STORE_FAILED;
    }

    return edge_policy_store_update(store, change->name, change->len,
                                    &stored);
}


static ngx_int_t
ngx_edge_policy_api_answer(ngx_edge_policy_api_task_t *task)
{
    ngx_http_request_t             *r;
    ngx_edge_policy_api_out_t       out;
    ngx_edge_policy_api_request_t  *request;

    r = task->request;
    request = task->api;

    if (task->wrong) {
        return ngx_edge_policy_api_error(r, NGX_HTTP_BAD_REQUEST,
                                         "min_tls above max_tls",
                                         task->wrong->name);
    }

    if (task->result != EDGE_STORE_OK) {
        ngx_set_errno(task->error);
        return ngx_edge_policy_api_store_error(r, task->result);
    }

    ngx_edge_policy_api_begin(&out, r);

    if (request->setting == EDGE_POLICY_SETTINGS) {
        ngx_edge_policy_api_add(&out, 64, "{\"records\":%ui}", task->n);

        return ngx_edge_policy_api_send(&out, NGX_HTTP_OK);
    }

    ngx_edge_policy_api_add_setting(&out, (char *) request->name.data,
                                    request->name.len, request->setting,
                                    &task->after,
                                    task->delete ? "deleted" : "active");

    return ngx_edge_policy_api_send(&out, NGX_HTTP_OK);
}
