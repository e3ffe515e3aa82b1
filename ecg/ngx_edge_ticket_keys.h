
/*
 * Session ticket keys that change by the clock: from a directory that a fleet
 * shares, or made by this nginx for all its workers.
 */


#ifndef _NGX_EDGE_TICKET_KEYS_H_INCLUDED_
#define _NGX_EDGE_TICKET_KEYS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_ticket_files.h"


/* In shared memory: it outlives configurations. */

typedef struct {
    /* grows with each change of the keys */
    ngx_atomic_t                    generation;

    edge_ticket_keys_t              keys;

    /* what was told of the files, and when */
    uint32_t                        told;
    time_t                          told_at;
    time_t                          stale_at;
} ngx_edge_ticket_keys_shared_t;


typedef struct {
    /* set if there is a directive */
    ngx_shm_zone_t                 *zone;
    ngx_edge_ticket_keys_shared_t  *shared;

    /* with a final NUL; data is NULL if keys are made */
    ngx_str_t                       directory;

    /* of the directive */
    ngx_str_t                       file;
    ngx_uint_t                      line;

    /* seconds */
    time_t                          rotate;
    time_t                          check;

    /* may read the files, too */
    gid_t                           group;

    /* of this configuration, and whether it has read the directory */
    ngx_cycle_t                    *cycle;
    ngx_uint_t                      loaded;

    ngx_event_t                     timer;

#if (NGX_THREADS)
    ngx_thread_pool_t              *pool;
    ngx_thread_task_t              *task;
#endif
} ngx_edge_ticket_keys_conf_t;


/*
 * Sets "[directory] rotate=time check=time" in the zeroed
 * ngx_edge_ticket_keys_conf_t at the offset of a command, whose post is the
 * module.
 */

char *ngx_edge_ticket_keys_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* Takes the place of nginx's keys in all SSL contexts of the http block. */

ngx_int_t ngx_edge_ticket_keys_install(ngx_conf_t *cf,
    ngx_edge_ticket_keys_conf_t *conf);

/*
 * Reads the directory, once: NGX_ERROR, logged, if there is no key at all,
 * neither in it nor from before.
 */

ngx_int_t ngx_edge_ticket_keys_load(ngx_edge_ticket_keys_conf_t *conf);

/* Starts the timer of a worker. */

void ngx_edge_ticket_keys_start(ngx_cycle_t *cycle,
    ngx_edge_ticket_keys_conf_t *conf);

/* The keys of this worker, as they are now.  For the callback and the timer. */

edge_ticket_keys_t *ngx_edge_ticket_keys_get(
    ngx_edge_ticket_keys_conf_t *conf);


#endif /* _NGX_EDGE_TICKET_KEYS_H_INCLUDED_ */
