
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_kept_files.h"
#include "ngx_edge_dictionary_store.h"


/* bodies that a worker gathers together, in those of the largest size */
#define NGX_EDGE_DICTIONARY_SAVE_BODIES  8

/* where a body of unknown length begins */
#define NGX_EDGE_DICTIONARY_SAVE_FIRST   (64 * 1024)

/* a disk that is full is told of once a minute */
#define NGX_EDGE_DICTIONARY_SAVE_QUIET   60


typedef struct {
    ngx_edge_dictionary_store_t  *store;
    edge_kept_t                   kept;
    u_char                       *content;
    size_t                        capacity;
    int64_t                       fresh;
    edge_kept_file_e              result;
    int                           failed;       /* errno */
} ngx_edge_dictionary_save_t;


struct ngx_edge_dictionary_tap_s {
    ngx_edge_dictionary_work_t  *work;          /* NULL: done, or given up */
    off_t                        length;        /* -1: unknown */
};


static void
ngx_edge_dictionary_save_free(ngx_edge_dictionary_save_t *save)
{
    save->store->saving -= save->capacity;
    save->capacity = 0;

    if (save->content) {
        ngx_free(save->content);
        save->content = NULL;
    }
}


/* Cleanup of the request, and what becomes of a body that is not kept. */

static void
ngx_edge_dictionary_tap_drop(void *data)
{
    ngx_edge_dictionary_tap_t *tap = data;

    if (tap->work) {
        ngx_edge_dictionary_save_free(tap->work->data);
        ngx_edge_dictionary_work_free(tap->work);
        tap->work = NULL;
    }
}


/* room for size bytes, counted; NGX_DECLINED: there is none */

static ngx_int_t
ngx_edge_dictionary_save_grow(ngx_edge_dictionary_save_t *save, size_t size)
{
    u_char                       *content;
    ngx_edge_dictionary_store_t  *store;

    store = save->store;

    if (size <= save->capacity) {
        return NGX_OK;
    }

    if (size > store->max_dictionary
        || store->saving - save->capacity + size
           > NGX_EDGE_DICTIONARY_SAVE_BODIES * store->max_dictionary)
    {
        return NGX_DECLINED;
    }

    content = ngx_alloc(size, ngx_cycle->log);
    if (content == NULL) {
        return NGX_DECLINED;
    }

    if (save->content) {
        ngx_memcpy(content, save->content, save->kept.size);
        ngx_free(save->content);
    }

    store->saving += size - save->capacity;
    save->content = content;
    save->capacity = size;

    return NGX_OK;
}


/* In a thread.  One of the same content and fresh enough is not written. */

static void
ngx_edge_dictionary_save_work(void *data)
{
    ngx_edge_dictionary_save_t *save = data;

    ngx_uint_t                    has;
    edge_kept_t                  *kept;
    const char                   *directory;
    ngx_edge_dictionary_store_t  *store;

    store = save->store;
    kept = &save->kept;
    directory = (const char *) store->path->name.data;

    if (edge_dictionary_digest(save->content, kept->size, kept->digest) != 0
        || edge_kept_set_key(kept) != EDGE_KEPT_OK)
    {
        save->result = EDGE_KEPT_FILE_MEMORY;
        return;
    }

    ngx_shmtx_lock(&store->shared->mutex);
    has = edge_kept_index_has(store->index, kept,
                              kept->expires - save->fresh / 2);
    ngx_shmtx_unlock(&store->shared->mutex);

    if (has) {
        return;
    }

    save->result = edge_kept_file_write(directory, kept, save->content);
    save->failed = ngx_errno;

    if (save->result == EDGE_KEPT_FILE_OK) {
        (void) ngx_edge_dictionary_store_enter(store, kept);
    }
}


static void
ngx_edge_dictionary_save_done(void *data)
{
    ngx_edge_dictionary_save_t *save = data;

    ngx_edge_dictionary_store_t  *store;

    store = save->store;

    if (save->result != EDGE_KEPT_FILE_OK
        && (store->complained == 0
            || ngx_time() - store->complained
               >= NGX_EDGE_DICTIONARY_SAVE_QUIET))
    {
        store->complained = ngx_time();

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log,
                      save->result == EDGE_KEPT_FILE_SYSTEM ? save->failed : 0,
                      "a dictionary of %uD bytes from \"%s\" can't be kept "
                      "in \"%V\"", save->kept.size, save->kept.origin,
                      &store->path->name);
    }

    ngx_edge_dictionary_save_free(save);
}


