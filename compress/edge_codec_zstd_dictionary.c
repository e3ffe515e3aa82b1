
#define ZSTD_STATIC_LINKING_ONLY    /* dictionaries by reference */

#include <stdlib.h>

#include <zstd.h>

#include "edge_codec_zstd_dictionary.h"


/* the library's own tables remember the last 128 K or so of positions */
#define EDGE_ZSTD_HASH_LOG_MAX  23


struct edge_zstd_dictionary_s {
    ZSTD_CDict          *cdict;
    edge_zstd_tables_t   tables;
};


/* the least n so that size <= 2^n */

static int
edge_zstd_dictionary_log(size_t size)
{
    int  log;

    for (log = 10; (size_t) 1 << log < size; log++) { /* void */ }

    return log;
}


/*
 * Tables that know all of a dictionary, where the library's would know the
 * last part of one over 128 KB: the next release of a file is like it from
 * beginning to end.
 */

static void
edge_zstd_dictionary_widen(ZSTD_compressionParameters *cparams, size_t size)
{
    int  log;

    log = edge_zstd_dictionary_log(size);
    log -= (log <= 20) ? 1 : 2;

    if (log > EDGE_ZSTD_HASH_LOG_MAX) {
        log = EDGE_ZSTD_HASH_LOG_MAX;
    }

    if ((int) cparams->hashLog < log) {
        cparams->hashLog = log;
    }

    if ((int) cparams->chainLog < log - 1) {
        cparams->chainLog = log - 1;
    }
}


static edge_zstd_dictionary_t *
edge_zstd_dictionary_make(const void *data, size_t size,
    const ZSTD_compressionParameters *cparams, unsigned raw)
{
    ZSTD_customMem           memory = { 0 };
    edge_zstd_dictionary_t  *dictionary;

    dictionary = calloc(1, sizeof(edge_zstd_dictionary_t));
    if (dictionary == NULL) {
        return NULL;
    }

    dictionary->cdict = ZSTD_createCDict_advanced(data, size,
                                   raw ? ZSTD_dlm_byRef : ZSTD_dlm_byCopy,
                                   raw ? ZSTD_dct_rawContent : ZSTD_dct_auto,
                                   *cparams, memory);

    if (dictionary->cdict == NULL) {
        free(dictionary);
        return NULL;
    }

    dictionary->tables.prepared = dictionary->cdict;
    dictionary->tables.raw = raw;
    dictionary->tables.window_log = edge_zstd_dictionary_log(size);
    dictionary->tables.hash_log = (int) cparams->hashLog;
    dictionary->tables.chain_log = (int) cparams->chainLog;
    dictionary->tables.strategy = (int) cparams->strategy;

    return dictionary;
}


edge_zstd_dictionary_t *
edge_zstd_dictionary_create(const void *data, size_t size,
    const edge_params_t *params)
{
    ZSTD_compressionParameters  cparams;

    cparams = ZSTD_getCParams(params->level, ZSTD_CONTENTSIZE_UNKNOWN, size);

    if (params->window_log && cparams.windowLog > params->window_log) {
        cparams.windowLog = params->window_log;
    }

    return edge_zstd_dictionary_make(data, size, &cparams, 0);
}


edge_zstd_dictionary_t *
edge_zstd_dictionary_create_raw(const void *data, size_t size,
    const edge_params_t *params)
{
    ZSTD_compressionParameters  cparams;

    cparams = ZSTD_getCParams(params->level, ZSTD_CONTENTSIZE_UNKNOWN, size);
    edge_zstd_dictionary_widen(&cparams, size);

    return edge_zstd_dictionary_make(data, size, &cparams, 1);
}


void
edge_zstd_dictionary_free(edge_zstd_dictionary_t *dictionary)
{
    if (dictionary) {
        (void) ZSTD_freeCDict(dictionary->cdict);
        free(dictionary);
    }
}


const edge_zstd_tables_t *
edge_zstd_dictionary_tables(const edge_zstd_dictionary_t *dictionary)
{
    return &dictionary->tables;
}


size_t
edge_zstd_dictionary_size(const edge_zstd_dictionary_t *dictionary)
{
    return sizeof(edge_zstd_dictionary_t)
           + ZSTD_sizeof_CDict(dictionary->cdict);
}
