
/*
 * What TLS sessions remember of a client, and where they may be resumed.
 */


#ifndef _NGX_EDGE_SESSION_H_INCLUDED_
#define _NGX_EDGE_SESSION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_trust_digest.h"
#include "ngx_edge_client_hello.h"
#include "ngx_edge_metrics.h"
#include "ngx_edge_revocation.h"


typedef enum {
    NGX_EDGE_SESSION_STOCK,          /* as without the module */
    NGX_EDGE_SESSION_OFF,
    NGX_EDGE_SESSION_PARTITIONED,
    NGX_EDGE_SESSION_REVALIDATED
} ngx_edge_session_mode_e;


/* Of a virtual server with TLS; kept as long as the configuration. */

typedef struct {
    ngx_edge_session_mode_e   mode;
    size_t                    max_chain;   /* as in edge_session_note_make() */

    ngx_edge_revocation_t    *revocation;  /* NULL if there is none */
    ngx_uint_t                reported;    /* revoked clients are let in */

    u_char                    verify[EDGE_TRUST_DIGEST_LEN];
    u_char                    server[EDGE_TRUST_DIGEST_LEN];

    ngx_edge_metrics_t       *metrics;     /* NULL: nobody asks */

    unsigned                  is_mutual:1;
} ngx_edge_session_conf_t;


/* To be called once per configuration, before anything else here. */

ngx_int_t ngx_edge_session_init(ngx_conf_t *cf);


/*
 * Readies the SSL context of a virtual server: digests, and callbacks that
 * write and check what sessions remember.  The mode and max_chain are set.
 */

ngx_int_t ngx_edge_session_init_server(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, ngx_edge_session_conf_t *conf);


/* Its part: the digests of what a server trusts and serves. */

ngx_int_t ngx_edge_session_digest(ngx_conf_t *cf,
    ngx_http_core_srv_conf_t *cscf, ngx_edge_session_conf_t *conf);


/* The server that TLS was negotiated with, or NULL. */

ngx_edge_session_conf_t *ngx_edge_session_conf(ngx_ssl_conn_t *ssl);


/* Reads a session's note; NGX_DECLINED if there is no session, or no note. */

ngx_int_t ngx_edge_session_note(SSL_SESSION *session,
    edge_session_note_t *note);


/* The ClientHello's part: conf is that of the server selected by SNI. */

ngx_int_t ngx_edge_session_hello(ngx_edge_client_hello_t *hello,
    ngx_edge_session_conf_t *conf);


/*
 * Looks the verified client of a connection up among the revoked; GOOD if the
 * configuration has no lists, UNKNOWN if the session does not tell.
 */

ngx_edge_revocation_status_e ngx_edge_session_revocation(ngx_ssl_conn_t *ssl);


/*
 * Makes the worker keep the index fresh and, after each new one, close those
 * of its connections whose client is revoked now.
 */

void ngx_edge_session_watch(ngx_cycle_t *cycle, ngx_edge_revocation_t *rev);


/*
 * Says whether a client verified by the one server would have been verified
 * by the other; both are of this configuration and may lack an SSL context.
 */

ngx_uint_t ngx_edge_session_is_same_trust(ngx_http_ssl_srv_conf_t *one,
    ngx_http_ssl_srv_conf_t *two);


#endif /* _NGX_EDGE_SESSION_H_INCLUDED_ */
