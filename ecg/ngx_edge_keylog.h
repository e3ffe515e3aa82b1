
/* Secrets of chosen connections, for Wireshark: the NSS key log format. */


#ifndef _NGX_EDGE_KEYLOG_H_INCLUDED_
#define _NGX_EDGE_KEYLOG_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef struct {
    /* with a final NUL; data is NULL without a key log */
    ngx_str_t       path;

    /* where the directive stands */
    ngx_str_t       file;
    ngx_uint_t      line;

    /* ngx_cidr_t: the clients whose secrets are written */
    ngx_array_t    *clients;
    time_t          expires;

    /* of this configuration, from the file */
    time_t          until;
    ngx_fd_t        fd;
} ngx_edge_keylog_conf_t;


/* Parses "file cidr ... expires=time" of a directive. */

char *ngx_edge_keylog_parse(ngx_conf_t *cf, ngx_edge_keylog_conf_t *conf);

/*
 * Opens the file, and takes part in all SSL contexts, beside a callback they
 * have already.
 */

ngx_int_t ngx_edge_keylog_install(ngx_conf_t *cf,
    ngx_edge_keylog_conf_t *conf);

/* Warns of it; to be called from init_module, for the log of this cycle. */

void ngx_edge_keylog_warn(ngx_cycle_t *cycle, ngx_edge_keylog_conf_t *conf);


#endif /* _NGX_EDGE_KEYLOG_H_INCLUDED_ */
