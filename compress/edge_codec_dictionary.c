
#include <stdlib.h>
#include <string.h>

#include "edge_codec_dictionary.h"
#include "edge_dictionary.h"
#include "edge_spill.h"


/*
 * An encoder of another codec behind a header.  These bytes are not of the
 * account, as the stored codecs must do without it.
 */

struct edge_encoder_s {
    const edge_codec_t  *codec;
    edge_encoder_t      *inner;
    const char          *magic;
    size_t               magic_size;
    unsigned char        digest[EDGE_DICTIONARY_DIGEST];
    edge_progress_t     *progress;
    edge_progress_t      own;           /* of a body that nobody resumes */
    edge_spill_t         spill;
};


/* a skippable frame of the 32 bytes that follow (RFC 8878, 3.1.2) */

static const char  edge_dcz_magic[] = "\x5e\x2a\x4d\x18\x20\x00\x00\x00";
static const char  edge_dcb_magic[] = "\xff\x44\x43\x42";


/*
 * The parameters for the codec behind the header.  A frugal encoder of zstd
 * goes without the dictionary, whose tables it would have to match; one of
 * Brotli must not, since words of Brotli's own are numbered behind it.
 */

static edge_params_t
edge_dcz_params(const edge_params_t *params)
{
    edge_params_t             inner;
    const edge_dictionary_t  *dictionary;

    dictionary = params->dictionary;
    inner = *params;
    inner.dictionary = (params == &dictionary->dcz) ? dictionary->zstd : NULL;

    return inner;
}


static edge_params_t
edge_dcb_params(const edge_params_t *params)
{
    edge_params_t             inner;
    const edge_dictionary_t  *dictionary;

    dictionary = params->dictionary;
    inner = *params;
    inner.dictionary = dictionary->brotli;

    return inner;
}


static edge_encoder_t *
edge_dc_create(const edge_codec_t *codec, edge_memory_t *memory,
    const edge_dictionary_t *dictionary, const edge_params_t *inner,
    uint64_t size_max, unsigned whole)
{
    edge_encoder_t  *encoder;

    encoder = calloc(1, sizeof(edge_encoder_t));
    if (encoder == NULL) {
        return NULL;
    }

    encoder->codec = codec;
    encoder->inner = codec->create(memory, inner, size_max, whole);

    if (encoder->inner == NULL) {
        free(encoder);
        return NULL;
    }

    memcpy(encoder->digest, dictionary->digest, EDGE_DICTIONARY_DIGEST);

    return encoder;
}


static edge_encoder_t *
edge_dcz_create_by(const edge_codec_t *codec, edge_memory_t *memory,
    const edge_params_t *params, uint64_t size_max, unsigned whole)
{
    edge_params_t    inner;
    edge_encoder_t  *encoder;

    inner = edge_dcz_params(params);
    encoder = edge_dc_create(codec, memory, params->dictionary, &inner,
                             size_max, whole);

    if (encoder) {
        encoder->magic = edge_dcz_magic;
        encoder->magic_size = sizeof(edge_dcz_magic) - 1;
    }

    return encoder;
}


static edge_encoder_t *
edge_dcb_create_by(const edge_codec_t *codec, edge_memory_t *memory,
    const edge_params_t *params, uint64_t size_max, unsigned whole)
{
    edge_params_t    inner;
    edge_encoder_t  *encoder;

    inner = edge_dcb_params(params);
    encoder = edge_dc_create(codec, memory, params->dictionary, &inner,
                             size_max, whole);

    if (encoder) {
        encoder->magic = edge_dcb_magic;
        encoder->magic_size = sizeof(edge_dcb_magic) - 1;
    }

    return encoder;
}


static edge_encoder_t *
edge_dcz_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    return edge_dcz_create_by(&edge_codec_zstd, memory, params, size_max,
                              whole);
}


static edge_encoder_t *
edge_dcz_create_stored(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    return edge_dcz_create_by(&edge_codec_zstd_stored, memory, params,
                              size_max, whole);
}


static edge_encoder_t *
edge_dcb_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    return edge_dcb_create_by(&edge_codec_brotli, memory, params, size_max,
                              whole);
}


static edge_encoder_t *
edge_dcb_create_stored(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    return edge_dcb_create_by(&edge_codec_brotli_stored, memory, params,
                              size_max, whole);
}


