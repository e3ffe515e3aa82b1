
#ifndef EDGE_CODEC_ZSTD_PARTS_H
#define EDGE_CODEC_ZSTD_PARTS_H


#include "edge_codec_zstd_dictionary.h"


/*
 * What the files of this codec share, and nobody else: edge_codec_zstd.c
 * runs encoders, edge_codec_zstd_size.c says what they are made of and how
 * large that is, edge_codec_zstd_search.c finds repetitions in the place of
 * the library, edge_codec_zstd_dictionary.c prepares dictionaries.
 */


/* no less than the struct of an encoder */
#define EDGE_CODEC_ZSTD_STRUCT  (4 * sizeof(void *))


/* attempts of the one that looks at a body once: at the library's default */
#define EDGE_ZSTD_SEARCH_FAST   ((unsigned) -1)


typedef struct edge_zstd_search_s  edge_zstd_search_t;


/* The tables of the dictionary that is referred to, or NULL. */
const edge_zstd_tables_t *edge_codec_zstd_tables(const edge_params_t *params);

/* Sets a parameter of the library, a ZSTD_cParameter, on its target. */
typedef size_t (*edge_codec_zstd_set_pt)(void *target, int name, int value);

/* The same parameters onto a context and onto what estimates it: 0 or -1. */
int edge_codec_zstd_configure(edge_codec_zstd_set_pt set, void *target,
    const edge_params_t *params, uint64_t size_max, unsigned whole);

/*
 * How often a search of ours tries, EDGE_ZSTD_SEARCH_FAST, or 0: the library
 * searches.
 */
unsigned edge_codec_zstd_attempts(const edge_params_t *params,
    uint64_t size_max, unsigned whole);

/* The same of bodies that are whole, in such a window. */
unsigned edge_zstd_search_attempts(const edge_params_t *params,
    uint64_t size_max, int window_log);

/*
 * The library's own search of bodies of up to size_max bytes beside so many
 * attempts; NULL: the level's.
 */
const edge_search_t *edge_zstd_search_of_library(const edge_params_t *params,
    unsigned attempts, uint64_t size_max);

/* A search in bodies of up to size_max bytes, one block of memory; or NULL. */
edge_zstd_search_t *edge_zstd_search_create(edge_memory_t *memory,
    unsigned attempts, uint64_t size_max);

/* The bytes that it takes. */
size_t edge_zstd_search_estimate(unsigned attempts, uint64_t size_max);

/* Whether it is for such a body: the fast one leaves the library some. */
unsigned edge_zstd_search_takes(const edge_zstd_search_t *search,
    size_t size);

/*
 * A frame of the whole input, which is not empty: its size, or an error of
 * the library's.  Moves nothing.
 */
size_t edge_zstd_search_code(edge_zstd_search_t *search,
    struct ZSTD_CCtx_s *cctx, const edge_in_t *in, const edge_out_t *out);

/* As in edge_codec_t. */
size_t edge_codec_zstd_estimate(const edge_params_t *params,
    uint64_t size_max, unsigned whole);


#endif /* EDGE_CODEC_ZSTD_PARTS_H */
