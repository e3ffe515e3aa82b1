
#ifndef EDGE_STORED_H
#define EDGE_STORED_H


#include "edge_codec.h"
#include "edge_spill.h"


/*
 * What the codecs that only store have in common: each wraps a body as it is
 * into blocks of its coding's format, without a library and without memory
 * of the account, as they are what is left when the account is empty.
 */

typedef struct {
    /* written where the coding begins; NULL: the first block does so */
    const unsigned char  *header;
    size_t                header_size;

    /* the most bytes of a body in a block, and in front of them */
    size_t                block_max;
    size_t                block_header_max;

    /* the step from which on the coding is ended */
    edge_step_e           ends;

    /* writes the header of a block of size bytes at p; returns its length */
    size_t              (*block_header)(const edge_encoder_t *encoder,
                              unsigned char *p, size_t size);

    /* notes that size bytes are taken, and moves in->pos */
    void                (*take)(edge_progress_t *progress, edge_in_t *in,
                              size_t size);

    /* writes the end of the coding at p; returns its length */
    size_t              (*end)(const edge_encoder_t *encoder,
                              unsigned char *p);
} edge_stored_format_t;


struct edge_encoder_s {
    const edge_stored_format_t  *format;
    edge_progress_t             *progress;
    edge_progress_t              own;   /* of a body that nobody resumes */
    edge_spill_t                 spill;
    unsigned                     window_log;
    unsigned                     ended;
};


/* An encoder of the format, which outlives it; NULL: no memory. */
edge_encoder_t *edge_stored_create(const edge_stored_format_t *format);

/* The calls of an edge_codec_t, but for create() and bound(). */

edge_codec_rc_e edge_stored_open(edge_encoder_t *encoder, uint64_t size);
edge_codec_rc_e edge_stored_step(edge_encoder_t *encoder, edge_step_e step,
    edge_in_t *in, edge_out_t *out);
void edge_stored_reset(edge_encoder_t *encoder);
void edge_stored_close(edge_encoder_t *encoder);
void edge_stored_resume(edge_encoder_t *encoder, edge_progress_t *progress);

/* 0: nothing is from the account. */
size_t edge_stored_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole);


#endif /* EDGE_STORED_H */
