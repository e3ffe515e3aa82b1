
/*
 * Revoked certificates: an index in shared memory that all workers read, built
 * by one of them in a thread whenever a file has changed.
 */


#ifndef _NGX_EDGE_REVOCATION_H_INCLUDED_
#define _NGX_EDGE_REVOCATION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_certificate.h"
#include "edge_revocation_build.h"
#include "edge_session_note.h"
#include "ngx_edge_checked_slot.h"


typedef enum {
    NGX_EDGE_REVOCATION_GOOD,
    NGX_EDGE_REVOCATION_REVOKED,
    NGX_EDGE_REVOCATION_UNKNOWN        /* and the policy is hard */
} ngx_edge_revocation_status_e;


typedef struct {
    ngx_str_t                issuer_ski;    /* empty: all others */
    ngx_flag_t               hard;
    time_t                   stale;
    u_char                   id[EDGE_REVOCATION_ID_LEN];
} ngx_edge_revocation_policy_t;


/* In shared memory, the same for all workers and configurations */

typedef struct {
    ngx_atomic_t   generation;    /* the slot of its index is generation % 2 */
    ngx_atomic_t   builder;       /* pid of who builds the next one, or 0 */
    ngx_msec_t     checked;       /* by the monotonic clock */
    uint64_t       key[2];
    u_char         digest[32];    /* of the configuration built from */
    u_char         files[32];
    int64_t        due;           /* when a list becomes valid, or 0 */
    void          *slots[2];
    size_t         size;          /* of a slot */

    /* the last loading, see ngx_edge_revocation_metrics.h */
    time_t         load_time;
    uint64_t       load_begun;
    uint64_t       load_msec;
    ngx_uint_t     load_ok;
    ngx_uint_t     load_problems;
} ngx_edge_revocation_shared_t;


/* Of the http block; paths and policies are set when it was read. */

typedef struct {
    ngx_array_t                    paths;         /* const char * */
    ngx_array_t                    policies;
    ngx_msec_t                     interval;
    size_t                         zone_size;

    struct stack_st_X509          *issuers;
    u_char                         digest[32];    /* of paths and issuers */
    ngx_shm_zone_t                *zone;
    ngx_edge_revocation_shared_t  *shared;
#if (NGX_THREADS)
    ngx_thread_pool_t             *pool;
#endif
} ngx_edge_revocation_t;


/* Defaults before and after the http block is read, and its directives. */

ngx_int_t ngx_edge_revocation_create_conf(ngx_conf_t *cf,
    ngx_edge_revocation_t *rev);
char *ngx_edge_revocation_init_conf(ngx_conf_t *cf, ngx_edge_revocation_t *rev);

extern ngx_edge_slot_check_t  ngx_edge_revocation_check_interval;
extern ngx_edge_slot_check_t  ngx_edge_revocation_check_zone;

char *ngx_edge_revocation_set_path(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_edge_revocation_set_policy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


/*
 * Readies the revocation of a configuration that has paths: issuers are those
 * in the SSL contexts of all servers.  The tag is the module.
 */

ngx_int_t ngx_edge_revocation_init(ngx_conf_t *cf, ngx_edge_revocation_t *rev,
    void *tag);


/* Adds the authorities of a store to those whose lists are accepted. */

ngx_int_t ngx_edge_revocation_add_issuers(ngx_conf_t *cf,
    ngx_edge_revocation_t *rev, SSL_CTX *ctx);


/*
 * Builds the index in the master process, if it is not there yet or was made
 * of other files: no worker starts without it.
 */

ngx_int_t ngx_edge_revocation_start(ngx_edge_revocation_t *rev,
    ngx_log_t *log);


/* Builds the index anew if a file has changed; to be called once a second. */

void ngx_edge_revocation_refresh(ngx_edge_revocation_t *rev, ngx_log_t *log);


/* Changes with each new index; 0 as long as there is none. */

ngx_atomic_uint_t ngx_edge_revocation_generation(ngx_edge_revocation_t *rev);


/* Looks up all certificates of a verified chain. */

ngx_edge_revocation_status_e ngx_edge_revocation_find(
    ngx_edge_revocation_t *rev, const edge_session_note_t *note);


#endif /* _NGX_EDGE_REVOCATION_H_INCLUDED_ */
