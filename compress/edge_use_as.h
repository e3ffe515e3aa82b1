
#ifndef EDGE_USE_AS_H
#define EDGE_USE_AS_H


#include <stddef.h>

#include "edge_match_pattern.h"


/* Use-As-Dictionary (RFC 9842, 2.1): what a response says it is good for. */

#define EDGE_USE_AS_DEST_MAX  256
#define EDGE_USE_AS_ID_MAX    1024


/* strings that end with a zero byte, empty where the field has none */

typedef struct {
    char  match[EDGE_MATCH_PATTERN_MAX + 1];    /* as it was written */
    char  dest[EDGE_USE_AS_DEST_MAX + 1];       /* words parted by spaces */
    char  id[EDGE_USE_AS_ID_MAX + 1];
} edge_use_as_t;


typedef enum {
    EDGE_USE_AS_OK,
    EDGE_USE_AS_MALFORMED,  /* no structured field, or of other types */
    EDGE_USE_AS_NO_MATCH,   /* "match" is missing */
    EDGE_USE_AS_TYPE,       /* a "type" other than raw */
    EDGE_USE_AS_TOO_LONG
} edge_use_as_e;


/*
 * Reads size bytes of a field.  A destination "" of the field is "empty"
 * here, as it is in Sec-Fetch-Dest.
 */
edge_use_as_e edge_use_as_read(edge_use_as_t *use, const char *field,
    size_t size);

/*
 * Is dest, a value of Sec-Fetch-Dest, among the words of list?  1 or 0; 1,
 * too, where one of the two is empty: a client that tells no destination has
 * chosen the dictionary for it.
 */
unsigned edge_use_as_serves(const char *list, const char *dest, size_t size);


#endif /* EDGE_USE_AS_H */
