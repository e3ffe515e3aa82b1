
/* The certificates that the servers of the http block serve. */


#ifndef _NGX_EDGE_CERTIFICATES_H_INCLUDED_
#define _NGX_EDGE_CERTIFICATES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_server_certificate.h"


typedef enum {
    NGX_EDGE_CERTIFICATE_NAMES = 0,
    NGX_EDGE_CERTIFICATE_ISSUER,
    NGX_EDGE_CERTIFICATE_DAYS_LEFT
} ngx_edge_certificate_field_e;


typedef struct {
    /* separated by ", "; of the issuer's too, which have no host */
    ngx_str_t        names;

    /* RFC 2253 */
    ngx_str_t        issuer;
    time_t           expires;

    /* the name of the first server that serves it */
    ngx_str_t        server;

    /* sent along with that of the server: an intermediate one */
    unsigned         chain:1;
} ngx_edge_certificate_t;


typedef struct {
    /*
     * ngx_edge_certificate_t, each certificate once, the next to expire
     * first; not those whose file is named by variables, and none without
     * warnings
     */
    ngx_array_t      certificates;

    /* seconds, NGX_CONF_UNSET at first; before is 0 without warnings */
    time_t           before;
    time_t           every;

    ngx_event_t      timer;
} ngx_edge_certificates_conf_t;


/*
 * Sets "off | time [every=time]" in the ngx_edge_certificates_conf_t at the
 * offset of a command.
 */

char *ngx_edge_certificates_set(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/*
 * Calls handler for each certificate of each server, which is the current one
 * of ctx; x and server last as long as the configuration.  A certificate that
 * several servers share comes as often.  NGX_ERROR: as handler said.
 */

typedef ngx_int_t (*ngx_edge_certificates_pt)(void *data, SSL_CTX *ctx,
    X509 *x, ngx_str_t *server);

ngx_int_t ngx_edge_certificates_each(ngx_conf_t *cf,
    ngx_edge_certificates_pt handler, void *data);

/* Lists the certificates; to be called from postconfiguration. */

ngx_int_t ngx_edge_certificates_collect(ngx_conf_t *cf,
    ngx_edge_certificates_conf_t *conf);

/* Logs which of them expire soon. */

void ngx_edge_certificates_warn(ngx_edge_certificates_conf_t *conf,
    ngx_log_t *log);

/* Has one worker do so each day. */

void ngx_edge_certificates_start(ngx_cycle_t *cycle,
    ngx_edge_certificates_conf_t *conf);

/* A variable; data is an ngx_edge_certificate_field_e. */

ngx_int_t ngx_edge_certificates_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


#endif /* _NGX_EDGE_CERTIFICATES_H_INCLUDED_ */
