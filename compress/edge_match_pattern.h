
#ifndef EDGE_MATCH_PATTERN_H
#define EDGE_MATCH_PATTERN_H


#include <stddef.h>


/*
 * The "match" of a dictionary (RFC 9842, 2.1.1): a URL pattern without
 * regular expressions.  Of that syntax we know what sites use: literal
 * characters, "\" in front of one that would mean more, "*", and "?" in
 * front of a query.  A pattern without a query matches every query.
 */

#define EDGE_MATCH_PATTERN_MAX  512


typedef enum {
    EDGE_MATCH_PATTERN_OK,
    EDGE_MATCH_PATTERN_EMPTY,
    EDGE_MATCH_PATTERN_TOO_LONG,
    EDGE_MATCH_PATTERN_CHARACTER,   /* a space, a control or "#", unescaped */
    EDGE_MATCH_PATTERN_GROUP        /* ":name", "(", "{", or another origin */
} edge_match_pattern_e;


/* "*" as a byte that can't be in a URL */
#define EDGE_MATCH_PATTERN_ANY  1

typedef struct {
    unsigned char   text[EDGE_MATCH_PATTERN_MAX];
    unsigned short  path;               /* bytes of the path's pattern */
    unsigned short  query;              /* of the query's, behind it */
    unsigned        has_query;
} edge_match_pattern_t;


/*
 * Reads size bytes of a pattern.  One that does not begin with "/" is
 * relative to base, the path of the dictionary; size 0 of it: no base, and
 * such a pattern is refused as EDGE_MATCH_PATTERN_GROUP.
 */
edge_match_pattern_e edge_match_pattern_read(edge_match_pattern_t *pattern,
    const char *text, size_t size, const char *base, size_t base_size);

/* Does target, a path with its query if it has one, match?  1 or 0. */
unsigned edge_match_pattern_matches(const edge_match_pattern_t *pattern,
    const char *target, size_t size);


#endif /* EDGE_MATCH_PATTERN_H */
