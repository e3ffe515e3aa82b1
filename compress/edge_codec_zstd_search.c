
#define ZSTD_STATIC_LINKING_ONLY    /* sequences */

#include <zstd.h>

#include "edge_codec_zstd_parts.h"
#include "edge_match_finder.h"
#include "edge_memory.h"


/*
 * A body is searched in segments, each of which is a block of its frame and
 * has no repetitions of another.
 */

struct edge_zstd_search_s {
    edge_match_finder_t   finder;
    ZSTD_Sequence        *sequences;
    size_t                count;
};


size_t
edge_zstd_search_reach(uint64_t size_max)
{
    return size_max < EDGE_MATCH_BODY ? (size_t) size_max : EDGE_MATCH_BODY;
}


/* the last of each segment is what follows its matches */

static size_t
edge_zstd_search_sequences(uint64_t size_max)
{
    return (size_t) (size_max / EDGE_MATCH_MIN + size_max / EDGE_MATCH_BODY
                     + 1);
}


static size_t
edge_zstd_search_size(uint64_t size_max)
{
    return sizeof(edge_zstd_search_t)
           + edge_zstd_search_sequences(size_max) * sizeof(ZSTD_Sequence)
           + edge_match_tables_size(edge_zstd_search_reach(size_max));
}


size_t
edge_zstd_search_estimate(uint64_t size_max)
{
    return edge_zstd_search_size(size_max) + EDGE_MEMORY_OVERHEAD;
}


edge_zstd_search_t *
edge_zstd_search_create(edge_memory_t *memory, unsigned attempts,
    uint64_t size_max)
{
    edge_zstd_search_t  *search;

    search = edge_memory_alloc(memory, edge_zstd_search_size(size_max));
    if (search == NULL) {
        return NULL;
    }

    search->sequences = (ZSTD_Sequence *) (search + 1);

    edge_match_init(&search->finder,
                    search->sequences + edge_zstd_search_sequences(size_max),
                    attempts);

    return search;
}


static void
edge_zstd_search_put(edge_zstd_search_t *search, uint32_t literals,
    uint32_t length, uint32_t offset)
{
    search->sequences[search->count++] = (ZSTD_Sequence) {
        .offset = offset,
        .litLength = literals,
        .matchLength = length
    };
}


static void
edge_zstd_search_segment(edge_zstd_search_t *search,
    const unsigned char *data, size_t size)
{
    uint32_t      coded;
    edge_match_t  match;

    edge_match_open(&search->finder, data, size);

    coded = 0;

    while (edge_match_next(&search->finder, coded, &match)) {
        edge_zstd_search_put(search, match.at - coded, match.length,
                             match.offset);
        coded = match.at + match.length;
    }

    /* the end of a block is a sequence without a match */

    edge_zstd_search_put(search, (uint32_t) size - coded, 0, 0);
}


size_t
edge_zstd_search_code(edge_zstd_search_t *search, struct ZSTD_CCtx_s *cctx,
    const edge_in_t *in, const edge_out_t *out)
{
    size_t                left, segment;
    const unsigned char  *data;

    search->count = 0;
    data = (const unsigned char *) in->data + in->pos;

    for (left = in->size - in->pos; left; left -= segment) {
        segment = edge_zstd_search_reach(left);
        edge_zstd_search_segment(search, data, segment);
        data += segment;
    }

    return ZSTD_compressSequences(cctx, (char *) out->data + out->pos,
                                  out->size - out->pos, search->sequences,
                                  search->count,
                                  (const char *) in->data + in->pos,
                                  in->size - in->pos);
}
