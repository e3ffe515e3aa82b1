
#define ZSTD_STATIC_LINKING_ONLY    /* custom memory */

#include <zstd.h>
#include <zstd_errors.h>

#include "edge_codec_zstd.h"
#include "edge_codec_zstd_parts.h"
#include "edge_memory.h"


struct edge_encoder_s {
    ZSTD_CCtx           *cctx;
    edge_memory_t       *memory;
    edge_zstd_search_t  *search;    /* ours, or NULL: the library's */
    unsigned             whole;     /* one call a body, no inner buffers */
};


static edge_codec_rc_e
edge_codec_zstd_error(size_t rc)
{
    return (ZSTD_getErrorCode(rc) == ZSTD_error_memory_allocation)
           ? EDGE_CODEC_NO_MEMORY : EDGE_CODEC_ERROR;
}


static void *
edge_codec_zstd_alloc(void *memory, size_t size)
{
    return edge_memory_alloc(memory, size);
}


static void
edge_codec_zstd_free(void *memory, void *data)
{
    edge_memory_free(memory, data);
}


static size_t
edge_codec_zstd_set_cctx(void *target, int name, int value)
{
    return ZSTD_CCtx_setParameter(target, (ZSTD_cParameter) name, value);
}


/* a whole body needs no copy of its input and output in the context */

static int
edge_codec_zstd_set_whole(edge_encoder_t *encoder)
{
    if (!encoder->whole) {
        return 0;
    }

    if (ZSTD_isError(ZSTD_CCtx_setParameter(encoder->cctx,
                                            ZSTD_c_stableInBuffer, 1))
        || ZSTD_isError(ZSTD_CCtx_setParameter(encoder->cctx,
                                               ZSTD_c_stableOutBuffer, 1)))
    {
        return -1;
    }

    return 0;
}


/* raw ones are never copied into the context: that costs what they are large */

static int
edge_codec_zstd_set_dictionary(ZSTD_CCtx *cctx, const edge_params_t *params)
{
    const edge_zstd_tables_t  *tables;

    tables = edge_codec_zstd_tables(params);

    if (tables == NULL) {
        return 0;
    }

    if (ZSTD_isError(ZSTD_CCtx_refCDict(cctx, tables->prepared))) {
        return -1;
    }

    if (tables->raw
        && ZSTD_isError(ZSTD_CCtx_setParameter(cctx, ZSTD_c_forceAttachDict,
                                               ZSTD_dictForceAttach)))
    {
        return -1;
    }

    return 0;
}


static int
edge_codec_zstd_add_search(edge_encoder_t *encoder,
    const edge_params_t *params, uint64_t size_max)
{
    unsigned  attempts;

    attempts = edge_codec_zstd_attempts(params, size_max, encoder->whole);

    if (attempts == 0) {
        return 0;
    }

    encoder->search = edge_zstd_search_create(encoder->memory, attempts,
                                              size_max);

    return encoder->search ? 0 : -1;
}


static edge_encoder_t *
edge_codec_zstd_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    ZSTD_customMem   custom = { edge_codec_zstd_alloc, edge_codec_zstd_free,
                                memory };
    edge_encoder_t  *encoder;

    encoder = edge_memory_alloc(memory, sizeof(edge_encoder_t));
    if (encoder == NULL) {
        return NULL;
    }

    encoder->memory = memory;
    encoder->search = NULL;
    encoder->cctx = ZSTD_createCCtx_advanced(custom);

    if (encoder->cctx == NULL) {
        edge_memory_free(memory, encoder);
        return NULL;
    }

    encoder->whole = whole;

    if (edge_codec_zstd_configure(edge_codec_zstd_set_cctx, encoder->cctx,
                                  params, size_max, whole)
        != 0
        || edge_codec_zstd_add_search(encoder, params, size_max) != 0
        || edge_codec_zstd_set_whole(encoder) != 0
        || edge_codec_zstd_set_dictionary(encoder->cctx, params) != 0)
    {
        edge_codec_zstd.close(encoder);
        return NULL;
    }

    return encoder;
}


