
#include <stdlib.h>
#include <string.h>

#include "edge_codec_brotli.h"
#include "edge_spill.h"


/*
 * RFC 7932, 9.2: metablocks that are not compressed.  After the header of
 * the stream, or from a byte boundary: ISLAST 0, MNIBBLES 0 (for four),
 * MLEN - 1 in sixteen bits, ISUNCOMPRESSED 1, and zeros up to the next byte.
 */

#define EDGE_STORED_BLOCK_MAX     65536
#define EDGE_STORED_HEADER_BITS   20
#define EDGE_STORED_UNCOMPRESSED  ((uint32_t) 1 << 19)
#define EDGE_STORED_HEADER_MAX    4     /* with the header of the stream */

/* with less room than this a block goes by way of the spill */
#define EDGE_STORED_ROOM          32

/* ISLAST 1, ISLASTEMPTY 1 */
#define EDGE_STORED_END           3


struct edge_encoder_s {
    edge_progress_t  *progress;
    edge_progress_t   own;
    edge_spill_t      spill;
    unsigned          window_log;
    unsigned          ended;
};


/* not from the account, as this is what is left when the account is empty */

static edge_encoder_t *
edge_stored_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    edge_encoder_t  *encoder;

    (void) memory;
    (void) whole;

    encoder = calloc(1, sizeof(edge_encoder_t));

    if (encoder) {
        encoder->window_log = edge_brotli_window_log(params, size_max);
    }

    return encoder;
}


static edge_codec_rc_e
edge_stored_open(edge_encoder_t *encoder, uint64_t size)
{
    (void) size;

    encoder->own.size = 0;
    encoder->progress = &encoder->own;
    encoder->spill.pos = 0;
    encoder->spill.size = 0;
    encoder->ended = 0;

    return EDGE_CODEC_DONE;
}


static void
edge_stored_resume(edge_encoder_t *encoder, edge_progress_t *progress)
{
    encoder->progress = progress;
}


/* WBITS, of one, four or seven bits, where the stream begins */

static unsigned
edge_stored_window(const edge_encoder_t *encoder, uint32_t *bits)
{
    if (encoder->progress->size) {
        *bits = 0;
        return 0;
    }

    if (encoder->window_log == 16) {
        *bits = 0;
        return 1;
    }

    if (encoder->window_log == 17) {
        *bits = 1;
        return 7;
    }

    if (encoder->window_log > 17) {
        *bits = (encoder->window_log - 17) << 1 | 1;
        return 4;
    }

    *bits = (encoder->window_log - 8) << 4 | 1;

    return 7;
}


/* count bits from a byte boundary, and zeros up to the next: bytes of it */

static size_t
edge_stored_write_bits(unsigned char *p, uint32_t bits, unsigned count)
{
    size_t  i, size;

    size = (count + 7) / 8;

    for (i = 0; i < size; i++) {
        p[i] = bits & 0xff;
        bits >>= 8;
    }

    return size;
}


/* a metablock of at most room bytes, header and all, at p: its length */

static size_t
edge_stored_block(edge_encoder_t *encoder, edge_in_t *in, unsigned char *p,
    size_t room)
{
    size_t    size, header;
    uint32_t  bits;
    unsigned  count;

    size = in->size - in->pos;

    if (size > room - EDGE_STORED_HEADER_MAX) {
        size = room - EDGE_STORED_HEADER_MAX;
    }

    if (size > EDGE_STORED_BLOCK_MAX) {
        size = EDGE_STORED_BLOCK_MAX;
    }

    count = edge_stored_window(encoder, &bits);
    bits |= ((uint32_t) (size - 1) << 3 | EDGE_STORED_UNCOMPRESSED) << count;

    header = edge_stored_write_bits(p, bits, count + EDGE_STORED_HEADER_BITS);
    memcpy(p + header, (const char *) in->data + in->pos, size);

    in->pos += size;
    encoder->progress->size += size;

    return header + size;
}


static void
edge_stored_take(edge_encoder_t *encoder, edge_in_t *in, edge_out_t *out)
{
    if (out->size - out->pos >= EDGE_STORED_ROOM) {
        out->pos += edge_stored_block(encoder, in,
                                      (unsigned char *) out->data + out->pos,
                                      out->size - out->pos);
        return;
    }

    encoder->spill.size = edge_stored_block(encoder, in,
                                            encoder->spill.bytes,
                                            EDGE_SPILL_MAX);
}


static void
edge_stored_end(edge_encoder_t *encoder)
{
    uint32_t  bits;
    unsigned  count;

    count = edge_stored_window(encoder, &bits);

    encoder->spill.size = edge_stored_write_bits(encoder->spill.bytes,
                                            bits | EDGE_STORED_END << count,
                                            count + 2);
    encoder->ended = 1;
}


static edge_codec_rc_e
edge_stored_step(edge_encoder_t *encoder, edge_step_e step, edge_in_t *in,
    edge_out_t *out)
{
    for ( ;; ) {

        if (!edge_spill_drain(&encoder->spill, out)) {
            return EDGE_CODEC_MORE;
        }

        if (in->pos < in->size) {

            if (out->pos == out->size) {
                return EDGE_CODEC_MORE;
            }

            edge_stored_take(encoder, in, out);

        } else if (step == EDGE_STEP_FINISH && !encoder->ended) {
            edge_stored_end(encoder);

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
    return size + (size / EDGE_STORED_BLOCK_MAX + 2) * EDGE_STORED_HEADER_MAX;
}


const edge_codec_t  edge_codec_brotli_stored = {
    "br",
    0,
    edge_stored_create,
    edge_stored_open,
    edge_stored_step,
    edge_stored_reset,
    edge_stored_close,
    edge_stored_estimate,
    edge_stored_bound,
    edge_stored_resume,
    0
};
