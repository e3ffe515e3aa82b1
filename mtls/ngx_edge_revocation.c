
#include "ngx_edge_revocation.h"

#include <sys/mman.h>

#include <openssl/rand.h>


/* How long the master waits for a worker that builds at that time */

#define NGX_EDGE_REVOCATION_WAIT  30000


struct ngx_edge_revocation_shared_s {
    ngx_atomic_t   generation;    /* the index of it is in slot generation % 2 */
    ngx_atomic_t   builder;       /* pid of who builds the next one, or 0 */
    time_t         checked;
    uint64_t       key[2];
    u_char         digest[32];    /* of the configuration built from */
    u_char         files[32];
    void          *slots[2];
    size_t         size;          /* of a slot */
};


typedef struct {
    ngx_edge_revocation_t            *rev;
    u_char                            files[32];
    ngx_uint_t                        unchanged;
    edge_revocation_report_t          report;
    edge_revocation_build_result_e    result;
} ngx_edge_revocation_task_t;


static ngx_int_t ngx_edge_revocation_init_zone(ngx_shm_zone_t *zone,
    void *data);
static void ngx_edge_revocation_cleanup(void *data);
static ngx_int_t ngx_edge_revocation_digest(ngx_conf_t *cf,
    ngx_edge_revocation_t *rev);
static ngx_uint_t ngx_edge_revocation_acquire(ngx_edge_revocation_t *rev);
static void ngx_edge_revocation_release(ngx_edge_revocation_t *rev);
static void ngx_edge_revocation_clear(ngx_edge_revocation_t *rev,
    ngx_uint_t slot);
static void ngx_edge_revocation_build(void *data, ngx_log_t *log);
static ngx_int_t ngx_edge_revocation_publish(ngx_edge_revocation_task_t *task,
    ngx_log_t *log);
static void ngx_edge_revocation_log(ngx_edge_revocation_task_t *task,
    ngx_log_t *log);
static ngx_edge_revocation_status_e ngx_edge_revocation_find_one(
    ngx_edge_revocation_t *rev, const edge_revocation_index_t *index,
    const edge_session_note_span_t *key);


ngx_int_t
ngx_edge_revocation_init(ngx_conf_t *cf, ngx_edge_revocation_t *rev, void *tag)
{
    ngx_str_t            name = ngx_string("mtls_crl");
    ngx_pool_cleanup_t  *cln;

#if (NGX_THREADS)

    rev->pool = ngx_thread_pool_add(cf, NULL);
    if (rev->pool == NULL) {
        return NGX_ERROR;
    }

#else

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"mtls_crl\" requires nginx to be built with threads");
    return NGX_ERROR;

#endif

    rev->issuers = sk_X509_new_null();
    if (rev->issuers == NULL) {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        sk_X509_free(rev->issuers);
        return NGX_ERROR;
    }

    cln->handler = ngx_edge_revocation_cleanup;
    cln->data = rev;

    rev->zone = ngx_shared_memory_add(cf, &name, rev->zone_size, tag);
    if (rev->zone == NULL) {
        return NGX_ERROR;
    }

    rev->zone->init = ngx_edge_revocation_init_zone;
    rev->zone->data = rev;

    return NGX_OK;
}


static void
ngx_edge_revocation_cleanup(void *data)
{
    ngx_edge_revocation_t  *rev = data;

    sk_X509_pop_free(rev->issuers, X509_free);
}


ngx_int_t
ngx_edge_revocation_add_issuers(ngx_conf_t *cf, ngx_edge_revocation_t *rev,
    SSL_CTX *ctx)
{
    X509                          *cert;
    edge_text_t                    ski;
    ngx_uint_t                     i;
    struct stack_st_X509          *certs;
    ngx_edge_revocation_policy_t  *policy;

    ngx_memzero(&ski, sizeof(edge_text_t));

    certs = X509_STORE_get1_all_certs(SSL_CTX_get_cert_store(ctx));

    while (certs && (cert = sk_X509_shift(certs)) != NULL) {
        ski.len = 0;
        edge_certificate_add_ski(&ski, cert);

        policy = rev->policies.elts;

        for (i = 0; i < rev->policies.nelts; i++) {
            if (policy[i].issuer_ski.len && policy[i].issuer_ski.len == ski.len
                && ngx_strncasecmp(policy[i].issuer_ski.data,
                                   (u_char *) ski.data, ski.len)
                   == 0)
            {
                edge_revocation_issuer_id(cert, policy[i].id);
            }
        }

        if (sk_X509_push(rev->issuers, cert) == 0) {
            X509_free(cert);
            ski.failed = 1;
        }
    }

    edge_text_free(&ski);
    sk_X509_pop_free(certs, X509_free);

    return (certs && !ski.failed) ? ngx_edge_revocation_digest(cf, rev)
                                  : NGX_ERROR;
}


