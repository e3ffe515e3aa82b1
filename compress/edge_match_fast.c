
#include "edge_match_bytes.h"
#include "edge_match_fast.h"


#define EDGE_MATCH_FAR       8          /* bytes that are hashed */
#define EDGE_MATCH_NEAR      5

#define EDGE_MATCH_FAR_LOG   13         /* of tables: all of their bits are */
#define EDGE_MATCH_NEAR_LOG  14         /* constants, which saves a register */

#define EDGE_MATCH_MARGIN    12         /* bytes at the end without a match */
#define EDGE_MATCH_GOOD      16         /* no look at the next byte */
#define EDGE_MATCH_DENSE     (16 * 1024)
#define EDGE_MATCH_STRIDE    128        /* bytes of literals to a faster step */


/* positions by the hash of bytes; 0 is the first one and none: bytes tell */

typedef struct {
    uint16_t              near[(size_t) 1 << EDGE_MATCH_NEAR_LOG];
    uint16_t              far[(size_t) 1 << EDGE_MATCH_FAR_LOG];
} edge_match_places_t;


typedef struct {
    const unsigned char  *data;
    const unsigned char  *end;
    edge_match_places_t  *places;
    unsigned              dense;        /* more of a match is to be found */
    uint32_t              limit;        /* matches begin before it */
    uint32_t              last;         /* offsets */
    uint32_t              last_but_one;
    uint32_t              at;
    uint32_t              coded;
    edge_match_fast_t    *next;
} edge_match_pass_t;


size_t
edge_match_fast_tables_size(void)
{
    return sizeof(edge_match_places_t);
}


/* the first five bytes of eight */

static edge_match_inline uint64_t
edge_match_five(uint64_t bytes)
{
#if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
    return bytes << (64 - 8 * EDGE_MATCH_NEAR);
#else
    return bytes >> (64 - 8 * EDGE_MATCH_NEAR);
#endif
}


static edge_match_inline uint16_t *
edge_match_near(const edge_match_pass_t *pass, uint64_t bytes)
{
    uint64_t  hash;

    hash = edge_match_five(bytes) * 11400714819323198485ULL;

    return &pass->places->near[hash >> (64 - EDGE_MATCH_NEAR_LOG)];
}


static edge_match_inline uint16_t *
edge_match_far(const edge_match_pass_t *pass, uint64_t bytes)
{
    uint64_t  hash;

    hash = bytes * 14029467366897019727ULL;

    return &pass->places->far[hash >> (64 - EDGE_MATCH_FAR_LOG)];
}


static edge_match_inline void
edge_match_fast_insert(const edge_match_pass_t *pass, uint32_t at)
{
    uint64_t  bytes;

    bytes = edge_match_read64(pass->data + at);

    *edge_match_near(pass, bytes) = (uint16_t) at;
    *edge_match_far(pass, bytes) = (uint16_t) at;
}


static edge_match_inline uint32_t
edge_match_fast_length(const edge_match_pass_t *pass, uint32_t at,
    uint32_t known, uint32_t offset)
{
    return known + edge_match_extend(pass->data + at + known, pass->end,
                                     offset);
}


static edge_match_inline unsigned
edge_match_repeats(const edge_match_pass_t *pass, uint32_t at, uint32_t offset)
{
    const unsigned char  *p;

    p = pass->data + at;

    return edge_match_read32(p) == edge_match_read32(p - offset);
}


static edge_match_inline void
edge_match_fast_put(edge_match_pass_t *pass, uint32_t length,
    uint32_t offset)
{
    *pass->next++ = (edge_match_fast_t) {
        offset, pass->at - pass->coded, length, 0
    };

    pass->at += length;
    pass->coded = pass->at;
}


static edge_match_inline void
edge_match_fast_repeat(edge_match_pass_t *pass)
{
    uint32_t  length;

    length = edge_match_fast_length(pass, pass->at, EDGE_MATCH_FAST_MIN,
                                    pass->last);

    edge_match_fast_put(pass, length, EDGE_MATCH_FAST_REPEAT);
}


/* a match of five bytes and more, and whether the next byte has a longer one */

