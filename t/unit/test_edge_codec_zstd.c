/*
 * unit: compress/edge_codec_zstd.c compress/edge_codec_zstd_size.c
 *       compress/edge_codec_zstd_search.c compress/edge_match_fast.c
 *       compress/edge_match_finder.c
 *       compress/edge_codec_zstd_dictionary.c compress/edge_level.c
 *       compress/edge_memory.c compress/edge_zstd_frame.c
 *       t/unit/edge_test.c -lzstd
 */

#define ZSTD_STATIC_LINKING_ONLY

#include <zstd.h>

#include "edge_codec_zstd.h"
#include "edge_codec_zstd_parts.h"
#include "edge_codec_zstd_dictionary.h"
#include "edge_level.h"
#include "edge_memory.h"
#include "edge_test.h"
#include "edge_zstd_frame.h"


#define BODY_SIZE  131072
#define BODY_MOST  524288


static unsigned char  *body;
static unsigned char   room[BODY_MOST * 2];


static int
setup(void **state)
{
    body = edge_test_body(EDGE_TEST_TEXT, BODY_MOST);

    return 0;
}


static int
teardown(void **state)
{
    free(body);

    return 0;
}


/* size bytes of the body as one frame into room: how much of it is used */

static size_t
finish(edge_encoder_t *encoder, size_t size)
{
    edge_in_t   in = { body, size, 0 };
    edge_out_t  out = { room, sizeof(room), 0 };

    assert_int_equal(edge_codec_zstd.step(encoder, EDGE_STEP_FINISH, &in,
                                          &out), EDGE_CODEC_DONE);
    return out.pos;
}


/* what a frame declares; the reader and libzstd must agree */

static uint64_t
declared_window(size_t size)
{
    uint64_t          window;
    ZSTD_frameHeader  header;

    assert_int_equal(edge_zstd_frame_read(room, size, &window),
                     EDGE_ZSTD_FRAME_OK);
    assert_int_equal(ZSTD_getFrameHeader(&header, room, size), 0);
    assert_int_equal(window, header.windowSize);

    return window;
}


static edge_encoder_t *
create(edge_memory_t *memory, const edge_params_t *params, uint64_t size_max,
    unsigned whole, uint64_t size)
{
    edge_encoder_t  *encoder;

    encoder = edge_codec_zstd.create(memory, params, size_max, whole);
    assert_non_null(encoder);
    assert_int_equal(edge_codec_zstd.open(encoder, size), EDGE_CODEC_DONE);

    return encoder;
}


/* every level and window: no frame over its cap, no byte over the estimate */

static void
check_level(int level, unsigned window_log, unsigned long_distance,
    const edge_search_t *search)
{
    size_t          i, size, estimate;
    unsigned        whole;
    edge_memory_t   memory = { 0, 0, 0 };
    edge_params_t   params = { level, window_log, 0, long_distance, NULL,
                               search };
    edge_encoder_t *encoder;

    static const uint64_t  sizes[] = {
        1 << 14, 1 << 17, 1 << 18, 1 << 20, 1 << 23, EDGE_SIZE_UNKNOWN
    };

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (whole = 0; whole <= (sizes[i] <= BODY_SIZE); whole++) {
            memory.peak = 0;
            size = (sizes[i] < BODY_SIZE) ? sizes[i] : BODY_SIZE;

            encoder = create(&memory, &params, sizes[i], whole,
                             whole ? size : EDGE_SIZE_UNKNOWN);
            size = finish(encoder, whole ? size : 1000);

            assert_true(declared_window(size)
                        <= ((uint64_t) 1 << window_log));

            estimate = edge_codec_zstd.estimate(&params, sizes[i], whole);
            assert_true(estimate >= memory.peak);

            /* nor is it far more than what is taken */

            assert_true(estimate <= memory.peak + memory.peak / 4);

            edge_codec_zstd.close(encoder);
            assert_int_equal(memory.used, 0);
        }
    }
}


