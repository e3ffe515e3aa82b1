
#ifndef EDGE_MATCH_FAST_H
#define EDGE_MATCH_FAST_H


#include <stddef.h>
#include <stdint.h>


/*
 * Finds repetitions in a body that is there as a whole, in one pass, as the
 * "dfast" search of libzstd does: at each position the last one with the same
 * eight bytes, else with the same five, if that is at most 64 KB before: tables
 * of 16 bits stay in the nearest cache of a core.
 */

#define EDGE_MATCH_FAST_BODY   (128 * 1024)     /* bytes at most */
#define EDGE_MATCH_FAST_MIN    4                /* bytes of a match */


/*
 * Literals, then a match, as a ZSTD_Sequence has them.  The last one of a body
 * has no match.
 */

typedef struct {
    uint32_t              offset;
    uint32_t              literals;
    uint32_t              length;
    uint32_t              unused;
} edge_match_fast_t;


/*
 * In place of an offset: that of the match before or, right behind that, of
 * the one before it: with 3 added it is the Offset_Value 1 (RFC 8878,
 * 3.1.1.3.2.1.1), as with every other offset.
 */

#define EDGE_MATCH_FAST_REPEAT  ((uint32_t) -2)


/* Bytes of the tables. */
size_t edge_match_fast_tables_size(void);

/*
 * All of a body of up to EDGE_MATCH_FAST_BODY bytes: how many are written to
 * found, which has room for size / EDGE_MATCH_FAST_MIN + 1.  What is in the
 * tables, aligned for 16 bits, does not matter.
 */
size_t edge_match_fast_find(void *tables, const unsigned char *data,
    size_t size, edge_match_fast_t *found);


#endif /* EDGE_MATCH_FAST_H */
