
/*
 * Counters in shared memory, found by what they count.  Each process adds to
 * cells of its own, without locks or atomic operations; who reads adds the
 * cells of all processes up.  They survive reloads.
 */


#ifndef _NGX_EDGE_METRICS_H_INCLUDED_
#define _NGX_EDGE_METRICS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ngx_edge_slot.h"


#define NGX_EDGE_METRICS_MAGIC    0x65644d45

/* of all that follows: kinds, cells and labels included */
#define NGX_EDGE_METRICS_VERSION  2


/* What is counted together, and by which labels it is told apart. */

typedef enum {
    NGX_EDGE_METRICS_CODED,             /* server, coding, level */
    NGX_EDGE_METRICS_SKIPPED,           /* server, reason */
    NGX_EDGE_METRICS_ENCODERS,          /* none */

    NGX_EDGE_METRICS_TLS_HANDSHAKES,    /* server, version, group,
                                           post_quantum, alpn, resumed */
    NGX_EDGE_METRICS_TLS_REFUSED,       /* server, reason */
    NGX_EDGE_METRICS_TLS_ALERTS,        /* server, direction, alert */
    NGX_EDGE_METRICS_POLICY_LOOKUPS,    /* none */
    NGX_EDGE_METRICS_POLICY_CHANGES,    /* operation */

    NGX_EDGE_METRICS_MTLS_HANDSHAKES,   /* server, result */
    NGX_EDGE_METRICS_MTLS_RESUMPTIONS,  /* server, result, reason */
    NGX_EDGE_METRICS_MTLS_REFUSED,      /* server, reason */
    NGX_EDGE_METRICS_MTLS_CLOSED,       /* none */

    NGX_EDGE_METRICS_DECODED,           /* server, coding, sent, result */

    NGX_EDGE_METRICS_KINDS
} ngx_edge_metrics_kind_e;


/* Cells of a histogram, of NGX_EDGE_METRICS_BUCKETS and these two. */

#define NGX_EDGE_METRICS_BUCKETS  12

enum {
    NGX_EDGE_METRICS_COUNT,
    NGX_EDGE_METRICS_NANOSECONDS,
    NGX_EDGE_METRICS_BUCKET,
    NGX_EDGE_METRICS_HISTOGRAM = NGX_EDGE_METRICS_BUCKET
                                 + NGX_EDGE_METRICS_BUCKETS
};


/* Cells by kind; a kind that is not here has one, a count. */

enum {
    NGX_EDGE_METRICS_CODED_TIME,        /* a histogram; its count is of
                                           the responses */
    NGX_EDGE_METRICS_CODED_IN = NGX_EDGE_METRICS_HISTOGRAM,
    NGX_EDGE_METRICS_CODED_OUT,
    NGX_EDGE_METRICS_CODED_ABORTED,
    NGX_EDGE_METRICS_CODED_CELLS
};

enum {
    NGX_EDGE_METRICS_ENCODERS_BUSY,     /* these four are what is, not */
    NGX_EDGE_METRICS_ENCODERS_POOLED,   /* what happened */
    NGX_EDGE_METRICS_ENCODERS_MEMORY,
    NGX_EDGE_METRICS_ENCODERS_CEILING,
    NGX_EDGE_METRICS_ENCODERS_PARKED,
    NGX_EDGE_METRICS_ENCODERS_CELLS
};

enum {
    NGX_EDGE_METRICS_DECODED_IN = NGX_EDGE_METRICS_COUNT + 1,
    NGX_EDGE_METRICS_DECODED_OUT,
    NGX_EDGE_METRICS_DECODED_CELLS
};

#define NGX_EDGE_METRICS_MAX_CELLS   (NGX_EDGE_METRICS_HISTOGRAM + 8)


/* In shared memory.  Lists only grow, at their ends. */

typedef struct ngx_edge_metrics_block_s   ngx_edge_metrics_block_t;
typedef struct ngx_edge_metrics_series_s  ngx_edge_metrics_series_t;

/* the cells of one process; a later one in the same slot goes on with them */

struct ngx_edge_metrics_block_s {
    ngx_edge_metrics_block_t    *next;
    ngx_int_t                    slot;
    ngx_pid_t                    pid;
    uint64_t                     cells[];
};

struct ngx_edge_metrics_series_s {
    ngx_edge_metrics_series_t   *next;
    ngx_edge_metrics_series_t   *chain;     /* of the same hash */
    ngx_edge_metrics_block_t    *blocks;
    uint32_t                     hash;
    ngx_edge_metrics_kind_e      kind;
    size_t                       len;
    u_char                       labels[];  /* values, each with a NUL */
};

typedef struct {
    ngx_edge_metrics_series_t   *first[NGX_EDGE_METRICS_KINDS];
    ngx_edge_metrics_series_t   *last[NGX_EDGE_METRICS_KINDS];
    ngx_edge_metrics_series_t   *hash[1024];
    uint64_t                     left_out;  /* there was no room */
    time_t                       since;
} ngx_edge_metrics_shared_t;


/*
 * A caller's own numbers for a series: pointers that live as long as the
 * configuration, or values.  server may be NULL.
 */

typedef struct {
    ngx_edge_metrics_kind_e      kind;
    ngx_http_core_srv_conf_t    *server;
    uintptr_t                    ids[4];
} ngx_edge_metrics_key_t;


/* Of a configuration; shared is NULL before it is in use. */

typedef struct {
    ngx_shm_zone_t              *zone;
    ngx_edge_metrics_shared_t   *shared;
    ngx_array_t                  sources;
} ngx_edge_metrics_zone_t;