static ngx_int_t
ngx_edge_revocation_digest(ngx_conf_t *cf, ngx_edge_revocation_t *rev)
{
    int           ok, i;
    u_char        id[EDGE_REVOCATION_ID_LEN];
    ngx_uint_t    k;
    EVP_MD_CTX   *md;
    const char  **paths;

    md = EVP_MD_CTX_new();
    ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL);

    paths = rev->paths.elts;

    for (k = 0; ok && k < rev->paths.nelts; k++) {
        ok = EVP_DigestUpdate(md, paths[k], ngx_strlen(paths[k]) + 1);
    }

    for (i = 0; ok && i < sk_X509_num(rev->issuers); i++) {
        ok = edge_revocation_issuer_id(sk_X509_value(rev->issuers, i), id)
             && EVP_DigestUpdate(md, id, sizeof(id));
    }

    ok = ok && EVP_DigestFinal_ex(md, rev->digest, NULL);

    EVP_MD_CTX_free(md);

    return ok ? NGX_OK : NGX_ERROR;
}


/* Untouched pages of the slots take no memory, however large they are. */

static ngx_int_t
ngx_edge_revocation_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_uint_t                     i;
    ngx_slab_pool_t               *pool;
    ngx_edge_revocation_t         *rev, *old;
    ngx_edge_revocation_shared_t  *shared;

    old = data;
    rev = zone->data;

    if (old) {
        rev->shared = old->shared;
        return NGX_OK;
    }

    pool = (ngx_slab_pool_t *) zone->shm.addr;

    shared = ngx_slab_calloc(pool, sizeof(ngx_edge_revocation_shared_t));
    if (shared == NULL) {
        return NGX_ERROR;
    }

    /* what the slab allocator needs for itself is below this */

    shared->size = (zone->shm.size - zone->shm.size / 64 - 32 * ngx_pagesize)
                   / 2 / ngx_pagesize * ngx_pagesize;

    for (i = 0; i < 2; i++) {
        shared->slots[i] = ngx_slab_alloc(pool, shared->size);

        if (shared->slots[i] == NULL) {
            return NGX_ERROR;
        }
    }

    if (RAND_bytes((u_char *) shared->key, sizeof(shared->key)) != 1) {
        return NGX_ERROR;
    }

    rev->shared = shared;

    return NGX_OK;
}


ngx_int_t
ngx_edge_revocation_start(ngx_cycle_t *cycle, ngx_edge_revocation_t *rev)
{
    ngx_int_t                    rc;
    ngx_uint_t                   waited;
    ngx_edge_revocation_task_t   task;

    for (waited = 0; !ngx_edge_revocation_acquire(rev); waited += 10) {
        if (waited > NGX_EDGE_REVOCATION_WAIT) {
            ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                          "revocation lists are still being loaded");
            return NGX_OK;
        }

        ngx_msleep(10);
    }

    ngx_memzero(&task, sizeof(ngx_edge_revocation_task_t));

    task.rev = rev;

    ngx_edge_revocation_build(&task, cycle->log);
    rc = ngx_edge_revocation_publish(&task, cycle->log);

    return rev->shared->generation ? NGX_OK : rc;
}


static ngx_uint_t
ngx_edge_revocation_acquire(ngx_edge_revocation_t *rev)
{
    ngx_atomic_uint_t  builder;

    builder = rev->shared->builder;

    /* one that died left its pid */

    if (builder && (kill((ngx_pid_t) builder, 0) == 0 || ngx_errno != NGX_ESRCH))
    {
        return 0;
    }

    return ngx_atomic_cmp_set(&rev->shared->builder, builder,
                              (ngx_atomic_uint_t) ngx_pid);
}


static void
ngx_edge_revocation_release(ngx_edge_revocation_t *rev)
{
    rev->shared->checked = ngx_time();
    ngx_memory_barrier();
    rev->shared->builder = 0;
}


static void
ngx_edge_revocation_clear(ngx_edge_revocation_t *rev, ngx_uint_t slot)
{
    /* gives the pages back; they read as zeros from then on */

    if (madvise(rev->shared->slots[slot], rev->shared->size, MADV_REMOVE)
        == -1)
    {
        ngx_memzero(rev->shared->slots[slot], rev->shared->size);
    }
}


/* In a thread: no pool, no log.  Files are looked at before they are read. */

static void
ngx_edge_revocation_build(void *data, ngx_log_t *log)
{
    ngx_uint_t                     next;
    edge_revocation_build_t        build;
    ngx_edge_revocation_t         *rev;
    ngx_edge_revocation_task_t    *task = data;
    ngx_edge_revocation_shared_t  *shared;

    rev = task->rev;
    shared = rev->shared;

    task->result = EDGE_REVOCATION_BUILD_NO_MEMORY;

    if (!edge_revocation_files(rev->paths.elts, rev->paths.nelts, task->files))
    {
        return;
    }

    if (shared->generation
        && ngx_memcmp(task->files, shared->files, 32) == 0
        && ngx_memcmp(rev->digest, shared->digest, 32) == 0)
    {
        task->unchanged = 1;
        return;
    }

    next = (shared->generation + 1) % 2;

    ngx_edge_revocation_clear(rev, next);

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

    task->result = edge_revocation_build(&build, &task->report);
}