static edge_match_inline uint32_t
edge_match_fast_near(edge_match_pass_t *pass, uint32_t candidate,
    uint32_t *offset)
{
    uint16_t  *far, *near;
    uint32_t   next, length, other, before;
    uint64_t   bytes;

    *offset = pass->at - candidate;
    length = edge_match_fast_length(pass, pass->at, EDGE_MATCH_NEAR, *offset);
    next = pass->at + 1;

    bytes = edge_match_read64(pass->data + next);
    far = edge_match_far(pass, bytes);
    before = *far;
    *far = (uint16_t) next;

    if (edge_match_read64(pass->data + before) == bytes) {
        other = edge_match_fast_length(pass, next, EDGE_MATCH_FAR,
                                       next - before);

    } else if (length < EDGE_MATCH_GOOD) {
        near = edge_match_near(pass, bytes);
        before = *near;
        *near = (uint16_t) next;
        other = edge_match_fast_length(pass, next, 0, next - before);

    } else {
        return length;
    }

    if (other > length) {
        pass->at = next;
        *offset = next - before;
        return other;
    }

    return length;
}


/* what may be had of the match in front of it, then the match */

static edge_match_inline void
edge_match_fast_take(edge_match_pass_t *pass, uint32_t length, uint32_t offset)
{
    uint32_t              begin, at;
    const unsigned char  *p;

    begin = pass->at;
    p = pass->data;

    for (at = begin; at > pass->coded && at > offset; at--) {
        if (p[at - 1] != p[at - 1 - offset]) {
            break;
        }
    }

    pass->at = at;
    pass->last_but_one = pass->last;
    pass->last = offset;
    edge_match_fast_put(pass, length + begin - at, offset);

    if (pass->at < pass->limit) {
        edge_match_fast_insert(pass, begin + 2);
        edge_match_fast_insert(pass, begin + 3);

        if (pass->dense) {
            edge_match_fast_insert(pass, begin + 4);
        }
    }
}


/* puts the next match from pass->at on: 1, or 0 if there is none */

static edge_match_inline unsigned
edge_match_fast_step(edge_match_pass_t *pass)
{
    uint16_t  *far_slot, *near_slot;
    uint32_t   at, step, next, far, near, length, offset;
    uint64_t   bytes;

    step = 1;
    next = pass->at + EDGE_MATCH_STRIDE;

    for (at = pass->at; at < pass->limit; at += step) {

        if (at >= next) {
            step++;
            next += EDGE_MATCH_STRIDE;
        }

        bytes = edge_match_read64(pass->data + at);
        far_slot = edge_match_far(pass, bytes);
        near_slot = edge_match_near(pass, bytes);
        far = *far_slot;
        near = *near_slot;
        *far_slot = *near_slot = (uint16_t) at;

        if (edge_match_repeats(pass, at + 1, pass->last)) {
            pass->at = at + 1;
            edge_match_fast_repeat(pass);
            return 1;
        }

        if (edge_match_read64(pass->data + far) == bytes) {
            pass->at = at;
            offset = at - far;
            length = edge_match_fast_length(pass, at, EDGE_MATCH_FAR, offset);
            edge_match_fast_take(pass, length, offset);
            return 1;
        }

        if (edge_match_five(edge_match_read64(pass->data + near) ^ bytes) == 0)
        {
            pass->at = at;
            length = edge_match_fast_near(pass, near, &offset);
            edge_match_fast_take(pass, length, offset);
            return 1;
        }
    }

    return 0;
}


/* right behind a match: its end is to be found, and others may follow */

static edge_match_inline void
edge_match_fast_follow(edge_match_pass_t *pass)
{
    uint32_t  offset;

    if (pass->dense) {
        edge_match_fast_insert(pass, pass->at - 3);
    }

    edge_match_fast_insert(pass, pass->at - 2);
    edge_match_fast_insert(pass, pass->at - 1);

    while (pass->at < pass->limit
           && edge_match_repeats(pass, pass->at, pass->last_but_one))
    {
        offset = pass->last_but_one;
        pass->last_but_one = pass->last;
        pass->last = offset;

        edge_match_fast_insert(pass, pass->at);
        edge_match_fast_repeat(pass);
    }
}


size_t
edge_match_fast_find(void *tables, const unsigned char *data, size_t size,
    edge_match_fast_t *found)
{
    edge_match_pass_t  pass;

    memset(tables, 0, edge_match_fast_tables_size());

    pass = (edge_match_pass_t) {
        .data = data,
        .end = data + size,
        .places = tables,
        .dense = size <= EDGE_MATCH_DENSE,
        .limit = size > EDGE_MATCH_MARGIN
                 ? (uint32_t) size - EDGE_MATCH_MARGIN : 0,
        .last = 1,
        .last_but_one = 4,
        .at = 1,
        .next = found
    };

    while (edge_match_fast_step(&pass) && pass.at < pass.limit) {
        edge_match_fast_follow(&pass);
    }

    pass.at = (uint32_t) size;
    edge_match_fast_put(&pass, 0, 0);

    return (size_t) (pass.next - found);
}
