/* unit: compress/edge_match_fast.c t/unit/edge_test.c -lzstd */

#include "edge_match_fast.h"
#include "edge_test.h"


#define BODY_SIZE  EDGE_MATCH_FAST_BODY


static uint16_t           tables[3 << 13];
static edge_match_fast_t  found[BODY_SIZE / EDGE_MATCH_FAST_MIN + 1];
static size_t             count;


/* the offset of a match, by those before it (RFC 8878, 3.1.1.5) */

static uint32_t
offset_of(const edge_match_fast_t *match, uint32_t last[3])
{
    uint32_t  offset;

    if (match->offset != EDGE_MATCH_FAST_REPEAT) {
        offset = match->offset;
        last[2] = last[1];
        last[1] = last[0];

    } else if (match->literals) {
        return last[0];

    } else {
        offset = last[1];
        last[1] = last[0];
    }

    last[0] = offset;

    return offset;
}


/* all matches of a body, each of which must be one: bytes they leave over */

static size_t
find(const unsigned char *body, size_t size)
{
    size_t    i, j, at, left;
    uint32_t  offset, last[3] = { 1, 4, 8 };

    assert_true(edge_match_fast_tables_size() <= sizeof(tables));
    memset(tables, 0xff, sizeof(tables));

    count = edge_match_fast_find(tables, body, size, found);
    assert_in_range(count, 1, size / EDGE_MATCH_FAST_MIN + 1);

    for (i = 0, at = 0, left = size; i < count - 1; i++) {
        at += found[i].literals;
        assert_true(found[i].length >= EDGE_MATCH_FAST_MIN);
        assert_true(at + found[i].length <= size);

        offset = offset_of(&found[i], last);
        assert_in_range(offset, 1, at);

        for (j = at; j < at + found[i].length; j++) {
            assert_int_equal(body[j], body[j - offset]);
        }

        at = j;
        left -= found[i].length;
    }

    assert_int_equal(at + found[i].literals, size);
    assert_int_equal(found[i].length, 0);
    assert_int_equal(found[i].offset, 0);

    return left;
}


static void
test_ends(void **state)
{
    size_t          size, i;
    unsigned        kind;
    unsigned char  *body;

    static const size_t  sizes[] = {
        1535, 1536, 1537, 8191, 8192, 8193, 16383, 16384, 16385, 65535, 65536,
        65537, 100000, BODY_SIZE - 1, BODY_SIZE
    };

    (void) state;

    for (kind = 0; kind < EDGE_TEST_KINDS; kind++) {
        for (size = 0; size < 300; size++) {

            /* of its own, so that a sanitizer sees what is read behind it */

            body = edge_test_body(kind, size);
            (void) find(body, size);
            free(body);
        }

        for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            body = edge_test_body(kind, sizes[i]);
            (void) find(body, sizes[i]);
            free(body);
        }
    }
}


static void
test_zeros(void **state)
{
    unsigned char  *body;

    (void) state;

    body = edge_test_body(EDGE_TEST_ZERO, BODY_SIZE);
    assert_in_range(find(body, BODY_SIZE), 1, 16);
    free(body);
}


/* few bytes that differ: every offset, every length, runs that overlap */

static void
test_repetitions(void **state)
{
    size_t          i, size;
    unsigned        turn, alphabet;
    uint32_t        seed;
    unsigned char  *body;

    (void) state;

    seed = 1;

    for (turn = 0; turn < 2000; turn++) {
        alphabet = 1 + turn % 7;
        size = edge_test_random(&seed, turn % 20 ? 3000 : BODY_SIZE + 1);
        body = malloc(size + 1);
        assert_non_null(body);

        for (i = 0; i < size; i++) {
            body[i] = (unsigned char) edge_test_random(&seed, alphabet);
        }

        (void) find(body, size);
        free(body);
    }
}


/* by all tables there are, and what is in front of the bytes found */

static void
test_found(void **state)
{
    size_t          i;
    unsigned char  *body;

    static const size_t  sizes[] = { 1500, 8000, 60000, 100000 };

    (void) state;

    body = edge_test_body(EDGE_TEST_NOISE, BODY_SIZE);
    assert_true(find(body, BODY_SIZE) > BODY_SIZE - 100);

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        memcpy(body + sizes[i] / 2, body, sizes[i] / 4);
        assert_true(find(body, sizes[i]) <= sizes[i] * 3 / 4 + 300);
    }

    free(body);
}


/* 64 KB before, and not a byte more, in bodies that are longer */

static void
test_reach(void **state)
{
    size_t          near, far, size;
    unsigned char  *body;

    (void) state;

    size = 65536 + 4000;
    body = edge_test_body(EDGE_TEST_NOISE, size);

    memcpy(body + 65536, body, 1000);
    near = find(body, size);
    assert_true(near <= size - 900);

    memcpy(body + 65537, body, 1000);
    body[65536] = (unsigned char) ~body[0];
    far = find(body, size);
    assert_true(far > size - 100);

    free(body);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_zeros),
        cmocka_unit_test(test_repetitions),
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_reach)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
