
#define ZSTD_STATIC_LINKING_ONLY    /* estimates */

#include <limits.h>

#include <zstd.h>

#include "edge_codec_zstd.h"
#include "edge_codec_zstd_parts.h"
#include "edge_memory.h"


/* an encoder's own struct, the context and its tables are a block each */
#define EDGE_CODEC_ZSTD_OVERHEAD                                             \
    (EDGE_CODEC_ZSTD_STRUCT + 3 * EDGE_MEMORY_OVERHEAD)


const edge_zstd_tables_t *
edge_codec_zstd_tables(const edge_params_t *params)
{
    return params->dictionary
           ? edge_zstd_dictionary_tables(params->dictionary) : NULL;
}


/*
 * A dictionary is there until the body is larger than the window: then one
 * for the body, or for what is as long as the dictionary.
 */

static int
edge_codec_zstd_window_reach(const edge_params_t *params, uint64_t size_max)
{
    int                        log;
    const edge_zstd_tables_t  *tables;

    tables = edge_codec_zstd_tables(params);

    if (tables == NULL || !tables->raw) {
        return 0;
    }

    if (size_max == EDGE_SIZE_UNKNOWN) {
        return tables->window_log;
    }

    for (log = 0; (uint64_t) 1 << log < size_max; log++) { /* void */ }

    return log;
}


static ZSTD_compressionParameters
edge_codec_zstd_level(const edge_params_t *params, uint64_t size_max)
{
    return ZSTD_getCParams(params->level,
                           size_max == EDGE_SIZE_UNKNOWN
                           ? ZSTD_CONTENTSIZE_UNKNOWN : size_max, 0);
}


/* the most frugal window that serves: the level's own, the cap, the body */

static int
edge_codec_zstd_window_log(const edge_params_t *params, uint64_t size_max)
{
    int                         window_log, reach;
    ZSTD_compressionParameters  cparams;

    cparams = edge_codec_zstd_level(params, size_max);
    window_log = (int) cparams.windowLog;

    if (params->long_distance && size_max == EDGE_SIZE_UNKNOWN) {
        window_log = EDGE_ZSTD_WINDOW_LOG_MAX;
    }

    reach = edge_codec_zstd_window_reach(params, size_max);

    if (window_log < reach) {
        window_log = reach;
    }

    if (params->window_log && window_log > (int) params->window_log) {
        window_log = (int) params->window_log;
    }

    return window_log;
}


static size_t
edge_codec_zstd_set_params(void *target, int name, int value)
{
    return ZSTD_CCtxParams_setParameter(target, (ZSTD_cParameter) name, value);
}


unsigned
edge_codec_zstd_attempts(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    return whole
           ? edge_zstd_search_attempts(params, size_max,
                              edge_codec_zstd_window_log(params, size_max))
           : 0;
}


static int
edge_codec_zstd_set_search(edge_codec_zstd_set_pt set, void *target,
    const edge_search_t *search)
{
    size_t  i;

    const struct {
        ZSTD_cParameter  name;
        unsigned         value;
    } fields[] = {
        { ZSTD_c_strategy, search->strategy },
        { ZSTD_c_hashLog, search->hash_log },
        { ZSTD_c_chainLog, search->chain_log },
        { ZSTD_c_searchLog, search->search_log },
        { ZSTD_c_minMatch, search->min_match },
        { ZSTD_c_useRowMatchFinder,
          search->chain_log ? ZSTD_ps_disable : ZSTD_ps_enable }
    };

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (ZSTD_isError(set(target, fields[i].name, (int) fields[i].value))) {
            return -1;
        }
    }

    return 0;
}


/* how it takes what ours has found, where repeated offsets may be named */

static int
edge_codec_zstd_set_sequences(edge_codec_zstd_set_pt set, void *target,
    unsigned attempts)
{
    if (attempts == 0) {
        return 0;
    }

    if (ZSTD_isError(set(target, ZSTD_c_blockDelimiters,
                         ZSTD_sf_explicitBlockDelimiters)))
    {
        return -1;
    }

#ifdef ZSTD_c_searchForExternalRepcodes

    if (ZSTD_isError(set(target, ZSTD_c_searchForExternalRepcodes,
                         attempts == EDGE_ZSTD_SEARCH_FAST
                         ? ZSTD_ps_disable : ZSTD_ps_enable)))
    {
        return -1;
    }

#endif

    return 0;
}


/*
 * At the library's default level smaller tables find as much, and leave room
 * in the caches of a core: up to 9 % less time for 0.1 % more bytes.
 */

