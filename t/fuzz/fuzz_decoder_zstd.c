/* fuzz: compress/edge_decoder.c compress/edge_decoder_zstd.c */
/* fuzz: compress/edge_zstd_frame.c */
/* fuzz: compress/edge_memory.c -lzstd */

#include "decoder.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


/*
 * Whether there may be the header of an RLE block of no bytes (RFC 8878): an
 * empty frame that has one is refused by libzstd in pieces only.
 */

static int
may_repeat_nothing(const unsigned char *data, size_t size)
{
    size_t  i;

    for (i = 0; i + 3 <= size; i++) {
        if ((data[i] & 0xfe) == 2 && data[i + 1] == 0 && data[i + 2] == 0) {
            return 1;
        }
    }

    return 0;
}


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static char            hello[] = "\x28\xb5\x2f\xfd\x20\x05\x29\0\0hello";
    static const before_t  before = { hello, sizeof(hello) - 1 };

    fuzz_decoder(&edge_decoder_zstd, &before, may_repeat_nothing, data, size);

    return 0;
}
