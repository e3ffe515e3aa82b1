/* fuzz: compress/edge_zstd_frame.c -lzstd */

/* Differential: what libzstd reads of a frame header, ours must read too. */

#define ZSTD_STATIC_LINKING_ONLY

#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "edge_zstd_frame.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    size_t             wanted;
    uint64_t           window;
    unsigned char      framed[64];
    ZSTD_frameHeader   header;
    edge_zstd_frame_e  result;

    /* most of what chance makes has no magic number: lend it one */

    if (size && size <= sizeof(framed) - 4 && data[0] & 1) {
        memcpy(framed, "\x28\xb5\x2f\xfd", 4);
        memcpy(framed + 4, data + 1, size - 1);
        data = framed;
        size += 3;
    }

    window = 42;
    result = edge_zstd_frame_read(data, size, &window);
    wanted = ZSTD_getFrameHeader(&header, data, size);

    if (result != EDGE_ZSTD_FRAME_OK && window != 42) {
        abort();
    }

    switch (result) {

    case EDGE_ZSTD_FRAME_OK:
        /* libzstd refuses windows that it could not hold */

        if (!ZSTD_isError(wanted)
            && (wanted != 0 || header.windowSize != window))
        {
            abort();
        }

        if (ZSTD_isError(wanted)
            && window <= (uint64_t) 1 << ZSTD_WINDOWLOG_MAX)
        {
            abort();
        }

        break;

    case EDGE_ZSTD_FRAME_SKIPPABLE:
        if (ZSTD_isError(wanted)
            || (wanted == 0 && header.frameType != ZSTD_skippableFrame))
        {
            abort();
        }

        break;

    case EDGE_ZSTD_FRAME_TRUNCATED:
        if (!ZSTD_isError(wanted) && wanted == 0) {
            abort();
        }

        break;

    case EDGE_ZSTD_FRAME_NOT_ZSTD:
        if (!ZSTD_isError(wanted) && wanted == 0) {
            abort();
        }

        break;
    }

    return 0;
}