static edge_codec_rc_e
edge_codec_zstd_open(edge_encoder_t *encoder, uint64_t size)
{
    size_t          rc;
    ZSTD_inBuffer   input = { NULL, 0, 0 };
    ZSTD_outBuffer  output = { NULL, 0, 0 };

    (void) ZSTD_CCtx_reset(encoder->cctx, ZSTD_reset_session_only);

    rc = ZSTD_CCtx_setPledgedSrcSize(encoder->cctx,
                                     size == EDGE_SIZE_UNKNOWN
                                     ? ZSTD_CONTENTSIZE_UNKNOWN : size);

    /* a first call without input makes the library take its memory now */

    if (!ZSTD_isError(rc) && !encoder->whole) {
        rc = ZSTD_compressStream2(encoder->cctx, &output, &input,
                                  ZSTD_e_continue);
    }

    return ZSTD_isError(rc) ? edge_codec_zstd_error(rc) : EDGE_CODEC_DONE;
}


/* a whole body that has no room is no failure: it is seen when out is full */

static edge_codec_rc_e
edge_codec_zstd_failed(const edge_encoder_t *encoder, size_t rc,
    edge_out_t *out)
{
    if (encoder->whole && ZSTD_getErrorCode(rc) == ZSTD_error_dstSize_tooSmall)
    {
        out->pos = out->size;
        return EDGE_CODEC_MORE;
    }

    return edge_codec_zstd_error(rc);
}


static edge_codec_rc_e
edge_codec_zstd_step_search(edge_encoder_t *encoder, edge_in_t *in,
    edge_out_t *out)
{
    size_t  coded;

    coded = edge_zstd_search_code(encoder->search, encoder->cctx, in, out);

    if (ZSTD_isError(coded)) {
        return edge_codec_zstd_failed(encoder, coded, out);
    }

    in->pos = in->size;
    out->pos += coded;

    return EDGE_CODEC_DONE;
}


static edge_codec_rc_e
edge_codec_zstd_step(edge_encoder_t *encoder, edge_step_e step,
    edge_in_t *in, edge_out_t *out)
{
    size_t          left;
    ZSTD_inBuffer   input = { in->data, in->size, in->pos };
    ZSTD_outBuffer  output = { out->data, out->size, out->pos };

    static const ZSTD_EndDirective  directives[] = {
        ZSTD_e_continue,
        ZSTD_e_flush,
        ZSTD_e_end,
        ZSTD_e_end
    };

    if (encoder->search
        && edge_zstd_search_takes(encoder->search, in->size - in->pos))
    {
        return edge_codec_zstd_step_search(encoder, in, out);
    }

    left = ZSTD_compressStream2(encoder->cctx, &output, &input,
                                directives[step]);

    in->pos = input.pos;
    out->pos = output.pos;

    if (ZSTD_isError(left)) {
        return edge_codec_zstd_failed(encoder, left, out);
    }

    if (in->pos < in->size) {
        return EDGE_CODEC_MORE;
    }

    /* after a feed what is left is the library's to keep, unless out is full */

    if (step == EDGE_STEP_FEED) {
        return (left && out->pos == out->size) ? EDGE_CODEC_MORE
                                               : EDGE_CODEC_DONE;
    }

    return left ? EDGE_CODEC_MORE : EDGE_CODEC_DONE;
}


static void
edge_codec_zstd_reset(edge_encoder_t *encoder)
{
    (void) ZSTD_CCtx_reset(encoder->cctx, ZSTD_reset_session_only);
}


static void
edge_codec_zstd_close(edge_encoder_t *encoder)
{
    (void) ZSTD_freeCCtx(encoder->cctx);
    edge_memory_free(encoder->memory, encoder->search);
    edge_memory_free(encoder->memory, encoder);
}


static size_t
edge_codec_zstd_bound(size_t size)
{
    return ZSTD_compressBound(size);
}


edge_zstd_limits_t
edge_zstd_limits(void)
{
    edge_zstd_limits_t  limits = { ZSTD_minCLevel(), ZSTD_maxCLevel(), 0 };

    /* what one of the two does not know is not there */

    limits.version = ZSTD_versionNumber();

    if (limits.version > ZSTD_VERSION_NUMBER) {
        limits.version = ZSTD_VERSION_NUMBER;
    }

    return limits;
}


const edge_codec_t  edge_codec_zstd = {
    "zstd",
    1,
    edge_codec_zstd_create,
    edge_codec_zstd_open,
    edge_codec_zstd_step,
    edge_codec_zstd_reset,
    edge_codec_zstd_close,
    edge_codec_zstd_estimate,
    edge_codec_zstd_bound,
    NULL,
    1
};
