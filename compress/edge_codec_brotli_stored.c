
#include "edge_codec_brotli.h"
#include "edge_stored.h"


/*
 * RFC 7932, 9.2: metablocks that are not compressed.  After the header of
 * the stream, or from a byte boundary: ISLAST 0, MNIBBLES 0 (for four),
 * MLEN - 1 in sixteen bits, ISUNCOMPRESSED 1, and zeros up to the next byte.
 */

#define EDGE_STORED_BLOCK_MAX     65536
#define EDGE_STORED_HEADER_BITS   20
#define EDGE_STORED_UNCOMPRESSED  ((uint32_t) 1 << 19)
#define EDGE_STORED_HEADER_MAX    4     /* with the header of the stream */

/* ISLAST 1, ISLASTEMPTY 1 */
#define EDGE_STORED_END           3


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


static size_t
edge_brotli_stored_header(const edge_encoder_t *encoder, unsigned char *p,
    size_t size)
{
    uint32_t  bits;
    unsigned  count;

    count = edge_stored_window(encoder, &bits);
    bits |= ((uint32_t) (size - 1) << 3 | EDGE_STORED_UNCOMPRESSED) << count;

    return edge_stored_write_bits(p, bits, count + EDGE_STORED_HEADER_BITS);
}


static void
edge_brotli_stored_take(edge_progress_t *progress, edge_in_t *in, size_t size)
{
    in->pos += size;
    progress->size += size;
}


static size_t
edge_brotli_stored_end(const edge_encoder_t *encoder, unsigned char *p)
{
    uint32_t  bits;
    unsigned  count;

    count = edge_stored_window(encoder, &bits);

    return edge_stored_write_bits(p, bits | EDGE_STORED_END << count,
                                  count + 2);
}


static const edge_stored_format_t  edge_brotli_stored_format = {
    NULL,
    0,
    EDGE_STORED_BLOCK_MAX,
    EDGE_STORED_HEADER_MAX,
    EDGE_STEP_FINISH,
    edge_brotli_stored_header,
    edge_brotli_stored_take,
    edge_brotli_stored_end
};


static edge_encoder_t *
edge_brotli_stored_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    edge_encoder_t  *encoder;

    (void) memory;
    (void) whole;

    encoder = edge_stored_create(&edge_brotli_stored_format);

    if (encoder) {
        encoder->window_log = edge_brotli_window_log(params, size_max);
    }

    return encoder;
}


static size_t
edge_brotli_stored_bound(size_t size)
{
    return size + (size / EDGE_STORED_BLOCK_MAX + 2) * EDGE_STORED_HEADER_MAX;
}


const edge_codec_t  edge_codec_brotli_stored = {
    "br",
    0,
    edge_brotli_stored_create,
    edge_stored_open,
    edge_stored_step,
    edge_stored_reset,
    edge_stored_close,
    edge_stored_estimate,
    edge_brotli_stored_bound,
    edge_stored_resume,
    0
};
