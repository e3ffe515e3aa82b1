
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_kept_files.h"
#include "ngx_edge_dictionary_store.h"


/* prepared by a worker at most, and at a time */
#define NGX_EDGE_DICTIONARY_PREPARED  64
#define NGX_EDGE_DICTIONARY_LOADING   4


/* a dictionary of this worker; the first user of it is the list */

typedef struct {
    ngx_queue_t                   queue;
    ngx_edge_dictionary_store_t  *store;
    u_char                        digest[EDGE_DICTIONARY_DIGEST];
    ngx_uint_t                    users;
    size_t                        bytes;
    ngx_edge_dictionary_file_t    file;     /* file.dictionary NULL: not yet */
    ngx_edge_dictionary_t         dictionary;
} ngx_edge_dictionary_prepared_t;


typedef struct {
    ngx_edge_dictionary_prepared_t  *prepared;
    edge_kept_t                      kept;
    void                            *content;
    edge_dictionary_t               *dictionary;
    edge_kept_file_e                 result;
    int                              failed;    /* errno */
} ngx_edge_dictionary_load_t;


/* idle encoders refer to it, those at work are users */

static void
ngx_edge_dictionary_prepared_release(void *data)
{
    ngx_edge_dictionary_prepared_t *prepared = data;

    ngx_edge_dictionary_store_t  *store;

    if (--prepared->users) {
        return;
    }

    store = prepared->store;

    if (prepared->file.dictionary) {

        if (store->encoders->pool) {
            edge_pool_forget(store->encoders->pool, prepared->file.dictionary);
        }

        edge_dictionary_free(prepared->file.dictionary);
        free(prepared->file.content.data);
    }

    ngx_free(prepared);
}


static void
ngx_edge_dictionary_prepared_unlist(ngx_edge_dictionary_prepared_t *prepared)
{
    ngx_queue_remove(&prepared->queue);
    prepared->store->nprepared--;
    prepared->store->prepared_bytes -= prepared->bytes;
    prepared->bytes = 0;

    ngx_edge_dictionary_prepared_release(prepared);
}


void
ngx_edge_dictionary_store_forget(void *data)
{
    ngx_edge_dictionary_store_t *store = data;

    ngx_queue_t  *q;

    while (!ngx_queue_empty(&store->prepared)) {
        q = ngx_queue_head(&store->prepared);
        ngx_edge_dictionary_prepared_unlist(
                 ngx_queue_data(q, ngx_edge_dictionary_prepared_t, queue));
    }
}


/* those used longest ago make room, but not one that was made just now */

static void
ngx_edge_dictionary_prepared_shrink(ngx_edge_dictionary_store_t *store)
{
    ngx_queue_t  *last;

    while (store->prepared_bytes > store->memory
           || store->nprepared > NGX_EDGE_DICTIONARY_PREPARED)
    {
        last = ngx_queue_last(&store->prepared);

        if (last == ngx_queue_head(&store->prepared)) {
            break;
        }

        ngx_edge_dictionary_prepared_unlist(
              ngx_queue_data(last, ngx_edge_dictionary_prepared_t, queue));
    }
}


/* what can't be used is asked for no more; a damaged file goes, too */

static void
ngx_edge_dictionary_load_drop(ngx_edge_dictionary_load_t *load)
{
    char                          name[EDGE_KEPT_NAME];
    ngx_edge_dictionary_store_t  *store;

    store = load->prepared->store;

    if (load->result == EDGE_KEPT_FILE_MEMORY) {
        return;
    }

    ngx_shmtx_lock(&store->shared->mutex);
    edge_kept_index_remove(store->index, &load->kept);
    ngx_shmtx_unlock(&store->shared->mutex);

    if (load->result == EDGE_KEPT_FILE_DAMAGED) {
        edge_kept_name(&load->kept, name);
        (void) edge_kept_file_remove((const char *) store->path->name.data,
                                     name);
    }
}


/* In a thread: touches the task and the zone. */

static void
ngx_edge_dictionary_load_work(void *data)
{
    ngx_edge_dictionary_load_t *load = data;

    ngx_edge_dictionary_store_t  *store;

    store = load->prepared->store;

    load->result = edge_kept_file_read((const char *) store->path->name.data,
                                       &load->kept, &load->content);
    load->failed = ngx_errno;

    if (load->result != EDGE_KEPT_FILE_OK) {
        ngx_edge_dictionary_load_drop(load);
        return;
    }

    load->dictionary = edge_dictionary_create(load->content, load->kept.size,
                                              NGX_EDGE_DICTIONARY_DCZ_LEVEL,
                                              edge_dictionary_has_brotli()
                                              ? NGX_EDGE_DICTIONARY_DCB_LEVEL
                                              : EDGE_DICTIONARY_OFF);
    if (load->dictionary == NULL) {
        load->result = EDGE_KEPT_FILE_MEMORY;
        free(load->content);
        load->content = NULL;
    }
}


