
#ifndef EDGE_STREAM_H
#define EDGE_STREAM_H


#include "edge_codec.h"


/*
 * The order of operations on one body: what was asked for is carried on
 * until it is complete, finish beats pause, pause beats flush, flush beats
 * feed, an encoder that makes no progress is an error, and an error is for
 * ever.  Knows neither nginx nor a library, allocates nothing.
 *
 * A body is a sequence of frames.  For each one the caller attaches an
 * opened encoder; FINISHED means that it may be detached and reused,
 * be it that the body is at its end or that another one is to go on.
 */

typedef enum {
    EDGE_STREAM_WANT_IN,    /* all input taken, nothing asked is pending */
    EDGE_STREAM_WANT_OUT,   /* out is full: call again with more room */
    EDGE_STREAM_FLUSHED,    /* all that was taken is decodable */
    EDGE_STREAM_FINISHED,   /* the frame is complete, or paused */
    EDGE_STREAM_REFUSED,    /* no memory to start the frame with; nothing was
                               taken or written, attach another encoder */
    EDGE_STREAM_FAILED      /* the body can't be completed */
} edge_stream_status_e;


typedef struct {
    const edge_codec_t  *codec;
    edge_encoder_t      *encoder;       /* NULL between frames */
    edge_step_e          step;          /* asked for and not yet complete */
    edge_progress_t      progress;      /* from one encoder to the next */
    unsigned             failed;
    unsigned             ended;         /* what is written may be all */
    unsigned             frames;        /* completed */
    uint64_t             bytes_in;
    uint64_t             bytes_out;
} edge_stream_t;


void edge_stream_init(edge_stream_t *stream);

/* The encoder stays the caller's and must outlive its attachment. */
void edge_stream_attach(edge_stream_t *stream, const edge_codec_t *codec,
    edge_encoder_t *encoder);

void edge_stream_detach(edge_stream_t *stream);

/*
 * Takes from in, writes to out, as far as either lasts.  After WANT_OUT the
 * step is remembered: a weaker one given next time does not replace it.
 * With no encoder attached the answer is FAILED.
 */
edge_stream_status_e edge_stream_run(edge_stream_t *stream, edge_step_e step,
    edge_in_t *in, edge_out_t *out);


#endif /* EDGE_STREAM_H */
