
#include "edge_codec_gzip.h"
#include "edge_stored.h"


/* RFC 1951, 3.2.4: blocks as they are, each of up to 65535 bytes */

#define EDGE_STORED_BLOCK_MAX     65535
#define EDGE_STORED_BLOCK_HEADER  5
#define EDGE_STORED_LAST          1


/* at a byte boundary: BFINAL, BTYPE 0, LEN, NLEN */

static void
edge_gzip_stored_write(unsigned char *p, size_t size, unsigned last)
{
    p[0] = last;
    p[1] = size & 0xff;
    p[2] = size >> 8;
    p[3] = p[1] ^ 0xff;
    p[4] = p[2] ^ 0xff;
}


static size_t
edge_gzip_stored_header(const edge_encoder_t *encoder, unsigned char *p,
    size_t size)
{
    (void) encoder;

    edge_gzip_stored_write(p, size, 0);

    return EDGE_STORED_BLOCK_HEADER;
}


static size_t
edge_gzip_stored_end(const edge_encoder_t *encoder, unsigned char *p)
{
    edge_gzip_stored_write(p, 0, EDGE_STORED_LAST);
    edge_gzip_trailer(encoder->progress, p + EDGE_STORED_BLOCK_HEADER);

    return EDGE_STORED_BLOCK_HEADER + EDGE_GZIP_TRAILER;
}


static const edge_stored_format_t  edge_gzip_stored_format = {
    edge_gzip_header,
    EDGE_GZIP_HEADER,
    EDGE_STORED_BLOCK_MAX,
    EDGE_STORED_BLOCK_HEADER,
    EDGE_STEP_FINISH,
    edge_gzip_stored_header,
    edge_gzip_take,
    edge_gzip_stored_end
};


static edge_encoder_t *
edge_gzip_stored_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    (void) memory;
    (void) params;
    (void) size_max;
    (void) whole;

    return edge_stored_create(&edge_gzip_stored_format);
}


static size_t
edge_gzip_stored_bound(size_t size)
{
    return EDGE_GZIP_HEADER + EDGE_GZIP_TRAILER + size
           + (size / EDGE_STORED_BLOCK_MAX + 2) * EDGE_STORED_BLOCK_HEADER;
}


const edge_codec_t  edge_codec_gzip_stored = {
    "gzip",
    0,
    edge_gzip_stored_create,
    edge_stored_open,
    edge_stored_step,
    edge_stored_reset,
    edge_stored_close,
    edge_stored_estimate,
    edge_gzip_stored_bound,
    edge_stored_resume,
    0
};
