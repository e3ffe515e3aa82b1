
#include <stdlib.h>
#include <string.h>

#include "edge_codec_gzip.h"
#include "edge_spill.h"


/* RFC 1951, 3.2.4: blocks as they are, each of up to 65535 bytes */

#define EDGE_STORED_BLOCK_MAX     65535
#define EDGE_STORED_BLOCK_HEADER  5
#define EDGE_STORED_LAST          1

/* with less room than this a block goes by way of the spill */
#define EDGE_STORED_ROOM          32


struct edge_encoder_s {
    edge_progress_t  *progress;
    edge_progress_t   own;
    unsigned          ended;
    edge_spill_t      spill;
};


/* not from the account, as this is what is left when the account is empty */

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

    memset(encoder, 0, sizeof(edge_encoder_t));
    encoder->progress = &encoder->own;

    return EDGE_CODEC_DONE;
}


static void
edge_stored_resume(edge_encoder_t *encoder, edge_progress_t *progress)
{
    encoder->progress = progress;
}


/* at a byte boundary: BFINAL, BTYPE 0, LEN, NLEN */

static void
edge_stored_header(unsigned char *p, size_t size, unsigned last)
{
    p[0] = last;
    p[1] = size & 0xff;
    p[2] = size >> 8;
    p[3] = p[1] ^ 0xff;
    p[4] = p[2] ^ 0xff;
}


/* a block of at most room bytes, header and all, at p: its length */

static size_t
edge_stored_block(edge_encoder_t *encoder, edge_in_t *in, unsigned char *p,
    size_t room)
{
    size_t  size;

    size = in->size - in->pos;

    if (size > room - EDGE_STORED_BLOCK_HEADER) {
        size = room - EDGE_STORED_BLOCK_HEADER;
    }

    if (size > EDGE_STORED_BLOCK_MAX) {
        size = EDGE_STORED_BLOCK_MAX;
    }

    edge_stored_header(p, size, 0);
    memcpy(p + EDGE_STORED_BLOCK_HEADER,
           (const char *) in->data + in->pos, size);

    edge_gzip_take(encoder->progress, in, size);

    return EDGE_STORED_BLOCK_HEADER + size;
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
    unsigned char  end[EDGE_STORED_BLOCK_HEADER + EDGE_GZIP_TRAILER];

    edge_stored_header(end, 0, EDGE_STORED_LAST);
    edge_gzip_trailer(encoder->progress, end + EDGE_STORED_BLOCK_HEADER);
    edge_spill_put(&encoder->spill, end, sizeof(end));
    encoder->ended = 1;
}


static edge_codec_rc_e
edge_stored_step(edge_encoder_t *encoder, edge_step_e step, edge_in_t *in,
    edge_out_t *out)
{
    if (!encoder->progress->begun) {
        edge_spill_put(&encoder->spill, edge_gzip_header, EDGE_GZIP_HEADER);
        encoder->progress->begun = 1;
    }

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
    return EDGE_GZIP_HEADER + EDGE_GZIP_TRAILER + size
           + (size / EDGE_STORED_BLOCK_MAX + 2) * EDGE_STORED_BLOCK_HEADER;
}


const edge_codec_t  edge_codec_gzip_stored = {
    "gzip",
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
