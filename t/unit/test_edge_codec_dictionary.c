/*
 * unit: compress/edge_codec_dictionary.c compress/edge_dictionary.c
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
 *       common/edge_structured_value.c t/unit/edge_segments.c
 *       -lzstd -lbrotlienc -lbrotlidec -lcrypto
 */

#define ZSTD_STATIC_LINKING_ONLY

#include <time.h>

#include <brotli/decode.h>
#include <zstd.h>

#include "edge_codec_dictionary.h"
#include "edge_dictionary.h"
#include "edge_segments.h"


#define BODY  300000


/* the body decoded, by hand and by the libraries' own decoders */

typedef struct {
    const edge_dictionary_t  *dictionary;
    const unsigned char      *coded;
    size_t                    size;
    unsigned char            *body;
    size_t                    room;
    unsigned                  ended;
    uint64_t                  window;       /* the largest of dcz */
} decoded_t;


static edge_dictionary_t  *dictionary;
static unsigned char      *previous, *body;


static size_t
decode_dcz(decoded_t *d)
{
    size_t             rc;
    ZSTD_DCtx         *dctx;
    ZSTD_inBuffer      in = { d->coded, d->size, EDGE_DCZ_HEADER };
    ZSTD_outBuffer     out = { d->body, d->room, 0 };
    ZSTD_frameHeader   header;

    assert_true(d->size >= EDGE_DCZ_HEADER);
    assert_memory_equal(d->coded, "\x5e\x2a\x4d\x18\x20\0\0\0", 8);
    assert_memory_equal(d->coded + 8, d->dictionary->digest, 32);

    if (ZSTD_getFrameHeader(&header, d->coded + EDGE_DCZ_HEADER,
                            d->size - EDGE_DCZ_HEADER) == 0)
    {
        d->window = header.windowSize;
    }

    dctx = ZSTD_createDCtx();
    assert_non_null(dctx);
    assert_false(ZSTD_isError(ZSTD_DCtx_loadDictionary_advanced(dctx,
                              d->dictionary->data, d->dictionary->size,
                              ZSTD_dlm_byRef, ZSTD_dct_rawContent)));
    rc = 1;

    while (in.pos < in.size) {
        rc = ZSTD_decompressStream(dctx, &out, &in);
        assert_false(ZSTD_isError(rc));
    }

    d->ended = (rc == 0);
    ZSTD_freeDCtx(dctx);

    return out.pos;
}


static size_t
decode_dcb(decoded_t *d)
{
    size_t                in_left, out_left;
    uint8_t              *next_out;
    const uint8_t        *next_in;
    BrotliDecoderState   *state;
    BrotliDecoderResult   result;

    assert_true(d->size >= EDGE_DCB_HEADER);
    assert_memory_equal(d->coded, "\xff\x44\x43\x42", 4);
    assert_memory_equal(d->coded + 4, d->dictionary->digest, 32);

    state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    assert_non_null(state);

#if defined(SHARED_BROTLI_MAX_COMPOUND_DICTS)
    assert_true(BrotliDecoderAttachDictionary(state,
                                              BROTLI_SHARED_DICTIONARY_RAW,
                                              d->dictionary->size,
                                              d->dictionary->data));
#endif

    next_in = d->coded + EDGE_DCB_HEADER;
    in_left = d->size - EDGE_DCB_HEADER;
    next_out = d->body;
    out_left = d->room;

    result = BrotliDecoderDecompressStream(state, &in_left, &next_in,
                                           &out_left, &next_out, NULL);
    BrotliDecoderDestroyInstance(state);

    assert_int_not_equal(result, BROTLI_DECODER_RESULT_ERROR);
    assert_int_equal(in_left, 0);
    d->ended = (result == BROTLI_DECODER_RESULT_SUCCESS);

    return d->room - out_left;
}


