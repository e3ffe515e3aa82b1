
#define ZSTD_STATIC_LINKING_ONLY    /* sequences */

#include <stddef.h>

#include <zstd.h>

#include "edge_codec_zstd_parts.h"
#include "edge_match_fast.h"
#include "edge_match_finder.h"
#include "edge_memory.h"


/* a sequence is written once, as the library takes it */

#define edge_zstd_search_same(ours, theirs)                                  \
    _Static_assert(offsetof(edge_match_fast_t, ours)                         \
                   == offsetof(ZSTD_Sequence, theirs), "as in zstd.h")

edge_zstd_search_same(offset, offset);
edge_zstd_search_same(literals, litLength);
edge_zstd_search_same(length, matchLength);
edge_zstd_search_same(unused, rep);

_Static_assert(sizeof(edge_match_fast_t) == sizeof(ZSTD_Sequence),
               "as in zstd.h");


/*
 * A body is searched in segments, each of which is a block of its frame and
 * has no repetitions of another; the fast search takes those of one block.
 */

struct edge_zstd_search_s {
    edge_match_finder_t   finder;
    void                 *tables;       /* of the fast search, or NULL */
    size_t                most;         /* bytes that it takes */
    ZSTD_Sequence        *sequences;
    size_t                count;
};


/* bytes at most that are searched at once */

static size_t
edge_zstd_search_reach(unsigned attempts, uint64_t size_max)
{
    size_t  reach;

    reach = (attempts == EDGE_ZSTD_SEARCH_FAST) ? EDGE_MATCH_FAST_BODY
                                                : EDGE_MATCH_BODY;

    return size_max < reach ? (size_t) size_max : reach;
}


/* a dictionary has tables of its own, and its search goes with them */

static const edge_search_t *
edge_zstd_search_given(const edge_params_t *params)
{
    return params->dictionary ? NULL : params->search;
}


/*
 * Offsets that are repeated are named in a way that no library has promised:
 * these are known to take it.
 */

static unsigned
edge_zstd_search_is_fast(const edge_params_t *params)
{
#ifdef ZSTD_c_searchForExternalRepcodes

    return params->level == ZSTD_CLEVEL_DEFAULT
           && params->dictionary == NULL
           && ZSTD_versionNumber() >= 10504
           && ZSTD_versionNumber() <= 10507;

#else

    (void) params;

    return 0;

#endif
}


/*
 * Ours takes whole bodies whose repetitions are all within the window, where
 * nothing is asked for that the library does as it searches.
 */

unsigned
edge_zstd_search_attempts(const edge_params_t *params, uint64_t size_max,
    int window_log)
{
    unsigned              attempts;
    const edge_search_t  *search;

    search = edge_zstd_search_given(params);

    if (search) {
        attempts = search->attempts;

    } else {
        attempts = edge_zstd_search_is_fast(params) ? EDGE_ZSTD_SEARCH_FAST : 0;
    }

    if (params->target_block || params->long_distance
        || 1U << window_log < edge_zstd_search_reach(attempts, size_max))
    {
        return 0;
    }

    return attempts;
}


/*
 * What the library codes by, and tables for a search it does not make.  The
 * less it is to strive, the sooner it codes with what it has at hand.
 */

static const edge_search_t  edge_zstd_search_unsearched = {
    ZSTD_lazy, ZSTD_HASHLOG_MIN, ZSTD_CHAINLOG_MIN, 1, 4, 0
};

static const edge_search_t  edge_zstd_search_unsearched_fast = {
    ZSTD_fast, ZSTD_HASHLOG_MIN, ZSTD_CHAINLOG_MIN, 1, 4, 0
};


const edge_search_t *
edge_zstd_search_of_library(const edge_params_t *params, unsigned attempts,
    uint64_t size_max)
{
    const edge_search_t  *search;

    search = edge_zstd_search_given(params);

    if (search) {
        return attempts ? &edge_zstd_search_unsearched : search;
    }

    return (attempts && size_max <= EDGE_MATCH_FAST_BODY)
           ? &edge_zstd_search_unsearched_fast : NULL;
}


/* the last of each segment is what follows its matches */

static size_t
edge_zstd_search_sequences(unsigned attempts, uint64_t size_max)
{
    if (attempts == EDGE_ZSTD_SEARCH_FAST) {
        size_max = edge_zstd_search_reach(attempts, size_max);
    }

    return (size_t) (size_max / EDGE_MATCH_MIN + size_max / EDGE_MATCH_BODY
                     + 1);
}


static size_t
edge_zstd_search_tables(unsigned attempts, uint64_t size_max)
{
    return (attempts == EDGE_ZSTD_SEARCH_FAST)
           ? edge_match_fast_tables_size()
           : edge_match_tables_size(edge_zstd_search_reach(attempts,
                                                           size_max));
}


static size_t
edge_zstd_search_size(unsigned attempts, uint64_t size_max)
{
    return sizeof(edge_zstd_search_t)
           + edge_zstd_search_sequences(attempts, size_max)
             * sizeof(ZSTD_Sequence)
           + edge_zstd_search_tables(attempts, size_max);
}


size_t
edge_zstd_search_estimate(unsigned attempts, uint64_t size_max)
{
    return edge_zstd_search_size(attempts, size_max) + EDGE_MEMORY_OVERHEAD;
}


edge_zstd_search_t *
edge_zstd_search_create(edge_memory_t *memory, unsigned attempts,
    uint64_t size_max)
{
    void                *tables;
    edge_zstd_search_t  *search;

    search = edge_memory_alloc(memory,
                               edge_zstd_search_size(attempts, size_max));
    if (search == NULL) {
        return NULL;
    }

    search->sequences = (ZSTD_Sequence *) (search + 1);
    tables = search->sequences + edge_zstd_search_sequences(attempts,
                                                            size_max);

    if (attempts == EDGE_ZSTD_SEARCH_FAST) {
        search->tables = tables;
        search->most = edge_zstd_search_reach(attempts, size_max);
        return search;
    }

    search->tables = NULL;
    edge_match_init(&search->finder, tables, attempts);

    return search;
}


unsigned
edge_zstd_search_takes(const edge_zstd_search_t *search, size_t size)
{
    return size != 0 && (search->tables == NULL || size <= search->most);
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


static void
edge_zstd_search_segments(edge_zstd_search_t *search,
    const unsigned char *data, size_t size)
{
    size_t  segment;

    for (search->count = 0; size; size -= segment) {
        segment = size < EDGE_MATCH_BODY ? size : EDGE_MATCH_BODY;
        edge_zstd_search_segment(search, data, segment);
        data += segment;
    }
}


size_t
edge_zstd_search_code(edge_zstd_search_t *search, struct ZSTD_CCtx_s *cctx,
    const edge_in_t *in, const edge_out_t *out)
{
    size_t                size;
    const unsigned char  *data;

    size = in->size - in->pos;
    data = (const unsigned char *) in->data + in->pos;

    if (search->tables) {
        search->count = edge_match_fast_find(search->tables, data, size,
                                    (edge_match_fast_t *) search->sequences);
    } else {
        edge_zstd_search_segments(search, data, size);
    }

    return ZSTD_compressSequences(cctx, (char *) out->data + out->pos,
                                  out->size - out->pos, search->sequences,
                                  search->count, data, size);
}
