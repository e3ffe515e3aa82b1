/* fuzz: compress/edge_coded_head.c compress/edge_zstd_frame.c -lbrotlidec */

/*
 * What a decoder of Brotli takes as a whole body is never refused, unless it
 * could as well be the start of the other two.
 */

#include <stdlib.h>
#include <string.h>

#include <brotli/decode.h>

#include "edge_coded_head.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


static unsigned
is_brotli(const unsigned char *data, size_t size)
{
    size_t               left, room;
    uint8_t             *out;
    const uint8_t       *next;
    BrotliDecoderState  *state;
    BrotliDecoderResult  rc;

    static uint8_t  scratch[65536];

    state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    if (state == NULL) {
        return 0;
    }

    next = data;
    left = size;

    do {
        out = scratch;
        room = sizeof(scratch);
        rc = BrotliDecoderDecompressStream(state, &left, &next, &room, &out,
                                           NULL);
    } while (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);

    BrotliDecoderDestroyInstance(state);

    return rc == BROTLI_DECODER_RESULT_SUCCESS && left == 0;
}


static unsigned
looks_like_another(const unsigned char *head, size_t head_size, size_t size)
{
    return edge_coded_head_check(EDGE_CODING_GZIP, head, head_size, size)
           == EDGE_CODED_HEAD_OK
           || edge_coded_head_check(EDGE_CODING_ZSTD, head, head_size, size)
              == EDGE_CODED_HEAD_OK;
}


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    size_t              head;
    unsigned char      *copy;
    edge_coding_e       coding;
    edge_coded_head_e   result;

    head = size < EDGE_CODED_HEAD_MAX ? size : EDGE_CODED_HEAD_MAX;
    copy = malloc(head ? head : 1);

    if (copy == NULL) {
        return 0;
    }

    memcpy(copy, data, head);

    for (coding = 0; coding < EDGE_CODINGS; coding++) {
        result = edge_coded_head_check(coding, copy, head, size);

        if (coding == EDGE_CODING_BR && result != EDGE_CODED_HEAD_OK
            && is_brotli(data, size)
            && !looks_like_another(copy, head, size))
        {
            abort();
        }
    }

    free(copy);

    return 0;
}
