
#ifndef NGX_EDGE_ENCODERS_H
#define NGX_EDGE_ENCODERS_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "edge_level.h"
#include "edge_pool.h"
#include "ngx_edge_metrics.h"


/*
 * The encoders of one worker, and who holds them.  A response that has not
 * moved for a while (its client reads nothing, its upstream is silent) is
 * asked to end its frame and give its encoder back: after the idle time, or
 * at once when memory is short.
 */

typedef struct ngx_edge_borrower_s  ngx_edge_borrower_t;

/*
 * Must end the frame and give the encoder back before it returns; may send,
 * if so told.
 */
typedef void (*ngx_edge_park_pt)(ngx_edge_borrower_t *borrower,
    ngx_uint_t send);

struct ngx_edge_borrower_s {
    ngx_queue_t        queue;
    ngx_msec_t         touched;
    ngx_edge_park_pt   park;
};


/* room to gather a small body in, or a link while it is free */

typedef union ngx_edge_slab_u  ngx_edge_slab_t;

union ngx_edge_slab_u {
    ngx_edge_slab_t   *next;
    u_char             data[EDGE_POOL_SLAB];
};


/* how a response is coded: what to use, and what instead if memory is short */

typedef struct {
    const edge_codec_t   *codec;
    const edge_codec_t   *stored;       /* needs no memory */
    const edge_params_t  *params;
    const edge_params_t  *frugal;       /* a smaller window */
} ngx_edge_coding_t;


/* one coding, by the size of the body: indexed by edge_level_find() */

typedef struct {
    ngx_edge_coding_t  coding[EDGE_LEVELS];
} ngx_edge_coder_t;


/*
 * Lives in the main configuration: the settings are read before the fork,
 * the rest is made by each worker when it is first needed.
 */

typedef struct ngx_edge_encoders_s  ngx_edge_encoders_t;

struct ngx_edge_encoders_s {
    size_t             ceiling;         /* bytes, 0: none */
    ngx_uint_t         idle_max;        /* kept of each kind for others */
    ngx_msec_t         idle_time;

    edge_pool_t       *pool;
    ngx_queue_t        moving;          /* borrowers, touched longest ago */
    ngx_queue_t        quiet;           /* first; quiet: all is flushed */
    ngx_edge_slab_t   *slabs;           /* free ones */
    ngx_uint_t         nslabs;
    ngx_event_t        timer;
    ngx_str_t          scratch;
    ngx_str_t          input;
    ngx_log_t         *log;

    /* tells others what this worker has; NULL: nobody asks */
    void             (*publish)(ngx_edge_encoders_t *encoders);
    ngx_edge_metrics_t  *metrics;
    ngx_uint_t         parked;          /* since it was last told */
};


/* How to code a body of size bytes, or EDGE_SIZE_UNKNOWN. */
const ngx_edge_coding_t *ngx_edge_coder_coding(const ngx_edge_coder_t *coder,
    uint64_t size);

/* Makes what the worker lacks.  NGX_ERROR: no memory. */
ngx_int_t ngx_edge_encoders_ready(ngx_edge_encoders_t *encoders,
    ngx_log_t *log);

/* Cleanup handler of the configuration's pool. */
void ngx_edge_encoders_destroy(void *data);

/*
 * An encoder with a frame opened, as edge_pool_take(): the coding's own, a
 * frugal one, or one that stores.  NULL: the system has no byte left.
 */
edge_lent_t *ngx_edge_encoders_take(ngx_edge_encoders_t *encoders,
    const ngx_edge_coding_t *coding, uint64_t size, ngx_uint_t whole);

/* Is there memory to code one more response?  1 or 0. */
ngx_uint_t ngx_edge_encoders_has_room(ngx_edge_encoders_t *encoders,
    const ngx_edge_coding_t *coding, uint64_t size, ngx_uint_t whole);

/*
 * A borrower that keeps its encoder past this call.  quiet: its encoder has
 * nothing left to write, so little is lost if it must go.
 */
void ngx_edge_encoders_hold(ngx_edge_encoders_t *encoders,
    ngx_edge_borrower_t *borrower, ngx_uint_t quiet);

/* Gives the encoder back; the borrower need not be holding. */
void ngx_edge_encoders_give(ngx_edge_encoders_t *encoders,
    ngx_edge_borrower_t *borrower, edge_lent_t *lent);

/* NULL: the ceiling or the system refuses. */
ngx_edge_slab_t *ngx_edge_encoders_take_slab(ngx_edge_encoders_t *encoders);

void ngx_edge_encoders_give_slab(ngx_edge_encoders_t *encoders,
    ngx_edge_slab_t *slab);

/*
 * size bytes, the worker's, for output and for input: each good until it is
 * asked for again.  NULL: no memory.
 */
u_char *ngx_edge_encoders_scratch(ngx_edge_encoders_t *encoders,
    size_t size);
u_char *ngx_edge_encoders_input(ngx_edge_encoders_t *encoders, size_t size);


#endif /* NGX_EDGE_ENCODERS_H */