static const struct {
    uint64_t  size_max;
    unsigned  hash_log;
    unsigned  chain_log;
} edge_codec_zstd_default[] = {
    { 64 * 1024, ZSTD_HASHLOG_MAX, ZSTD_CHAINLOG_MAX },
    { 128 * 1024, 15, 15 },
    { 512 * 1024, 16, 15 },
    { EDGE_SIZE_UNKNOWN, ZSTD_HASHLOG_MAX, 15 }
};


static void
edge_codec_zstd_cap_tables(const edge_params_t *params, uint64_t size_max,
    ZSTD_compressionParameters *cparams)
{
    unsigned  i;

    if (params->level != ZSTD_CLEVEL_DEFAULT || params->dictionary
        || params->search)
    {
        return;
    }

    for (i = 0; size_max > edge_codec_zstd_default[i].size_max; i++) {
        /* void */
    }

    if (cparams->hashLog > edge_codec_zstd_default[i].hash_log) {
        cparams->hashLog = edge_codec_zstd_default[i].hash_log;
    }

    if (cparams->chainLog > edge_codec_zstd_default[i].chain_log) {
        cparams->chainLog = edge_codec_zstd_default[i].chain_log;
    }
}


static int
edge_codec_zstd_set_tables(edge_codec_zstd_set_pt set, void *target,
    const edge_params_t *params, uint64_t size_max)
{
    ZSTD_compressionParameters  own, capped;

    own = edge_codec_zstd_level(params, size_max);
    capped = own;
    edge_codec_zstd_cap_tables(params, size_max, &capped);

    if (capped.hashLog != own.hashLog
        && ZSTD_isError(set(target, ZSTD_c_hashLog, (int) capped.hashLog)))
    {
        return -1;
    }

    if (capped.chainLog != own.chainLog
        && ZSTD_isError(set(target, ZSTD_c_chainLog, (int) capped.chainLog)))
    {
        return -1;
    }

    return 0;
}


int
edge_codec_zstd_configure(edge_codec_zstd_set_pt set, void *target,
    const edge_params_t *params, uint64_t size_max, unsigned whole)
{
    int                   window_log;
    unsigned              attempts;
    const edge_search_t  *search;

    window_log = edge_codec_zstd_window_log(params, size_max);
    attempts = edge_codec_zstd_attempts(params, size_max, whole);

    search = edge_zstd_search_of_library(params, attempts, size_max);

    if ((search ? edge_codec_zstd_set_search(set, target, search)
                : edge_codec_zstd_set_tables(set, target, params, size_max))
        != 0)
    {
        return -1;
    }

    if (edge_codec_zstd_set_sequences(set, target, attempts) != 0
        || ZSTD_isError(set(target, ZSTD_c_compressionLevel, params->level))
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


size_t
edge_codec_zstd_estimate(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    size_t                      size;
    unsigned                    attempts;
    ZSTD_CCtx_params           *cctx_params;
    const edge_search_t        *search;
    const edge_zstd_tables_t   *tables;
    ZSTD_compressionParameters  cparams;

    cctx_params = ZSTD_createCCtxParams();
    if (cctx_params == NULL) {
        return 0;
    }

    cparams = edge_codec_zstd_level(params, size_max);
    cparams.windowLog = edge_codec_zstd_window_log(params, size_max);
    attempts = edge_codec_zstd_attempts(params, size_max, whole);
    search = edge_zstd_search_of_library(params, attempts, size_max);

    if (search) {
        cparams.strategy = (ZSTD_strategy) search->strategy;
        cparams.hashLog = search->hash_log;
        cparams.chainLog = search->chain_log ? search->chain_log
                                             : cparams.chainLog;
    }

    edge_codec_zstd_cap_tables(params, size_max, &cparams);

    size = (size_max == EDGE_SIZE_UNKNOWN) ? 0 : size_max;
    tables = edge_codec_zstd_tables(params);

    if (tables && tables->raw) {
        cparams.hashLog = tables->hash_log;
        cparams.chainLog = tables->chain_log;
        cparams.strategy = (ZSTD_strategy) tables->strategy;

        /* they are made smaller for no body but one that is pledged */

        size = whole ? size : 0;
    }

    cparams = ZSTD_adjustCParams(cparams, size, 0);

    (void) edge_codec_zstd_configure(edge_codec_zstd_set_params, cctx_params,
                                     params, size_max, whole);
    edge_codec_zstd_fill_in(cctx_params, &cparams, params->long_distance);

    size = whole ? ZSTD_estimateCCtxSize_usingCCtxParams(cctx_params)
                 : ZSTD_estimateCStreamSize_usingCCtxParams(cctx_params);

    (void) ZSTD_freeCCtxParams(cctx_params);

    if (ZSTD_isError(size)) {
        return 0;
    }

    if (attempts) {
        size += edge_zstd_search_estimate(attempts, size_max);
    }

    return size + EDGE_CODEC_ZSTD_OVERHEAD;
}
