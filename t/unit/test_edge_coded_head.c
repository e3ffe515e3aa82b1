/* unit: compress/edge_coded_head.c compress/edge_zstd_frame.c */
/* unit: t/unit/edge_test.c -lzstd -lbrotlienc -lz */

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "edge_coded_head.h"
#include "edge_test.h"


#define BODY_MAX  100000


/* at its own end in memory, so that a sanitizer sees a read past it */

static edge_coded_head_e
check(edge_coding_e coding, const void *data, size_t size)
{
    size_t              head;
    unsigned char      *copy;
    edge_coded_head_e   result;

    head = size < EDGE_CODED_HEAD_MAX ? size : EDGE_CODED_HEAD_MAX;

    copy = malloc(head ? head : 1);
    assert_non_null(copy);
    memcpy(copy, data, head);

    result = edge_coded_head_check(coding, copy, head, size);
    free(copy);

    return result;
}


static size_t
to_brotli(const unsigned char *body, size_t size, int quality, int window,
    unsigned char *out, size_t room)
{
    assert_true(BrotliEncoderCompress(quality, window, BROTLI_MODE_GENERIC,
                                      size, body, &room, out));
    return room;
}


static size_t
to_gzip(const unsigned char *body, size_t size, int level,
    unsigned char *out, size_t room)
{
    z_stream  z;

    memset(&z, 0, sizeof(z_stream));
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 31, 8, 0), Z_OK);

    z.next_in = (Bytef *) body;
    z.avail_in = size;
    z.next_out = out;
    z.avail_out = room;

    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    room -= z.avail_out;
    (void) deflateEnd(&z);

    return room;
}


static const size_t  sizes[] = {
    0, 1, 2, 3, 15, 16, 17, 255, 256, 4096, 65535, 65536, 65537, BODY_MAX
};


/* nothing that an encoder makes is refused */

static void
test_accepts_what_encoders_make(void **state)
{
    int                level;
    size_t             i, n, room;
    unsigned char     *body, *out;
    edge_test_kind_e   kind;

    (void) state;

    room = 2 * BODY_MAX;
    out = malloc(room);
    assert_non_null(out);

    for (kind = 0; kind < EDGE_TEST_KINDS; kind++) {
        body = edge_test_body(kind, BODY_MAX);

        for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {

            for (level = 0; level <= 9; level++) {
                n = to_brotli(body, sizes[i], level, 10 + level * 14 / 9,
                              out, room);
                assert_int_equal(check(EDGE_CODING_BR, out, n),
                                 EDGE_CODED_HEAD_OK);

                n = to_gzip(body, sizes[i], level, out, room);
                assert_int_equal(check(EDGE_CODING_GZIP, out, n),
                                 EDGE_CODED_HEAD_OK);

                n = ZSTD_compress(out, room, body, sizes[i], level);
                assert_int_equal(check(EDGE_CODING_ZSTD, out, n),
                                 EDGE_CODED_HEAD_OK);
            }
        }

        free(body);
    }

    free(out);
}


static void
test_refuses_the_coding_of_another(void **state)
{
    size_t          zstd, gzip;
    unsigned char   out[2][1000];
    unsigned char  *body;

    (void) state;

    body = edge_test_body(EDGE_TEST_TEXT, 500);

    zstd = ZSTD_compress(out[0], 1000, body, 500, 3);
    gzip = to_gzip(body, 500, 6, out[1], 1000);

    assert_int_equal(check(EDGE_CODING_GZIP, out[0], zstd),
                     EDGE_CODED_HEAD_OTHER);
    assert_int_equal(check(EDGE_CODING_ZSTD, out[1], gzip),
                     EDGE_CODED_HEAD_OTHER);
    assert_int_equal(check(EDGE_CODING_GZIP, body, 500),
                     EDGE_CODED_HEAD_OTHER);
    assert_int_equal(check(EDGE_CODING_ZSTD, body, 500),
                     EDGE_CODED_HEAD_OTHER);
    assert_int_equal(check(EDGE_CODING_BR, out[0], zstd),
                     EDGE_CODED_HEAD_OTHER);
    assert_int_equal(check(EDGE_CODING_BR, out[1], gzip),
                     EDGE_CODED_HEAD_OTHER);
    assert_int_equal(check(EDGE_CODING_IDENTITY, body, 500),
                     EDGE_CODED_HEAD_OTHER);

    free(body);
}


