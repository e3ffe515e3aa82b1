
/* Policies of hostnames in nginx: found for a ClientHello, applied, logged. */


#ifndef _NGX_EDGE_TLS_POLICY_H_INCLUDED_
#define _NGX_EDGE_TLS_POLICY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_client_hello.h"
#include "edge_policy_table.h"
#include "edge_tls_policy.h"
#include "edge_tls_policy_names.h"
#include "ngx_edge_policy_store.h"


/* A record of the configuration; the first member is what tables hold. */

typedef struct {
    edge_policy_record_t           record;

    ngx_str_t                      source;

    /* with what it inherits */
    edge_tls_policy_t              tls;

    /* where it stands, for messages */
    ngx_str_t                      file;
    ngx_uint_t                     line;
} ngx_edge_tls_policy_record_t;


/* Of a server; zeroed if there are no policies. */

typedef struct {
    edge_policy_table_t            table;

    /* NULL without one */
    ngx_edge_policy_store_conf_t  *store;

    unsigned                       http2:1;
} ngx_edge_tls_policy_conf_t;


/* What was decided for a connection, which keeps it. */

typedef struct {
    /* NULL if no record answered */
    edge_tls_policy_t             *tls;

    /* why nothing can be decided: the handshake is refused */
    const char                    *failure;
    unsigned                       malformed:1;

    /* normalized; empty without SNI */
    ngx_str_t                      host;

    /* "default" and so on; "server" if no record answered */
    ngx_str_t                      name;
    ngx_str_t                      source;

    /* what the above is of, if it is of a store; else NULL */
    edge_tls_policy_name_t        *held;
} ngx_edge_tls_policy_state_t;


/*
 * Parses "name key=value ..." of a directive to a record in cf->pool and
 * checks it by itself.  Returns NULL, logged with file and line.
 */

ngx_edge_tls_policy_record_t *ngx_edge_tls_policy_parse(ngx_conf_t *cf);

/*
 * Makes the table of a server from arrays of pointers to records, its own
 * and those of the http block, either NULL.  The server's win key by key.
 */

ngx_int_t ngx_edge_tls_policy_merge(ngx_conf_t *cf, ngx_array_t *own,
    ngx_array_t *outer, ngx_edge_tls_policy_conf_t *conf);

/*
 * Finds the policy for a host as a client sent it, or an empty string.  What
 * state refers to lives as long as pool.  Returns NGX_ERROR without memory.
 */

ngx_int_t ngx_edge_tls_policy_find(ngx_pool_t *pool,
    ngx_edge_tls_policy_conf_t *conf, ngx_str_t *host,
    ngx_edge_tls_policy_state_t *state);

/*
 * The same without a pool: writes the host to name, of EDGE_HOSTNAME_MAX + 1
 * bytes, and who has state->held is to release it.
 */

ngx_int_t ngx_edge_tls_policy_look_up(ngx_log_t *log,
    ngx_edge_tls_policy_conf_t *conf, ngx_str_t *host, u_char *name,
    ngx_edge_tls_policy_state_t *state);

/*
 * The same for the connection that has this pool, which keeps the state: see
 * ngx_edge_tls_policy_state().  NULL without memory.
 */

ngx_edge_tls_policy_state_t *ngx_edge_tls_policy_create_state(
    ngx_pool_t *pool, ngx_edge_tls_policy_conf_t *conf, ngx_str_t *host);

/*
 * A policy compiled, from the cache of this process; to be released by
 * edge_tls_policy_cache_release().  NULL without memory.
 */

edge_tls_policy_entry_t *ngx_edge_tls_policy_entry(
    const edge_policy_t *policy);

void ngx_edge_tls_policy_exit_process(void);
void ngx_edge_tls_policy_state_init_process(void);
void ngx_edge_tls_policy_state_exit_process(void);

/* Decides on a ClientHello by conf, that of the server SNI selected. */

ngx_int_t ngx_edge_tls_policy_apply(ngx_edge_client_hello_t *hello,
    int *alert, ngx_edge_tls_policy_conf_t *conf);

/* Returns NULL if nothing was decided. */

ngx_edge_tls_policy_state_t *ngx_edge_tls_policy_state(
    ngx_ssl_conn_t *ssl_conn);

/*
 * Tells whether the connection is as the policy demands of the host that a
 * request on it is for.  Returns NULL if so, or the reason why not.
 */

const char *ngx_edge_tls_policy_verify(ngx_http_request_t *r,
    ngx_edge_tls_policy_conf_t *conf);


#endif /* _NGX_EDGE_TLS_POLICY_H_INCLUDED_ */
