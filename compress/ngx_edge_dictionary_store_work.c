
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_dictionary_store.h"


#if (NGX_THREADS)

static void
ngx_edge_dictionary_work_run(void *data, ngx_log_t *log)
{
    ngx_edge_dictionary_work_t *work = *(ngx_edge_dictionary_work_t **) data;

    (void) log;

    work->work(work->data);
}


static void
ngx_edge_dictionary_work_done(ngx_event_t *ev)
{
    ngx_edge_dictionary_work_t *work = ev->data;

    work->done(work->data);

    ngx_edge_dictionary_work_free(work);
}

#endif


ngx_edge_dictionary_work_t *
ngx_edge_dictionary_work_create(ngx_edge_dictionary_store_t *store,
    size_t size)
{
    ngx_edge_dictionary_work_t  *work;

    work = ngx_calloc(sizeof(ngx_edge_dictionary_work_t) + size,
                      ngx_cycle->log);
    if (work == NULL) {
        return NULL;
    }

    work->store = store;
    work->data = work + 1;

    return work;
}


ngx_int_t
ngx_edge_dictionary_work_post(ngx_edge_dictionary_work_t *work)
{
#if (NGX_THREADS)

    ngx_thread_task_t  *task;

    task = ngx_calloc(sizeof(ngx_thread_task_t) + sizeof(void *),
                      ngx_cycle->log);
    if (task == NULL) {
        return NGX_ERROR;
    }

    task->ctx = task + 1;
    *(ngx_edge_dictionary_work_t **) task->ctx = work;
    task->handler = ngx_edge_dictionary_work_run;
    task->event.handler = ngx_edge_dictionary_work_done;
    task->event.data = work;
    work->thread = task;

    return ngx_thread_task_post(work->store->threads, task);

#else

    (void) work;

    return NGX_ERROR;

#endif
}


void
ngx_edge_dictionary_work_free(ngx_edge_dictionary_work_t *work)
{
    if (work->thread) {
        ngx_free(work->thread);
    }

    ngx_free(work);
}
