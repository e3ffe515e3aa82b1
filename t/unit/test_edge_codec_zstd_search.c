/*
 * unit: compress/edge_codec_zstd.c compress/edge_codec_zstd_size.c
 *       compress/edge_codec_zstd_search.c compress/edge_match_fast.c
 *       compress/edge_match_finder.c
 *       compress/edge_codec_zstd_dictionary.c compress/edge_level.c
 *       compress/edge_memory.c t/unit/edge_test.c -lzstd
 */

#define ZSTD_STATIC_LINKING_ONLY

#include <zstd.h>

#include "edge_codec_zstd.h"
#include "edge_codec_zstd_parts.h"
#include "edge_level.h"
#include "edge_memory.h"
#include "edge_test.h"


#define BODY_SIZE  131072


static const edge_search_t  search = { 4, 15, 14, 6, 4, 64 };

static unsigned char  *bodies[EDGE_TEST_KINDS];
static unsigned char   room[BODY_SIZE * 2];


static int
setup(void **state)
{
    unsigned  kind;

    (void) state;

    for (kind = 0; kind < EDGE_TEST_KINDS; kind++) {
        bodies[kind] = edge_test_body(kind, BODY_SIZE);
    }

    return 0;
}


static int
teardown(void **state)
{
    unsigned  kind;

    (void) state;

    for (kind = 0; kind < EDGE_TEST_KINDS; kind++) {
        free(bodies[kind]);
    }

    return 0;
}


/* one whole body, decoded again: what it takes */

static size_t
code(edge_encoder_t *encoder, const unsigned char *body, size_t size)
{
    edge_in_t          in = { body, size, 0 };
    edge_out_t         out = { room, edge_codec_zstd.bound(size), 0 };
    edge_test_bytes_t  coded = { room, 0, 0 };

    assert_int_equal(edge_codec_zstd.open(encoder, size), EDGE_CODEC_DONE);
    assert_int_equal(edge_codec_zstd.step(encoder, EDGE_STEP_FINISH, &in,
                                          &out), EDGE_CODEC_DONE);
    assert_int_equal(in.pos, size);
    assert_int_equal(ZSTD_getFrameContentSize(room, out.pos), size);

    coded.size = out.pos;
    edge_test_assert_zstd(&coded, body, size);

    return out.pos;
}


static edge_encoder_t *
create(edge_memory_t *memory, const edge_search_t *by, uint64_t size_max)
{
    edge_encoder_t        *encoder;
    static edge_params_t   params;

    params = (edge_params_t) { 6, 23, 0, 0, NULL, by };

    encoder = edge_codec_zstd.create(memory, &params, size_max, 1);
    assert_non_null(encoder);

    return encoder;
}


/* at the ends of bodies and segments, and one encoder after the other */

static void
test_sizes(void **state)
{
    size_t           size, i;
    unsigned         kind;
    edge_memory_t    memory = { 0, 0, 0 };
    edge_encoder_t  *encoder;

    static const size_t  sizes[] = {
        255, 256, 257, 511, 4096, 16383, 32769, 65531, 65535, 65536, 65537,
        65540, 65545, 131071, 131072
    };

    (void) state;

    encoder = create(&memory, &search, BODY_SIZE);

    for (kind = 0; kind < EDGE_TEST_KINDS; kind++) {
        for (size = 0; size < 80; size++) {
            (void) code(encoder, bodies[kind], size);
        }

        for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            (void) code(encoder, bodies[kind], sizes[i]);
        }
    }

    edge_codec_zstd.close(encoder);
    assert_int_equal(memory.used, 0);
}


/* few bytes that differ: every offset, every length, runs that overlap */

