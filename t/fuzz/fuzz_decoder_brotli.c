/* fuzz: compress/edge_decoder.c compress/edge_decoder_brotli.c */
/* fuzz: compress/edge_memory.c -lbrotlidec */

#include "decoder.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const before_t  before;      /* none can be reset */

    fuzz_decoder(&edge_decoder_brotli, &before, NULL, data, size);

    return 0;
}
