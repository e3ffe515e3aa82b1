
#include <string.h>

#include <zlib.h>

#include "edge_decoder.h"


/* zlib's window, its tables and its state come to it */
#define EDGE_DECODER_GZIP_MEMORY  (64 * 1024)

/* 15 bits of window, and the wrapper of gzip, not that of zlib */
#define EDGE_DECODER_GZIP_BITS    (15 + 16)


struct edge_decoding_s {
    z_stream                zstream;
    edge_decoder_memory_t  *memory;
    unsigned                ended;          /* at the end of a member */
};


static void *
edge_decoder_gzip_alloc(void *memory, uInt items, uInt size)
{
    return edge_decoder_alloc(memory, (size_t) items * size);
}


static void
edge_decoder_gzip_free(void *memory, void *data)
{
    edge_decoder_free(memory, data);
}


static edge_decoding_t *
edge_decoder_gzip_create(edge_decoder_memory_t *memory)
{
    edge_decoding_t  *decoding;

    decoding = edge_decoder_alloc(memory, sizeof(edge_decoding_t));
    if (decoding == NULL) {
        return NULL;
    }

    memset(decoding, 0, sizeof(edge_decoding_t));

    decoding->memory = memory;
    decoding->zstream.zalloc = edge_decoder_gzip_alloc;
    decoding->zstream.zfree = edge_decoder_gzip_free;
    decoding->zstream.opaque = memory;

    if (inflateInit2(&decoding->zstream, EDGE_DECODER_GZIP_BITS) != Z_OK) {
        edge_decoder_free(memory, decoding);
        return NULL;
    }

    return decoding;
}


/* one call of the library: its code */

static int
edge_decoder_gzip_inflate(z_stream *z, edge_in_t *in, edge_out_t *out)
{
    int     rc;
    size_t  in_left, out_left;

    /* spans of more than zlib can count are given in parts */

    in_left = in->size - in->pos;
    in_left = in_left > UINT32_MAX ? UINT32_MAX : in_left;
    out_left = out->size - out->pos;
    out_left = out_left > UINT32_MAX ? UINT32_MAX : out_left;

    z->next_in = in_left ? (Bytef *) in->data + in->pos : NULL;
    z->avail_in = (uInt) in_left;
    z->next_out = (Bytef *) out->data + out->pos;
    z->avail_out = (uInt) out_left;

    rc = inflate(z, Z_SYNC_FLUSH);

    in->pos += in_left - z->avail_in;
    out->pos += out_left - z->avail_out;

    return rc;
}


static edge_decoder_rc_e
edge_decoder_gzip_step(edge_decoding_t *decoding, edge_in_t *in,
    edge_out_t *out)
{
    for ( ;; ) {

        if (decoding->ended) {

            if (in->pos == in->size) {
                return EDGE_DECODER_MORE_IN;
            }

            /* another member (RFC 1952, 2.2) */

            if (inflateReset(&decoding->zstream) != Z_OK) {
                return EDGE_DECODER_MALFORMED;
            }

            decoding->ended = 0;
        }

        switch (edge_decoder_gzip_inflate(&decoding->zstream, in, out)) {

        case Z_STREAM_END:
            decoding->ended = 1;
            break;

        case Z_OK:
        case Z_BUF_ERROR:
            return (out->pos == out->size) ? EDGE_DECODER_MORE_OUT
                                           : EDGE_DECODER_MORE_IN;

        case Z_MEM_ERROR:
            return EDGE_DECODER_NO_MEMORY;

        default:
            return EDGE_DECODER_MALFORMED;
        }
    }
}


static unsigned
edge_decoder_gzip_is_whole(const edge_decoding_t *decoding)
{
    return decoding->ended;
}


/* at the end of a member: another begins with the first byte */

static void
edge_decoder_gzip_reset(edge_decoding_t *decoding)
{
    (void) inflateReset(&decoding->zstream);
    decoding->ended = 0;
}


static void
edge_decoder_gzip_close(edge_decoding_t *decoding)
{
    (void) inflateEnd(&decoding->zstream);
    edge_decoder_free(decoding->memory, decoding);
}


const edge_decoder_t  edge_decoder_gzip = {
    "gzip",
    edge_decoder_gzip_create,
    edge_decoder_gzip_step,
    edge_decoder_gzip_is_whole,
    edge_decoder_gzip_reset,
    edge_decoder_gzip_close,
    NULL,
    EDGE_DECODER_GZIP_MEMORY
};
