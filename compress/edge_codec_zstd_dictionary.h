
#ifndef EDGE_CODEC_ZSTD_DICTIONARY_H
#define EDGE_CODEC_ZSTD_DICTIONARY_H


#include "edge_codec.h"


/* a dictionary prepared for edge_params_t.dictionary of edge_codec_zstd */

typedef struct edge_zstd_dictionary_s  edge_zstd_dictionary_t;


/* what encoders have to know of one that they refer to */

typedef struct {
    const void  *prepared;          /* the library's own object */
    unsigned     raw;               /* referred to, whatever the body's size */
    int          window_log;        /* raw: of a body as large as it is */
    int          hash_log;          /* raw: its tables */
    int          chain_log;
    int          strategy;
} edge_zstd_tables_t;


/*
 * For Content-Encoding zstd, between ends that know each other: trained or
 * raw, as its first bytes say.  size bytes of data are copied.  NULL: no
 * memory, or it is damaged.
 */
edge_zstd_dictionary_t *edge_zstd_dictionary_create(const void *data,
    size_t size, const edge_params_t *params);

/*
 * For dcz (RFC 9842, 5): raw, whatever its first bytes are.  The data is not
 * copied and must outlive it.  Made once, at a cost that grows with size,
 * and then referred to at next to none: its tables are neither copied nor
 * written, so that processes share them.  NULL: no memory.
 */
edge_zstd_dictionary_t *edge_zstd_dictionary_create_raw(const void *data,
    size_t size, const edge_params_t *params);

/* Once no encoder refers to it; NULL is allowed. */
void edge_zstd_dictionary_free(edge_zstd_dictionary_t *dictionary);

const edge_zstd_tables_t *edge_zstd_dictionary_tables(
    const edge_zstd_dictionary_t *dictionary);

/* Bytes of memory that it takes, without the data. */
size_t edge_zstd_dictionary_size(const edge_zstd_dictionary_t *dictionary);


#endif /* EDGE_CODEC_ZSTD_DICTIONARY_H */
