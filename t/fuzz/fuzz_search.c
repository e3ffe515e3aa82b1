/* fuzz: compress/edge_codec_zstd.c compress/edge_codec_zstd_size.c
 *       compress/edge_codec_zstd_search.c compress/edge_match_fast.c
 *       compress/edge_match_finder.c
 *       compress/edge_codec_zstd_dictionary.c
 *       compress/edge_memory.c -lzstd
 */

/*
 * The input is a body, after one byte of attempts, or 0 for the fast search:
 * what our own search makes of it is decoded and compared.
 */

#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "edge_codec_zstd.h"
#include "edge_memory.h"


#define BODY_MAX  (128 * 1024)


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


static unsigned char  coded[2 * BODY_MAX], decoded[BODY_MAX];


static void
demand(int right)
{
    if (!right) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    edge_in_t        in;
    edge_out_t       out;
    edge_memory_t    memory = { 0, 0, 0 };
    edge_search_t    search = { 4, 15, 14, 6, 4, 0 };
    edge_params_t    params = { 6, 23, 0, 0, NULL, &search };
    edge_encoder_t  *encoder;

    if (size == 0 || size > BODY_MAX) {
        return 0;
    }

    search.attempts = data[0] % 100;

    if (search.attempts == 0) {
        params.level = 3;
        params.search = NULL;
    }

    in = (edge_in_t) { data + 1, size - 1, 0 };
    out = (edge_out_t) { coded, edge_codec_zstd.bound(size - 1), 0 };

    encoder = edge_codec_zstd.create(&memory, &params, size, 1);
    demand(encoder != NULL);
    demand(memory.used <= edge_codec_zstd.estimate(&params, size, 1));

    demand(edge_codec_zstd.open(encoder, size - 1) == EDGE_CODEC_DONE);
    demand(edge_codec_zstd.step(encoder, EDGE_STEP_FINISH, &in, &out)
           == EDGE_CODEC_DONE);

    demand(ZSTD_decompress(decoded, BODY_MAX, coded, out.pos) == size - 1);
    demand(size == 1 || memcmp(decoded, data + 1, size - 1) == 0);

    edge_codec_zstd.close(encoder);
    demand(memory.used == 0);

    return 0;
}
