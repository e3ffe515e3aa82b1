/* fuzz: compress/edge_decoder.c compress/edge_decoder_zstd.c */
/* fuzz: compress/edge_memory.c -lzstd */

#include "decoder.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    fuzz_decoder(&edge_decoder_zstd, data, size);

    return 0;
}
