
#ifndef EDGE_LEVEL_H
#define EDGE_LEVEL_H


#include "edge_accept_encoding.h"
#include "edge_codec.h"


/*
 * The levels of "auto": what is worth its time for a body of a given size,
 * as "bench/run levels" measures it.
 */

typedef struct {
    uint64_t        size_max;           /* EDGE_SIZE_UNKNOWN: any size */
    signed char     zstd;
    signed char     brotli;
    signed char     gzip;
    edge_search_t   search;             /* of zstd, at that level */
} edge_level_t;


#define EDGE_LEVELS  7

/* by size, ascending; the last is for larger and for unknown ones */
extern const edge_level_t  edge_levels[EDGE_LEVELS];


/* The index of the levels for size bytes (EDGE_SIZE_UNKNOWN: the last). */
unsigned edge_level_find(uint64_t size);

/* The level of one of the three codings. */
int edge_level_of(const edge_level_t *levels, edge_coding_e coding);


#endif /* EDGE_LEVEL_H */
