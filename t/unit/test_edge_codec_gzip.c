/* unit: compress/edge_codec_gzip.c compress/edge_spill.c compress/edge_codec_gzip_stored.c compress/edge_arena.c compress/edge_stored.c compress/edge_memory.c compress/edge_stream.c t/unit/edge_segments.c -lz */

/* What is gzip's own; the contract of all is test_edge_codec.c. */

#include <zlib.h>

#include "edge_codec_gzip.h"
#include "edge_segments.h"


/* one member, as browsers read it: 1 if it ends exactly there */

static int
decode(const edge_coded_t *coded, const unsigned char *body, size_t size)
{
    int             rc;
    z_stream        z;
    unsigned char  *decoded;

    memset(&z, 0, sizeof(z_stream));
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);

    decoded = malloc(size + 1);
    assert_non_null(decoded);

    z.next_in = coded->data;
    z.avail_in = coded->size;
    z.next_out = decoded;
    z.avail_out = size + 1;

    rc = inflate(&z, Z_SYNC_FLUSH);

    assert_true(rc == Z_OK || rc == Z_STREAM_END || rc == Z_BUF_ERROR);
    assert_int_equal(z.total_out, size);
    assert_int_equal(z.avail_in, 0);
    assert_memory_equal(decoded, body, size);

    (void) inflateEnd(&z);
    free(decoded);

    return rc == Z_STREAM_END;
}


static void
check(const edge_coded_t *coded, const unsigned char *body, size_t size)
{
    assert_int_equal(decode(coded, body, size), 0);
}


static void
test_segments(void **state)
{
    size_t           size;
    uint32_t         seed;
    edge_coded_t     coded;
    edge_params_t    params = { 6, 0, 0, 0, NULL, NULL };
    edge_memory_t    memory = { 0, 0, 0 };
    unsigned char   *body;
    edge_segments_t  segments = {
        &edge_codec_gzip, &edge_codec_gzip_stored, &params,
        EDGE_SIZE_UNKNOWN, 0, 0, 0
    };

    (void) state;

    static const size_t  rooms[] = { 1, 20, 700, 60000 };

    for (seed = 0; seed < 200; seed++) {
        params.level = 1 + seed % 9;
        params.window_log = 9 + seed % 8;
        segments.room_max = rooms[seed / 4 % 4];
        segments.size_max = (seed & 1) ? EDGE_SIZE_UNKNOWN : 131072;

        size = segments.room_max == 1 ? 5000 : 700 * seed;

        body = edge_segments_body(seed % EDGE_SEGMENTS_KINDS, size);
        coded = edge_segments_code(&segments, &memory, body, size, seed,
                                   check);
        assert_int_equal(decode(&coded, body, size), 1);
        assert_int_equal(memory.used, 0);
        assert_true(memory.peak
                    <= edge_codec_gzip.estimate(&params, segments.size_max,
                                                0));
        memory.peak = 0;

        free(coded.data);
        free(body);
    }
}


/* what a body of nothing is: header, an empty block, trailer */

static void
test_empty(void **state)
{
    edge_coded_t     coded;
    edge_params_t    params = { 6, 0, 0, 0, NULL, NULL };
    edge_memory_t    memory = { 0, 0, 0 };
    edge_segments_t  segments = {
        &edge_codec_gzip, &edge_codec_gzip_stored, &params,
        EDGE_SIZE_UNKNOWN, 30, 0, 1
    };

    (void) state;

    coded = edge_segments_code(&segments, &memory, (unsigned char *) "", 0,
                               0, NULL);
    assert_int_equal(coded.size, EDGE_GZIP_HEADER + 2 + EDGE_GZIP_TRAILER);
    assert_int_equal(decode(&coded, (unsigned char *) "", 0), 1);
    free(coded.data);

    segments.codec = &edge_codec_gzip_stored;
    coded = edge_segments_code(&segments, &memory, (unsigned char *) "", 0,
                               0, NULL);
    assert_int_equal(coded.size, EDGE_GZIP_HEADER + 5 + EDGE_GZIP_TRAILER);
    assert_int_equal(decode(&coded, (unsigned char *) "", 0), 1);
    free(coded.data);
}


/* level 6 is what zlib's own gzip writes, header and trailer alike */

static void
test_same_as_zlib(void **state)
{
    z_stream         z;
    edge_coded_t     coded;
    edge_params_t    params = { 6, 0, 0, 0, NULL, NULL };
    edge_memory_t    memory = { 0, 0, 0 };
    unsigned char   *body, wanted[100000];
    edge_segments_t  segments = {
        &edge_codec_gzip, &edge_codec_gzip_stored, &params,
        EDGE_SIZE_UNKNOWN, 60000, 0, 1
    };

    (void) state;

    body = edge_segments_body(3, 90000);
    coded = edge_segments_code(&segments, &memory, body, 90000, 1, NULL);

    memset(&z, 0, sizeof(z_stream));
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8,
                                  Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = body;
    z.avail_in = 90000;
    z.next_out = wanted;
    z.avail_out = sizeof(wanted);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);

    assert_int_equal(coded.size, z.total_out);
    assert_memory_equal(coded.data, wanted, coded.size);

    (void) deflateEnd(&z);
    free(coded.data);
    free(body);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_same_as_zlib)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
