
/* The store of policies in nginx: checked by the master, opened by workers. */


#ifndef _NGX_EDGE_POLICY_STORE_H_INCLUDED_
#define _NGX_EDGE_POLICY_STORE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_policy_store.h"


/* What becomes of handshakes while the store cannot be read. */

typedef enum {
    /* by the last policy of the name that the worker knows, else refused */
    NGX_EDGE_POLICY_STORE_LAST = 0,
    NGX_EDGE_POLICY_STORE_REJECT,

    /* by the configuration alone */
    NGX_EDGE_POLICY_STORE_IGNORE
} ngx_edge_policy_store_error_e;


typedef struct {
    /* with a final NUL; data is NULL without a store */
    ngx_str_t                      path;
    size_t                         map_size;

    /* where the directive stands */
    ngx_str_t                      file;
    ngx_uint_t                     line;

    ngx_edge_policy_store_error_e  on_error;

    /* workers write, too */
    ngx_flag_t                     writable;
} ngx_edge_policy_store_conf_t;


/*
 * Parses "path map_size=... on_error=..." of a directive; makes the store if
 * it is missing, and says what is wrong with it.
 */

char *ngx_edge_policy_store_parse(ngx_conf_t *cf,
    ngx_edge_policy_store_conf_t *conf);

/* Gives its files to the user of the workers; to be called from init_module. */

ngx_int_t ngx_edge_policy_store_give(ngx_cycle_t *cycle,
    ngx_edge_policy_store_conf_t *conf);

/*
 * The store of this process, opened when it is asked for first, and anew when
 * another file has taken the place of its own and is whole.  Returns NULL,
 * logged, if it cannot be read; that is tried again after a second.
 */

edge_policy_store_t *ngx_edge_policy_store_get(
    ngx_edge_policy_store_conf_t *conf, ngx_log_t *log);

/* Non-zero if this process has one open. */

ngx_uint_t ngx_edge_policy_store_is_open(void);

/*
 * Held by a thread while it writes.  That a store has one writer, and is not
 * closed meanwhile, is seen to by it.
 */

void ngx_edge_policy_store_lock(void);
void ngx_edge_policy_store_unlock(void);

void ngx_edge_policy_store_exit_process(void);


#endif /* _NGX_EDGE_POLICY_STORE_H_INCLUDED_ */
