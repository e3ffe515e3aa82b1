
#include "edge_stored.h"


/*
 * RFC 8878, 3.1.1: magic number, a frame header descriptor with no flag set,
 * a window descriptor, then blocks with three bytes of header each.  The
 * window of 128 KB (exponent 7) is the least that lets blocks be that large.
 */

#define EDGE_STORED_BLOCK_MAX     (128 * 1024)
#define EDGE_STORED_BLOCK_HEADER  3
#define EDGE_STORED_FRAME_HEADER  6

#define EDGE_STORED_LAST          1


static const unsigned char  edge_zstd_stored_frame_header[] = {
    0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3
};


/* Last_Block is bit 0, Block_Type Raw is 0 in bits 1 and 2 */

static void
edge_zstd_stored_write(unsigned char *p, size_t size, unsigned last)
{
    uint32_t  head;

    head = (uint32_t) size << 3 | last;

    p[0] = head & 0xff;
    p[1] = head >> 8 & 0xff;
    p[2] = head >> 16 & 0xff;
}


static size_t
edge_zstd_stored_header(const edge_encoder_t *encoder, unsigned char *p,
    size_t size)
{
    (void) encoder;

    edge_zstd_stored_write(p, size, 0);

    return EDGE_STORED_BLOCK_HEADER;
}


static void
edge_zstd_stored_take(edge_progress_t *progress, edge_in_t *in, size_t size)
{
    (void) progress;

    in->pos += size;
}


static size_t
edge_zstd_stored_end(const edge_encoder_t *encoder, unsigned char *p)
{
    (void) encoder;

    edge_zstd_stored_write(p, 0, EDGE_STORED_LAST);

    return EDGE_STORED_BLOCK_HEADER;
}


static const edge_stored_format_t  edge_zstd_stored_format = {
    edge_zstd_stored_frame_header,
    EDGE_STORED_FRAME_HEADER,
    EDGE_STORED_BLOCK_MAX,
    EDGE_STORED_BLOCK_HEADER,
    EDGE_STEP_PAUSE,
    edge_zstd_stored_header,
    edge_zstd_stored_take,
    edge_zstd_stored_end
};


static edge_encoder_t *
edge_zstd_stored_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    (void) memory;
    (void) params;
    (void) size_max;
    (void) whole;

    return edge_stored_create(&edge_zstd_stored_format);
}


static size_t
edge_zstd_stored_bound(size_t size)
{
    size_t  blocks;

    blocks = size / EDGE_STORED_BLOCK_MAX + 2;

    return EDGE_STORED_FRAME_HEADER + size
           + blocks * EDGE_STORED_BLOCK_HEADER;
}


const edge_codec_t  edge_codec_zstd_stored = {
    "zstd",
    1,
    edge_zstd_stored_create,
    edge_stored_open,
    edge_stored_step,
    edge_stored_reset,
    edge_stored_close,
    edge_stored_estimate,
    edge_zstd_stored_bound,
    NULL,
    0
};
