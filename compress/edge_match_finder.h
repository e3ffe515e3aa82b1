
#ifndef EDGE_MATCH_FINDER_H
#define EDGE_MATCH_FINDER_H


#include <stddef.h>
#include <stdint.h>


/*
 * Finds repetitions in a body that is there as a whole, as the "lazy" search
 * of libzstd does, in less time: positions of 16 bits stay in the caches of a
 * core, and where there is a good match already, a better one is worth fewer
 * attempts.  Knows no format but for what is cheap in Zstandard: the offsets
 * of the last two matches (RFC 8878, 3.1.1.5).
 */

#define EDGE_MATCH_BODY  (64 * 1024)    /* bytes at most */
#define EDGE_MATCH_MIN   4              /* bytes of a match */


/* length bytes at a position are those of offset bytes before */

typedef struct {
    uint32_t              at;
    uint32_t              length;
    uint32_t              offset;
} edge_match_t;


/*
 * A chain is a list of the positions with the same hash, the nearest first.
 * In both tables positions count from 1, and 0 ends a chain.
 */

typedef struct {
    uint16_t             *chains;       /* by hash: where it begins */
    uint16_t             *farther;      /* by position: the next of a chain */
    unsigned              attempts;     /* candidates that are looked at */
    unsigned              hash_shift;

    const unsigned char  *data;
    const unsigned char  *end;
    uint32_t              limit;        /* matches begin before it */
    uint32_t              last;         /* offsets */
    uint32_t              last_but_one;
} edge_match_finder_t;


/* Bytes of the tables for bodies of up to size bytes. */
size_t edge_match_tables_size(size_t size);

/* The tables are the caller's, aligned for 16 bits, and outlive the finder. */
void edge_match_init(edge_match_finder_t *finder, void *tables,
    unsigned attempts);

/* Begins with a body of the caller's, which stays until another. */
void edge_match_open(edge_match_finder_t *finder, const unsigned char *data,
    size_t size);

/*
 * The next match at from or later: 1, or 0 if there is none.  from is zero at
 * first, then where the match before ends.
 */
unsigned edge_match_next(edge_match_finder_t *finder, uint32_t from,
    edge_match_t *match);


#endif /* EDGE_MATCH_FINDER_H */
