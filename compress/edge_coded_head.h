
#ifndef EDGE_CODED_HEAD_H
#define EDGE_CODED_HEAD_H


#include <stddef.h>
#include <stdint.h>

#include "edge_accept_encoding.h"


/* Bytes from the start of a file that the check looks at. */
#define EDGE_CODED_HEAD_MAX  18


typedef enum {
    EDGE_CODED_HEAD_OK,
    EDGE_CODED_HEAD_OTHER,          /* not this coding */
    EDGE_CODED_HEAD_TRUNCATED,
    EDGE_CODED_HEAD_WINDOW          /* declares one that browsers refuse */
} edge_coded_head_e;


/*
 * Is a file what its name says?  head: its first bytes, EDGE_CODED_HEAD_MAX
 * or all there are; file_size: of all of it.  zstd has a magic number and
 * declares its window (RFC 8878, at most 8 MB by RFC 9659), gzip has a magic
 * number (RFC 1952, 2.3).  Brotli has none: what its first bits announce must
 * be allowed by RFC 7932, 9.1 and 9.2, and fit into the file.
 */
edge_coded_head_e edge_coded_head_check(edge_coding_e coding,
    const unsigned char *head, size_t size, uint64_t file_size);


#endif /* EDGE_CODED_HEAD_H */
