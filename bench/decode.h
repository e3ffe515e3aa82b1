
#ifndef DECODE_H
#define DECODE_H


#include <stddef.h>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>


typedef enum { IDENTITY, GZIP, BROTLI, ZSTD } coding_t;


/* Begins as zeros but for take and owner. */

typedef struct {
    z_stream             *gzip;
    BrotliDecoderState   *brotli;
    ZSTD_DCtx            *zstd;
    int                   is_whole;     /* it may end here */
    int                 (*take)(void *owner, const void *data, size_t size);
    void                 *owner;
} decoder_t;


/* Decodes what comes next, and hands it to take, whose -1 ends it. */
int decoder_take(decoder_t *decoder, coding_t coding, const char *data,
    size_t size);

void decoder_end(decoder_t *decoder);


#endif /* DECODE_H */
