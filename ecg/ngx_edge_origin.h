
/*
 * The ORIGIN frame of HTTP/2, RFC 8336: for which hosts a client may use a
 * connection; requests for others are misdirected.
 */


#ifndef _NGX_EDGE_ORIGIN_H_INCLUDED_
#define _NGX_EDGE_ORIGIN_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_origin.h"
#include "ngx_edge_tls_policy.h"


/* A host that a server answers for. */

typedef struct {
    ngx_str_t                        host;
    ngx_http_core_srv_conf_t        *server;
} ngx_edge_origin_host_t;


/* Hosts of a certificate that are served at an address. */

typedef struct ngx_edge_origin_hosts_s  ngx_edge_origin_hosts_t;

struct ngx_edge_origin_hosts_s {
    ngx_http_addr_conf_t            *addr;
    X509                            *certificate;

    /* ngx_edge_origin_host_t */
    ngx_array_t                      hosts;
    ngx_edge_origin_hosts_t         *next;
};


/* Of a server; the first three may be those of the http block. */

typedef struct {
    /* edge_origin_t; NULL without a directive; empty with "off" and "auto" */
    ngx_array_t                     *origins;

    unsigned                         automatic:1;

    /* the server has a frame to send */
    unsigned                         on:1;

    /* of the server the SNI selects: what its policies are */
    ngx_edge_tls_policy_conf_t      *policies;

    /* ngx_str_t, the names of all servers, ordered by their ends */
    ngx_array_t                     *names;

    /* ngx_http_server_name_t, its own: nginx forgets them */
    ngx_array_t                      server_names;

    ngx_edge_origin_hosts_t         *hosts;
} ngx_edge_origin_conf_t;


/* Sets "host ... | auto | off" at the offset of a command. */

char *ngx_edge_origin_set(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

void ngx_edge_origin_merge(ngx_edge_origin_conf_t *prev,
    ngx_edge_origin_conf_t *conf, ngx_edge_tls_policy_conf_t *policies);

/*
 * Prepares all servers; their configuration is at an offset of the server
 * configuration of the module.  *used tells whether there is any frame.  To be
 * called from postconfiguration.
 */

ngx_int_t ngx_edge_origin_init(ngx_conf_t *cf, ngx_module_t *module,
    size_t offset, ngx_uint_t *used);

/* That of a server. */

ngx_edge_origin_conf_t *ngx_edge_origin_get(ngx_http_conf_ctx_t *ctx);

/*
 * To be called for each request when its header was read: sends the frame
 * with the first one of a connection, and tells whether the connection is
 * good for the host.  Returns NULL if so, or the reason why not.
 */

const char *ngx_edge_origin_check(ngx_http_request_t *r);

/*
 * The hosts that "auto" stands for: names of the certificate of a connection
 * that are served at its address without verifying clients, whatever their
 * policies are.  NULL without memory.
 */

ngx_array_t *ngx_edge_origin_hosts(ngx_edge_origin_conf_t *conf,
    ngx_http_addr_conf_t *addr, X509 *certificate);


#endif /* _NGX_EDGE_ORIGIN_H_INCLUDED_ */
