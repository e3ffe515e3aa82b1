
#include "ngx_edge_ticket_keys.h"


/* how often what stays wrong is told again, seconds */

#define NGX_EDGE_TICKET_KEYS_TELL  3600


typedef struct {
    ngx_edge_ticket_keys_conf_t  *conf;

    /* as they were before */
    edge_ticket_keys_t            before;
    edge_ticket_files_t           files;
} ngx_edge_ticket_keys_task_t;


static void ngx_edge_ticket_keys_read(void *data, ngx_log_t *log);
static void ngx_edge_ticket_keys_publish(ngx_edge_ticket_keys_task_t *task,
    ngx_log_t *log);
static void ngx_edge_ticket_keys_tell(ngx_edge_ticket_keys_task_t *task,
    ngx_log_t *log);
static void ngx_edge_ticket_keys_tell_one(ngx_str_t *directory,
    edge_ticket_problem_t *problem, ngx_log_t *log);
static void ngx_edge_ticket_keys_tell_stale(ngx_edge_ticket_keys_conf_t *conf,
    ngx_log_t *log);
static void ngx_edge_ticket_keys_timer(ngx_event_t *ev);
static void ngx_edge_ticket_keys_set_timer(ngx_edge_ticket_keys_conf_t *conf);


ngx_int_t
ngx_edge_ticket_keys_load(ngx_edge_ticket_keys_conf_t *conf)
{
    ngx_cycle_t                  *cycle;
    ngx_core_conf_t              *ccf;
    ngx_edge_ticket_keys_task_t  *task;

    if (conf->directory.data == NULL || conf->loaded) {
        return NGX_OK;
    }

    conf->loaded = 1;
    cycle = conf->cycle;

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    conf->group = (geteuid() == 0) ? (gid_t) ccf->group : getegid();
    conf->shared->told = 0;

    task = ngx_alloc(sizeof(ngx_edge_ticket_keys_task_t), cycle->log);
    if (task == NULL) {
        return NGX_ERROR;
    }

    task->conf = conf;
    task->before = conf->shared->keys;

    ngx_edge_ticket_keys_read(task, cycle->log);
    ngx_edge_ticket_keys_publish(task, cycle->log);

    ngx_explicit_memzero(task, sizeof(ngx_edge_ticket_keys_task_t));
    ngx_free(task);

    if (conf->shared->keys.n == 0) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "no session ticket key in \"%V\" in "
                      "\"ecg_ticket_keys\": a key is a file of 80 or 48 bytes "
                      "in %V:%ui", &conf->directory, &conf->file, conf->line);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* May be in a thread: no pool, no log. */

static void
ngx_edge_ticket_keys_read(void *data, ngx_log_t *log)
{
    ngx_edge_ticket_keys_task_t *task = data;

    edge_ticket_files_read(&task->files, (char *) task->conf->directory.data,
                           &task->before, task->conf->group);

    (void) edge_ticket_keys_expire(&task->files.keys, time(NULL),
                                   task->conf->rotate);
}


/* Without a single good key the last ones stay. */

static void
ngx_edge_ticket_keys_publish(ngx_edge_ticket_keys_task_t *task, ngx_log_t *log)
{
    unsigned                        n;
    ngx_uint_t                      changed;
    ngx_slab_pool_t                *pool;
    edge_ticket_keys_t             *keys;
    ngx_edge_ticket_keys_conf_t    *conf;
    ngx_edge_ticket_keys_shared_t  *shared;

    conf = task->conf;
    keys = &task->files.keys;
    shared = conf->shared;
    n = keys->n;

    ngx_edge_ticket_keys_tell(task, log);

    if (n == 0 || task->files.error) {
        return;
    }

    pool = (ngx_slab_pool_t *) conf->zone->shm.addr;

    ngx_shmtx_lock(&pool->mutex);

    changed = ngx_memcmp(&shared->keys, keys, sizeof(edge_ticket_keys_t));

    if (changed) {
        shared->keys = *keys;
        shared->generation++;
    }

    ngx_shmtx_unlock(&pool->mutex);

    if (changed) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "session ticket keys from \"%V\": %ud", &conf->directory,
                      n);
    }

    ngx_edge_ticket_keys_tell_stale(conf, log);
}


/* What is wrong is told when it changes, and each hour. */

static void
ngx_edge_ticket_keys_tell(ngx_edge_ticket_keys_task_t *task, ngx_log_t *log)
{
    time_t                          now;
    uint32_t                        digest;
    unsigned                        i, n;
    ngx_edge_ticket_keys_shared_t  *shared;

    now = ngx_time();
    shared = task->conf->shared;

    n = ngx_min(task->files.nproblems, EDGE_TICKET_FILES_PROBLEMS);

    ngx_crc32_init(digest);
    ngx_crc32_update(&digest, (u_char *) &task->files.error, sizeof(int));
    ngx_crc32_update(&digest, (u_char *) task->files.problems,
                     n * sizeof(edge_ticket_problem_t));
    ngx_crc32_final(digest);

    if (digest == shared->told
        && now - shared->told_at < NGX_EDGE_TICKET_KEYS_TELL)
    {
        return;
    }

    shared->told = digest;
    shared->told_at = now;

    if (task->files.error) {
        ngx_log_error(NGX_LOG_ERR, log, task->files.error,
                      "session ticket keys cannot be read from \"%V\"",
                      &task->conf->directory);
        return;
    }

    for (i = 0; i < n; i++) {
        ngx_edge_ticket_keys_tell_one(&task->conf->directory,
                                      &task->files.problems[i], log);
    }

    if (task->files.nproblems > n) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "and %ud more session ticket keys",
                      task->files.nproblems - n);
    }

    if (task->files.keys.n == 0) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "no session ticket key in \"%V\", those from before "
                      "are used", &task->conf->directory);
    }
}