static void
test_repetitions(void **state)
{
    size_t           i, size;
    unsigned         turn, alphabet;
    uint32_t         seed;
    edge_memory_t    memory = { 0, 0, 0 };
    edge_encoder_t  *encoder;

    static unsigned char  body[3000];

    (void) state;

    seed = 1;
    encoder = create(&memory, &search, sizeof(body));

    for (turn = 0; turn < 600; turn++) {
        alphabet = 1 + turn % 7;
        size = edge_test_random(&seed, sizeof(body) + 1);

        for (i = 0; i < size; i++) {
            body[i] = (unsigned char) edge_test_random(&seed, alphabet);
        }

        (void) code(encoder, body, size);
    }

    edge_codec_zstd.close(encoder);
}


/* noise twice: as far away as a segment is long it is found, beyond not */

static void
test_reach(void **state)
{
    size_t           near, far;
    edge_memory_t    memory = { 0, 0, 0 };
    edge_encoder_t  *encoder;

    (void) state;

    memcpy(bodies[EDGE_TEST_NOISE] + 32768, bodies[EDGE_TEST_NOISE], 32768);
    encoder = create(&memory, &search, BODY_SIZE);

    near = code(encoder, bodies[EDGE_TEST_NOISE], 65536);
    assert_in_range(near, 32768, 32768 + 200);

    memcpy(bodies[EDGE_TEST_NOISE] + 65536, bodies[EDGE_TEST_NOISE], 32768);

    far = code(encoder, bodies[EDGE_TEST_NOISE], 65536 + 32768);
    assert_in_range(far, near + 32768, near + 32768 + 200);

    edge_codec_zstd.close(encoder);
}


/* it is ours that runs: no tables of the library's, and attempts count */

static void
test_attempts(void **state)
{
    size_t                size[3];
    unsigned              i;
    edge_memory_t         memory[3] = { { 0, 0, 0 } };
    edge_encoder_t       *encoder;

    static const edge_search_t  searches[] = {
        { 4, 17, 17, 6, 4, 0 },
        { 4, 17, 17, 6, 4, 1 },
        { 4, 17, 17, 6, 4, 64 }
    };

    (void) state;

    for (i = 0; i < 3; i++) {
        encoder = create(&memory[i], &searches[i], 16384);
        size[i] = code(encoder, bodies[EDGE_TEST_TEXT], 16384);
        edge_codec_zstd.close(encoder);
    }

    assert_true(size[2] < size[1]);
    assert_true(size[2] < size[0] + size[0] / 50);
    assert_true(memory[1].peak != memory[0].peak);
    assert_int_equal(memory[1].peak, memory[2].peak);
}


/* what it does not do is left to the library */

static void
test_not_ours(void **state)
{
    edge_params_t  params = { 6, 23, 0, 0, NULL, &search };

    (void) state;

    assert_int_equal(edge_codec_zstd_attempts(&params, 16384, 1), 64);
    assert_int_equal(edge_codec_zstd_attempts(&params, 16384, 0), 0);

    params.window_log = 14;
    assert_int_equal(edge_codec_zstd_attempts(&params, 16384, 1), 64);
    assert_int_equal(edge_codec_zstd_attempts(&params, 16385, 1), 0);

    params.window_log = 16;
    assert_int_equal(edge_codec_zstd_attempts(&params, BODY_SIZE, 1), 64);

    params.window_log = 15;
    assert_int_equal(edge_codec_zstd_attempts(&params, BODY_SIZE, 1), 0);

    params.window_log = 23;
    params.long_distance = 1;
    assert_int_equal(edge_codec_zstd_attempts(&params, 16384, 1), 0);

    params.long_distance = 0;
    params.target_block = 2000;
    assert_int_equal(edge_codec_zstd_attempts(&params, 16384, 1), 0);

    params.target_block = 0;
    params.search = NULL;
    assert_int_equal(edge_codec_zstd_attempts(&params, 16384, 1), 0);
}


/* at the library's default level we look once, at whole blocks */

