
#include "ngx_edge_mtls_metrics.h"
#include "ngx_edge_session.h"


/*
 * Connections that are looked at without a break, after a new index: well
 * below a millisecond, though each may touch a page nobody has touched.
 */

#define NGX_EDGE_SESSION_SWEEP  128


static void ngx_edge_session_tick(ngx_event_t *ev);
static ngx_uint_t ngx_edge_session_is_tls(ngx_connection_t *c);
static void ngx_edge_session_sweep(ngx_cycle_t *cycle, ngx_uint_t from,
    ngx_uint_t n);


/* the index that all connections have been looked up in, at least */
static ngx_atomic_uint_t  ngx_edge_session_swept;


ngx_edge_revocation_status_e
ngx_edge_session_revocation(ngx_ssl_conn_t *ssl)
{
    edge_session_note_t       note;
    ngx_edge_session_conf_t  *conf;

    conf = ngx_edge_session_conf(ssl);

    if (conf == NULL || conf->revocation == NULL) {
        return NGX_EDGE_REVOCATION_GOOD;
    }

    if (ngx_edge_session_note(SSL_get_session(ssl), &note) != NGX_OK) {
        return NGX_EDGE_REVOCATION_UNKNOWN;
    }

    return ngx_edge_revocation_find(conf->revocation, &note);
}


/*
 * Over TCP, that is: a connection of QUIC, and each of its streams, has the
 * descriptor of the one socket that all clients share.
 */

static ngx_uint_t
ngx_edge_session_is_tls(ngx_connection_t *c)
{
#if (nginx_version >= 1025000 && (NGX_QUIC || NGX_COMPAT))

    if (c->quic) {
        return 0;
    }

#endif

    return c->fd != (ngx_socket_t) -1 && c->type == SOCK_STREAM
           && c->ssl && c->ssl->connection;
}


/*
 * A connection is shut down, not closed: nginx finds its end wherever it is,
 * between requests, in HTTP/2 or in the middle of a response.  Connections of
 * QUIC are left; their requests are refused.
 */

static void
ngx_edge_session_sweep(ngx_cycle_t *cycle, ngx_uint_t from, ngx_uint_t n)
{
    ngx_uint_t                i;
    ngx_connection_t         *c;
    ngx_edge_session_conf_t  *conf;

    for (i = from; i < from + n && i < cycle->connection_n; i++) {
        c = &cycle->connections[i];

        if (!ngx_edge_session_is_tls(c)) {
            continue;
        }

        conf = ngx_edge_session_conf(c->ssl->connection);

        if (conf == NULL || conf->reported
            || SSL_get0_peer_certificate(c->ssl->connection) == NULL
            || ngx_edge_session_revocation(c->ssl->connection)
               != NGX_EDGE_REVOCATION_REVOKED)
        {
            continue;
        }

        ngx_log_error(NGX_LOG_INFO, c->log, 0,
                      "client certificate was revoked, closing connection");

        ngx_edge_mtls_metrics_closed(c->ssl->connection);

        if (shutdown(c->fd, SHUT_RDWR) == -1) {
            ngx_connection_error(c, ngx_socket_errno,
                                 (char *) ngx_shutdown_socket_n " failed");
        }
    }
}


void
ngx_edge_session_watch(ngx_cycle_t *cycle, ngx_edge_revocation_t *rev)
{
    static ngx_event_t       timer;
    static ngx_connection_t  dummy;

    dummy.fd = (ngx_socket_t) -1;
    dummy.data = rev;

    /* with "master_process off", connections of a cycle before remain */

    if (ngx_edge_session_swept == 0) {
        ngx_edge_session_swept = ngx_edge_revocation_generation(rev);
    }

    timer.handler = ngx_edge_session_tick;
    timer.data = &dummy;
    timer.log = cycle->log;
    timer.cancelable = 1;

    ngx_add_timer(&timer, 1000);
}


/* Once a second; while connections are swept, as often as there is time */

static void
ngx_edge_session_tick(ngx_event_t *ev)
{
    ngx_connection_t       *dummy;
    ngx_atomic_uint_t       generation;
    ngx_edge_revocation_t  *rev;

    static ngx_uint_t  next = NGX_MAX_INT_T_VALUE;

    dummy = ev->data;
    rev = dummy->data;

    ngx_edge_revocation_refresh(rev, ev->log);

    generation = ngx_edge_revocation_generation(rev);

    if (generation != ngx_edge_session_swept) {
        ngx_edge_session_swept = generation;
        next = 0;
    }

    if (next < ngx_cycle->connection_n) {
        ngx_edge_session_sweep((ngx_cycle_t *) ngx_cycle, next,
                               NGX_EDGE_SESSION_SWEEP);
        next += NGX_EDGE_SESSION_SWEEP;
    }

    ngx_add_timer(ev, next < ngx_cycle->connection_n ? 1 : 1000);
}
