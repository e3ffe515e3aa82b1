
#ifndef NGX_EDGE_BODY_H
#define NGX_EDGE_BODY_H


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "edge_stream.h"
#include "ngx_edge_encoders.h"


/*
 * nginx chains <-> stream.  A body that is small and whole is coded in one
 * call; anything else streams through a bounded number of buffers, and a
 * reader that stalls holds these buffers, never an encoder.
 */

typedef struct {
    ngx_bufs_t            bufs;
    off_t                 max_length;   /* bytes worth coding, 0: all */
} ngx_edge_body_conf_t;


typedef enum {
    NGX_EDGE_BODY_GATHER,   /* it may still turn out small and whole */
    NGX_EDGE_BODY_STREAM,
    NGX_EDGE_BODY_DONE      /* its last byte is in out or sent */
} ngx_edge_body_phase_e;


typedef struct {
    ngx_edge_borrower_t           borrower;
    ngx_http_request_t           *request;
    const ngx_edge_body_conf_t   *conf;
    const ngx_edge_coder_t       *coder;
    ngx_edge_encoders_t          *encoders;
    ngx_http_output_body_filter_pt  next;

    edge_stream_t                 stream;
    edge_lent_t                  *lent;
    ngx_edge_body_phase_e         phase;

    ngx_chain_t                  *in;
    ngx_chain_t                  *out;
    ngx_chain_t                 **last_out;
    ngx_chain_t                  *free;
    ngx_chain_t                  *busy;
    ngx_buf_t                    *out_buf;      /* being filled, not in out */
    ngx_uint_t                    bufs;         /* made so far */

    ngx_edge_slab_t              *gather;       /* input kept until whole */
    size_t                        gathered;
    ngx_buf_t                     gather_buf;

    off_t                         length;       /* of the body, -1: unknown */
    uint64_t                      expected;     /* size to open frames for */
    off_t                         taken;        /* bytes of input consumed */
    uint64_t                      nanoseconds;  /* spent in the encoder */
    int                           level;        /* of the latest encoder */

    /*
     * The step of the input buffer at hand.  An input buffer is let go as
     * soon as its bytes are taken, for its owner fills it again, which may
     * be before its step is complete (stepping).
     */
    edge_step_e                   step;
    unsigned                      step_flush:1;
    unsigned                      step_last:1;
    unsigned                      stepping:1;

    unsigned                      flushed:1;    /* the encoder is empty */
    unsigned                      held:1;       /* only the end is missing */
    unsigned                      starved:1;    /* no output buffer is free */
    unsigned                      cleanup:1;
} ngx_edge_body_t;


/*
 * A body of length bytes (-1: unknown) for the main request r, in r->pool;
 * next is the body filter below.  NULL: no memory.
 */
ngx_edge_body_t *ngx_edge_body_create(ngx_http_request_t *r,
    const ngx_edge_body_conf_t *conf, const ngx_edge_coder_t *coder,
    ngx_edge_encoders_t *encoders, off_t length,
    ngx_http_output_body_filter_pt next);

/*
 * May r's body come as files?  Then they are read as nginx would, but into
 * the memory they are coded from.  0: nginx reads them, in its threads.
 */
ngx_uint_t ngx_edge_body_reads_files(ngx_http_request_t *r);

/*
 * The body filter: takes what it can of in (NULL: go on with what is kept).
 * NGX_OK, NGX_AGAIN (the client must read first) or NGX_ERROR, after which
 * the response is to be aborted.
 */
ngx_int_t ngx_edge_body_filter(ngx_edge_body_t *body, ngx_chain_t *in);


#endif /* NGX_EDGE_BODY_H */