ngx_int_t
ngx_edge_dictionary_store_tap(ngx_http_request_t *r,
    ngx_edge_dictionary_store_t *store, ngx_edge_dictionary_tap_t **result)
{
    ngx_int_t                    rc;
    edge_kept_t                  kept;
    ngx_pool_cleanup_t          *cln;
    ngx_edge_dictionary_tap_t   *tap;
    ngx_edge_dictionary_save_t  *save;

    *result = NULL;

    rc = ngx_edge_dictionary_store_judge(r, store, &kept);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
    }

    tap = ngx_pcalloc(r->pool, sizeof(ngx_edge_dictionary_tap_t));
    cln = ngx_pool_cleanup_add(r->pool, 0);

    if (tap == NULL || cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_edge_dictionary_tap_drop;
    cln->data = tap;

    tap->length = r->headers_out.content_length_n;
    tap->work = ngx_edge_dictionary_work_create(store,
                                           sizeof(ngx_edge_dictionary_save_t));
    if (tap->work == NULL) {
        return NGX_ERROR;
    }

    save = tap->work->data;
    save->store = store;
    save->kept = kept;
    save->fresh = kept.expires - ngx_time();

    if (ngx_edge_dictionary_save_grow(save,
                                      tap->length == -1
                                      ? ngx_min(NGX_EDGE_DICTIONARY_SAVE_FIRST,
                                                store->max_dictionary)
                                      : (size_t) tap->length)
        != NGX_OK)
    {
        ngx_edge_dictionary_tap_drop(tap);
        return NGX_OK;
    }

    /* its bytes are wanted here, not those of a file */

    r->main_filter_need_in_memory = 1;

    *result = tap;

    return NGX_OK;
}


/* NGX_DECLINED: it is larger than announced or allowed, or not in memory */

static ngx_int_t
ngx_edge_dictionary_tap_buf(ngx_edge_dictionary_tap_t *tap, ngx_buf_t *buf)
{
    size_t                       size, wanted;
    ngx_edge_dictionary_save_t  *save;

    save = tap->work->data;

    if (!ngx_buf_in_memory(buf)) {
        return ngx_buf_size(buf) == 0 ? NGX_OK : NGX_DECLINED;
    }

    size = buf->last - buf->pos;
    wanted = save->kept.size + size;

    if (wanted > save->capacity) {

        if (tap->length != -1
            || ngx_edge_dictionary_save_grow(save,
                   ngx_max(wanted, ngx_min(2 * save->capacity,
                                           save->store->max_dictionary)))
               != NGX_OK)
        {
            return NGX_DECLINED;
        }
    }

    ngx_memcpy(save->content + save->kept.size, buf->pos, size);
    save->kept.size += (uint32_t) size;

    return NGX_OK;
}


static void
ngx_edge_dictionary_tap_end(ngx_edge_dictionary_tap_t *tap)
{
    ngx_edge_dictionary_save_t  *save;

    save = tap->work->data;

    if (save->kept.size == 0
        || (tap->length != -1 && (off_t) save->kept.size != tap->length))
    {
        ngx_edge_dictionary_tap_drop(tap);
        return;
    }

    tap->work->work = ngx_edge_dictionary_save_work;
    tap->work->done = ngx_edge_dictionary_save_done;

    if (ngx_edge_dictionary_work_post(tap->work) != NGX_OK) {
        ngx_edge_dictionary_tap_drop(tap);
    }

    tap->work = NULL;
}


void
ngx_edge_dictionary_store_copy(ngx_edge_dictionary_tap_t *tap,
    ngx_chain_t *in)
{
    if (tap->work == NULL) {
        return;
    }

    while (in) {

        if (ngx_edge_dictionary_tap_buf(tap, in->buf) != NGX_OK) {
            ngx_edge_dictionary_tap_drop(tap);
            return;
        }

        if (in->buf->last_buf) {
            ngx_edge_dictionary_tap_end(tap);
            return;
        }

        in = in->next;
    }
}
