
#include <stdlib.h>
#include <string.h>

#include "edge_codec_dictionary.h"
#include "edge_dictionary.h"
#include "edge_spill.h"


/*
 * An encoder of another codec behind a header.  These bytes are not of the
 * account, as the stored codecs must do without it.
 */

typedef struct {
    const edge_codec_t  *codec;
    const char          *magic;
    size_t               magic_size;

    /* the parameters for the codec behind the header */
    edge_params_t      (*params)(const edge_params_t *params);
} edge_dc_form_t;


struct edge_encoder_s {
    const edge_dc_form_t  *form;
    edge_encoder_t        *inner;
    unsigned char          digest[EDGE_DICTIONARY_DIGEST];
    edge_progress_t       *progress;
    edge_progress_t        own;         /* of a body that nobody resumes */
    edge_spill_t           spill;
};


/* a skippable frame of the 32 bytes that follow (RFC 8878, 3.1.2) */

static const char  edge_dcz_magic[] = "\x5e\x2a\x4d\x18\x20\x00\x00\x00";
static const char  edge_dcb_magic[] = "\xff\x44\x43\x42";


/*
 * A frugal encoder of zstd goes without the dictionary, whose tables it would
 * have to match; one of Brotli must not, since words of Brotli's own are
 * numbered behind it.
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


static const edge_dc_form_t  edge_dcz = {
    &edge_codec_zstd, edge_dcz_magic, sizeof(edge_dcz_magic) - 1,
    edge_dcz_params
};

static const edge_dc_form_t  edge_dcz_stored = {
    &edge_codec_zstd_stored, edge_dcz_magic, sizeof(edge_dcz_magic) - 1,
    edge_dcz_params
};

static const edge_dc_form_t  edge_dcb = {
    &edge_codec_brotli, edge_dcb_magic, sizeof(edge_dcb_magic) - 1,
    edge_dcb_params
};

static const edge_dc_form_t  edge_dcb_stored = {
    &edge_codec_brotli_stored, edge_dcb_magic, sizeof(edge_dcb_magic) - 1,
    edge_dcb_params
};


static edge_encoder_t *
edge_dc_create(const edge_dc_form_t *form, edge_memory_t *memory,
    const edge_params_t *params, uint64_t size_max, unsigned whole)
{
    edge_params_t             inner;
    edge_encoder_t           *encoder;
    const edge_dictionary_t  *dictionary;

    encoder = calloc(1, sizeof(edge_encoder_t));
    if (encoder == NULL) {
        return NULL;
    }

    inner = form->params(params);

    encoder->form = form;
    encoder->inner = form->codec->create(memory, &inner, size_max, whole);

    if (encoder->inner == NULL) {
        free(encoder);
        return NULL;
    }

    dictionary = params->dictionary;
    memcpy(encoder->digest, dictionary->digest, EDGE_DICTIONARY_DIGEST);

    return encoder;
}


static edge_encoder_t *
edge_dcz_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    return edge_dc_create(&edge_dcz, memory, params, size_max, whole);
}


static edge_encoder_t *
edge_dcz_create_stored(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    return edge_dc_create(&edge_dcz_stored, memory, params, size_max, whole);
}


static edge_encoder_t *
edge_dcb_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    return edge_dc_create(&edge_dcb, memory, params, size_max, whole);
}


static edge_encoder_t *
edge_dcb_create_stored(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    return edge_dc_create(&edge_dcb_stored, memory, params, size_max, whole);
}


static edge_codec_rc_e
edge_dc_open(edge_encoder_t *encoder, uint64_t size)
{
    memset(&encoder->spill, 0, sizeof(edge_spill_t));
    memset(&encoder->own, 0, sizeof(edge_progress_t));
    encoder->progress = &encoder->own;

    return encoder->form->codec->open(encoder->inner, size);
}


static void
edge_dc_resume(edge_encoder_t *encoder, edge_progress_t *progress)
{
    encoder->progress = progress;

    if (encoder->form->codec->resume) {
        encoder->form->codec->resume(encoder->inner, progress);
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
        edge_spill_put(&encoder->spill, encoder->form->magic,
                       encoder->form->magic_size);
        edge_spill_put(&encoder->spill, encoder->digest,
                       EDGE_DICTIONARY_DIGEST);
    }

    if (!edge_spill_drain(&encoder->spill, out)) {
        return EDGE_CODEC_MORE;
    }

    rc = encoder->form->codec->step(encoder->inner, step, in, out);

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
    encoder->form->codec->reset(encoder->inner);
}


static void
edge_dc_close(edge_encoder_t *encoder)
{
    encoder->form->codec->close(encoder->inner);
    free(encoder);
}


static size_t
edge_dc_estimate(const edge_dc_form_t *form, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    edge_params_t  inner;

    inner = form->params(params);

    return form->codec->estimate(&inner, size_max, whole);
}


static size_t
edge_dcz_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    return edge_dc_estimate(&edge_dcz, params, size_max, whole);
}


static size_t
edge_dcz_estimate_stored(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    return edge_dc_estimate(&edge_dcz_stored, params, size_max, whole);
}


static size_t
edge_dcb_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    return edge_dc_estimate(&edge_dcb, params, size_max, whole);
}


static size_t
edge_dcb_estimate_stored(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    return edge_dc_estimate(&edge_dcb_stored, params, size_max, whole);
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
    edge_dcz_estimate_stored,
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
    edge_dcb_estimate_stored,
    edge_dcb_bound_stored,
    edge_dc_resume,
    0
};
