
#ifndef DECODER_H
#define DECODER_H


/*
 * What the fuzz targets of the decoders share: the first byte chooses the
 * sizes of the pieces, the rest is a body.  In pieces it must give what it
 * gives at once, never more memory than announced, and all of it back.  A
 * decoder that had another body before must give what a new one gives.
 */

#include <stdlib.h>
#include <string.h>

#include "edge_decoder.h"
#include "edge_memory.h"


#define PLAIN_MAX  (1024 * 1024)


typedef struct {
    unsigned char     *plain;
    size_t             size;
    edge_decoder_rc_e  rc;
    unsigned           whole;
} result_t;


/* a whole body of another response */

typedef struct {
    const char        *data;
    size_t             size;
} before_t;


static edge_decoding_t *
create(const edge_decoder_t *decoder, const before_t *before,
    edge_decoder_memory_t *from)
{
    char              plain[100];
    edge_in_t         in = { before->data, before->size, 0 };
    edge_out_t        out = { plain, sizeof(plain), 0 };
    edge_decoding_t  *decoding;

    decoding = decoder->create(from);
    if (decoding == NULL) {
        abort();
    }

    if (before->size) {

        if (decoder->step(decoding, &in, &out) != EDGE_DECODER_MORE_IN
            || !decoder->is_whole(decoding))
        {
            abort();
        }

        decoder->reset(decoding);
    }

    return decoding;
}


static void
decode(const edge_decoder_t *decoder, const before_t *before,
    const unsigned char *data, size_t size, size_t in_max, size_t out_max,
    result_t *result)
{
    size_t                  at, n, room;
    edge_in_t               in;
    edge_out_t              out;
    edge_memory_t           memory = { 0, 0, 0 };
    edge_decoding_t        *decoding;
    edge_decoder_memory_t   from = { &memory, NULL, NULL, 0 };

    result->size = 0;
    result->rc = EDGE_DECODER_MORE_IN;
    result->whole = 0;

    decoding = create(decoder, before, &from);

    for (at = 0; at < size; at += n) {
        n = (size - at < in_max) ? size - at : in_max;

        in.data = data + at;
        in.size = n;
        in.pos = 0;

        do {
            room = PLAIN_MAX - result->size;
            out.data = result->plain + result->size;
            out.size = (room < out_max) ? room : out_max;
            out.pos = 0;

            if (out.size == 0) {
                goto done;
            }

            result->rc = decoder->step(decoding, &in, &out);

            if (in.pos > in.size || out.pos > out.size
                || (result->rc == EDGE_DECODER_MORE_OUT
                    && out.pos != out.size))
            {
                abort();
            }

            result->size += out.pos;

        } while (result->rc == EDGE_DECODER_MORE_OUT);

        if (result->rc != EDGE_DECODER_MORE_IN) {
            break;
        }
    }

    result->whole = decoder->is_whole(decoding);

done:

    if (memory.peak > decoder->memory_max || from.used != memory.used) {
        abort();
    }

    decoder->close(decoding);

    if (memory.used) {
        abort();
    }
}


/* excused: inputs that may be good at once and not in pieces, or NULL */

static void
fuzz_decoder(const edge_decoder_t *decoder, const before_t *before,
    int (*excused)(const unsigned char *data, size_t size),
    const unsigned char *data, size_t size)
{
    size_t    shorter;
    result_t  at_once, again, in_pieces;

    static const before_t  nothing;
    static unsigned char   plain[3][PLAIN_MAX];

    if (size == 0) {
        return;
    }

    at_once.plain = plain[0];
    in_pieces.plain = plain[1];
    again.plain = plain[2];

    decode(decoder, &nothing, data + 1, size - 1, size, PLAIN_MAX, &at_once);
    decode(decoder, before, data + 1, size - 1, 1 + data[0] % 16,
           1 + data[0] / 16 * 100, &in_pieces);
    decode(decoder, before, data + 1, size - 1, size, PLAIN_MAX, &again);

    if (again.size != at_once.size || again.rc != at_once.rc
        || again.whole != at_once.whole
        || memcmp(plain[0], plain[2], again.size) != 0)
    {
        abort();
    }

    /* how much comes before an error may differ, what comes may not */

    shorter = (at_once.size < in_pieces.size) ? at_once.size : in_pieces.size;

    if (memcmp(plain[0], plain[1], shorter) != 0) {
        abort();
    }

    if (at_once.size == PLAIN_MAX || in_pieces.size == PLAIN_MAX) {
        return;
    }

    /* a frame that is there as a whole needs no window, so none is refused */

    if (in_pieces.rc == EDGE_DECODER_WINDOW) {
        return;
    }

    /*
     * What is good at once is good in pieces.  The reverse is not held against
     * libzstd: in pieces it takes a frame whose last block is empty without
     * asking whether it has the size it declares.
     */

    if (at_once.rc == EDGE_DECODER_MORE_IN && at_once.whole
        && !(excused && excused(data + 1, size - 1))
        && (in_pieces.rc != EDGE_DECODER_MORE_IN || !in_pieces.whole
            || at_once.size != in_pieces.size))
    {
        abort();
    }
}


#endif /* DECODER_H */
