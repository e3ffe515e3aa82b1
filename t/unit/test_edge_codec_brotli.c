/*
 * unit: compress/edge_codec_brotli.c
 *       compress/edge_codec_brotli_dictionary.c
 *       compress/edge_codec_brotli_size.c compress/edge_spill.c
 *       compress/edge_codec_brotli_stored.c
 *       compress/edge_stored.c
 *       compress/edge_arena.c
 *       compress/edge_memory.c compress/edge_stream.c
 *       t/unit/edge_segments.c -lbrotlienc -lbrotlidec
 */

/* What is Brotli's own; the contract of all is test_edge_codec.c. */

#include <brotli/decode.h>

#include "edge_arena.h"
#include "edge_codec_brotli.h"
#include "edge_segments.h"


/* decodes what there is: 1 if the stream ends exactly there, 0 if it goes on */

static int
decode(const edge_coded_t *coded, const unsigned char *body, size_t size)
{
    size_t                in_left, out_left;
    uint8_t              *decoded, *next_out;
    const uint8_t        *next_in;
    BrotliDecoderState   *state;
    BrotliDecoderResult   result;

    state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    decoded = malloc(size + 1);
    assert_non_null(state);
    assert_non_null(decoded);

    next_in = coded->data;
    in_left = coded->size;
    next_out = decoded;
    out_left = size + 1;

    result = BrotliDecoderDecompressStream(state, &in_left, &next_in,
                                           &out_left, &next_out, NULL);
    BrotliDecoderDestroyInstance(state);

    assert_int_not_equal(result, BROTLI_DECODER_RESULT_ERROR);
    assert_int_equal(in_left, 0);
    assert_int_equal(size + 1 - out_left, size);
    assert_memory_equal(decoded, body, size);
    free(decoded);

    return result == BROTLI_DECODER_RESULT_SUCCESS;
}


static void
check(const edge_coded_t *coded, const unsigned char *body, size_t size)
{
    assert_int_equal(decode(coded, body, size), 0);
}


static void
assert_round_trip(const edge_segments_t *segments, unsigned kind,
    size_t size, uint32_t seed)
{
    edge_coded_t    coded;
    edge_memory_t   memory = { 0, 0, 0 };
    unsigned char  *body;

    body = edge_segments_body(kind, size);
    coded = edge_segments_code(segments, &memory, body, size, seed, check);

    assert_int_equal(decode(&coded, body, size), 1);
    assert_int_equal(memory.used, 0);
    assert_true(memory.peak <= segments->codec->estimate(segments->params,
                                                     segments->size_max, 0));
    free(coded.data);
    free(body);
}


/* encoders and storers by turns, at every window that has its own header */

static void
test_segments(void **state)
{
    uint32_t         seed;
    unsigned         kind;
    edge_params_t    params = { 0, 0, 0, 0, NULL, NULL };
    edge_segments_t  segments = {
        &edge_codec_brotli, &edge_codec_brotli_stored, &params,
        EDGE_SIZE_UNKNOWN, 0, 0, 0
    };

    (void) state;

    static const int     levels[] = { 0, 1, 2, 4, 5, 6, 9 };
    static const size_t  rooms[] = { 1, 20, 700, 60000 };

    for (seed = 0; seed < 120; seed++) {
        kind = seed % EDGE_SEGMENTS_KINDS;
        params.level = levels[seed % 7];
        params.window_log = 10 + seed % 10;
        segments.room_max = rooms[seed / 4 % 4];

        assert_round_trip(&segments, kind,
                          segments.room_max == 1 ? 5000 : 1000 * seed, seed);
    }
}


static void
test_empty(void **state)
{
    unsigned         window_log;
    edge_params_t    params = { 5, 0, 0, 0, NULL, NULL };
    edge_segments_t  segments = {
        &edge_codec_brotli, &edge_codec_brotli_stored, &params,
        EDGE_SIZE_UNKNOWN, 30, 0, 0
    };

    (void) state;

    for (window_log = 10; window_log <= 24; window_log++) {
        params.window_log = window_log;
        assert_round_trip(&segments, 0, 0, window_log);
        segments.codec = &edge_codec_brotli_stored;
        assert_round_trip(&segments, 0, 0, window_log);
        assert_round_trip(&segments, 1, 70000, window_log);
        segments.codec = &edge_codec_brotli;
    }
}


/*
 * An encoder that was given its estimate asks for no more: at every level
 * and size class, for bodies of any kind, in one piece and in many.
 */

static void
assert_estimate(int level, unsigned size_log, unsigned window_log)
{
    size_t           size, peak;
    unsigned         kind;
    edge_coded_t     coded;
    edge_params_t    params = { 0, 0, 0, 0, NULL, NULL };
    edge_memory_t    memory = { 0, 0, 0 };
    unsigned char   *body;
    edge_segments_t  segments = {
        &edge_codec_brotli, &edge_codec_brotli_stored, &params, 0, 65536, 0,
        1
    };

    params.level = level;
    params.window_log = window_log;
    segments.size_max = size_log ? (uint64_t) 1 << size_log
                                 : EDGE_SIZE_UNKNOWN;
    size = (size_t) 1 << (size_log ? size_log : window_log + 3);

    peak = edge_codec_brotli.estimate(&params, segments.size_max, 0);

    for (kind = 0; kind < EDGE_SEGMENTS_KINDS; kind++) {
        body = edge_segments_body(kind, size);
        coded = edge_segments_code(&segments, &memory, body, size, kind,
                                   NULL);

        if (memory.peak > peak) {
            fail_msg("level %d, size 2^%u, window 2^%u, kind %u: %zu bytes, "
                     "estimated %zu", level, size_log, window_log, kind,
                     memory.peak, peak);
        }

        free(coded.data);
        free(body);
    }
}


static void
test_estimates(void **state)
{
    int  level;

    (void) state;

    for (level = EDGE_BROTLI_LEVEL_MIN; level <= 9; level++) {
        assert_estimate(level, 14, 0);
        assert_estimate(level, 17, 0);
        assert_estimate(level, 20, 0);
        assert_estimate(level, 0, 0);
        assert_estimate(level, 0, 16);

        if (level > 3 && level < 7) {
            assert_estimate(level, 0, 19);
        }
    }

    assert_estimate(10, 14, 0);
    assert_estimate(11, 14, 0);
    assert_estimate(11, 17, 0);
}


/* the ceiling refuses a whole encoder, never half of one */

static void
test_ceiling(void **state)
{
    edge_params_t    params = { 5, 0, 0, 0, NULL, NULL };
    edge_memory_t    memory = { 0, 0, 0 };
    edge_encoder_t  *encoder;

    (void) state;

    memory.ceiling = edge_codec_brotli.estimate(&params, 131072, 1);

    encoder = edge_codec_brotli.create(&memory, &params, 131072, 1);
    assert_non_null(encoder);
    assert_null(edge_codec_brotli.create(&memory, &params, 131072, 1));

    edge_codec_brotli.close(encoder);
    assert_int_equal(memory.used, 0);

    memory.ceiling /= 2;
    assert_null(edge_codec_brotli.create(&memory, &params, 131072, 1));
    assert_int_equal(memory.used, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_estimates),
        cmocka_unit_test(test_ceiling)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
