
#include <brotli/encode.h>

#include "edge_arena.h"
#include "edge_codec_brotli.h"


/*
 * Two of the qualities keep large tables for bodies from 1 MB on, which the
 * windows of this coding are too small to use.
 */
#define EDGE_BROTLI_SIZE_HINT_MAX  ((1 << 20) - 1)

#define EDGE_BROTLI_BOOKKEEPING    1024


/*
 * The library has no reset: an encoder of ours is the memory that one of the
 * library's takes, which is made anew in it for each segment of a body.
 */

struct edge_encoder_s {
    BrotliEncoderState  *state;
    edge_arena_t        *arena;
    edge_memory_t       *memory;
    edge_progress_t     *progress;
    edge_progress_t      own;           /* of a body that nobody resumes */
    const void          *dictionary;
    int                  level;
    unsigned             window_log;
    uint64_t             size_max;
    unsigned             flushed;       /* nothing was taken since */
    unsigned             attached;
};


static void *
edge_codec_brotli_alloc(void *arena, size_t size)
{
    return edge_arena_alloc(arena, size);
}


static void
edge_codec_brotli_free(void *arena, void *data)
{
    edge_arena_free(arena, data);
}


static size_t
edge_codec_brotli_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    (void) whole;

    return sizeof(edge_encoder_t) + EDGE_BROTLI_BOOKKEEPING
           + edge_brotli_reserve(params, size_max);
}


static edge_encoder_t *
edge_codec_brotli_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    edge_encoder_t  *encoder;

    (void) whole;

    encoder = edge_memory_alloc(memory, sizeof(edge_encoder_t));
    if (encoder == NULL) {
        return NULL;
    }

    encoder->arena = edge_arena_create(memory,
                               edge_brotli_reserve(params, size_max));
    if (encoder->arena == NULL) {
        edge_memory_free(memory, encoder);
        return NULL;
    }

    encoder->memory = memory;
    encoder->state = NULL;
    encoder->dictionary = params->dictionary;
    encoder->level = params->level;
    encoder->window_log = edge_brotli_window_log(params, size_max);
    encoder->size_max = size_max;

    return encoder;
}


static void
edge_codec_brotli_reset(edge_encoder_t *encoder)
{
    if (encoder->state) {
        BrotliEncoderDestroyInstance(encoder->state);
        encoder->state = NULL;
    }
}


static edge_codec_rc_e
edge_codec_brotli_open(edge_encoder_t *encoder, uint64_t size)
{
    uint64_t  hint;

    edge_codec_brotli_reset(encoder);

    encoder->own.size = 0;
    encoder->progress = &encoder->own;
    encoder->flushed = 1;
    encoder->attached = 0;

    encoder->state = BrotliEncoderCreateInstance(edge_codec_brotli_alloc,
                                                 edge_codec_brotli_free,
                                                 encoder->arena);
    if (encoder->state == NULL) {
        return EDGE_CODEC_NO_MEMORY;
    }

    hint = (size == EDGE_SIZE_UNKNOWN) ? encoder->size_max : size;

    if (hint > EDGE_BROTLI_SIZE_HINT_MAX) {
        hint = EDGE_BROTLI_SIZE_HINT_MAX;
    }

    if (!BrotliEncoderSetParameter(encoder->state, BROTLI_PARAM_QUALITY,
                                   encoder->level)
        || !BrotliEncoderSetParameter(encoder->state, BROTLI_PARAM_LGWIN,
                                      encoder->window_log)
        || !BrotliEncoderSetParameter(encoder->state, BROTLI_PARAM_SIZE_HINT,
                                      hint))
    {
        return EDGE_CODEC_ERROR;
    }

    return EDGE_CODEC_DONE;
}


static void
edge_codec_brotli_resume(edge_encoder_t *encoder, edge_progress_t *progress)
{
    uint64_t  offset;

    encoder->progress = progress;

    if (progress->size == 0) {
        return;
    }

    /* any offset past the largest window means the same */

    offset = progress->size < 1 << 30 ? progress->size : 1 << 30;

    (void) BrotliEncoderSetParameter(encoder->state,
                                     BROTLI_PARAM_STREAM_OFFSET, offset);

    /* the two fastest levels take no notice of the offset */

    if (encoder->level < 2) {
        (void) BrotliEncoderSetParameter(encoder->state,
                                         BROTLI_PARAM_QUALITY, 2);
    }
}


