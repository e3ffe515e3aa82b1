
#include "edge_level.h"


#define EDGE_GREEDY  3        /* ZSTD_greedy */
#define EDGE_LAZY    4        /* ZSTD_lazy */


/*
 * "bench/run levels" measures it.  The levels of libzstd search twice for each
 * match from 6 on; to search once, but for longer and in tables that stay in
 * the caches, makes less of the same body in less time.  Up to 128 KB chains
 * do better than rows, from 32 KB on without looking for a better match at the
 * next byte.  Up to 64 KB this is for bodies that come in parts: those that
 * are there as a whole are searched by edge_match_finder.c, so many tries for
 * each match.
 */

const edge_level_t  edge_levels[EDGE_LEVELS] = {
    /*    up to       zstd br gzip            hash chain search match tries */
    {          4 * 1024, 6, 5, 6, { EDGE_LAZY,   13, 14, 4, 4, 64 } },
    {         16 * 1024, 6, 5, 6, { EDGE_LAZY,   15, 14, 6, 4, 64 } },
    {         32 * 1024, 6, 5, 6, { EDGE_LAZY,   16, 15, 5, 5, 44 } },
    {         64 * 1024, 6, 5, 6, { EDGE_GREEDY, 16, 15, 6, 4, 22 } },
    {        128 * 1024, 6, 5, 6, { EDGE_GREEDY, 16, 15, 6, 5,  0 } },
    {        512 * 1024, 6, 5, 6, { EDGE_GREEDY, 17,  0, 6, 5,  0 } },
    { EDGE_SIZE_UNKNOWN, 6, 5, 6, { EDGE_LAZY,   17,  0, 3, 6,  0 } }
};


unsigned
edge_level_find(uint64_t size)
{
    unsigned  i;

    for (i = 0; i < EDGE_LEVELS - 1; i++) {
        if (size <= edge_levels[i].size_max) {
            break;
        }
    }

    return i;
}


int
edge_level_of(const edge_level_t *levels, edge_coding_e coding)
{
    switch (coding) {

    case EDGE_CODING_BR:
        return levels->brotli;

    case EDGE_CODING_GZIP:
        return levels->gzip;

    default:
        return levels->zstd;
    }
}
