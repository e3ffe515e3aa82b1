
/* The store of policies in nginx: checked by the master, opened by workers. */


#ifndef _NGX_EDGE_POLICY_STORE_H_INCLUDED_
#define _NGX_EDGE_POLICY_STORE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>

#include "edge_policy_store.h"


typedef struct {
    /* with a final NUL; data is NULL without a store */
    ngx_str_t             path;
    size_t                map_size;

    /* a handshake that cannot look is refused, not served by the rest */
    ngx_flag_t            closed;

    /* workers write, too */
    ngx_flag_t            writable;
} ngx_edge_policy_store_conf_t;


/* Parses "path map_size=... on_error=..." of a directive. */

char *ngx_edge_policy_store_parse(ngx_conf_t *cf,
    ngx_edge_policy_store_conf_t *conf);

/*
 * Makes the store if it is missing, and says what is wrong with it; to be
 * called from init_module, with nginx -t as well.
 */

ngx_int_t ngx_edge_policy_store_check(ngx_cycle_t *cycle,
    ngx_edge_policy_store_conf_t *conf);

/*
 * The store of this process, opened when it is asked for first.  Returns
 * NULL, logged, if that fails; it is then tried again after a second.
 */

edge_policy_store_t *ngx_edge_policy_store_get(
    ngx_edge_policy_store_conf_t *conf, ngx_log_t *log);

void ngx_edge_policy_store_exit_process(void);


#endif /* _NGX_EDGE_POLICY_STORE_H_INCLUDED_ */
