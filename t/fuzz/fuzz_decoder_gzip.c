/* fuzz: compress/edge_decoder.c compress/edge_decoder_gzip.c */
/* fuzz: compress/edge_memory.c -lz */

#include "decoder.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static char            hello[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03"
                                     "\x01\5\0\xfa\xff" "hello"
                                     "\x86\xa6\x10\x36\5\0\0\0";
    static const before_t  before = { hello, sizeof(hello) - 1 };

    fuzz_decoder(&edge_decoder_gzip, &before, NULL, data, size);

    return 0;
}
