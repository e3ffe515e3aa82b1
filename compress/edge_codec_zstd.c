
#define ZSTD_STATIC_LINKING_ONLY    /* custom memory, estimates */

#include <limits.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "edge_codec_zstd.h"
#include "edge_memory.h"


struct edge_encoder_s {
    ZSTD_CCtx      *cctx;
    edge_memory_t  *memory;
    unsigned        whole;          /* one call a body, no inner buffers */
};


/* the encoder, the context and its tables are a block of the account each */
#define EDGE_CODEC_ZSTD_OVERHEAD                                             \
    (sizeof(edge_encoder_t) + 3 * EDGE_MEMORY_OVERHEAD)


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


/* the most frugal window that serves: the level's own, the cap, the body */

static int
edge_codec_zstd_window_log(const edge_params_t *params, uint64_t size_max)
{
    int                         window_log;
    ZSTD_compressionParameters  cparams;

    cparams = ZSTD_getCParams(params->level,
                              size_max == EDGE_SIZE_UNKNOWN
                              ? ZSTD_CONTENTSIZE_UNKNOWN : size_max, 0);
    window_log = (int) cparams.windowLog;

    if (params->long_distance && size_max == EDGE_SIZE_UNKNOWN) {
        window_log = EDGE_ZSTD_WINDOW_LOG_MAX;
    }

    if (params->window_log && window_log > (int) params->window_log) {
        window_log = (int) params->window_log;
    }

    return window_log;
}


typedef size_t (*edge_codec_zstd_set_pt)(void *target, ZSTD_cParameter name,
    int value);


static size_t
edge_codec_zstd_set_cctx(void *target, ZSTD_cParameter name, int value)
{
    return ZSTD_CCtx_setParameter(target, name, value);
}


static size_t
edge_codec_zstd_set_params(void *target, ZSTD_cParameter name, int value)
{
    return ZSTD_CCtxParams_setParameter(target, name, value);
}


/* the same parameters onto a context and onto what estimates it: 0 or -1 */

static int
edge_codec_zstd_configure(edge_codec_zstd_set_pt set, void *target,
    const edge_params_t *params, uint64_t size_max)
{
    int  window_log;

    window_log = edge_codec_zstd_window_log(params, size_max);

    if (ZSTD_isError(set(target, ZSTD_c_compressionLevel, params->level))
        || ZSTD_isError(set(target, ZSTD_c_windowLog, window_log)))
    {
        return -1;
    }

    /* a hint, not a pledge: a frame may end early when its reader stalls */

    if (size_max <= INT_MAX
        && ZSTD_isError(set(target, ZSTD_c_srcSizeHint, (int) size_max)))
    {
        return -1;
    }

    if (params->long_distance
        && ZSTD_isError(set(target, ZSTD_c_enableLongDistanceMatching, 1)))
    {
        return -1;
    }

#if (ZSTD_VERSION_NUMBER >= 10506)

    if (params->target_block
        && ZSTD_isError(set(target, ZSTD_c_targetCBlockSize,
                            (int) params->target_block)))
    {
        return -1;
    }

#endif

    return 0;
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
    encoder->cctx = ZSTD_createCCtx_advanced(custom);

    if (encoder->cctx == NULL) {
        edge_memory_free(memory, encoder);
        return NULL;
    }

    encoder->whole = whole;

    if (edge_codec_zstd_configure(edge_codec_zstd_set_cctx, encoder->cctx,
                                  params, size_max)
        != 0
        || edge_codec_zstd_set_whole(encoder) != 0
        || ZSTD_isError(ZSTD_CCtx_refCDict(encoder->cctx,
                                           params->dictionary)))
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

    left = ZSTD_compressStream2(encoder->cctx, &output, &input,
                                directives[step]);

    in->pos = input.pos;
    out->pos = output.pos;

    if (ZSTD_isError(left)) {
        return edge_codec_zstd_error(left);
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
    edge_memory_free(encoder->memory, encoder);
}


/*
 * The estimators assume the largest body, and divide by what long distance
 * matching leaves to be filled in later, unless every table is given: filled
 * in here as the library does, since 1.5.7 by the strategy.
 */

static void
edge_codec_zstd_fill_in(ZSTD_CCtx_params *cctx_params,
    const ZSTD_compressionParameters *cparams, unsigned long_distance)
{
    size_t     i;
    const int  st = ZSTD_versionNumber() < 10507 ? 0 : (int) cparams->strategy;
    const int  hash_log = (int) cparams->windowLog - (7 - st / 3);

    const struct {
        ZSTD_cParameter  name;
        int              value;
    } tables[] = {
        { ZSTD_c_hashLog, cparams->hashLog },
        { ZSTD_c_chainLog, cparams->chainLog },
        { ZSTD_c_strategy, cparams->strategy },
        { ZSTD_c_ldmHashLog, hash_log < 6 ? 6 : hash_log },
        { ZSTD_c_ldmMinMatch, st >= ZSTD_btultra ? 32 : 64 },
        { ZSTD_c_ldmBucketSizeLog, st < 3 ? 3 : st > 8 ? 8 : st }
    };

    for (i = 0; i < (long_distance ? 6 : 3); i++) {
        (void) ZSTD_CCtxParams_setParameter(cctx_params, tables[i].name,
                                            tables[i].value);
    }
}


static size_t
edge_codec_zstd_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    size_t                      size;
    ZSTD_CCtx_params           *cctx_params;
    ZSTD_compressionParameters  cparams;

    cctx_params = ZSTD_createCCtxParams();
    if (cctx_params == NULL) {
        return 0;
    }

    cparams = ZSTD_getCParams(params->level,
                              size_max == EDGE_SIZE_UNKNOWN
                              ? ZSTD_CONTENTSIZE_UNKNOWN : size_max, 0);
    cparams.windowLog = edge_codec_zstd_window_log(params, size_max);
    cparams = ZSTD_adjustCParams(cparams,
                                 size_max == EDGE_SIZE_UNKNOWN ? 0 : size_max,
                                 0);

    (void) edge_codec_zstd_configure(edge_codec_zstd_set_params, cctx_params,
                                     params, size_max);
    edge_codec_zstd_fill_in(cctx_params, &cparams, params->long_distance);

    size = whole ? ZSTD_estimateCCtxSize_usingCCtxParams(cctx_params)
                 : ZSTD_estimateCStreamSize_usingCCtxParams(cctx_params);

    (void) ZSTD_freeCCtxParams(cctx_params);

    return ZSTD_isError(size) ? 0 : size + EDGE_CODEC_ZSTD_OVERHEAD;
}


static size_t
edge_codec_zstd_bound(size_t size)
{
    return ZSTD_compressBound(size);
}


void *
edge_zstd_dictionary_create(const void *data, size_t size,
    const edge_params_t *params)
{
    ZSTD_customMem              memory = { 0 };
    ZSTD_compressionParameters  cparams;

    cparams = ZSTD_getCParams(params->level, ZSTD_CONTENTSIZE_UNKNOWN, size);

    if (params->window_log && cparams.windowLog > params->window_log) {
        cparams.windowLog = params->window_log;
    }

    return ZSTD_createCDict_advanced(data, size, ZSTD_dlm_byCopy,
                                     ZSTD_dct_auto, cparams, memory);
}


void
edge_zstd_dictionary_free(void *dictionary)
{
    (void) ZSTD_freeCDict(dictionary);
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
    NULL
};