static edge_codec_rc_e
edge_dc_open(edge_encoder_t *encoder, uint64_t size)
{
    memset(&encoder->spill, 0, sizeof(edge_spill_t));
    memset(&encoder->own, 0, sizeof(edge_progress_t));
    encoder->progress = &encoder->own;

    return encoder->codec->open(encoder->inner, size);
}


static void
edge_dc_resume(edge_encoder_t *encoder, edge_progress_t *progress)
{
    encoder->progress = progress;

    if (encoder->codec->resume) {
        encoder->codec->resume(encoder->inner, progress);
    }
}


static edge_codec_rc_e
edge_dc_step(edge_encoder_t *encoder, edge_step_e step, edge_in_t *in,
    edge_out_t *out)
{
    size_t           start;
    unsigned         first;
    edge_codec_rc_e  rc;

    start = out->pos;
    first = !encoder->progress->headed;

    if (first) {
        encoder->progress->headed = 1;
        edge_spill_put(&encoder->spill, encoder->magic, encoder->magic_size);
        edge_spill_put(&encoder->spill, encoder->digest,
                       EDGE_DICTIONARY_DIGEST);
    }

    if (!edge_spill_drain(&encoder->spill, out)) {
        return EDGE_CODEC_MORE;
    }

    rc = encoder->codec->step(encoder->inner, step, in, out);

    /* the frame may start elsewhere: then so does the header */

    if (rc == EDGE_CODEC_NO_MEMORY && first) {
        encoder->progress->headed = 0;
        out->pos = start;
    }

    return rc;
}


static void
edge_dc_reset(edge_encoder_t *encoder)
{
    encoder->codec->reset(encoder->inner);
}


static void
edge_dc_close(edge_encoder_t *encoder)
{
    encoder->codec->close(encoder->inner);
    free(encoder);
}


static size_t
edge_dcz_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    edge_params_t  inner;

    inner = edge_dcz_params(params);

    return edge_codec_zstd.estimate(&inner, size_max, whole);
}


static size_t
edge_dcb_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    edge_params_t  inner;

    inner = edge_dcb_params(params);

    return edge_codec_brotli.estimate(&inner, size_max, whole);
}


static size_t
edge_dc_estimate_stored(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    (void) params;
    (void) size_max;
    (void) whole;

    return 0;
}


static size_t
edge_dcz_bound(size_t size)
{
    return EDGE_DCZ_HEADER + edge_codec_zstd.bound(size);
}


static size_t
edge_dcz_bound_stored(size_t size)
{
    return EDGE_DCZ_HEADER + edge_codec_zstd_stored.bound(size);
}


static size_t
edge_dcb_bound(size_t size)
{
    return EDGE_DCB_HEADER + edge_codec_brotli.bound(size);
}


static size_t
edge_dcb_bound_stored(size_t size)
{
    return EDGE_DCB_HEADER + edge_codec_brotli_stored.bound(size);
}


const edge_codec_t  edge_codec_dcz = {
    "dcz",
    1,
    edge_dcz_create,
    edge_dc_open,
    edge_dc_step,
    edge_dc_reset,
    edge_dc_close,
    edge_dcz_estimate,
    edge_dcz_bound,
    edge_dc_resume,
    0
};


const edge_codec_t  edge_codec_dcb = {
    "dcb",
    0,
    edge_dcb_create,
    edge_dc_open,
    edge_dc_step,
    edge_dc_reset,
    edge_dc_close,
    edge_dcb_estimate,
    edge_dcb_bound,
    edge_dc_resume,
    0
};


const edge_codec_t  edge_codec_dcz_stored = {
    "dcz",
    1,
    edge_dcz_create_stored,
    edge_dc_open,
    edge_dc_step,
    edge_dc_reset,
    edge_dc_close,
    edge_dc_estimate_stored,
    edge_dcz_bound_stored,
    edge_dc_resume,
    0
};


const edge_codec_t  edge_codec_dcb_stored = {
    "dcb",
    0,
    edge_dcb_create_stored,
    edge_dc_open,
    edge_dc_step,
    edge_dc_reset,
    edge_dc_close,
    edge_dc_estimate_stored,
    edge_dcb_bound_stored,
    edge_dc_resume,
    0
};