static void
assert_decodes(const edge_codec_t *codec, const edge_coded_t *coded,
    const unsigned char *wanted, size_t size, unsigned ended)
{
    size_t     n;
    decoded_t  d = { dictionary, coded->data, coded->size, NULL, size + 1, 0,
                     0 };

    d.body = malloc(d.room);
    assert_non_null(d.body);

    n = (codec->name[2] == 'z') ? decode_dcz(&d) : decode_dcb(&d);

    assert_int_equal(n, size);
    assert_memory_equal(d.body, wanted, size);

    if (ended) {
        assert_true(d.ended);
    }

    free(d.body);
}


static void
check_dcz(const edge_coded_t *coded, const unsigned char *wanted, size_t size)
{
    assert_decodes(&edge_codec_dcz, coded, wanted, size, 0);
}


static void
check_dcb(const edge_coded_t *coded, const unsigned char *wanted, size_t size)
{
    assert_decodes(&edge_codec_dcb, coded, wanted, size, 0);
}


/* one release of a file and the next: noise, with a few edits */

static int
make_dictionary(void **state)
{
    size_t    i;
    uint32_t  seed;

    (void) state;

    seed = 7;
    previous = edge_segments_body(1, BODY);
    body = malloc(BODY);
    assert_non_null(body);
    memcpy(body, previous, BODY);

    for (i = 0; i < 40; i++) {
        memcpy(body + edge_segments_random(&seed, BODY - 100),
               "a sentence that was not there before, and is now, by chance",
               20 + edge_segments_random(&seed, 39));
    }

    dictionary = edge_dictionary_create(previous, BODY, 5,
                                        edge_dictionary_has_brotli()
                                        ? 5 : EDGE_DICTIONARY_OFF);
    assert_non_null(dictionary);

    return 0;
}


static int
free_dictionary(void **state)
{
    (void) state;

    edge_dictionary_free(dictionary);
    free(previous);
    free(body);

    return 0;
}


/* encoders come and go, some without memory: one body, one header */

static void
round_trips(const edge_codec_t *codec, const edge_codec_t *stored,
    const edge_params_t *params, const edge_params_t *frugal)
{
    size_t           size;
    uint32_t         seed;
    edge_coded_t     coded;
    edge_memory_t    memory = { 0, 0, 0 };
    edge_segments_t  segments = { codec, stored, params, EDGE_SIZE_UNKNOWN,
                                  0, 0, 0 };

    static const size_t  rooms[] = { 1, 39, 700, 60000 };

    for (seed = 0; seed < 48; seed++) {
        segments.params = (seed % 3 == 2) ? frugal : params;
        segments.room_max = rooms[seed % 4];
        size = segments.room_max == 1 ? 3000 : seed * (BODY / 48);

        coded = edge_segments_code(&segments, &memory, body, size, seed,
                                   codec->name[2] == 'z' ? check_dcz
                                                         : check_dcb);
        assert_decodes(codec, &coded, body, size, 1);
        assert_int_equal(memory.used, 0);
        free(coded.data);
    }
}


static void
test_dcz(void **state)
{
    (void) state;

    round_trips(&edge_codec_dcz, &edge_codec_dcz_stored, &dictionary->dcz,
                &dictionary->dcz_frugal);
}


static void
test_dcb(void **state)
{
    (void) state;

    if (!edge_dictionary_has_brotli()) {
        assert_null(edge_dictionary_create(previous, BODY, 5, 5));
        return;
    }

    round_trips(&edge_codec_dcb, &edge_codec_dcb_stored, &dictionary->dcb,
                &dictionary->dcb_frugal);
}


/* without pauses: what the dictionary saves, of noise nothing else does */

