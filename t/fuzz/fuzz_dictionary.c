/*
 * fuzz: compress/edge_codec_dictionary.c compress/edge_dictionary.c
 *       compress/edge_codec_zstd.c compress/edge_codec_zstd_size.c
 *       compress/edge_codec_zstd_search.c compress/edge_match_fast.c
 *       compress/edge_match_finder.c
 *       compress/edge_codec_zstd_dictionary.c
 *       compress/edge_codec_zstd_stored.c compress/edge_codec_brotli.c
 *       compress/edge_codec_brotli_dictionary.c
 *       compress/edge_codec_brotli_size.c
 *       compress/edge_codec_brotli_stored.c
 *       compress/edge_stored.c
 *       compress/edge_arena.c
 *       compress/edge_memory.c compress/edge_spill.c compress/edge_stream.c
 *       common/edge_structured_field.c common/edge_structured_item.c
 *       common/edge_structured_value.c -lzstd -lbrotlienc -lcrypto
 */

/*
 * dcz: the first bytes choose level, room and step sizes, and where the rest
 * is parted into dictionary and body; encoders are changed at pauses.  What
 * comes out has one header and decodes to the body.
 */

#define ZSTD_STATIC_LINKING_ONLY

#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "edge_codec_dictionary.h"
#include "edge_dictionary.h"
#include "edge_memory.h"
#include "edge_stream.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


#define check(condition)  do { if (!(condition)) abort(); } while (0)

static unsigned char  coded[1 << 20], decoded[1 << 17];


static size_t
code(const edge_dictionary_t *dictionary, const unsigned char *body,
    size_t size, unsigned stride)
{
    size_t                 n, steps;
    edge_in_t              in = { body, 0, 0 };
    edge_out_t             out = { coded, 0, 0 };
    edge_step_e            step;
    edge_memory_t          memory = { 0, 0, 0 };
    edge_stream_t          stream;
    edge_encoder_t        *encoder;
    const edge_codec_t    *codec;
    edge_stream_status_e   status;

    edge_stream_init(&stream);
    encoder = NULL;
    codec = &edge_codec_dcz;

    for (steps = 0; /* void */; steps++) {

        if (encoder == NULL) {
            codec = (steps % 7 == 3) ? &edge_codec_dcz_stored
                                     : &edge_codec_dcz;
            encoder = codec->create(&memory, &dictionary->dcz, size, 0);
            check(encoder);
            check(codec->open(encoder, EDGE_SIZE_UNKNOWN) == EDGE_CODEC_DONE);
            edge_stream_attach(&stream, codec, encoder);
        }

        n = (size_t) stride * (steps + 1);
        in.size = n < size ? n : size;
        step = in.size == size ? EDGE_STEP_FINISH : steps % 3;

        do {
            out.size = out.pos + 1 + stride * steps % 97;
            check(out.size <= sizeof(coded));
            status = edge_stream_run(&stream, step, &in, &out);
        } while (status == EDGE_STREAM_WANT_OUT);

        check(status != EDGE_STREAM_FAILED);

        if (status == EDGE_STREAM_FINISHED) {
            edge_stream_detach(&stream);
            codec->close(encoder);
            encoder = NULL;

            if (step == EDGE_STEP_FINISH) {
                check(memory.used == 0);
                return out.pos;
            }
        }
    }
}


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    size_t              n, rc, split;
    ZSTD_DCtx          *dctx;
    ZSTD_inBuffer       in = { coded, 0, EDGE_DCZ_HEADER };
    ZSTD_outBuffer      out = { decoded, sizeof(decoded), 0 };
    edge_dictionary_t  *dictionary;

    if (size < 5) {
        return 0;
    }

    split = 1 + data[1] * (size - 4) / 256;
    dictionary = edge_dictionary_create(data + 3, split, 1 + data[0] % 12,
                                        EDGE_DICTIONARY_OFF);
    check(dictionary);

    n = code(dictionary, data + 3 + split, size - 3 - split,
             1 + data[2] * 16);

    check(n >= EDGE_DCZ_HEADER);
    check(memcmp(coded, "\x5e\x2a\x4d\x18\x20\0\0\0", 8) == 0);
    check(memcmp(coded + 8, dictionary->digest, 32) == 0);

    dctx = ZSTD_createDCtx();
    check(!ZSTD_isError(ZSTD_DCtx_loadDictionary_advanced(dctx, data + 3,
                        split, ZSTD_dlm_byRef, ZSTD_dct_rawContent)));
    in.size = n;
    rc = 1;

    while (in.pos < in.size) {
        rc = ZSTD_decompressStream(dctx, &out, &in);
        check(!ZSTD_isError(rc));
    }

    check(rc == 0 && out.pos == size - 3 - split);
    check(memcmp(decoded, data + 3 + split, out.pos) == 0);

    ZSTD_freeDCtx(dctx);
    edge_dictionary_free(dictionary);

    return 0;
}
