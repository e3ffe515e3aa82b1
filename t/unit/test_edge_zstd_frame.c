/* unit: compress/edge_zstd_frame.c t/unit/edge_test.c -lzstd */

#define ZSTD_STATIC_LINKING_ONLY

#include <zstd.h>

#include "edge_test.h"
#include "edge_zstd_frame.h"


/* RFC 8878, 3.1.1.1: bytes of the fields by their flags */

static const size_t  id_sizes[] = { 0, 1, 2, 4 };
static const size_t  content_sizes[] = { 0, 2, 4, 8 };


/* the header of such a frame, every byte after the descriptor given */

static size_t
make_header(unsigned char *p, unsigned descriptor, const unsigned char *rest)
{
    size_t  size;

    size = id_sizes[descriptor & 3] + content_sizes[descriptor >> 6];

    if (!(descriptor & 0x20)) {
        size += 1;

    } else if (content_sizes[descriptor >> 6] == 0) {
        size += 1;
    }

    memcpy(p, "\x28\xb5\x2f\xfd", 4);
    p[4] = descriptor;
    memcpy(p + 5, rest, size);

    return 5 + size;
}


/* at its own end in memory, so that a sanitizer sees a read past it */

static edge_zstd_frame_e
read_exactly(const unsigned char *data, size_t size, uint64_t *window)
{
    unsigned char      *copy;
    edge_zstd_frame_e   result;

    copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);

    result = edge_zstd_frame_read(copy, size, window);
    free(copy);

    return result;
}


/* every descriptor without the reserved bit, as libzstd reads it */

static void
test_every_descriptor(void **state)
{
    size_t            i, size, cut;
    uint64_t          window;
    unsigned          descriptor;
    ZSTD_frameHeader  header;
    unsigned char     data[EDGE_ZSTD_FRAME_HEADER_MAX];

    static const unsigned char  rests[][13] = {
        "\0\0\0\0\0\0\0\0\0\0\0\0", "\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c",
        "\x58\x10\x20\x30\x40\x50\x60\x70\x21\x32\x43\x54",
        "\x68\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xf7\xf6\xf5\xf4"
    };

    for (descriptor = 0; descriptor < 256; descriptor++) {

        if (descriptor & 0x08) {
            continue;
        }

        for (i = 0; i < 4; i++) {
            size = make_header(data, descriptor, rests[i]);
            assert_in_range(size, 6, EDGE_ZSTD_FRAME_HEADER_MAX);

            window = 42;

            for (cut = 0; cut < size; cut++) {
                assert_int_equal(read_exactly(data, cut, &window),
                                 EDGE_ZSTD_FRAME_TRUNCATED);
                assert_int_equal(window, 42);
            }

            assert_int_equal(read_exactly(data, size, &window),
                             EDGE_ZSTD_FRAME_OK);

            assert_int_equal(ZSTD_getFrameHeader(&header, data, size), 0);
            assert_int_equal(window, header.windowSize);
        }
    }
}


static void
test_every_window(void **state)
{
    uint64_t       window;
    unsigned       exponent, mantissa;
    unsigned char  rest;
    unsigned char  data[EDGE_ZSTD_FRAME_HEADER_MAX];

    for (exponent = 0; exponent < 32; exponent++) {
        for (mantissa = 0; mantissa < 8; mantissa++) {
            rest = exponent << 3 | mantissa;

            assert_int_equal(read_exactly(data, make_header(data, 0, &rest),
                                          &window), EDGE_ZSTD_FRAME_OK);

            /* 2^(10 + exponent) and so many eighths of it */

            assert_int_equal(window,
                             ((uint64_t) 8 + mantissa) << (7 + exponent));
        }
    }
}


static void
test_known_windows(void **state)
{
    size_t    i;
    uint64_t  window;

    static const struct {
        const char  *data;
        size_t       size;
        uint64_t     window;
    } frames[] = {
        { "\x28\xb5\x2f\xfd\x00\x00", 6, 1024 },
        { "\x28\xb5\x2f\xfd\x00\x68", 6, 8388608 },
        { "\x28\xb5\x2f\xfd\x00\x69", 6, 9437184 },
        { "\x28\xb5\x2f\xfd\x00\xff", 6, 4123168604160 },
        { "\x28\xb5\x2f\xfd\x20\x00", 6, 0 },
        { "\x28\xb5\x2f\xfd\x20\xff", 6, 255 },
        { "\x28\xb5\x2f\xfd\x60\x00\x00", 7, 256 },
        { "\x28\xb5\x2f\xfd\x60\xff\xff", 7, 65791 },
        { "\x28\xb5\x2f\xfd\xa0\x00\x00\x80\x00", 9, 8388608 },
        { "\x28\xb5\x2f\xfd\xa0\xff\xff\xff\xff", 9, 4294967295 },
        { "\x28\xb5\x2f\xfd\xe0\xff\xff\xff\xff\xff\xff\xff\xff", 13,
          UINT64_MAX },
        { "\x28\xb5\x2f\xfd\x23\x01\x02\x03\x04\x2a", 10, 42 },
        /* bit 4 is unused and means nothing */
        { "\x28\xb5\x2f\xfd\x10\x68", 6, 8388608 }
    };

    for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        assert_int_equal(read_exactly((const unsigned char *) frames[i].data,
                                      frames[i].size, &window),
                         EDGE_ZSTD_FRAME_OK);
        assert_int_equal(window, frames[i].window);
    }
}


static void
test_not_zstd(void **state)
{
    unsigned       bit, reserved;
    uint64_t       window;
    unsigned char  data[EDGE_ZSTD_FRAME_HEADER_MAX];

    window = 42;

    for (reserved = 0; reserved < 256; reserved++) {
        if (reserved & 0x08) {
            (void) make_header(data, reserved,
                               (const unsigned char *) "0123456789abc");
            assert_int_equal(read_exactly(data, sizeof(data), &window),
                             EDGE_ZSTD_FRAME_NOT_ZSTD);
        }
    }

    for (bit = 0; bit < 32; bit++) {
        (void) make_header(data, 0, (const unsigned char *) "0");
        data[bit / 8] ^= 1 << bit % 8;

        assert_int_equal(read_exactly(data, 6, &window),
                         EDGE_ZSTD_FRAME_NOT_ZSTD);
    }

    assert_int_equal(read_exactly((const unsigned char *) "\x1f\x8b\x08\0\0"
                                  "\0\0\0\0\3", 10, &window),
                     EDGE_ZSTD_FRAME_NOT_ZSTD);
    assert_int_equal(read_exactly((const unsigned char *) "<!doctype html>",
                                  15, &window), EDGE_ZSTD_FRAME_NOT_ZSTD);
    assert_int_equal(window, 42);
}


static void
test_skippable(void **state)
{
    unsigned       low;
    uint64_t       window;
    unsigned char  data[9] = { 0, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 7 };

    window = 42;

    for (low = 0; low < 256; low++) {
        data[0] = low;

        assert_int_equal(read_exactly(data, 9, &window),
                         low >> 4 == 5 ? EDGE_ZSTD_FRAME_SKIPPABLE
                                       : EDGE_ZSTD_FRAME_NOT_ZSTD);
    }

    data[0] = 0x50;
    assert_int_equal(read_exactly(data, 4, &window),
                     EDGE_ZSTD_FRAME_TRUNCATED);
    assert_int_equal(window, 42);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_every_descriptor),
        cmocka_unit_test(test_every_window),
        cmocka_unit_test(test_known_windows),
        cmocka_unit_test(test_not_zstd),
        cmocka_unit_test(test_skippable)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
