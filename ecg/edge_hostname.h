
/* Hostnames as records of a policy are found by them. */


#ifndef _EDGE_HOSTNAME_H_INCLUDED_
#define _EDGE_HOSTNAME_H_INCLUDED_


#include <stddef.h>


/* RFC 1035, section 2.3.4, without the root's dot */
#define EDGE_HOSTNAME_MAX        253
#define EDGE_HOSTNAME_LABEL_MAX  63


typedef enum {
    EDGE_HOSTNAME_OK = 0,
    EDGE_HOSTNAME_EMPTY,
    EDGE_HOSTNAME_TOO_LONG,
    EDGE_HOSTNAME_MALFORMED
} edge_hostname_e;


/*
 * Writes the name in[len], as a client sent it, to out in the form records
 * have: lower case, without port and without trailing dot.  out is
 * EDGE_HOSTNAME_MAX + 1 bytes and gets a final NUL; *out_len excludes it.
 * Letters, digits, "-" and "_" make a label; a label is 63 bytes at most.
 */

edge_hostname_e edge_hostname_normalize(const char *in, size_t len, char *out,
    size_t *out_len);

/* As above for the name of a record: "*." may come first; no port. */

edge_hostname_e edge_hostname_normalize_record(const char *in, size_t len,
    char *out, size_t *out_len);

/*
 * The wildcards that cover a normalized name, closest first: for "a.b.c"
 * "*.b.c", then "*.c".  *name and *len are moved behind the next dot, so that
 * the wildcard is "*." and what they point at; returns 0 if there is none.
 */

int edge_hostname_next_wildcard(const char **name, size_t *len);


#endif /* _EDGE_HOSTNAME_H_INCLUDED_ */
