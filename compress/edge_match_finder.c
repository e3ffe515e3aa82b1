
#include "edge_match_bytes.h"
#include "edge_match_finder.h"


#define EDGE_MATCH_HASH_LOG  15
#define EDGE_MATCH_MARGIN    8          /* bytes at the end without a match */

#define EDGE_MATCH_GOOD      24         /* a quarter of the attempts */
#define EDGE_MATCH_FINE      128        /* no look at the next byte */
#define EDGE_MATCH_ENOUGH    256        /* no further attempt */


size_t
edge_match_tables_size(size_t size)
{
    return (((size_t) 1 << EDGE_MATCH_HASH_LOG) + size) * sizeof(uint16_t);
}


void
edge_match_init(edge_match_finder_t *finder, void *tables, unsigned attempts)
{
    finder->chains = tables;
    finder->farther = finder->chains + ((size_t) 1 << EDGE_MATCH_HASH_LOG);
    finder->attempts = attempts;
}


void
edge_match_open(edge_match_finder_t *finder, const unsigned char *data,
    size_t size)
{
    unsigned  hash_log;

    /* twice as many chains as positions */

    for (hash_log = EDGE_MATCH_HASH_LOG; hash_log > 8; hash_log--) {
        if ((size_t) 1 << hash_log < 4 * size) {
            break;
        }
    }

    memset(finder->chains, 0, sizeof(uint16_t) << hash_log);

    finder->hash_shift = 32 - hash_log;
    finder->data = data;
    finder->end = data + size;
    finder->limit = (size > EDGE_MATCH_MARGIN)
                    ? (uint32_t) size - EDGE_MATCH_MARGIN : 0;

    /* what they are when a frame begins */

    finder->last = 1;
    finder->last_but_one = 4;
}


/* the length of the match at p, of which the first four bytes are known */

static inline uint32_t
edge_match_length(const edge_match_finder_t *finder, const unsigned char *p,
    uint32_t offset)
{
    return EDGE_MATCH_MIN + edge_match_extend(p + EDGE_MATCH_MIN, finder->end,
                                              offset);
}


/* the length of a match at the position with an offset of before, or 0 */

static inline uint32_t
edge_match_again(const edge_match_finder_t *finder, uint32_t at,
    uint32_t offset)
{
    const unsigned char  *p;

    p = finder->data + at;

    if (at < offset || edge_match_read32(p) != edge_match_read32(p - offset)) {
        return 0;
    }

    return edge_match_length(finder, p, offset);
}


/* puts the position in front of its chain: what was there */

static inline uint32_t
edge_match_insert(edge_match_finder_t *finder, uint32_t at)
{
    uint32_t   bytes;
    uint16_t  *chain, first;

    bytes = edge_match_read32(finder->data + at);
    chain = &finder->chains[(bytes * 2654435761U) >> finder->hash_shift];

    first = *chain;
    finder->farther[at] = first;
    *chain = (uint16_t) (at + 1);

    return first;
}


/* follows a chain for a match longer than that which is found: 1 or 0 */

static edge_match_inline unsigned
edge_match_find(edge_match_finder_t *finder, uint32_t at,
    edge_match_t *found)
{
    unsigned              attempts;
    uint32_t              next, best, first, tail, length, offset;
    const uint16_t       *farther;
    const unsigned char  *data, *p, *candidate;

    next = edge_match_insert(finder, at);
    data = finder->data;
    farther = finder->farther;
    p = data + at;
    best = found->length ? found->length : EDGE_MATCH_MIN - 1;
    offset = 0;
    attempts = finder->attempts / (best < EDGE_MATCH_GOOD ? 1 : 4);

    if (best >= (size_t) (finder->end - p)) {
        return 0;
    }

    /* its last byte and the three before tell a longer one most often */

    first = edge_match_read32(p);
    tail = edge_match_read32(p + best - 3);

    while (next && attempts--) {
        candidate = data + next - 1;
        next = farther[next - 1];

        if (edge_match_read32(candidate + best - 3) != tail
            || edge_match_read32(candidate) != first)
        {
            continue;
        }

        length = edge_match_length(finder, p, (uint32_t) (p - candidate));

        if (length > best) {
            best = length;
            offset = (uint32_t) (p - candidate);

            if (best >= EDGE_MATCH_ENOUGH || p + best == finder->end) {
                break;
            }

            tail = edge_match_read32(p + best - 3);
        }
    }

    if (offset) {
        *found = (edge_match_t) { at, best, offset };
    }

    return offset != 0;
}


