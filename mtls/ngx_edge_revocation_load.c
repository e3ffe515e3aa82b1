
#include "ngx_edge_revocation_load.h"

#include <sys/mman.h>

#include "ngx_edge_revocation_metrics.h"


/* How long the master waits for a worker that builds at that time */

#define NGX_EDGE_REVOCATION_WAIT  30000


/* How often lists are loaded that change meanwhile, before nginx gives up */

#define NGX_EDGE_REVOCATION_TRIES 5


/* A loader works for so many nanoseconds, then rests as long */

#define NGX_EDGE_REVOCATION_SLICE 500000


/* Bytes given back by one system call, which others may have to wait for */

#define NGX_EDGE_REVOCATION_PIECE (2 * 1024 * 1024)


static ngx_int_t ngx_edge_revocation_load_once(ngx_edge_revocation_t *rev,
    ngx_edge_revocation_task_t *task, ngx_log_t *log);
static void ngx_edge_revocation_clear(ngx_edge_revocation_task_t *task,
    ngx_uint_t slot);
static void ngx_edge_revocation_log(ngx_edge_revocation_task_t *task,
    ngx_log_t *log);


ngx_int_t
ngx_edge_revocation_start(ngx_edge_revocation_t *rev, ngx_log_t *log)
{
    ngx_int_t                    rc;
    ngx_uint_t                   waited, tries;
    ngx_edge_revocation_task_t   task;

    for (waited = 0; !ngx_edge_revocation_acquire(rev); waited += 10) {
        if (waited > NGX_EDGE_REVOCATION_WAIT) {
            ngx_log_error(NGX_LOG_WARN, log, 0,
                          "revocation lists are still being loaded");
            return NGX_OK;
        }

        ngx_msleep(10);
    }

    /* one that was replaced meanwhile is there as a whole the next time */

    tries = 0;

    do {
        rc = ngx_edge_revocation_load_once(rev, &task, log);
        tries++;
    } while (rc != NGX_OK && task.result == EDGE_REVOCATION_BUILD_CHANGED
             && tries < NGX_EDGE_REVOCATION_TRIES);

    ngx_edge_revocation_clear_old(&task);
    ngx_edge_revocation_release(rev);

    if (rev->shared->generation) {
        return NGX_OK;
    }

    if (rc != NGX_OK && task.result == EDGE_REVOCATION_BUILD_CHANGED) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "revocation lists are replaced faster than they can be "
                      "loaded");
    }

    return rc;
}


static ngx_int_t
ngx_edge_revocation_load_once(ngx_edge_revocation_t *rev,
    ngx_edge_revocation_task_t *task, ngx_log_t *log)
{
    ngx_memzero(task, sizeof(ngx_edge_revocation_task_t));

    task->rev = rev;

    if (rev->shared->generation) {
        task->rest = ngx_edge_revocation_rest;
    }

    ngx_edge_revocation_build(task);

    return ngx_edge_revocation_publish(task, log);
}


ngx_uint_t
ngx_edge_revocation_acquire(ngx_edge_revocation_t *rev)
{
    ngx_atomic_uint_t  builder;

    builder = rev->shared->builder;

    /* one that died left its pid */

    if (builder
        && (kill((ngx_pid_t) builder, 0) == 0 || ngx_errno != NGX_ESRCH))
    {
        return 0;
    }

    return ngx_atomic_cmp_set(&rev->shared->builder, builder,
                              (ngx_atomic_uint_t) ngx_pid);
}


void
ngx_edge_revocation_release(ngx_edge_revocation_t *rev)
{
    rev->shared->checked = ngx_current_msec;
    ngx_memory_barrier();
    rev->shared->builder = 0;
}


/* Gives the pages of a slot back; they read as zeros from then on. */

static void
ngx_edge_revocation_clear(ngx_edge_revocation_task_t *task, ngx_uint_t slot)
{
    u_char  *p;
    size_t   left, size;

    p = task->rev->shared->slots[slot];

    for (left = task->rev->shared->size; left; left -= size) {
        size = ngx_min(left, NGX_EDGE_REVOCATION_PIECE);

        if (madvise(p, size, MADV_REMOVE) == -1) {
            ngx_memzero(p, size);
        }

        if (task->rest) {
            task->rest();
        }

        p += size;
    }
}


