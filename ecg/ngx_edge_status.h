
/* The vital signs of the edge: what the modules count, and what there is. */


#ifndef _NGX_EDGE_STATUS_H_INCLUDED_
#define _NGX_EDGE_STATUS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_metrics.h"
#include "ngx_edge_policy_store.h"


typedef enum {
    NGX_EDGE_STATUS_OFF = 0,
    NGX_EDGE_STATUS_PROMETHEUS,
    NGX_EDGE_STATUS_JSON,
    NGX_EDGE_STATUS_HTML
} ngx_edge_status_format_e;


/* Of a certificate that a server was configured with. */

typedef struct {
    ngx_str_t                      server;
    ngx_str_t                      subject;
    ngx_str_t                      issuer;
    ngx_str_t                      serial;
    time_t                         not_after;
} ngx_edge_status_certificate_t;


/* Of the http block. */

typedef struct {
    size_t                         zone_size;
    ngx_array_t                    certificates;
    ngx_str_t                      modules;     /* "zstd,mtls,ecg" */

    /* Content-Security-Policy of the page, with a final NUL */
    ngx_str_t                      policy;
} ngx_edge_status_main_t;

typedef struct {
    ngx_edge_status_format_e       format;
    ngx_uint_t                     remote;
} ngx_edge_status_conf_t;


/* All that an answer is made of. */

typedef struct {
    ngx_edge_status_main_t        *main;
    ngx_edge_metrics_slot_t       *slot;

    /* path.data is NULL without one */
    ngx_edge_policy_store_conf_t  *store;
} ngx_edge_status_t;


/*
 * Parse the directives of a location, the first of which makes the zone, and
 * of the http block.  Both return what a handler of directives does.
 */

char *ngx_edge_status_parse(ngx_conf_t *cf, ngx_edge_metrics_slot_t *slot,
    void *tag, ngx_edge_status_conf_t *conf);
char *ngx_edge_status_parse_zone(ngx_conf_t *cf, ngx_edge_status_main_t *main);

/* From postconfiguration; does nothing if no location asks. */

ngx_int_t ngx_edge_status_init(ngx_conf_t *cf, ngx_edge_metrics_slot_t *slot,
    ngx_edge_status_main_t *main);

/* The handler of a location. */

ngx_int_t ngx_edge_status(ngx_http_request_t *r, ngx_edge_status_conf_t *conf,
    ngx_edge_status_t *status);


/* An answer as it is written. */

typedef enum {
    NGX_EDGE_STATUS_COUNTER,
    NGX_EDGE_STATUS_GAUGE,
    NGX_EDGE_STATUS_HISTOGRAM
} ngx_edge_status_type_e;

typedef struct {
    ngx_http_request_t            *request;
    ngx_uint_t                     json;
    ngx_chain_t                   *first;
    ngx_chain_t                  **last;
    ngx_buf_t                     *buf;
    off_t                          size;
    ngx_uint_t                     failed;

    /* the family being written */
    const char                    *name;
    const char                   **labels;      /* up to a NULL */
    ngx_edge_status_type_e         type;
    uint64_t                       total;
    ngx_uint_t                     families;
    ngx_uint_t                     samples;
} ngx_edge_status_out_t;


/* One value, or a histogram's cells. */

typedef struct {
    const u_char                  *labels;      /* a NUL behind each */
    uint64_t                       value;

    /* value is of milliseconds, not of seconds */
    ngx_uint_t                     milliseconds;
    const uint64_t                *cells;
} ngx_edge_status_sample_t;


/*
 * A family is begun, has samples, and is ended; names come without their
 * prefix.  Whatever fails is in failed.
 */

void ngx_edge_status_begin(ngx_edge_status_out_t *out, const char *name,
    ngx_edge_status_type_e type, const char **labels, const char *help);
void ngx_edge_status_sample(ngx_edge_status_out_t *out,
    const ngx_edge_status_sample_t *sample);
void ngx_edge_status_end(ngx_edge_status_out_t *out);

void ngx_edge_status_write(ngx_edge_status_out_t *out, const u_char *data,
    size_t len);

/* 512 bytes at most */
void ngx_edge_status_format(ngx_edge_status_out_t *out, const char *fmt, ...);


/* What is counted, and what is looked up; written to out. */

void ngx_edge_status_counted(ngx_edge_status_out_t *out,
    ngx_edge_metrics_shared_t *shared);
void ngx_edge_status_looked_up(ngx_edge_status_out_t *out,
    ngx_edge_status_t *status);

/* Collects the certificates of all servers, and writes them. */

ngx_int_t ngx_edge_status_certificates(ngx_conf_t *cf,
    ngx_edge_status_main_t *main);
void ngx_edge_status_write_certificates(ngx_edge_status_out_t *out,
    ngx_array_t *certificates);


/* The page: what may run in it, by hashes, and itself. */

ngx_int_t ngx_edge_status_page_policy(ngx_conf_t *cf, ngx_str_t *policy);
void ngx_edge_status_page_write(ngx_edge_status_out_t *out);


#endif /* _NGX_EDGE_STATUS_H_INCLUDED_ */
