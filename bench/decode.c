
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

#define READ  65536


static int
decode_gzip(decoder_t *d, const char *data, size_t size)
{
    int           rc;
    z_stream     *z;
    static char   out[READ];

    z = d->gzip;
    if (z == NULL) {
        z = d->gzip = calloc(1, sizeof(z_stream));
        if (inflateInit2(z, 15 + 16) != Z_OK) {
            perror("inflateInit2");
            exit(1);
        }
    }

    z->next_in = (Bytef *) data;
    z->avail_in = size;

    do {
        z->next_out = (Bytef *) out;
        z->avail_out = READ;

        rc = inflate(z, Z_NO_FLUSH);
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR) {
            return -1;
        }

        if (d->take(d->owner, out, READ - z->avail_out) != 0) {
            return -1;
        }

    } while (z->avail_out == 0);

    d->is_whole = rc == Z_STREAM_END;

    return 0;
}


static int
decode_brotli(decoder_t *d, const char *data, size_t size)
{
    size_t                out_size;
    const uint8_t        *in;
    const uint8_t        *out;
    BrotliDecoderResult   rc;

    if (d->brotli == NULL) {
        d->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    }

    in = (const uint8_t *) data;

    do {
        out_size = 0;
        rc = BrotliDecoderDecompressStream(d->brotli, &size, &in,
                                           &out_size, NULL, NULL);
        if (rc == BROTLI_DECODER_RESULT_ERROR) {
            return -1;
        }

        while (BrotliDecoderHasMoreOutput(d->brotli)) {
            out_size = 0;
            out = BrotliDecoderTakeOutput(d->brotli, &out_size);
            if (d->take(d->owner, out, out_size) != 0) {
                return -1;
            }
        }

    } while (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);

    d->is_whole = rc == BROTLI_DECODER_RESULT_SUCCESS;

    return 0;
}


/* A body may be several frames: the decoder begins the next by itself. */

static int
decode_zstd(decoder_t *d, const char *data, size_t size)
{
    size_t          left;
    ZSTD_inBuffer   in;
    ZSTD_outBuffer  out;
    static char     buffer[READ];

    if (d->zstd == NULL) {
        d->zstd = ZSTD_createDCtx();
    }

    in.src = data;
    in.size = size;
    in.pos = 0;

    do {
        out.dst = buffer;
        out.size = READ;
        out.pos = 0;

        left = ZSTD_decompressStream(d->zstd, &out, &in);
        if (ZSTD_isError(left) || d->take(d->owner, buffer, out.pos) != 0) {
            return -1;
        }

        d->is_whole = left == 0;

    } while (in.pos < in.size || out.pos == out.size);

    return 0;
}


int
decoder_take(decoder_t *d, coding_t coding, const char *data, size_t size)
{
    switch (coding) {

    case GZIP:
        return decode_gzip(d, data, size);

    case BROTLI:
        return decode_brotli(d, data, size);

    case ZSTD:
        return decode_zstd(d, data, size);

    default:
        d->is_whole = 1;
        return d->take(d->owner, data, size);
    }
}


void
decoder_end(decoder_t *d)
{
    if (d->gzip) {
        inflateEnd(d->gzip);
        free(d->gzip);
        d->gzip = NULL;
    }

    if (d->brotli) {
        BrotliDecoderDestroyInstance(d->brotli);
        d->brotli = NULL;
    }

    ZSTD_freeDCtx(d->zstd);
    d->zstd = NULL;
}