void
ngx_edge_revocation_rest(void)
{
    int64_t          used;
    struct timespec  now;

    static struct timespec  since;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);

    /* there is one loader at a time in a process */

    used = (int64_t) (now.tv_sec - since.tv_sec) * 1000000000
           + (now.tv_nsec - since.tv_nsec);

    if (used >= 0 && used < NGX_EDGE_REVOCATION_SLICE) {
        return;
    }

    since = now;

    /* a worker that exits waits for it */

    if (used > 0 && !ngx_exiting && !ngx_terminate) {
        now.tv_sec = 0;
        now.tv_nsec = ngx_min(used, 4 * NGX_EDGE_REVOCATION_SLICE);
        (void) nanosleep(&now, NULL);
    }
}


/* Files are looked at before they are read. */

void
ngx_edge_revocation_build(ngx_edge_revocation_task_t *task)
{
    ngx_uint_t                     next;
    edge_revocation_build_t        build;
    ngx_edge_revocation_t         *rev;
    ngx_edge_revocation_shared_t  *shared;

    rev = task->rev;
    shared = rev->shared;

    task->result = EDGE_REVOCATION_BUILD_NO_MEMORY;

    if (!edge_revocation_files(rev->paths.elts, rev->paths.nelts, task->files))
    {
        return;
    }

    if (shared->generation
        && (shared->due == 0 || shared->due > (int64_t) time(NULL))
        && ngx_memcmp(task->files, shared->files, 32) == 0
        && ngx_memcmp(rev->digest, shared->digest, 32) == 0)
    {
        task->unchanged = 1;
        return;
    }

    ngx_edge_revocation_load_begins(rev);

    next = (shared->generation + 1) % 2;

    ngx_edge_revocation_clear(task, next);

    ngx_memzero(&build, sizeof(edge_revocation_build_t));

    build.paths = rev->paths.elts;
    build.npaths = rev->paths.nelts;
    build.issuers = rev->issuers;
    build.now = time(NULL);
    build.key[0] = shared->key[0];
    build.key[1] = shared->key[1];
    build.memory = shared->slots[next];
    build.size = shared->size;
    build.before = shared->generation ? shared->slots[shared->generation % 2]
                                      : NULL;
    build.rest = task->rest;

    task->result = edge_revocation_build(&build, &task->report);
}


ngx_int_t
ngx_edge_revocation_publish(ngx_edge_revocation_task_t *task, ngx_log_t *log)
{
    ngx_int_t                      rc;
    ngx_edge_revocation_shared_t  *shared;

    rc = NGX_OK;
    shared = task->rev->shared;

    if (!task->unchanged) {
        ngx_edge_revocation_log(task, log);

        /* what does not fit now will not fit before a file changes */

        if (task->result == EDGE_REVOCATION_BUILD_OK
            || task->result == EDGE_REVOCATION_BUILD_NO_ROOM)
        {
            ngx_memcpy(shared->files, task->files, 32);
            ngx_memcpy(shared->digest, task->rev->digest, 32);
            shared->due = task->report.due;
        }

        if (task->result == EDGE_REVOCATION_BUILD_OK) {
            ngx_memory_barrier();
            (void) ngx_atomic_fetch_add(&shared->generation, 1);
            ngx_memory_barrier();

        } else {
            rc = NGX_ERROR;
        }

        ngx_edge_revocation_load_ends(task->rev, rc == NGX_OK,
                                      task->report.nproblems);
        edge_revocation_report_free(&task->report);
    }

    return rc;
}


void
ngx_edge_revocation_clear_old(ngx_edge_revocation_task_t *task)
{
    ngx_edge_revocation_clear(task,
                              (task->rev->shared->generation + 1) % 2);
}


static void
ngx_edge_revocation_log(ngx_edge_revocation_task_t *task, ngx_log_t *log)
{
    size_t                     i;
    edge_revocation_report_t  *report;

    report = &task->report;

    for (i = 0; i < report->nproblems && i < EDGE_REVOCATION_MAX_PROBLEMS; i++)
    {
        ngx_log_error(NGX_LOG_ERR, log, 0, "revocation list \"%s\" %s",
                      report->problems[i].path,
                      edge_revocation_problem_text(
                          report->problems[i].problem));
    }

    switch (task->result) {

    case EDGE_REVOCATION_BUILD_OK:
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "revocation lists loaded: %uL entries of %uL issuers, "
                      "%uL lists, %uL issuers kept from before, %uL problems",
                      report->index->count, report->index->nissuers,
                      report->nlists, report->nkept,
                      (uint64_t) report->nproblems);
        break;

    case EDGE_REVOCATION_BUILD_NO_ROOM:
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "revocation lists do not fit into \"mtls_crl_zone\"");
        break;

    case EDGE_REVOCATION_BUILD_NO_MEMORY:
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "memory for loading revocation lists failed");
        break;

    case EDGE_REVOCATION_BUILD_CHANGED:
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "revocation lists changed while they were loaded");
        break;
    }
}