/*
 * What is made already goes out first: a stream that was resumed begins with
 * a flush of its own, and refuses input until that is written.
 */

static edge_codec_rc_e
edge_codec_brotli_drain(edge_encoder_t *encoder, edge_out_t *out)
{
    size_t          none, out_left;
    uint8_t        *next_out;
    const uint8_t  *next_in;

    none = 0;
    next_in = NULL;
    out_left = out->size - out->pos;
    next_out = (uint8_t *) out->data + out->pos;

    if (!BrotliEncoderCompressStream(encoder->state,
                                     BROTLI_OPERATION_PROCESS, &none,
                                     &next_in, &out_left, &next_out, NULL))
    {
        return EDGE_CODEC_ERROR;
    }

    out->pos = out->size - out_left;

    return BrotliEncoderHasMoreOutput(encoder->state) ? EDGE_CODEC_MORE
                                                      : EDGE_CODEC_DONE;
}


static edge_codec_rc_e
edge_codec_brotli_step(edge_encoder_t *encoder, edge_step_e step,
    edge_in_t *in, edge_out_t *out)
{
    size_t           in_left, out_left;
    uint8_t         *next_out;
    const uint8_t   *next_in;
    edge_codec_rc_e  rc;

    static const BrotliEncoderOperation  operations[] = {
        BROTLI_OPERATION_PROCESS,
        BROTLI_OPERATION_FLUSH,
        BROTLI_OPERATION_FLUSH,
        BROTLI_OPERATION_FINISH
    };

    /* no parameter can be set afterwards */

    if (encoder->dictionary && !encoder->attached) {
        encoder->attached = 1;

        if (!edge_brotli_dictionary_attach(encoder->dictionary,
                                           encoder->state))
        {
            return EDGE_CODEC_ERROR;
        }
    }

    if (BrotliEncoderHasMoreOutput(encoder->state)) {
        rc = edge_codec_brotli_drain(encoder, out);

        if (rc != EDGE_CODEC_DONE) {
            return rc;
        }
    }

    in_left = in->size - in->pos;
    next_in = in_left ? (const uint8_t *) in->data + in->pos : NULL;
    out_left = out->size - out->pos;
    next_out = (uint8_t *) out->data + out->pos;

    /* a flush of nothing would write the header, which may begin but once */

    if (in_left == 0 && step != EDGE_STEP_FINISH && encoder->flushed) {
        return EDGE_CODEC_DONE;
    }

    if (!BrotliEncoderCompressStream(encoder->state, operations[step],
                                     &in_left, &next_in, &out_left,
                                     &next_out, NULL))
    {
        return EDGE_CODEC_ERROR;
    }

    if (in->size - in->pos > in_left) {
        encoder->progress->size += in->size - in->pos - in_left;
        encoder->flushed = 0;
    }

    in->pos = in->size - in_left;
    out->pos = out->size - out_left;

    if (in_left || BrotliEncoderHasMoreOutput(encoder->state)) {
        return EDGE_CODEC_MORE;
    }

    if (step == EDGE_STEP_FINISH) {
        return BrotliEncoderIsFinished(encoder->state) ? EDGE_CODEC_DONE
                                                       : EDGE_CODEC_MORE;
    }

    encoder->flushed |= (step != EDGE_STEP_FEED);

    return EDGE_CODEC_DONE;
}


static void
edge_codec_brotli_close(edge_encoder_t *encoder)
{
    edge_codec_brotli_reset(encoder);
    edge_arena_destroy(encoder->arena);
    edge_memory_free(encoder->memory, encoder);
}


/* what does not shrink is stored in blocks of 16 KB or more */

static size_t
edge_codec_brotli_bound(size_t size)
{
    return size + size / 1024 + 1024;
}


const edge_codec_t  edge_codec_brotli = {
    "br",
    0,
    edge_codec_brotli_create,
    edge_codec_brotli_open,
    edge_codec_brotli_step,
    edge_codec_brotli_reset,
    edge_codec_brotli_close,
    edge_codec_brotli_estimate,
    edge_codec_brotli_bound,
    edge_codec_brotli_resume,
    0
};
