
#ifndef EDGE_CODEC_GZIP_H
#define EDGE_CODEC_GZIP_H


#include "edge_codec.h"


#define EDGE_GZIP_LEVEL_MIN  1
#define EDGE_GZIP_LEVEL_MAX  9

/* RFC 1952, 2.3 */
#define EDGE_GZIP_HEADER     10
#define EDGE_GZIP_TRAILER    8


extern const unsigned char  edge_gzip_header[EDGE_GZIP_HEADER];


/* Counts size bytes of in as coded: moves in->pos. */
void edge_gzip_take(edge_progress_t *progress, edge_in_t *in, size_t size);

/* Writes CRC32 and ISIZE of what was coded. */
void edge_gzip_trailer(const edge_progress_t *progress,
    unsigned char *trailer);


#endif /* EDGE_CODEC_GZIP_H */