static void
assert_small(const edge_codec_t *codec, const edge_params_t *params,
    uint64_t size_max, size_t most)
{
    edge_coded_t     coded;
    edge_memory_t    memory = { 0, 0, 0 };
    edge_segments_t  segments = { codec, NULL, params, size_max, 60000, 0,
                                  1 };

    coded = edge_segments_code(&segments, &memory, body, BODY, 3, NULL);
    assert_decodes(codec, &coded, body, BODY, 1);
    assert_true(coded.size < most);
    assert_true(memory.peak <= codec->estimate(params, size_max, 0));
    free(coded.data);
}


static void
test_saves(void **state)
{
    (void) state;

    assert_small(&edge_codec_dcz, &dictionary->dcz, EDGE_SIZE_UNKNOWN, 6000);
    assert_small(&edge_codec_dcz, &dictionary->dcz, 1 << 19, 6000);

    if (edge_dictionary_has_brotli()) {
        assert_small(&edge_codec_dcb, &dictionary->dcb, EDGE_SIZE_UNKNOWN,
                     6000);
    }
}


/* a whole body in one call into exactly bound() bytes */

static void
code_whole(const edge_codec_t *codec, const edge_params_t *params,
    size_t size)
{
    edge_in_t        in = { body, size, 0 };
    edge_out_t       out = { NULL, codec->bound(size), 0 };
    edge_coded_t     coded;
    edge_memory_t    memory = { 0, 0, 0 };
    edge_encoder_t  *encoder;
    unsigned         times;

    out.data = malloc(out.size);
    assert_non_null(out.data);

    encoder = codec->create(&memory, params, size, 1);
    assert_non_null(encoder);

    /* an encoder is used again */

    for (times = 0; times < 3; times++) {
        in.pos = 0;
        out.pos = 0;

        assert_int_equal(codec->open(encoder, size), EDGE_CODEC_DONE);
        assert_int_equal(codec->step(encoder, EDGE_STEP_FINISH, &in, &out),
                         EDGE_CODEC_DONE);
        assert_int_equal(in.pos, size);

        coded.data = out.data;
        coded.size = out.pos;
        assert_decodes(codec, &coded, body, size, 1);
    }

    assert_true(memory.peak <= codec->estimate(params, size, 1));
    codec->close(encoder);
    free(out.data);
}


static void
test_whole(void **state)
{
    size_t  size;

    (void) state;

    for (size = 0; size <= 131072; size = size * 3 + 1) {
        code_whole(&edge_codec_dcz, &dictionary->dcz, size);
        code_whole(&edge_codec_dcz_stored, &dictionary->dcz, size);

        if (edge_dictionary_has_brotli()) {
            code_whole(&edge_codec_dcb, &dictionary->dcb, size);
            code_whole(&edge_codec_dcb_stored, &dictionary->dcb, size);
        }
    }
}


/* refused at the first step: not a byte of the header is left behind */

static void
test_refusal(void **state)
{
    char             room[4096];
    edge_in_t        in = { body, 3000, 0 };
    edge_out_t       out = { room, sizeof(room), 0 };
    edge_memory_t    memory = { 0, 0, 0 };
    edge_stream_t    stream;
    edge_encoder_t  *encoder;

    (void) state;

    encoder = edge_codec_dcz.create(&memory, &dictionary->dcz, 3000, 1);
    assert_non_null(encoder);
    assert_int_equal(edge_codec_dcz.open(encoder, 3000), EDGE_CODEC_DONE);

    edge_stream_init(&stream);
    edge_stream_attach(&stream, &edge_codec_dcz, encoder);
    memory.ceiling = memory.used;

    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FINISH, &in, &out),
                     EDGE_STREAM_REFUSED);
    assert_int_equal(out.pos, 0);
    assert_int_equal(in.pos, 0);

    edge_stream_detach(&stream);
    edge_codec_dcz.close(encoder);

    /* the one that stores writes it, then */

    encoder = edge_codec_dcz_stored.create(&memory, &dictionary->dcz, 3000,
                                           1);
    assert_non_null(encoder);
    assert_int_equal(edge_codec_dcz_stored.open(encoder, 3000),
                     EDGE_CODEC_DONE);
    edge_stream_attach(&stream, &edge_codec_dcz_stored, encoder);

    assert_int_equal(edge_stream_run(&stream, EDGE_STEP_FINISH, &in, &out),
                     EDGE_STREAM_FINISHED);
    check_dcz(&(edge_coded_t) { (unsigned char *) room, out.pos, 0 }, body,
              3000);
    edge_codec_dcz_stored.close(encoder);
}