static void
ngx_edge_dictionary_load_complain(ngx_edge_dictionary_load_t *load)
{
    char                          name[EDGE_KEPT_NAME];
    ngx_edge_dictionary_store_t  *store;

    store = load->prepared->store;
    edge_kept_name(&load->kept, name);

    switch (load->result) {

    case EDGE_KEPT_FILE_DAMAGED:
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "dictionary \"%V/%s\" is damaged, removed",
                      &store->path->name, name);
        break;

    case EDGE_KEPT_FILE_NONE:
        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "dictionary \"%V/%s\" is gone",
                      &store->path->name, name);
        break;

    case EDGE_KEPT_FILE_SYSTEM:
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, load->failed,
                      "dictionary \"%V/%s\" can't be read",
                      &store->path->name, name);
        break;

    default:
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "no memory to prepare dictionary \"%V/%s\"",
                      &store->path->name, name);
        break;
    }
}


static void
ngx_edge_dictionary_load_done(void *data)
{
    ngx_edge_dictionary_load_t *load = data;

    ngx_edge_dictionary_store_t     *store;
    ngx_edge_dictionary_prepared_t  *prepared;

    prepared = load->prepared;
    store = prepared->store;
    store->loading--;

    if (load->result != EDGE_KEPT_FILE_OK) {
        ngx_edge_dictionary_load_complain(load);
        ngx_edge_dictionary_prepared_unlist(prepared);

    } else {
        prepared->file.dictionary = load->dictionary;
        prepared->file.content.data = load->content;
        prepared->file.content.len = load->kept.size;
        ngx_edge_dictionaries_fill_coders(&prepared->file);

        prepared->bytes = load->kept.size
                          + edge_dictionary_memory(load->dictionary);
        store->prepared_bytes += prepared->bytes;

        ngx_edge_dictionary_prepared_shrink(store);
    }

    ngx_edge_dictionary_prepared_release(prepared);
}


static ngx_edge_dictionary_prepared_t *
ngx_edge_dictionary_prepared_find(ngx_edge_dictionary_store_t *store,
    const u_char *digest)
{
    ngx_queue_t                     *q;
    ngx_edge_dictionary_prepared_t  *prepared;

    for (q = ngx_queue_head(&store->prepared);
         q != ngx_queue_sentinel(&store->prepared);
         q = ngx_queue_next(q))
    {
        prepared = ngx_queue_data(q, ngx_edge_dictionary_prepared_t, queue);

        if (ngx_memcmp(prepared->digest, digest, EDGE_DICTIONARY_DIGEST)
            == 0)
        {
            ngx_queue_remove(q);
            ngx_queue_insert_head(&store->prepared, q);
            return prepared;
        }
    }

    return NULL;
}


/* whoever asks next may have it; this request does not wait */

static void
ngx_edge_dictionary_prepare(ngx_edge_dictionary_store_t *store,
    const edge_kept_t *kept)
{
    ngx_edge_dictionary_load_t      *load;
    ngx_edge_dictionary_work_t      *work;
    ngx_edge_dictionary_prepared_t  *prepared;

    if (store->loading == NGX_EDGE_DICTIONARY_LOADING) {
        return;
    }

    prepared = ngx_calloc(sizeof(ngx_edge_dictionary_prepared_t),
                          ngx_cycle->log);
    work = ngx_edge_dictionary_work_create(store,
                                           sizeof(ngx_edge_dictionary_load_t));

    if (prepared == NULL || work == NULL) {
        goto failed;
    }

    prepared->store = store;
    prepared->dictionary.file = &prepared->file;
    ngx_memcpy(prepared->digest, kept->digest, EDGE_DICTIONARY_DIGEST);

    load = work->data;
    load->prepared = prepared;
    load->kept = *kept;
    work->work = ngx_edge_dictionary_load_work;
    work->done = ngx_edge_dictionary_load_done;

    if (ngx_edge_dictionary_work_post(work) != NGX_OK) {
        goto failed;
    }

    /* users: the list, and the thread */

    prepared->users = 2;
    store->loading++;
    store->nprepared++;
    ngx_queue_insert_head(&store->prepared, &prepared->queue);

    return;

failed:

    if (work) {
        ngx_edge_dictionary_work_free(work);
    }

    if (prepared) {
        ngx_free(prepared);
    }
}


const ngx_edge_dictionary_t *
ngx_edge_dictionary_store_find(ngx_http_request_t *r,
    ngx_edge_dictionary_store_t *store, edge_kept_query_t *query)
{
    char                             origin[EDGE_KEPT_ORIGIN_MAX];
    edge_kept_t                      kept;
    const edge_kept_t               *found;
    ngx_pool_cleanup_t              *cln;
    ngx_edge_dictionary_prepared_t  *prepared;

    query->origin = origin;
    query->origin_size = ngx_edge_dictionary_store_origin(r, origin);

    ngx_shmtx_lock(&store->shared->mutex);

    found = edge_kept_index_find(store->index, query);

    if (found) {
        kept = *found;
    }

    ngx_shmtx_unlock(&store->shared->mutex);

    if (found == NULL) {
        return NULL;
    }

    prepared = ngx_edge_dictionary_prepared_find(store, query->digest);

    if (prepared == NULL) {
        ngx_edge_dictionary_prepare(store, &kept);
        return NULL;
    }

    if (prepared->file.dictionary == NULL) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_edge_dictionary_prepared_release;
    cln->data = prepared;
    prepared->users++;

    return &prepared->dictionary;
}
