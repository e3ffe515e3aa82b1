
#include "ngx_edge_revocation_load.h"

#include <pthread.h>
#include <sys/resource.h>


/* The loader yields to all that is not as nice: to the worker it belongs to. */

#define NGX_EDGE_REVOCATION_NICE  10


#if (NGX_THREADS)

static ngx_uint_t ngx_edge_revocation_is_due(ngx_edge_revocation_t *rev);
static void ngx_edge_revocation_load(void *data, ngx_log_t *log);
static void *ngx_edge_revocation_loader(void *data);
static void ngx_edge_revocation_done(ngx_event_t *ev);
static void ngx_edge_revocation_cleared(ngx_event_t *ev);


/* By the clock that nobody sets, the same in all processes of a machine. */

static ngx_uint_t
ngx_edge_revocation_is_due(ngx_edge_revocation_t *rev)
{
    ngx_msec_int_t  since;

    since = ngx_current_msec - rev->shared->checked;

    /* workers look once a second: rather half of one early than late */

    return since + 500 >= (ngx_msec_int_t) rev->interval;
}


void
ngx_edge_revocation_refresh(ngx_edge_revocation_t *rev, ngx_log_t *log)
{
    ngx_thread_task_t           *thread;
    ngx_edge_revocation_task_t  *task;

    if (ngx_exiting || ngx_quit
        || !ngx_edge_revocation_is_due(rev)
        || !ngx_edge_revocation_acquire(rev))
    {
        return;
    }

    thread = ngx_calloc(sizeof(ngx_thread_task_t)
                            + sizeof(ngx_edge_revocation_task_t),
                        log);
    if (thread == NULL) {
        ngx_edge_revocation_release(rev);
        return;
    }

    task = (ngx_edge_revocation_task_t *) (thread + 1);
    task->rev = rev;
    task->rest = ngx_edge_revocation_rest;
    task->step = ngx_edge_revocation_build;

    thread->ctx = task;
    thread->handler = ngx_edge_revocation_load;
    thread->event.data = thread;
    thread->event.handler = ngx_edge_revocation_done;

    if (ngx_thread_task_post(rev->pool, thread) != NGX_OK) {
        ngx_edge_revocation_release(rev);
        ngx_free(thread);
    }
}


/*
 * In a thread of the pool, which waits for one of our own: a thread that has
 * become nice cannot become otherwise again, and others use the pool.
 */

static void
ngx_edge_revocation_load(void *data, ngx_log_t *log)
{
    pthread_t                    loader;
    ngx_edge_revocation_task_t  *task = data;

    if (pthread_create(&loader, NULL, ngx_edge_revocation_loader, task) == 0) {
        (void) pthread_join(loader, NULL);

    } else {
        task->step(task);
    }
}


static void *
ngx_edge_revocation_loader(void *data)
{
    ngx_edge_revocation_task_t  *task = data;

#if (NGX_LINUX)

    /* of this thread alone; elsewhere it would be the process */

    (void) setpriority(PRIO_PROCESS, 0, NGX_EDGE_REVOCATION_NICE);

#endif

    task->step(task);

    return NULL;
}


static void
ngx_edge_revocation_done(ngx_event_t *ev)
{
    ngx_thread_task_t           *thread;
    ngx_edge_revocation_task_t  *task;

    thread = ev->data;
    task = thread->ctx;

    (void) ngx_edge_revocation_publish(task, ngx_cycle->log);

    task->step = ngx_edge_revocation_clear_old;
    thread->event.handler = ngx_edge_revocation_cleared;

    if (task->unchanged
        || ngx_thread_task_post(task->rev->pool, thread) != NGX_OK)
    {
        ngx_edge_revocation_cleared(ev);
    }
}


static void
ngx_edge_revocation_cleared(ngx_event_t *ev)
{
    ngx_thread_task_t           *thread;
    ngx_edge_revocation_task_t  *task;

    thread = ev->data;
    task = thread->ctx;

    ngx_edge_revocation_release(task->rev);
    ngx_free(thread);
}

#else

void
ngx_edge_revocation_refresh(ngx_edge_revocation_t *rev, ngx_log_t *log)
{
}

#endif