static void
test_windows_and_estimates(void **state)
{
    int       level;
    unsigned  window_log;

    for (level = -3; level <= 22; level++) {
        for (window_log = EDGE_ZSTD_WINDOW_LOG_MIN;
             window_log <= EDGE_ZSTD_WINDOW_LOG_MAX;
             window_log++)
        {
            /* large ones take long to set up: each level and each window */

            if (level == 3 || (level == 19 && window_log == 21)
                || window_log == (unsigned) (10 + (level + 3) % 7))
            {
                check_level(level, window_log, 0, NULL);
                check_level(level, window_log, 1, NULL);
            }
        }
    }
}


static void
test_searches(void **state)
{
    unsigned  i, window_log;

    for (i = 0; i < EDGE_LEVELS; i++) {
        for (window_log = EDGE_ZSTD_WINDOW_LOG_MIN;
             window_log <= EDGE_ZSTD_WINDOW_LOG_MAX;
             window_log++)
        {
            check_level(edge_levels[i].zstd, window_log, 0,
                        &edge_levels[i].search);
            check_level(edge_levels[i].zstd, window_log, 1,
                        &edge_levels[i].search);
        }
    }
}


/* what is searched for decides what comes out: it is not the level's own */

static void
test_search_counts(void **state)
{
    size_t           size[2];
    unsigned         i;
    edge_memory_t    memory = { 0, 0, 0 };
    edge_encoder_t  *encoder;

    static const edge_search_t  fast = { 1, 10, 10, 1, 7, 0 };

    edge_params_t  params[] = {
        { 6, 20, 0, 0, NULL, NULL }, { 6, 20, 0, 0, NULL, &fast }
    };

    for (i = 0; i < 2; i++) {
        encoder = create(&memory, &params[i], BODY_SIZE, 1, BODY_SIZE);
        size[i] = finish(encoder, BODY_SIZE);
        edge_codec_zstd.close(encoder);
    }

    assert_true(size[1] > size[0]);
}


/*
 * At the default level tables are smaller than the library's for bodies that
 * may be larger than those that ours searches, and for others next to nothing.
 */

static void
test_default_tables(void **state)
{
    size_t                      i, own;
    edge_memory_t               memory = { 0, 0, 0 };
    edge_encoder_t             *encoder;
    ZSTD_compressionParameters  cparams;

    static const edge_params_t  params = { 3, 23, 0, 0, NULL, NULL };

    static const struct {
        size_t  size_max;
        size_t  spared;
    } cases[] = {
        { 16 * 1024, 0 },
        { 64 * 1024, 0 },
        { 128 * 1024, 0 },
        { 256 * 1024, 128 * 1024 },
        { 512 * 1024, 384 * 1024 }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memory.peak = 0;
        encoder = create(&memory, &params, cases[i].size_max, 1,
                         cases[i].size_max);
        (void) finish(encoder, cases[i].size_max);
        edge_codec_zstd.close(encoder);

        cparams = ZSTD_getCParams(3, cases[i].size_max, 0);
        own = 0;

        if (edge_codec_zstd_attempts(&params, cases[i].size_max, 1)) {
            own = edge_zstd_search_estimate(EDGE_ZSTD_SEARCH_FAST,
                                            cases[i].size_max);

            if (cases[i].size_max <= 128 * 1024) {
                cparams.strategy = ZSTD_fast;
                cparams.hashLog = ZSTD_HASHLOG_MIN;
                cparams.chainLog = ZSTD_CHAINLOG_MIN;
            }
        }

        own += ZSTD_estimateCCtxSize_usingCParams(cparams);
        assert_in_range(memory.peak + cases[i].spared, own, own + 1024);
    }
}


/* and what is found is as much, see test_edge_codec_zstd_search, too */

static void
test_default_found(void **state)
{
    size_t           i, own, coded;
    edge_memory_t    memory = { 0, 0, 0 };
    edge_encoder_t  *encoder;

    static const edge_params_t  params = { 3, 23, 0, 0, NULL, NULL };
    static const size_t         sizes[] = { 128 * 1024, 300 * 1024 };

    (void) state;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        encoder = create(&memory, &params, 512 * 1024, 1, sizes[i]);
        coded = finish(encoder, sizes[i]);
        edge_codec_zstd.close(encoder);

        own = ZSTD_compress(room, sizeof(room), body, sizes[i], 3);
        assert_in_range(coded, 1, own + own / 100);
    }
}


