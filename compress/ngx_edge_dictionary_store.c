
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_kept_folder.h"
#include "ngx_edge_dictionary_store.h"


typedef struct {
    ngx_edge_dictionary_store_t  *store;
    ngx_uint_t                    damaged;
    int                           failed;   /* errno, or 0 */
} ngx_edge_dictionary_scan_t;


static const char *
ngx_edge_dictionary_store_directory(ngx_edge_dictionary_store_t *store)
{
    return (const char *) store->path->name.data;
}


/* RFC 9842, 2.1.1: a dictionary is for URLs of its own origin */

size_t
ngx_edge_dictionary_store_origin(ngx_http_request_t *r,
    char origin[EDGE_KEPT_ORIGIN_MAX])
{
    u_char            *end;
    in_port_t          port;
    const char        *scheme;
    ngx_str_t         *server;
    ngx_connection_t  *c;

    c = r->connection;
    server = &r->headers_in.server;

    if (server->len == 0
        || server->len > EDGE_KEPT_ORIGIN_MAX - sizeof("https://:65535")
        || ngx_connection_local_sockaddr(c, NULL, 0) != NGX_OK)
    {
        return 0;
    }

    scheme = "http";

#if (NGX_HTTP_SSL)
    if (c->ssl) {
        scheme = "https";
    }
#endif

    port = ngx_inet_get_port(c->local_sockaddr);
    end = ngx_sprintf((u_char *) origin, "%s://%V:%ui", scheme, server,
                      (ngx_uint_t) port);

    return end - (u_char *) origin;
}


edge_kept_put_e
ngx_edge_dictionary_store_enter(ngx_edge_dictionary_store_t *store,
    const edge_kept_t *kept)
{
    char             name[EDGE_KEPT_NAME];
    edge_kept_put_e  rc;

    for ( ;; ) {
        ngx_shmtx_lock(&store->shared->mutex);
        rc = edge_kept_index_put(store->index, kept, time(NULL), name);
        ngx_shmtx_unlock(&store->shared->mutex);

        if (rc != EDGE_KEPT_PUT_EVICTED) {
            return rc;
        }

        (void) edge_kept_file_remove(
                   ngx_edge_dictionary_store_directory(store), name);
    }
}


static ngx_uint_t
ngx_edge_dictionary_store_has(ngx_edge_dictionary_store_t *store,
    const edge_kept_t *kept)
{
    ngx_uint_t  has;

    ngx_shmtx_lock(&store->shared->mutex);
    has = edge_kept_index_has(store->index, kept, kept->expires);
    ngx_shmtx_unlock(&store->shared->mutex);

    return has;
}


/* one file of those there are */

static void
ngx_edge_dictionary_store_scan_file(ngx_edge_dictionary_scan_t *scan,
    const char *name)
{
    const char                   *directory;
    edge_kept_t                   kept;
    edge_kept_file_e              rc;
    ngx_edge_dictionary_store_t  *store;

    store = scan->store;
    directory = ngx_edge_dictionary_store_directory(store);

    rc = edge_kept_file_read_head(directory, name, &kept);

    if (rc == EDGE_KEPT_FILE_DAMAGED) {
        scan->damaged++;

    } else if (rc != EDGE_KEPT_FILE_OK
               || (kept.expires > time(NULL)
                   && (ngx_edge_dictionary_store_has(store, &kept)
                       || ngx_edge_dictionary_store_enter(store, &kept)
                          == EDGE_KEPT_PUT_DONE)))
    {
        return;
    }

    (void) edge_kept_file_remove(directory, name);
}


/* In a thread: touches the task and the zone. */

static void
ngx_edge_dictionary_store_scan(void *data)
{
    ngx_edge_dictionary_scan_t *scan = data;

    char                 name[EDGE_KEPT_NAME];
    edge_kept_folder_t  *folder;

    folder = edge_kept_folder_open(
                 ngx_edge_dictionary_store_directory(scan->store));

    if (folder == NULL) {
        scan->failed = ngx_errno;
        return;
    }

    while (edge_kept_folder_next(folder, name) == EDGE_KEPT_FILE_OK) {
        ngx_edge_dictionary_store_scan_file(scan, name);
    }

    edge_kept_folder_close(folder);
}


static void
ngx_edge_dictionary_store_scanned(void *data)
{
    ngx_edge_dictionary_scan_t *scan = data;

    if (scan->failed) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, scan->failed,
                      "the dictionaries of \"%V\" can't be read",
                      &scan->store->path->name);
    }

    if (scan->damaged) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "%ui damaged dictionaries in \"%V\" removed",
                      scan->damaged, &scan->store->path->name);
    }
}


void
ngx_edge_dictionary_store_start(ngx_edge_dictionary_store_t *store)
{
    ngx_edge_dictionary_scan_t  *scan;
    ngx_edge_dictionary_work_t  *work;

    if (store == NULL
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return;
    }

    work = ngx_edge_dictionary_work_create(store,
                                           sizeof(ngx_edge_dictionary_scan_t));
    if (work == NULL) {
        return;
    }

    scan = work->data;
    scan->store = store;
    work->work = ngx_edge_dictionary_store_scan;
    work->done = ngx_edge_dictionary_store_scanned;

    if (ngx_edge_dictionary_work_post(work) != NGX_OK) {
        ngx_edge_dictionary_work_free(work);
    }
}