/* The new index serves from here on; the old one stays if there is none. */

static ngx_int_t
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
        }

        if (task->result == EDGE_REVOCATION_BUILD_OK) {
            ngx_memory_barrier();
            (void) ngx_atomic_fetch_add(&shared->generation, 1);
            ngx_memory_barrier();

        } else {
            rc = NGX_ERROR;
        }

        /* readers that are late see that the generation is another */

        ngx_edge_revocation_clear(task->rev, (shared->generation + 1) % 2);
        edge_revocation_report_free(&task->report);
    }

    ngx_edge_revocation_release(task->rev);

    return rc;
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


#if (NGX_THREADS)

static void
ngx_edge_revocation_done(ngx_event_t *ev)
{
    ngx_thread_task_t           *thread;
    ngx_edge_revocation_task_t  *task;

    thread = ev->data;
    task = thread->ctx;

    (void) ngx_edge_revocation_publish(task, ngx_cycle->log);
    ngx_free(thread);
}


void
ngx_edge_revocation_refresh(ngx_edge_revocation_t *rev, ngx_log_t *log)
{
    ngx_thread_task_t           *thread;
    ngx_edge_revocation_task_t  *task;

    if (ngx_exiting || ngx_quit
        || ngx_time() - rev->shared->checked
           < (time_t) (rev->interval + 999) / 1000
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

    thread->ctx = task;
    thread->handler = ngx_edge_revocation_build;
    thread->event.data = thread;
    thread->event.handler = ngx_edge_revocation_done;

    if (ngx_thread_task_post(rev->pool, thread) != NGX_OK) {
        ngx_edge_revocation_release(rev);
        ngx_free(thread);
    }
}

#else

void
ngx_edge_revocation_refresh(ngx_edge_revocation_t *rev, ngx_log_t *log)
{
}

#endif


ngx_atomic_uint_t
ngx_edge_revocation_generation(ngx_edge_revocation_t *rev)
{
    return rev->shared->generation;
}


ngx_edge_revocation_status_e
ngx_edge_revocation_find(ngx_edge_revocation_t *rev,
    const edge_session_note_t *note)
{
    size_t                         i;
    ngx_atomic_uint_t              generation;
    edge_revocation_index_t       *index;
    ngx_edge_revocation_status_e   status, found;

    do {
        generation = rev->shared->generation;
        ngx_memory_barrier();

        index = rev->shared->slots[generation % 2];
        status = NGX_EDGE_REVOCATION_GOOD;

        for (i = 0; i < note->nkeys; i++) {
            found = ngx_edge_revocation_find_one(rev, index, &note->keys[i]);

            if (found != NGX_EDGE_REVOCATION_GOOD
                && status != NGX_EDGE_REVOCATION_REVOKED)
            {
                status = found;
            }
        }

        ngx_memory_barrier();

        /* it may have been replaced, and its memory used again, meanwhile */

    } while (rev->shared->generation != generation);

    return status;
}


static ngx_edge_revocation_policy_t *
ngx_edge_revocation_policy(ngx_edge_revocation_t *rev, const u_char *id)
{
    ngx_uint_t                     i;
    ngx_edge_revocation_policy_t  *policy, *others;

    others = NULL;
    policy = rev->policies.elts;

    for (i = 0; i < rev->policies.nelts; i++) {
        if (policy[i].issuer_ski.len == 0) {
            others = &policy[i];

        } else if (ngx_memcmp(policy[i].id, id, EDGE_REVOCATION_ID_LEN) == 0) {
            return &policy[i];
        }
    }

    return others;
}


static ngx_edge_revocation_status_e
ngx_edge_revocation_find_one(ngx_edge_revocation_t *rev,
    const edge_revocation_index_t *index, const edge_session_note_span_t *key)
{
    ngx_edge_revocation_policy_t  *policy;

    policy = ngx_edge_revocation_policy(rev, key->data);

    switch (edge_revocation_index_find(index, key->data,
                                       key->data + EDGE_REVOCATION_ID_LEN,
                                       key->len - EDGE_REVOCATION_ID_LEN,
                                       ngx_time(), policy->stale))
    {
    case EDGE_REVOCATION_GOOD:
        return NGX_EDGE_REVOCATION_GOOD;

    case EDGE_REVOCATION_REVOKED:
        return NGX_EDGE_REVOCATION_REVOKED;

    default: /* EDGE_REVOCATION_NO_LIST, EDGE_REVOCATION_STALE */
        return policy->hard ? NGX_EDGE_REVOCATION_UNKNOWN
                            : NGX_EDGE_REVOCATION_GOOD;
    }
}
