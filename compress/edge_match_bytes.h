
#ifndef EDGE_MATCH_BYTES_H
#define EDGE_MATCH_BYTES_H


#include <stdint.h>
#include <string.h>


/* What finders of repetitions do at each byte, hence inline. */


/* as a call it would take a tenth more of the whole time */
#define edge_match_inline  inline __attribute__((always_inline))


static edge_match_inline uint32_t
edge_match_read32(const unsigned char *p)
{
    uint32_t  bytes;

    memcpy(&bytes, p, sizeof(bytes));

    return bytes;
}


static edge_match_inline uint64_t
edge_match_read64(const unsigned char *p)
{
    uint64_t  bytes;

    memcpy(&bytes, p, sizeof(bytes));

    return bytes;
}


/* how many bytes of two words are the same, from the first on: not all */

static edge_match_inline uint32_t
edge_match_equal(uint64_t difference)
{
#if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
    return (uint32_t) __builtin_ctzll(difference) >> 3;
#else
    return (uint32_t) __builtin_clzll(difference) >> 3;
#endif
}


/* the length of the match of p up to end with offset of before */

static edge_match_inline uint32_t
edge_match_extend(const unsigned char *p, const unsigned char *end,
    uint32_t offset)
{
    uint64_t              difference;
    const unsigned char  *begin;

    begin = p;

    while (end - p >= 8) {
        difference = edge_match_read64(p) ^ edge_match_read64(p - offset);

        if (difference) {
            return (uint32_t) (p - begin) + edge_match_equal(difference);
        }

        p += 8;
    }

    while (p < end && *p == *(p - offset)) {
        p++;
    }

    return (uint32_t) (p - begin);
}


#endif /* EDGE_MATCH_BYTES_H */
