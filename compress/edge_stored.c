
#include <stdlib.h>
#include <string.h>

#include "edge_stored.h"


/* with less room than this a block goes by way of the spill */
#define EDGE_STORED_ROOM  32


edge_encoder_t *
edge_stored_create(const edge_stored_format_t *format)
{
    edge_encoder_t  *encoder;

    encoder = calloc(1, sizeof(edge_encoder_t));

    if (encoder) {
        encoder->format = format;
    }

    return encoder;
}


edge_codec_rc_e
edge_stored_open(edge_encoder_t *encoder, uint64_t size)
{
    (void) size;

    memset(&encoder->own, 0, sizeof(edge_progress_t));
    memset(&encoder->spill, 0, sizeof(edge_spill_t));
    encoder->progress = &encoder->own;
    encoder->ended = 0;

    return EDGE_CODEC_DONE;
}


void
edge_stored_resume(edge_encoder_t *encoder, edge_progress_t *progress)
{
    encoder->progress = progress;
}


/* a block of at most room bytes, header and all, at p: its length */

static size_t
edge_stored_block(edge_encoder_t *encoder, edge_in_t *in, unsigned char *p,
    size_t room)
{
    size_t                       size, header;
    const edge_stored_format_t  *format;

    format = encoder->format;
    size = in->size - in->pos;

    if (size > room - format->block_header_max) {
        size = room - format->block_header_max;
    }

    if (size > format->block_max) {
        size = format->block_max;
    }

    header = format->block_header(encoder, p, size);
    memcpy(p + header, (const char *) in->data + in->pos, size);

    format->take(encoder->progress, in, size);

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


edge_codec_rc_e
edge_stored_step(edge_encoder_t *encoder, edge_step_e step, edge_in_t *in,
    edge_out_t *out)
{
    const edge_stored_format_t  *format;

    format = encoder->format;

    if (format->header && !encoder->progress->begun) {
        edge_spill_put(&encoder->spill, format->header, format->header_size);
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

        } else if (step >= format->ends && !encoder->ended) {
            encoder->spill.size = format->end(encoder, encoder->spill.bytes);
            encoder->ended = 1;

        } else {
            return EDGE_CODEC_DONE;
        }
    }
}


void
edge_stored_reset(edge_encoder_t *encoder)
{
    (void) edge_stored_open(encoder, EDGE_SIZE_UNKNOWN);
}


void
edge_stored_close(edge_encoder_t *encoder)
{
    free(encoder);
}


size_t
edge_stored_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    (void) params;
    (void) size_max;
    (void) whole;

    return 0;
}
