
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


#endif /* EDGE_CODEC_BROTLI_H */
