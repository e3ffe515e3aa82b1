
#include "edge_match_bytes.h"
#include "edge_match_fast.h"


#define EDGE_MATCH_FAR       8          /* bytes that are hashed */
#define EDGE_MATCH_NEAR      5

#define EDGE_MATCH_MARGIN    12         /* bytes at the end without a match */
#define EDGE_MATCH_GOOD      16         /* no look at the next byte */
#define EDGE_MATCH_STRIDE    128        /* bytes of literals to a faster step */

/* bytes of a body, up to which ... */
#define EDGE_MATCH_TINY      1536       /* one small table is enough */
#define EDGE_MATCH_SMALL     8192       /* two of them are */
#define EDGE_MATCH_DENSE     (16 * 1024)        /* more is to be found */
#define EDGE_MATCH_NARROW    (64 * 1024)        /* positions have 16 bits */

/* logarithms of the sizes of tables: clean ones cost what they are large */
#define EDGE_MATCH_TINY_LOG        11
#define EDGE_MATCH_SMALL_LOG       12
#define EDGE_MATCH_SMALL_FAR_LOG   11
#define EDGE_MATCH_LOG             14
#define EDGE_MATCH_FAR_LOG         13


/*
 * In the tables are positions by the hash of the bytes there, but for what is
 * above 16 bits.  Where there was none it is 0, which is the first: bytes tell.
 * The logarithms of their sizes are constants wherever they are used, which
 * saves registers, as one of the two begins where the other ends.
 */

typedef struct {
    const unsigned char  *data;
    const unsigned char  *end;
    uint16_t             *tables;
    unsigned              near_log;
    unsigned              far_log;      /* 0: there is none */
    unsigned              wide;         /* positions may have more bits */
    unsigned              dense;
    uint32_t              limit;        /* matches begin before it */
    uint32_t              last;         /* offsets */
    uint32_t              last_but_one;
    uint32_t              at;
    uint32_t              coded;
    edge_match_fast_t    *next;
} edge_match_pass_t;


static edge_match_inline size_t
edge_match_fast_size(unsigned near_log, unsigned far_log)
{
    size_t  places;

    places = ((size_t) 1 << near_log) + (far_log ? (size_t) 1 << far_log : 0);

    return places * sizeof(uint16_t);
}


size_t
edge_match_fast_tables_size(void)
{
    return edge_match_fast_size(EDGE_MATCH_LOG, EDGE_MATCH_FAR_LOG);
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

    return pass->tables + (hash >> (64 - pass->near_log));
}


static edge_match_inline uint16_t *
edge_match_far(const edge_match_pass_t *pass, uint64_t bytes)
{
    uint64_t  hash;

    hash = bytes * 14029467366897019727ULL;

    return pass->tables + ((size_t) 1 << pass->near_log)
           + (hash >> (64 - pass->far_log));
}


/* the last position in a place, up to 64 KB before this one */

static edge_match_inline uint32_t
edge_match_before(const edge_match_pass_t *pass, const uint16_t *place,
    uint32_t at)
{
    return pass->wide ? at - 1 - (uint16_t) (at - 1 - *place) : *place;
}


static edge_match_inline void
edge_match_fast_insert(const edge_match_pass_t *pass, uint32_t at)
{
    uint64_t  bytes;

    bytes = edge_match_read64(pass->data + at);

    *edge_match_near(pass, bytes) = (uint16_t) at;

    if (pass->far_log) {
        *edge_match_far(pass, bytes) = (uint16_t) at;
    }
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
    before = 0;

    bytes = edge_match_read64(pass->data + next);

    if (pass->far_log) {
        far = edge_match_far(pass, bytes);
        before = edge_match_before(pass, far, next);
        *far = (uint16_t) next;
    }

    if (pass->far_log && edge_match_read64(pass->data + before) == bytes) {
        other = edge_match_fast_length(pass, next, EDGE_MATCH_FAR,
                                       next - before);

    } else if (length < EDGE_MATCH_GOOD) {
        near = edge_match_near(pass, bytes);
        before = edge_match_before(pass, near, next);
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
    uint16_t  *far_place, *near_place;
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
        near_place = edge_match_near(pass, bytes);
        far_place = pass->far_log ? edge_match_far(pass, bytes) : near_place;
        near = edge_match_before(pass, near_place, at);
        far = edge_match_before(pass, far_place, at);
        *far_place = *near_place = (uint16_t) at;

        if (edge_match_repeats(pass, at + 1, pass->last)) {
            pass->at = at + 1;
            edge_match_fast_repeat(pass);
            return 1;
        }

        if (pass->far_log && edge_match_read64(pass->data + far) == bytes) {
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


static edge_match_inline size_t
edge_match_fast_search(uint16_t *tables, const unsigned char *data,
    size_t size, edge_match_fast_t *found, unsigned near_log, unsigned far_log,
    unsigned wide)
{
    edge_match_pass_t  pass;

    memset(tables, 0, edge_match_fast_size(near_log, far_log));

    pass = (edge_match_pass_t) {
        .data = data,
        .end = data + size,
        .tables = tables,
        .near_log = near_log,
        .far_log = far_log,
        .wide = wide,
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


size_t
edge_match_fast_find(void *tables, const unsigned char *data, size_t size,
    edge_match_fast_t *found)
{
    if (size <= EDGE_MATCH_TINY) {
        return edge_match_fast_search(tables, data, size, found,
                                      EDGE_MATCH_TINY_LOG, 0, 0);
    }

    if (size <= EDGE_MATCH_SMALL) {
        return edge_match_fast_search(tables, data, size, found,
                                      EDGE_MATCH_SMALL_LOG,
                                      EDGE_MATCH_SMALL_FAR_LOG, 0);
    }

    if (size <= EDGE_MATCH_NARROW) {
        return edge_match_fast_search(tables, data, size, found,
                                      EDGE_MATCH_LOG, EDGE_MATCH_FAR_LOG, 0);
    }

    return edge_match_fast_search(tables, data, size, found,
                                  EDGE_MATCH_LOG, EDGE_MATCH_FAR_LOG, 1);
}
