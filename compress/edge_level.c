
#include "edge_level.h"


/*
 * Measured with libzstd 1.5.4: the level of zstd is the one from which on
 * time grows faster than bytes shrink, at most 0.75 of gzip 6's.
 */

const edge_level_t  edge_levels[EDGE_LEVELS] = {
    /*    up to       zstd  br  gzip */
    {      4 * 1024,     4,  5,  6 },
    {     16 * 1024,     6,  5,  6 },
    {     32 * 1024,     7,  5,  6 },
    {     64 * 1024,     8,  5,  6 },
    {    128 * 1024,     8,  5,  6 },
    {    512 * 1024,     8,  5,  6 },
    { EDGE_SIZE_UNKNOWN, 6,  5,  6 }
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
