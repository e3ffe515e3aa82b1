
#include "edge_codec_brotli.h"


/* what windows a body of unknown size is worth */
#define EDGE_BROTLI_WINDOW_LOG     18

#define EDGE_BROTLI_SLACK          (160 * 1024)


unsigned
edge_brotli_window_log(const edge_params_t *params, uint64_t size_max)
{
    unsigned  cap, window_log;

    cap = params->window_log ? params->window_log : EDGE_BROTLI_WINDOW_LOG;
    window_log = EDGE_BROTLI_WINDOW_LOG_MIN;

    while (window_log < cap && (uint64_t) 1 << window_log < size_max) {
        window_log++;
    }

    /* what the library makes of less at its two fastest levels */

    return (params->level < 2 && window_log < 18) ? 18 : window_log;
}


/* the logarithm of the most bytes that the library codes at a time */

static unsigned
edge_codec_brotli_block_log(int level, unsigned window_log)
{
    if (level < 2) {
        return window_log;
    }

    if (level < 4) {
        return 14;
    }

    if (level >= 9 && window_log > 16) {
        return window_log < 18 ? window_log : 18;
    }

    return 16;
}


/* the tables that find matches, by level: libbrotli's c/enc/quality.h */

static size_t
edge_codec_brotli_tables(int level, unsigned window_log)
{
    static const size_t  small[] = {
        128, 256, 256, 256, 512, 544, 544, 544, 544, 1312
    };
    static const size_t  large[] = {
        128, 1152, 256, 256, 512, 1088, 2112, 8320, 16512, 32896
    };

    if (level >= 10) {
        return 512 * 1024 + ((size_t) 8 << window_log);
    }

    return 1024 * (window_log <= 16 ? small[level] : large[level]);
}


static size_t
edge_codec_brotli_min(uint64_t size, size_t limit)
{
    return size < limit ? (size_t) size : limit;
}


/*
 * Measured, not promised by the library: test_edge_codec_brotli.c holds it
 * against what the library takes of bodies that are hard on it.
 */

size_t
edge_brotli_reserve(const edge_params_t *params, uint64_t size_max)
{
    size_t    ring, block, metablock, commands, output, split;
    unsigned  window_log, block_log, ring_log;

    window_log = edge_brotli_window_log(params, size_max);
    block_log = edge_codec_brotli_block_log(params->level, window_log);
    ring_log = 1 + (window_log > block_log ? window_log : block_log);

    ring = ((size_t) 1 << ring_log) + ((size_t) 1 << block_log);
    block = edge_codec_brotli_min(size_max, (size_t) 1 << block_log);
    metablock = edge_codec_brotli_min(size_max, (size_t) 1 << ring_log);

    commands = 3 * metablock + 10 * block;
    output = 2 * metablock;
    split = 3 * metablock;

    if (params->level < 4) {
        commands = 12 * (16 * 1024 + 2 * block);
        split = 2 * metablock;
    }

    if (params->level >= 10) {
        split = 48 * block + 24 * metablock;
    }

    return ring + commands + output + split
           + edge_codec_brotli_tables(params->level, window_log)
           + EDGE_BROTLI_SLACK;
}
