
#ifndef EDGE_CODEC_BROTLI_H
#define EDGE_CODEC_BROTLI_H


#include "edge_codec.h"


#define EDGE_BROTLI_LEVEL_MIN       0
#define EDGE_BROTLI_LEVEL_MAX       11

/* RFC 7932, 9.1 */
#define EDGE_BROTLI_WINDOW_LOG_MIN  10
#define EDGE_BROTLI_WINDOW_LOG_MAX  24


/*
 * The logarithm of the window for bodies of up to size_max bytes: the same
 * for all that write one body, whether they code or store.
 */
unsigned edge_brotli_window_log(const edge_params_t *params,
    uint64_t size_max);

/* Bytes that the library takes while it codes such a body. */
size_t edge_brotli_reserve(const edge_params_t *params, uint64_t size_max);

/* Dictionaries for edge_params_t.dictionary: libbrotlienc 1.1 and later. */

typedef struct edge_brotli_dictionary_s  edge_brotli_dictionary_t;

/* 1: there; 0: the library lacks them, and none can be created. */
unsigned edge_brotli_has_dictionaries(void);

/*
 * Prepares size bytes of data, raw, which must outlive it.  Encoders refer
 * to it at next to no cost.  NULL: no memory.
 */
edge_brotli_dictionary_t *edge_brotli_dictionary_create(const void *data,
    size_t size, int level);

/* Once no encoder refers to it; NULL is allowed. */
void edge_brotli_dictionary_free(edge_brotli_dictionary_t *dictionary);

/* Has an encoder of the library refer to it.  1, or 0: it refused. */
int edge_brotli_dictionary_attach(const edge_brotli_dictionary_t *dictionary,
    void *state);

/* Bytes of memory that it takes, without the data. */
size_t edge_brotli_dictionary_size(
    const edge_brotli_dictionary_t *dictionary);


#endif /* EDGE_CODEC_BROTLI_H */