/* RFC 9842, 5: a window of 8 MB, or 1.25 times the dictionary */

static void
test_windows(void **state)
{
    size_t              i;
    edge_dictionary_t  *large;

    static const struct {
        size_t    size;
        unsigned  window_log;
    } sizes[] = {
        { 1, 23 }, { 8 << 20, 23 }, { 13421772, 23 }, { 13421773, 24 },
        { 26843546, 25 }
    };

    (void) state;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned char  *data = calloc(1, sizes[i].size);

        assert_non_null(data);
        large = edge_dictionary_create(data, sizes[i].size, 1,
                                       EDGE_DICTIONARY_OFF);
        assert_non_null(large);
        assert_int_equal(large->dcz.window_log, sizes[i].window_log);
        assert_true((uint64_t) 1 << large->dcz.window_log <= 8 << 20
                    || (uint64_t) 1 << large->dcz.window_log
                       <= large->size + large->size / 4);
        edge_dictionary_free(large);
        free(data);
    }
}


/*
 * 1 KB against 8 MB and against nothing: the tables of a dictionary are not
 * copied, or the first would take a thousand times as long.
 */

static double
time_of(const edge_codec_t *codec, const edge_params_t *params)
{
    char             room[4096];
    double           best, took;
    unsigned         i, times;
    edge_in_t        in = { NULL, 1024, 0 };
    edge_out_t       out = { room, sizeof(room), 0 };
    edge_memory_t    memory = { 0, 0, 0 };
    edge_encoder_t  *encoder;
    unsigned char   *text;
    struct timespec  start, end;

    text = edge_segments_body(0, 5000);
    in.data = text + 3976;

    encoder = codec->create(&memory, params, 1024, 1);
    assert_non_null(encoder);
    best = 1e9;

    for (i = 0; i < 30; i++) {
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);

        for (times = 0; times < 50; times++) {
            in.pos = 0;
            out.pos = 0;
            assert_int_equal(codec->open(encoder, 1024), EDGE_CODEC_DONE);
            assert_int_equal(codec->step(encoder, EDGE_STEP_FINISH, &in,
                                         &out),
                             EDGE_CODEC_DONE);
        }

        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        took = (end.tv_sec - start.tv_sec) * 1e6
               + (end.tv_nsec - start.tv_nsec) / 1e3;
        best = took / 50 < best ? took / 50 : best;
    }

    codec->close(encoder);
    free(text);

    return best;
}


static void
test_cost(void **state)
{
    double              with, without;
    unsigned char      *data;
    edge_params_t       params = { 5, 23, 0, 0, NULL, NULL };
    edge_dictionary_t  *large;

    (void) state;

    data = edge_segments_body(3, 8 << 20);
    large = edge_dictionary_create(data, 8 << 20, 5, EDGE_DICTIONARY_OFF);
    assert_non_null(large);

    without = time_of(&edge_codec_zstd, &params);
    with = time_of(&edge_codec_dcz, &large->dcz);

    print_message("# 1 KB: %.1f us, with 8 MB: %.1f us\n", without, with);
    assert_true(with < 20 * without);

    edge_dictionary_free(large);
    free(data);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_dcz),
        cmocka_unit_test(test_dcb),
        cmocka_unit_test(test_saves),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_refusal),
        cmocka_unit_test(test_windows),
        cmocka_unit_test(test_cost)
    };

    return cmocka_run_group_tests(tests, make_dictionary, free_dictionary);
}
