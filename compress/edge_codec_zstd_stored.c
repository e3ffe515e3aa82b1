
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


struct edge_encoder_s {
    unsigned  started;          /* the frame header is written */
    unsigned  ended;            /* the last block is written */
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

    return EDGE_CODEC_DONE;
}


static void
edge_stored_write(edge_out_t *out, const void *data, size_t size)
{
    memcpy((char *) out->data + out->pos, data, size);
    out->pos += size;
}


static void
edge_stored_block(edge_out_t *out, const void *data, size_t size,
    unsigned last)
{
    uint32_t       head;
    unsigned char  header[EDGE_STORED_BLOCK_HEADER];

    /* Last_Block is bit 0, Block_Type Raw is 0 in bits 1 and 2 */

    head = (uint32_t) size << 3 | last;

    header[0] = head & 0xff;
    header[1] = head >> 8 & 0xff;
    header[2] = head >> 16 & 0xff;

    edge_stored_write(out, header, sizeof(header));

    if (size) {
        edge_stored_write(out, data, size);
    }
}


static edge_codec_rc_e
edge_stored_step(edge_encoder_t *encoder, edge_step_e step, edge_in_t *in,
    edge_out_t *out)
{
    size_t  size, room;

    if (!encoder->started) {

        if (out->size - out->pos < EDGE_STORED_FRAME_HEADER) {
            return EDGE_CODEC_MORE;
        }

        edge_stored_write(out, edge_stored_frame_header,
                          EDGE_STORED_FRAME_HEADER);
        encoder->started = 1;
    }

    while (in->pos < in->size) {

        room = out->size - out->pos;
        if (room <= EDGE_STORED_BLOCK_HEADER) {
            return EDGE_CODEC_MORE;
        }

        size = room - EDGE_STORED_BLOCK_HEADER;

        if (size > in->size - in->pos) {
            size = in->size - in->pos;
        }

        if (size > EDGE_STORED_BLOCK_MAX) {
            size = EDGE_STORED_BLOCK_MAX;
        }

        edge_stored_block(out, (const char *) in->data + in->pos, size, 0);
        in->pos += size;
    }

    if (step == EDGE_STEP_FINISH && !encoder->ended) {

        if (out->size - out->pos < EDGE_STORED_BLOCK_HEADER) {
            return EDGE_CODEC_MORE;
        }

        edge_stored_block(out, NULL, 0, EDGE_STORED_LAST);
        encoder->ended = 1;
    }

    return EDGE_CODEC_DONE;
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
    edge_stored_bound
};
