/* fuzz: compress/edge_decoder.c compress/edge_decoder_zstd.c */
/* fuzz: compress/edge_zstd_frame.c */
/* fuzz: compress/edge_memory.c -lzstd */

#include "decoder.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static char            hello[] = "\x28\xb5\x2f\xfd\x20\x05\x29\0\0hello";
    static const before_t  before = { hello, sizeof(hello) - 1 };

    fuzz_decoder(&edge_decoder_zstd, &before, data, size);

    return 0;
}