static void
test_known_size_is_declared(void **state)
{
    size_t                i;
    edge_memory_t         memory = { 0, 0, 0 };
    edge_encoder_t       *encoder;
    static edge_params_t  params = { 3, 23, 0, 0, NULL, NULL };
    static const size_t   sizes[] = { 0, 1, 255, 256, 65791, 65792, 131072 };

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        encoder = create(&memory, &params, sizes[i], 1, sizes[i]);
        assert_int_equal(ZSTD_getFrameContentSize(room,
                                                  finish(encoder, sizes[i])),
                         sizes[i]);
        edge_codec_zstd.close(encoder);
    }

    encoder = create(&memory, &params, 1000, 0, EDGE_SIZE_UNKNOWN);
    assert_true(ZSTD_getFrameContentSize(room, finish(encoder, 1000))
                == ZSTD_CONTENTSIZE_UNKNOWN);
    edge_codec_zstd.close(encoder);
}


/* a pledge that is not kept is an error, and the next frame is not */

static void
test_broken_pledge(void **state)
{
    edge_in_t             in = { body, 99, 0 };
    edge_out_t            out = { room, sizeof(room), 0 };
    edge_memory_t         memory = { 0, 0, 0 };
    edge_encoder_t       *encoder;
    edge_test_bytes_t     coded = { room, 0, sizeof(room) };
    static edge_params_t  params = { 3, 23, 0, 0, NULL, NULL };

    encoder = create(&memory, &params, 1000, 0, 100);
    assert_int_equal(edge_codec_zstd.step(encoder, EDGE_STEP_FINISH, &in,
                                          &out), EDGE_CODEC_ERROR);

    edge_codec_zstd.reset(encoder);
    assert_int_equal(edge_codec_zstd.open(encoder, 99), EDGE_CODEC_DONE);
    coded.size = finish(encoder, 99);
    edge_test_assert_zstd(&coded, body, 99);

    edge_codec_zstd.close(encoder);
    assert_int_equal(memory.used, 0);
}


/* bodies so large that a signed int would not hold their size */

static void
test_huge_bodies(void **state)
{
    size_t                 i;
    edge_memory_t          memory = { 0, 0, 0 };
    edge_encoder_t        *encoder;
    static edge_params_t   params = { 3, 20, 0, 0, NULL, NULL };
    static const uint64_t  sizes[] = {
        INT32_MAX, (uint64_t) INT32_MAX + 1, UINT32_MAX,
        (uint64_t) UINT32_MAX + 5, UINT64_MAX - 1
    };

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        encoder = create(&memory, &params, sizes[i], 0, EDGE_SIZE_UNKNOWN);
        assert_true(memory.used <= edge_codec_zstd.estimate(&params, sizes[i],
                                                            0));
        assert_true(declared_window(finish(encoder, 1000)) <= 1 << 20);
        edge_codec_zstd.close(encoder);
    }
}


static void
test_impossible_params(void **state)
{
    edge_memory_t  memory = { 0, 0, 0 };
    edge_params_t  params = { 3, 9, 0, 0, NULL, NULL };

    assert_null(edge_codec_zstd.create(&memory, &params, 1000, 0));
    assert_int_equal(memory.used, 0);
}


/* higher levels and long distance matching do what they are for */

static void
test_levels_differ(void **state)
{
    size_t           i, sizes[3];
    edge_params_t    params = { 1, 23, 0, 0, NULL, NULL };
    edge_memory_t    memory = { 0, 0, 0 };
    edge_encoder_t  *encoder;

    static const int  levels[] = { -20, 1, 19 };

    for (i = 0; i < 3; i++) {
        params.level = levels[i];
        encoder = create(&memory, &params, BODY_SIZE, 1, BODY_SIZE);
        sizes[i] = finish(encoder, BODY_SIZE);
        edge_codec_zstd.close(encoder);
    }

    assert_true(sizes[0] > sizes[1]);
    assert_true(sizes[1] > sizes[2]);
}