/* Of a module: series that the calling process has found before. */

typedef struct ngx_edge_metrics_known_s  ngx_edge_metrics_known_t;

typedef struct {
    ngx_edge_metrics_zone_t     *zone;
    ngx_edge_metrics_known_t    *known[256];
} ngx_edge_metrics_t;


/* What is not counted but looked up when somebody asks. */

typedef enum {
    NGX_EDGE_METRICS_CRL,               /* issuer */
    NGX_EDGE_METRICS_CRL_LOAD,          /* none */
    NGX_EDGE_METRICS_KEPT               /* none */
} ngx_edge_metrics_looked_up_e;

enum {
    NGX_EDGE_METRICS_CRL_ENTRIES,
    NGX_EDGE_METRICS_CRL_THIS_UPDATE,   /* seconds since the epoch */
    NGX_EDGE_METRICS_CRL_NEXT_UPDATE
};

enum {
    NGX_EDGE_METRICS_CRL_LOAD_TIME,     /* seconds since the epoch */
    NGX_EDGE_METRICS_CRL_LOAD_MSEC,
    NGX_EDGE_METRICS_CRL_LOAD_OK,       /* 1 or 0 */
    NGX_EDGE_METRICS_CRL_LOAD_PROBLEMS
};

/* dictionaries that origins make */

enum {
    NGX_EDGE_METRICS_KEPT_NUMBER,
    NGX_EDGE_METRICS_KEPT_BYTES,
    NGX_EDGE_METRICS_KEPT_FOUND,        /* these two are counts */
    NGX_EDGE_METRICS_KEPT_EVICTED
};

/* label may be NULL; values are as many as the enumerations above say. */

typedef ngx_int_t (*ngx_edge_metrics_add_pt)(void *to,
    ngx_edge_metrics_looked_up_e what, const ngx_str_t *label,
    const uint64_t *values);

typedef ngx_int_t (*ngx_edge_metrics_source_pt)(void *data, void *to,
    ngx_edge_metrics_add_pt add);

typedef struct {
    ngx_edge_metrics_source_pt   handler;
    void                        *data;
} ngx_edge_metrics_source_t;


/*
 * Modules find the zone by this: the main configuration of the one that has
 * it begins with both, zeroed.
 */

typedef struct {
    ngx_edge_client_hello_slot_t   hello;
    uint32_t                       magic;
    uint32_t                       version;
    ngx_edge_metrics_zone_t       *zone;

    /* of the module itself */
    ngx_edge_metrics_t            *metrics;
} ngx_edge_metrics_slot_t;


/*
 * Makes the zone of size bytes, when somebody is going to ask: to be called
 * while the configuration is read, once.
 */

ngx_int_t ngx_edge_metrics_create(ngx_conf_t *cf,
    ngx_edge_metrics_slot_t *slot, size_t size, void *tag);

/*
 * From postconfiguration of a module that counts: *metrics is NULL if nobody
 * asks.  The source may be NULL.  NGX_ERROR, logged: no memory, or a module
 * of another release is loaded.
 */

ngx_int_t ngx_edge_metrics_join(ngx_conf_t *cf, ngx_edge_metrics_t **metrics,
    ngx_edge_metrics_source_pt source, void *data);

/*
 * The cells of this process for a series it has met before, or NULL; then
 * make() finds them by the values of the labels behind server, as many as
 * its kind has.  make() returns cells that nobody reads if there is no room.
 */

uint64_t *ngx_edge_metrics_find(ngx_edge_metrics_t *metrics,
    const ngx_edge_metrics_key_t *key);
uint64_t *ngx_edge_metrics_make(ngx_edge_metrics_t *metrics,
    const ngx_edge_metrics_key_t *key, const char **labels);

/* Both, for a series told apart by server and one constant string. */

void ngx_edge_metrics_count(ngx_edge_metrics_t *metrics,
    ngx_edge_metrics_kind_e kind, ngx_http_core_srv_conf_t *server,
    const char *label);

/* Adds a time to the cells of a histogram. */

void ngx_edge_metrics_time(uint64_t *cells, uint64_t nanoseconds);

/*
 * Of the zone, for the functions above: what a kind has, cells for labels
 * that follow each other with a NUL each, and cells that nobody reads.
 */

typedef struct {
    ngx_uint_t                   cells;
    ngx_uint_t                   gauges;    /* the first ones */
    ngx_uint_t                   labels;    /* behind server */
    ngx_uint_t                   server;    /* it has one */
} ngx_edge_metrics_shape_t;

extern const ngx_edge_metrics_shape_t
    ngx_edge_metrics_kinds[NGX_EDGE_METRICS_KINDS];
extern uint64_t  ngx_edge_metrics_nowhere[NGX_EDGE_METRICS_MAX_CELLS];

uint64_t *ngx_edge_metrics_open(ngx_edge_metrics_zone_t *zone,
    ngx_edge_metrics_kind_e kind, u_char *labels, size_t len);

/*
 * For the reader: upper bounds of buckets, the last without one, and the sum
 * of a cell over processes; of a gauge, over those alive.
 */

extern const uint64_t  ngx_edge_metrics_bounds[NGX_EDGE_METRICS_BUCKETS - 1];

uint64_t ngx_edge_metrics_sum(const ngx_edge_metrics_series_t *series,
    ngx_uint_t cell, ngx_uint_t gauge);


#endif /* _NGX_EDGE_METRICS_H_INCLUDED_ */
