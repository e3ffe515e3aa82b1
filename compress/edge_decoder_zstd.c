
#define ZSTD_STATIC_LINKING_ONLY    /* custom memory */

#include <zstd.h>
#include <zstd_errors.h>

#include "edge_decoder.h"
#include "edge_zstd_frame.h"


/* RFC 9659: a content coding needs no larger window */
#define EDGE_DECODER_ZSTD_WINDOW_LOG  23

/* beside the window: tables, a block in, a block out */
#define EDGE_DECODER_ZSTD_SLACK       (1024 * 1024)


struct edge_decoding_s {
    ZSTD_DCtx              *dctx;
    edge_decoder_memory_t  *memory;
    unsigned                whole;          /* at the end of a frame */
    unsigned                pending;        /* out was too short */
    unsigned                magic;          /* bytes of it that were right */
    unsigned                skippable;
};


static void *
edge_decoder_zstd_alloc(void *memory, size_t size)
{
    return edge_decoder_alloc(memory, size);
}


static void
edge_decoder_zstd_free(void *memory, void *data)
{
    edge_decoder_free(memory, data);
}


static void
edge_decoder_zstd_close(edge_decoding_t *decoding)
{
    (void) ZSTD_freeDCtx(decoding->dctx);
    edge_decoder_free(decoding->memory, decoding);
}


static edge_decoding_t *
edge_decoder_zstd_create(edge_decoder_memory_t *memory)
{
    ZSTD_customMem    custom = { edge_decoder_zstd_alloc,
                                 edge_decoder_zstd_free, memory };
    edge_decoding_t  *decoding;

    decoding = edge_decoder_alloc(memory, sizeof(edge_decoding_t));
    if (decoding == NULL) {
        return NULL;
    }

    decoding->memory = memory;
    decoding->whole = 0;
    decoding->pending = 0;
    decoding->magic = 0;
    decoding->dctx = ZSTD_createDCtx_advanced(custom);

    if (decoding->dctx == NULL
        || ZSTD_isError(ZSTD_DCtx_setParameter(decoding->dctx,
                                               ZSTD_d_windowLogMax,
                                               EDGE_DECODER_ZSTD_WINDOW_LOG)))
    {
        edge_decoder_zstd_close(decoding);
        return NULL;
    }

    return decoding;
}


static edge_decoder_rc_e
edge_decoder_zstd_error(size_t rc)
{
    switch (ZSTD_getErrorCode(rc)) {

    case ZSTD_error_memory_allocation:
        return EDGE_DECODER_NO_MEMORY;

    case ZSTD_error_frameParameter_windowTooLarge:
        return EDGE_DECODER_WINDOW;

    default:
        return EDGE_DECODER_MALFORMED;
    }
}


/*
 * The magic number of a frame, or of a skippable one (RFC 8878, 3.1): what
 * came before Zstandard was a standard the library may know, too, and decode
 * with memory that is not counted.  0: another one.
 */

static unsigned
edge_decoder_zstd_check(edge_decoding_t *decoding,
    const ZSTD_inBuffer *input)
{
    size_t         at;
    unsigned char  byte, wanted;

    static const unsigned char  magic[] = { 0x28, 0xb5, 0x2f, 0xfd };
    static const unsigned char  skippable[] = { 0x50, 0x2a, 0x4d, 0x18 };

    for (at = input->pos; decoding->magic < 4 && at < input->size; at++) {
        byte = ((const unsigned char *) input->src)[at];

        if (decoding->magic == 0) {
            decoding->skippable = (byte >> 4 == skippable[0] >> 4);
            byte = decoding->skippable ? skippable[0] : byte;
        }

        wanted = decoding->skippable ? skippable[decoding->magic]
                                     : magic[decoding->magic];

        if (byte != wanted) {
            return 0;
        }

        decoding->magic++;
    }

    return 1;
}


/*
 * The library is not called with nothing to do: it takes several such calls
 * for an error, and between frames its answer would be that of a new one.
 */

static edge_decoder_rc_e
edge_decoder_zstd_step(edge_decoding_t *decoding, edge_in_t *in,
    edge_out_t *out)
{
    size_t          rc;
    ZSTD_inBuffer   input = { in->data, in->size, in->pos };
    ZSTD_outBuffer  output = { out->data, out->size, out->pos };

    while (input.pos < input.size || decoding->pending) {

        if (output.pos == output.size) {
            in->pos = input.pos;
            out->pos = output.pos;

            return EDGE_DECODER_MORE_OUT;
        }

        if (!edge_decoder_zstd_check(decoding, &input)) {
            return EDGE_DECODER_MALFORMED;
        }

        rc = ZSTD_decompressStream(decoding->dctx, &output, &input);

        if (ZSTD_isError(rc)) {
            return edge_decoder_zstd_error(rc);
        }

        decoding->whole = (rc == 0);
        decoding->magic = decoding->whole ? 0 : decoding->magic;
        decoding->pending = (rc != 0 && output.pos == output.size);
    }

    in->pos = input.pos;
    out->pos = output.pos;

    return EDGE_DECODER_MORE_IN;
}


static unsigned
edge_decoder_zstd_is_whole(const edge_decoding_t *decoding)
{
    return decoding->whole;
}


static void
edge_decoder_zstd_reset(edge_decoding_t *decoding)
{
    (void) ZSTD_DCtx_reset(decoding->dctx, ZSTD_reset_session_only);

    decoding->whole = 0;
    decoding->pending = 0;
    decoding->magic = 0;
}


static size_t
edge_decoder_zstd_needs(const void *first, size_t size)
{
    uint64_t  window;

    if (edge_zstd_frame_read(first, size, &window) != EDGE_ZSTD_FRAME_OK
        || window > (1 << EDGE_DECODER_ZSTD_WINDOW_LOG))
    {
        window = 0;
    }

    return ZSTD_estimateDStreamSize(window);
}


const edge_decoder_t  edge_decoder_zstd = {
    "zstd",
    edge_decoder_zstd_create,
    edge_decoder_zstd_step,
    edge_decoder_zstd_is_whole,
    edge_decoder_zstd_reset,
    edge_decoder_zstd_close,
    edge_decoder_zstd_needs,
    (1 << EDGE_DECODER_ZSTD_WINDOW_LOG) + EDGE_DECODER_ZSTD_SLACK
};
