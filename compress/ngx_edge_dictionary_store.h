
#ifndef NGX_EDGE_DICTIONARY_STORE_H
#define NGX_EDGE_DICTIONARY_STORE_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_kept_index.h"
#include "ngx_edge_dictionaries.h"
#include "ngx_edge_encoders.h"


/*
 * Dictionaries that origins make: responses with Use-As-Dictionary, kept on
 * disk, known to all workers by an index in shared memory, and prepared by
 * each worker when a client announces one.
 */

struct ngx_edge_dictionary_store_s {
    ngx_path_t            *path;
    ngx_uint_t             number;          /* of dictionaries, at most */
    off_t                  max_size;        /* bytes of all together */
    size_t                 max_dictionary;  /* bytes of one */
    size_t                 memory;          /* bytes prepared, by a worker */

    ngx_shm_zone_t        *zone;
    ngx_slab_pool_t       *shared;          /* its mutex is the index's lock */
    edge_kept_index_t     *index;

#if (NGX_THREADS)
    ngx_thread_pool_t     *threads;
#endif

    ngx_edge_encoders_t   *encoders;

    /* of this worker */
    ngx_queue_t            prepared;        /* the last used one first */
    ngx_uint_t             nprepared;
    ngx_uint_t             loading;
    size_t                 prepared_bytes;
    size_t                 saving;          /* bytes of bodies gathered */
    time_t                 complained;
};


/* a response that is being kept */
typedef struct ngx_edge_dictionary_tap_s  ngx_edge_dictionary_tap_t;


/*
 * Reads "compression_dictionary_store": "on" and "off" into the flag that cmd
 * is for, or a path and parameters into *store, whose zone is added.  tag:
 * the module.  NULL, or what is wrong.
 */
char *ngx_edge_dictionary_store_set(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf, ngx_edge_dictionary_store_t **store,
    ngx_edge_encoders_t *encoders, ngx_module_t *tag);

/*
 * Merges the flag of a location with that of the level above, and sets
 * *result to the store if it is on there.
 */
char *ngx_edge_dictionary_store_merge(ngx_conf_t *cf,
    ngx_edge_dictionary_store_t *store, ngx_flag_t prev, ngx_flag_t *flag,
    ngx_edge_dictionary_store_t **result);

/*
 * When a worker starts: removes what killed ones have left, and enters files
 * that the index does not know, in a thread.  NULL: there is no store.
 */
void ngx_edge_dictionary_store_start(ngx_edge_dictionary_store_t *store);


/* The scheme, host and port of a request; 0: it has no host. */
size_t ngx_edge_dictionary_store_origin(ngx_http_request_t *r,
    char origin[EDGE_KEPT_ORIGIN_MAX]);

/*
 * The dictionary that a request announces, if it is kept and prepared; query
 * lacks but the origin.  If it is kept only, preparing begins.  It stays
 * while the request does.
 */
const ngx_edge_dictionary_t *ngx_edge_dictionary_store_find(
    ngx_http_request_t *r, ngx_edge_dictionary_store_t *store,
    edge_kept_query_t *query);

/* Cleanup handler: whatever the worker has prepared. */
void ngx_edge_dictionary_store_forget(void *data);


/*
 * Is this a response to be kept?  *tap is NULL if not.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_edge_dictionary_store_tap(ngx_http_request_t *r,
    ngx_edge_dictionary_store_t *store, ngx_edge_dictionary_tap_t **tap);

/* Copies what passes; at the end of the body it is stored, in a thread. */
void ngx_edge_dictionary_store_copy(ngx_edge_dictionary_tap_t *tap,
    ngx_chain_t *in);

/* What is good for, and whence: NGX_DECLINED: it is not to be kept. */
ngx_int_t ngx_edge_dictionary_store_judge(ngx_http_request_t *r,
    ngx_edge_dictionary_store_t *store, edge_kept_t *kept);


/*
 * Work for a thread, with size bytes of zeros at data: work() is called in
 * the thread, then done() in the event loop, which ends with free().
 */
typedef struct {
    void                         *data;
    ngx_edge_dictionary_store_t  *store;
    void                        (*work)(void *data);
    void                        (*done)(void *data);
    void                         *thread;
} ngx_edge_dictionary_work_t;

ngx_edge_dictionary_work_t *ngx_edge_dictionary_work_create(
    ngx_edge_dictionary_store_t *store, size_t size);

/* NGX_ERROR: it was not posted, and is still the caller's. */
ngx_int_t ngx_edge_dictionary_work_post(ngx_edge_dictionary_work_t *work);

void ngx_edge_dictionary_work_free(ngx_edge_dictionary_work_t *work);

/* Enters kept into the index; files of those that go for it are removed. */
edge_kept_put_e ngx_edge_dictionary_store_enter(
    ngx_edge_dictionary_store_t *store, const edge_kept_t *kept);


#endif /* NGX_EDGE_DICTIONARY_STORE_H */
