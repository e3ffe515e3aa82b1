
#include <stdlib.h>
#include <string.h>

#include "edge_codec.h"


/*
 * RFC 8878, 3.1.1: magic number, a frame header descriptor with no flag set,
 * a window descriptor, then blocks with three bytes of header each.  The
 * window of 128 KB (exponent 7) is the least that lets blocks be that large.
 */

#define EDGE_STORED_BLOCK_MAX     (128 * 1024)
#define EDGE_STORED_BLOCK_HEADER  3
#define EDGE_STORED_FRAME_HEADER  6

#define EDGE_STORED_LAST          1

/* a room smaller than this is filled from blocks made in the encoder */
#define EDGE_STORED_PENDING       16


struct edge_encoder_s {
    unsigned       started;         /* the frame header is made */
    unsigned       ended;           /* the last block is made */

    /* made and not yet written: bytes [pos, size) */
    unsigned char  pending[EDGE_STORED_PENDING];
    size_t         size;
    size_t         pos;
};


static const unsigned char  edge_stored_frame_header[] = {
    0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3
};


/*
 * Not from the account: these bytes are what is left to go on with when the
 * account is empty.
 */

static edge_encoder_t *
edge_stored_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    (void) memory;
    (void) params;
    (void) size_max;
    (void) whole;

    return calloc(1, sizeof(edge_encoder_t));
}


static edge_codec_rc_e
edge_stored_open(edge_encoder_t *encoder, uint64_t size)
{
    (void) size;

    encoder->started = 0;
    encoder->ended = 0;
    encoder->size = 0;
    encoder->pos = 0;

    return EDGE_CODEC_DONE;
}


/* Last_Block is bit 0, Block_Type Raw is 0 in bits 1 and 2 */

static void
edge_stored_block_header(unsigned char *p, size_t size, unsigned last)
{
    uint32_t  head;

    head = (uint32_t) size << 3 | last;

    p[0] = head & 0xff;
    p[1] = head >> 8 & 0xff;
    p[2] = head >> 16 & 0xff;
}


/* a block of at most max bytes, at p, of what comes next: its length */

static size_t
edge_stored_block(unsigned char *p, size_t max, edge_in_t *in)
{
    size_t  size;

    size = in->size - in->pos;

    if (size > max) {
        size = max;
    }

    if (size > EDGE_STORED_BLOCK_MAX) {
        size = EDGE_STORED_BLOCK_MAX;
    }

    edge_stored_block_header(p, size, 0);
    memcpy(p + EDGE_STORED_BLOCK_HEADER,
           (const char *) in->data + in->pos, size);
    in->pos += size;

    return EDGE_STORED_BLOCK_HEADER + size;
}


/* as many of the pending bytes as there is room for */

static void
edge_stored_drain(edge_encoder_t *encoder, edge_out_t *out)
{
    size_t  size;

    size = encoder->size - encoder->pos;

    if (size > out->size - out->pos) {
        size = out->size - out->pos;
    }

    if (size) {
        memcpy((char *) out->data + out->pos,
               encoder->pending + encoder->pos, size);
        encoder->pos += size;
        out->pos += size;
    }
}


static void
edge_stored_take(edge_encoder_t *encoder, edge_in_t *in, edge_out_t *out)
{
    size_t  room;

    room = out->size - out->pos;

    if (room >= EDGE_STORED_PENDING) {
        out->pos += edge_stored_block((unsigned char *) out->data + out->pos,
                                      room - EDGE_STORED_BLOCK_HEADER, in);
        return;
    }

    encoder->size = edge_stored_block(encoder->pending,
                                      EDGE_STORED_PENDING
                                      - EDGE_STORED_BLOCK_HEADER, in);
    encoder->pos = 0;
}


static edge_codec_rc_e
edge_stored_step(edge_encoder_t *encoder, edge_step_e step, edge_in_t *in,
    edge_out_t *out)
{
    if (!encoder->started) {
        memcpy(encoder->pending, edge_stored_frame_header,
               EDGE_STORED_FRAME_HEADER);
        encoder->size = EDGE_STORED_FRAME_HEADER;
        encoder->started = 1;
    }

    for ( ;; ) {
        edge_stored_drain(encoder, out);

        if (encoder->pos < encoder->size) {
            return EDGE_CODEC_MORE;
        }

        if (in->pos < in->size) {

            if (out->pos == out->size) {
                return EDGE_CODEC_MORE;
            }

            edge_stored_take(encoder, in, out);

        } else if (step >= EDGE_STEP_PAUSE && !encoder->ended) {
            edge_stored_block_header(encoder->pending, 0, EDGE_STORED_LAST);
            encoder->size = EDGE_STORED_BLOCK_HEADER;
            encoder->pos = 0;
            encoder->ended = 1;

        } else {
            return EDGE_CODEC_DONE;
        }
    }
}


static void
edge_stored_reset(edge_encoder_t *encoder)
{
    (void) edge_stored_open(encoder, EDGE_SIZE_UNKNOWN);
}


static void
edge_stored_close(edge_encoder_t *encoder)
{
    free(encoder);
}


static size_t
edge_stored_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    (void) params;
    (void) size_max;
    (void) whole;

    return 0;
}


static size_t
edge_stored_bound(size_t size)
{
    size_t  blocks;

    blocks = size / EDGE_STORED_BLOCK_MAX + 2;

    return EDGE_STORED_FRAME_HEADER + size
           + blocks * EDGE_STORED_BLOCK_HEADER;
}


const edge_codec_t  edge_codec_zstd_stored = {
    "zstd",
    1,
    edge_stored_create,
    edge_stored_open,
    edge_stored_step,
    edge_stored_reset,
    edge_stored_close,
    edge_stored_estimate,
    edge_stored_bound,
    NULL,
    0
};