static void
ngx_edge_ticket_keys_tell_one(ngx_str_t *directory,
    edge_ticket_problem_t *problem, ngx_log_t *log)
{
    switch (problem->problem) {

    case EDGE_TICKET_FILE_UNREADABLE:
        ngx_log_error(NGX_LOG_ERR, log, problem->error,
                      "session ticket key \"%V/%s\" cannot be read",
                      directory, problem->name);
        break;

    case EDGE_TICKET_FILE_BAD_SIZE:
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "session ticket key \"%V/%s\" has %O bytes, it must "
                      "have 80 or 48", directory, problem->name,
                      problem->size);
        break;

    case EDGE_TICKET_FILE_EXPOSED:
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "session ticket key \"%V/%s\" may be read by others "
                      "than nginx: its mode is 0%ud%ud%ud", directory,
                      problem->name, problem->mode >> 6 & 7,
                      problem->mode >> 3 & 7, problem->mode & 7);
        break;

    default:
        break;
    }
}


static void
ngx_edge_ticket_keys_tell_stale(ngx_edge_ticket_keys_conf_t *conf,
    ngx_log_t *log)
{
    time_t                          now, age;
    ngx_edge_ticket_keys_shared_t  *shared;

    now = ngx_time();
    shared = conf->shared;
    age = now - shared->keys.keys[0].start;

    if (age > 2 * conf->rotate && now - shared->stale_at >= conf->rotate) {
        shared->stale_at = now;

        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "the newest session ticket key in \"%V\" is %T seconds "
                      "old, with \"rotate\" of %T", &conf->directory, age,
                      conf->rotate);
    }
}


void
ngx_edge_ticket_keys_start(ngx_cycle_t *cycle,
    ngx_edge_ticket_keys_conf_t *conf)
{
    conf->timer.handler = ngx_edge_ticket_keys_timer;
    conf->timer.data = conf;
    conf->timer.log = cycle->log;
    conf->timer.cancelable = 1;

    /* the files are read anew at once: a worker may not be allowed to */

    ngx_add_timer(&conf->timer, 1);
}


static void
ngx_edge_ticket_keys_set_timer(ngx_edge_ticket_keys_conf_t *conf)
{
    time_t  delay;

    delay = ngx_min(conf->check, conf->rotate);

    ngx_add_timer(&conf->timer, (ngx_msec_t) delay * 1000);
}


#if (NGX_THREADS)

static void
ngx_edge_ticket_keys_done(ngx_event_t *ev)
{
    ngx_edge_ticket_keys_task_t *task = ev->data;

    ngx_edge_ticket_keys_publish(task, ngx_cycle->log);

    ngx_explicit_memzero(&task->before, sizeof(edge_ticket_keys_t));
    ngx_explicit_memzero(&task->files, sizeof(edge_ticket_files_t));

    (void) ngx_edge_ticket_keys_get(task->conf);
}


static void
ngx_edge_ticket_keys_refresh(ngx_edge_ticket_keys_conf_t *conf)
{
    ngx_thread_task_t            *thread;
    ngx_edge_ticket_keys_task_t  *task;

    thread = conf->task;

    if (thread == NULL) {
        thread = ngx_thread_task_alloc(ngx_cycle->pool,
                                       sizeof(ngx_edge_ticket_keys_task_t));
        if (thread == NULL) {
            return;
        }

        conf->task = thread;

        thread->handler = ngx_edge_ticket_keys_read;
        thread->event.handler = ngx_edge_ticket_keys_done;
        thread->event.data = thread->ctx;
    }

    /* still reading, from a file system that does not answer */

    if (thread->event.active) {
        return;
    }

    task = thread->ctx;
    task->conf = conf;
    task->before = *ngx_edge_ticket_keys_get(conf);

    (void) ngx_thread_task_post(conf->pool, thread);
}

#endif


/* One worker reads for all; each forgets keys in its own memory. */

static void
ngx_edge_ticket_keys_timer(ngx_event_t *ev)
{
    ngx_edge_ticket_keys_conf_t *conf = ev->data;

    (void) ngx_edge_ticket_keys_get(conf);

    if (ngx_exiting || ngx_quit) {
        return;
    }

#if (NGX_THREADS)
    if (conf->directory.data && ngx_worker == 0) {
        ngx_edge_ticket_keys_refresh(conf);
    }
#endif

    ngx_edge_ticket_keys_set_timer(conf);
}
