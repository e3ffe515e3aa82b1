
#ifndef EDGE_KEPT_PARTS_H
#define EDGE_KEPT_PARTS_H


#include "edge_kept.h"


/* What edge_kept.c and edge_kept_head.c share: lines "name value". */

#define EDGE_KEPT_HEX  (2 * EDGE_DICTIONARY_DIGEST)

extern const char  edge_kept_hex[];

/* May it be the value of a line: no control characters?  1 or 0. */
unsigned edge_kept_is_line(const char *text, size_t size);

/* These write a line, or several, and return its end. */
char *edge_kept_put(char *p, const char *name, const char *value);
char *edge_kept_put_bytes(char *p, const char *name,
    const unsigned char *data, size_t size);

/* The lines that make it what it is, not when and whence it came. */
char *edge_kept_put_identity(char *p, const edge_kept_t *kept);

/* Compiles the pattern. */
edge_kept_e edge_kept_compile(edge_kept_t *kept);


#endif /* EDGE_KEPT_PARTS_H */