static void
test_fast(void **state)
{
    size_t           i, size, own, most;
    unsigned         kind;
    edge_memory_t    memory = { 0, 0, 0 };
    edge_params_t    params = { 3, 23, 0, 0, NULL, NULL };
    edge_encoder_t  *encoder;

    static const size_t  sizes[] = {
        0, 1, 12, 13, 64, 300, 1000, 1536, 1537, 4096, 8192, 8193, 12000, 16384,
        16385, 65535, 65536, 65537, 100000, 131071, 131072
    };

    (void) state;

    encoder = edge_codec_zstd.create(&memory, &params, BODY_SIZE, 1);
    assert_non_null(encoder);

    for (kind = 0; kind < EDGE_TEST_KINDS; kind++) {
        for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            size = code(encoder, bodies[kind], sizes[i]);
            own = ZSTD_compress(room, sizeof(room), bodies[kind], sizes[i], 3);
            most = own + own / (sizes[i] > 1536 ? 50 : 10) + 8;
            assert_true(size <= most);
            assert_true(size <= ZSTD_compressBound(sizes[i]));
        }
    }

    assert_true(memory.peak <= edge_codec_zstd_estimate(&params, BODY_SIZE,
                                                        1));
    edge_codec_zstd.close(encoder);
    assert_int_equal(memory.used, 0);
}


static void
test_not_fast(void **state)
{
    edge_params_t  params = { 3, 23, 0, 0, NULL, NULL };

    (void) state;

    assert_int_equal(edge_codec_zstd_attempts(&params, 16384, 1),
                     EDGE_ZSTD_SEARCH_FAST);
    assert_int_equal(edge_codec_zstd_attempts(&params, BODY_SIZE, 1),
                     EDGE_ZSTD_SEARCH_FAST);
    assert_int_equal(edge_codec_zstd_attempts(&params, EDGE_SIZE_UNKNOWN, 1),
                     EDGE_ZSTD_SEARCH_FAST);
    assert_int_equal(edge_codec_zstd_attempts(&params, 16384, 0), 0);

    params.level = 4;
    assert_int_equal(edge_codec_zstd_attempts(&params, 16384, 1), 0);

    params.level = 3;
    params.window_log = 13;
    assert_int_equal(edge_codec_zstd_attempts(&params, 16384, 1), 0);

    params.window_log = 16;
    assert_int_equal(edge_codec_zstd_attempts(&params, BODY_SIZE, 1), 0);

    params.window_log = 17;
    assert_int_equal(edge_codec_zstd_attempts(&params, BODY_SIZE, 1),
                     EDGE_ZSTD_SEARCH_FAST);
}


/* with too little room it is MORE, and the next body is as any */

static void
test_no_room(void **state)
{
    edge_in_t        in = { bodies[EDGE_TEST_NOISE], 5000, 0 };
    edge_out_t       out = { room, 1000, 0 };
    edge_memory_t    memory = { 0, 0, 0 };
    edge_encoder_t  *encoder;

    (void) state;

    encoder = create(&memory, &search, 16384);

    assert_int_equal(edge_codec_zstd.open(encoder, 5000), EDGE_CODEC_DONE);
    assert_int_equal(edge_codec_zstd.step(encoder, EDGE_STEP_FINISH, &in,
                                          &out), EDGE_CODEC_MORE);
    assert_int_equal(out.pos, out.size);

    edge_codec_zstd.reset(encoder);
    (void) code(encoder, bodies[EDGE_TEST_TEXT], 16384);
    edge_codec_zstd.close(encoder);
}


static void
test_no_memory(void **state)
{
    size_t         need;
    edge_memory_t  memory = { 0, 0, 0 };
    edge_params_t  params = { 6, 23, 0, 0, NULL, &search };

    (void) state;

    need = edge_zstd_search_estimate(64, 16384);

    for (memory.ceiling = 64; memory.ceiling < need; memory.ceiling += 500) {
        assert_null(edge_codec_zstd.create(&memory, &params, 16384, 1));
        assert_int_equal(memory.used, 0);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_repetitions),
        cmocka_unit_test(test_attempts),
        cmocka_unit_test(test_not_ours),
        cmocka_unit_test(test_fast),
        cmocka_unit_test(test_not_fast),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_reach)
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
