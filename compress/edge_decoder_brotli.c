
#include <brotli/decode.h>

#include "edge_decoder.h"


/* the largest window of RFC 7932 is 16 MB; beside it: tables and a little */
#define EDGE_DECODER_BROTLI_WINDOW  (16 * 1024 * 1024)
#define EDGE_DECODER_BROTLI_SLACK   (1024 * 1024)


struct edge_decoding_s {
    BrotliDecoderState     *state;
    edge_decoder_memory_t  *memory;
    unsigned                ended;
};


static void *
edge_decoder_brotli_alloc(void *memory, size_t size)
{
    return edge_decoder_alloc(memory, size);
}


static void
edge_decoder_brotli_free(void *memory, void *data)
{
    edge_decoder_free(memory, data);
}


static edge_decoding_t *
edge_decoder_brotli_create(edge_decoder_memory_t *memory)
{
    edge_decoding_t  *decoding;

    decoding = edge_decoder_alloc(memory, sizeof(edge_decoding_t));
    if (decoding == NULL) {
        return NULL;
    }

    decoding->memory = memory;
    decoding->ended = 0;
    decoding->state = BrotliDecoderCreateInstance(edge_decoder_brotli_alloc,
                                                  edge_decoder_brotli_free,
                                                  memory);

    if (decoding->state == NULL) {
        edge_decoder_free(memory, decoding);
        return NULL;
    }

    return decoding;
}


/* what the library could not allocate has codes of its own, in a range */

static edge_decoder_rc_e
edge_decoder_brotli_error(const BrotliDecoderState *state)
{
    BrotliDecoderErrorCode  code;

    code = BrotliDecoderGetErrorCode(state);

    return (code <= BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES
            && code >= BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES)
           ? EDGE_DECODER_NO_MEMORY : EDGE_DECODER_MALFORMED;
}


static edge_decoder_rc_e
edge_decoder_brotli_step(edge_decoding_t *decoding, edge_in_t *in,
    edge_out_t *out)
{
    size_t               in_left, out_left;
    uint8_t             *next_out;
    const uint8_t       *next_in;
    BrotliDecoderResult  rc;

    /* a body of Brotli is one stream, and nothing behind it */

    if (decoding->ended) {
        return (in->pos == in->size) ? EDGE_DECODER_MORE_IN
                                     : EDGE_DECODER_MALFORMED;
    }

    in_left = in->size - in->pos;
    next_in = in_left ? (const uint8_t *) in->data + in->pos : NULL;
    out_left = out->size - out->pos;
    next_out = (uint8_t *) out->data + out->pos;

    rc = BrotliDecoderDecompressStream(decoding->state, &in_left, &next_in,
                                       &out_left, &next_out, NULL);

    in->pos = in->size - in_left;
    out->pos = out->size - out_left;

    switch (rc) {

    case BROTLI_DECODER_RESULT_SUCCESS:
        decoding->ended = 1;

        return in_left ? EDGE_DECODER_MALFORMED : EDGE_DECODER_MORE_IN;

    case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:

        /* it asks for input even where the room ended before the output */

        return (out_left == 0 && BrotliDecoderHasMoreOutput(decoding->state))
               ? EDGE_DECODER_MORE_OUT : EDGE_DECODER_MORE_IN;

    case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        return EDGE_DECODER_MORE_OUT;

    default:
        return edge_decoder_brotli_error(decoding->state);
    }
}


static unsigned
edge_decoder_brotli_is_whole(const edge_decoding_t *decoding)
{
    return decoding->ended;
}


static void
edge_decoder_brotli_close(edge_decoding_t *decoding)
{
    BrotliDecoderDestroyInstance(decoding->state);
    edge_decoder_free(decoding->memory, decoding);
}


const edge_decoder_t  edge_decoder_brotli = {
    "br",
    edge_decoder_brotli_create,
    edge_decoder_brotli_step,
    edge_decoder_brotli_is_whole,
    NULL,                               /* its state begins but once */
    edge_decoder_brotli_close,
    NULL,
    EDGE_DECODER_BROTLI_WINDOW + EDGE_DECODER_BROTLI_SLACK
};
