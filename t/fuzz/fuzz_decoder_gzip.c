/* fuzz: compress/edge_decoder.c compress/edge_decoder_gzip.c */
/* fuzz: compress/edge_memory.c -lz */

#include "decoder.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    fuzz_decoder(&edge_decoder_gzip, data, size);

    return 0;
}