/* bytes count four each; until a match is taken, offset 0 is the last again */

static int
edge_match_gain(const edge_match_t *match)
{
    int  offset_bits;

    offset_bits = match->offset ? 31 - __builtin_clz(match->offset + 3) : 0;

    return 4 * (int) match->length - offset_bits;
}


/* the first match: here, or one byte on if the last offset serves there */

static unsigned
edge_match_begin(edge_match_finder_t *finder, uint32_t at,
    edge_match_t *match)
{
    match->at = at + 1;
    match->length = edge_match_again(finder, at + 1, finder->last);
    match->offset = 0;

    (void) edge_match_find(finder, at, match);

    return match->length != 0;
}


/* a better match one byte on: 1 or 0 */

static unsigned
edge_match_improve(edge_match_finder_t *finder, uint32_t at,
    edge_match_t *match)
{
    unsigned      better;
    uint32_t      length;
    edge_match_t  found;

    better = 0;

    if (match->offset) {
        length = edge_match_again(finder, at, finder->last);

        /* it may be shorter: an offset is spared */

        if (length
            && 3 * (int) length > edge_match_gain(match)
                                  - (int) match->length + 1)
        {
            *match = (edge_match_t) { at, length, 0 };
            better = 1;
        }
    }

    found = *match;
    found.length--;

    if (edge_match_find(finder, at, &found)
        && edge_match_gain(&found) > edge_match_gain(match) + 4)
    {
        *match = found;
        better = 1;
    }

    return better;
}


/* what may be had of the match in front of it, from the position on */

static void
edge_match_take(edge_match_finder_t *finder, uint32_t from,
    edge_match_t *match)
{
    const unsigned char  *data;

    if (match->offset == 0) {
        match->offset = finder->last;
        return;
    }

    data = finder->data;

    while (match->at > from && match->at > match->offset
           && data[match->at - 1] == data[match->at - 1 - match->offset])
    {
        match->at--;
        match->length++;
    }

    finder->last_but_one = finder->last;
    finder->last = match->offset;
}


/* the positions of a match, from at on, are there to be found, too */

static void
edge_match_insert_rest(edge_match_finder_t *finder, uint32_t at,
    const edge_match_t *match)
{
    uint32_t  end;

    end = match->at + match->length;

    if (end > finder->limit) {
        end = finder->limit;
    }

    while (at < end) {
        (void) edge_match_insert(finder, at++);
    }
}


/* a match right behind another, with the last offset but one */

static unsigned
edge_match_follow(edge_match_finder_t *finder, uint32_t at,
    edge_match_t *match)
{
    uint32_t  length, offset;

    offset = finder->last_but_one;
    length = (at < finder->limit) ? edge_match_again(finder, at, offset) : 0;

    if (length == 0) {
        return 0;
    }

    finder->last_but_one = finder->last;
    finder->last = offset;

    *match = (edge_match_t) { at, length, offset };
    edge_match_insert_rest(finder, at, match);

    return 1;
}


unsigned
edge_match_next(edge_match_finder_t *finder, uint32_t from,
    edge_match_t *match)
{
    uint32_t  at;

    if (edge_match_follow(finder, from, match)) {
        return 1;
    }

    for (at = from; at < finder->limit; /* void */ ) {

        if (!edge_match_begin(finder, at, match)) {

            /* where nothing was found for long, fewer places are tried */

            at += 1 + ((at - from) >> 8);
            continue;
        }

        while (match->length < EDGE_MATCH_FINE && at + 1 < finder->limit) {
            if (!edge_match_improve(finder, ++at, match)) {
                break;
            }
        }

        edge_match_take(finder, from, match);
        edge_match_insert_rest(finder, at + 1, match);

        return 1;
    }

    return 0;
}