typedef struct {
    edge_coding_e      coding;
    const char        *data;
    size_t             size;
    edge_coded_head_e  wanted;
} case_t;


#define bytes(s)  s, sizeof(s) - 1


static void
test_reads_headers(void **state)
{
    size_t  i;

    static const case_t  cases[] = {
        { EDGE_CODING_GZIP, bytes(""), EDGE_CODED_HEAD_TRUNCATED },
        { EDGE_CODING_GZIP, bytes("\x1f"), EDGE_CODED_HEAD_TRUNCATED },
        { EDGE_CODING_GZIP, bytes("\x1f\x8b\x08"),
          EDGE_CODED_HEAD_TRUNCATED },
        { EDGE_CODING_GZIP, bytes("\x1f\x8b\x07"), EDGE_CODED_HEAD_OTHER },
        { EDGE_CODING_GZIP,
          bytes("\x1f\x8b\x08\x20\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0"),
          EDGE_CODED_HEAD_OTHER },
        { EDGE_CODING_GZIP, bytes("\x1f\x8b\x08\0\0\0\0\0\0\3\3\0\0\0\0\0"),
          EDGE_CODED_HEAD_TRUNCATED },

        { EDGE_CODING_ZSTD, bytes(""), EDGE_CODED_HEAD_TRUNCATED },
        { EDGE_CODING_ZSTD, bytes("\x28\xb5\x2f\xfd\x00\x68\0\0"),
          EDGE_CODED_HEAD_OK },
        { EDGE_CODING_ZSTD, bytes("\x28\xb5\x2f\xfd\x00\x69\0\0"),
          EDGE_CODED_HEAD_WINDOW },
        { EDGE_CODING_ZSTD, bytes("\x50\x2a\x4d\x18\0\0\0\0"),
          EDGE_CODED_HEAD_OK },

        { EDGE_CODING_BR, bytes(""), EDGE_CODED_HEAD_TRUNCATED },
        { EDGE_CODING_BR, bytes("\x06"), EDGE_CODED_HEAD_OK },
        /* the end, and more behind it; bits in its padding */
        { EDGE_CODING_BR, bytes("\x06\x06"), EDGE_CODED_HEAD_OTHER },
        { EDGE_CODING_BR, bytes("\x86"), EDGE_CODED_HEAD_OTHER },
        /* large window */
        { EDGE_CODING_BR, bytes("\x11\x18\x06"), EDGE_CODED_HEAD_WINDOW },
        /* a byte as it is, and the end; nothing behind it */
        { EDGE_CODING_BR, bytes("\x00\x00\x10x\x03"), EDGE_CODED_HEAD_OK },
        { EDGE_CODING_BR, bytes("\x00\x00\x10x"), EDGE_CODED_HEAD_TRUNCATED },
        { EDGE_CODING_BR, bytes("\x00\x00\x30x\x03"),
          EDGE_CODED_HEAD_OTHER },
        /* five nibbles, the last one zero */
        { EDGE_CODING_BR, bytes("\x08\x00\x00\x00\x00"),
          EDGE_CODED_HEAD_OTHER },
        /* metadata: none, two bytes, its reserved bit, a length of zeros */
        { EDGE_CODING_BR, bytes("\x0c\x03"), EDGE_CODED_HEAD_OK },
        { EDGE_CODING_BR, bytes("\x2c\x00z"), EDGE_CODED_HEAD_TRUNCATED },
        { EDGE_CODING_BR, bytes("\x2c\x00z\x03"), EDGE_CODED_HEAD_OK },
        { EDGE_CODING_BR, bytes("\x1c\x03"), EDGE_CODED_HEAD_OTHER },
        { EDGE_CODING_BR, bytes("\x4c\x00\x00\x03"), EDGE_CODED_HEAD_OTHER },
        /* what people put there */
        { EDGE_CODING_BR, bytes("<!DOCTYPE html>"), EDGE_CODED_HEAD_OTHER },
        { EDGE_CODING_BR,
          bytes("\x1f\x8b\x08\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0"),
          EDGE_CODED_HEAD_OTHER },
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (check(cases[i].coding, cases[i].data, cases[i].size)
            != cases[i].wanted)
        {
            fail_msg("case %zu: %d", i, check(cases[i].coding, cases[i].data,
                                              cases[i].size));
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_accepts_what_encoders_make),
        cmocka_unit_test(test_refuses_the_coding_of_another),
        cmocka_unit_test(test_reads_headers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
