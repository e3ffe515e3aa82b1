/* fuzz: compress/edge_codec_zstd.c compress/edge_codec_zstd_size.c
 *       compress/edge_codec_zstd_search.c compress/edge_match_fast.c
 *       compress/edge_match_finder.c
 *       compress/edge_codec_zstd_dictionary.c
 *       compress/edge_memory.c -lzstd
 */

/*
 * The input is a body, after one byte of attempts, or 0 for the fast search,
 * and one of how many KB come behind it, of noise, before it is there again:
 * what our own search makes of it is decoded and compared.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "edge_codec_zstd.h"
#include "edge_memory.h"


#define BODY_MAX  (128 * 1024)


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


static unsigned char  body[BODY_MAX], coded[2 * BODY_MAX], decoded[BODY_MAX];


static void
demand(int right)
{
    if (!right) {
        abort();
    }
}


/* returns how long it is */

static size_t
make_body(const unsigned char *data, size_t size, size_t gap)
{
    size_t    i, n;
    uint32_t  noise;

    memcpy(body, data, size);

    if (gap == 0) {
        return size;
    }

    for (i = size, noise = 1; i < size + gap && i < BODY_MAX; i++) {
        noise = noise * 1664525 + 1013904223;
        body[i] = (unsigned char) (noise >> 24);
    }

    n = (size < BODY_MAX - i) ? size : BODY_MAX - i;
    memcpy(body + i, data, n);

    return i + n;
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

    if (size < 2 || size - 2 > BODY_MAX) {
        return 0;
    }

    search.attempts = data[0] % 100;

    if (search.attempts == 0) {
        params.level = 3;
        params.search = NULL;
    }

    size = make_body(data + 2, size - 2, (size_t) (data[1] % 128) * 1024);

    in = (edge_in_t) { body, size, 0 };
    out = (edge_out_t) { coded, edge_codec_zstd.bound(size), 0 };

    encoder = edge_codec_zstd.create(&memory, &params, size, 1);
    demand(encoder != NULL);
    demand(memory.used <= edge_codec_zstd.estimate(&params, size, 1));

    demand(edge_codec_zstd.open(encoder, size) == EDGE_CODEC_DONE);
    demand(edge_codec_zstd.step(encoder, EDGE_STEP_FINISH, &in, &out)
           == EDGE_CODEC_DONE);

    demand(ZSTD_decompress(decoded, BODY_MAX, coded, out.pos) == size);
    demand(memcmp(decoded, body, size) == 0);

    edge_codec_zstd.close(encoder);
    demand(memory.used == 0);

    return 0;
}