static void
test_long_distance(void **state)
{
    size_t              size[2];
    unsigned            on;
    unsigned char      *noise;
    edge_in_t           in;
    edge_out_t          out;
    edge_memory_t       memory = { 0, 0, 0 };
    edge_encoder_t     *encoder;
    edge_params_t       params = { 1, 23, 0, 0, NULL, NULL };
    edge_test_bytes_t   coded = { NULL, 0, 0 };

    /* noise that comes back after 3 MB, beyond the window of level 1 */

    noise = edge_test_body(EDGE_TEST_NOISE, 6 << 20);
    memcpy(noise + (3 << 20), noise, 3 << 20);
    coded.data = malloc(7 << 20);
    assert_non_null(coded.data);

    for (on = 0; on < 2; on++) {
        params.long_distance = on;
        encoder = create(&memory, &params, EDGE_SIZE_UNKNOWN, 0,
                         EDGE_SIZE_UNKNOWN);
        in = (edge_in_t) { noise, 6 << 20, 0 };
        out = (edge_out_t) { coded.data, 7 << 20, 0 };

        while (edge_codec_zstd.step(encoder, EDGE_STEP_FINISH, &in, &out)
               == EDGE_CODEC_MORE)
        {
            assert_true(out.pos < out.size);
        }

        coded.size = size[on] = out.pos;
        edge_test_assert_zstd(&coded, noise, 6 << 20);
        edge_codec_zstd.close(encoder);
    }

    assert_true(size[0] > 5 << 20);
    assert_true(size[1] < 4 << 20);

    edge_test_release(&coded);
    free(noise);
}


static void
test_dictionary(void **state)
{
    size_t             size[2];
    unsigned           whole, with;
    edge_zstd_dictionary_t  *dictionary;
    edge_params_t      params = { 3, 20, 0, 0, NULL, NULL };
    edge_memory_t      memory = { 0, 0, 0 };
    edge_encoder_t    *encoder;
    edge_test_bytes_t  decoded = { NULL, 0, 0 };

    dictionary = edge_zstd_dictionary_create(body, 30000, &params);
    assert_non_null(dictionary);

    for (whole = 0; whole < 2; whole++) {
        for (with = 0; with < 2; with++) {
            params.dictionary = with ? dictionary : NULL;

            encoder = create(&memory, &params, 20000, whole,
                             whole ? 20000 : EDGE_SIZE_UNKNOWN);

            /* for the frame after a reset, too */

            (void) finish(encoder, 20000);
            edge_codec_zstd.reset(encoder);
            assert_int_equal(edge_codec_zstd.open(encoder,
                                                  whole ? 20000
                                                  : EDGE_SIZE_UNKNOWN),
                             EDGE_CODEC_DONE);
            size[with] = finish(encoder, 20000);

            assert_int_equal(edge_test_unzstd(room, size[with],
                                              with ? body : NULL,
                                              with ? 30000 : 0, &decoded), 1);
            assert_int_equal(decoded.size, 20000);
            assert_memory_equal(decoded.data, body, 20000);

            assert_true(declared_window(size[with]) <= 1 << 20);
            edge_codec_zstd.close(encoder);
            edge_test_release(&decoded);
        }

        assert_true(size[1] < size[0] / 10);
    }

    edge_zstd_dictionary_free(dictionary);
    edge_zstd_dictionary_free(NULL);
    assert_int_equal(memory.used, 0);
}


static void
test_limits(void **state)
{
    edge_zstd_limits_t  limits;

    limits = edge_zstd_limits();

    assert_int_equal(limits.level_max, 22);
    assert_int_equal(limits.level_min, -131072);
    assert_int_equal(limits.version, ZSTD_versionNumber());
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_windows_and_estimates),
        cmocka_unit_test(test_searches),
        cmocka_unit_test(test_search_counts),
        cmocka_unit_test(test_default_tables),
        cmocka_unit_test(test_default_found),
        cmocka_unit_test(test_known_size_is_declared),
        cmocka_unit_test(test_broken_pledge),
        cmocka_unit_test(test_huge_bodies),
        cmocka_unit_test(test_impossible_params),
        cmocka_unit_test(test_levels_differ),
        cmocka_unit_test(test_long_distance),
        cmocka_unit_test(test_dictionary),
        cmocka_unit_test(test_limits)
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
