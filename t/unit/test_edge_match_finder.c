/* unit: compress/edge_match_finder.c t/unit/edge_test.c -lzstd */

#include "edge_match_finder.h"
#include "edge_test.h"


#define BODY_SIZE  EDGE_MATCH_BODY


static uint16_t  tables[(1 << 15) + BODY_SIZE];
static unsigned  matches;


/* all matches of a body, each of which must be one: bytes they leave over */

static size_t
find(unsigned attempts, const unsigned char *body, size_t size)
{
    size_t               left, i;
    uint32_t             at;
    edge_match_t         match;
    edge_match_finder_t  finder;

    assert_true(edge_match_tables_size(size) <= sizeof(tables));

    edge_match_init(&finder, tables, attempts);
    edge_match_open(&finder, body, size);

    at = 0;
    left = size;
    matches = 0;

    while (edge_match_next(&finder, at, &match)) {
        assert_true(match.at >= at);
        assert_true(match.length >= EDGE_MATCH_MIN);
        assert_true(match.length <= size - match.at);
        assert_in_range(match.offset, 1, match.at);

        for (i = match.at; i < match.at + match.length; i++) {
            assert_int_equal(body[i], body[i - match.offset]);
        }

        at = match.at + match.length;
        left -= match.length;
        matches++;
    }

    return left;
}


static void
test_ends(void **state)
{
    size_t          size;
    unsigned        kind;
    unsigned char  *body;

    (void) state;

    for (kind = 0; kind < EDGE_TEST_KINDS; kind++) {
        for (size = 0; size < 300; size++) {

            /* of its own, so that a sanitizer sees what is read behind it */

            body = edge_test_body(kind, size);
            (void) find(64, body, size);
            free(body);
        }

        body = edge_test_body(kind, BODY_SIZE);
        (void) find(64, body, BODY_SIZE);
        free(body);
    }
}


static void
test_zeros(void **state)
{
    unsigned char  *body;

    (void) state;

    body = edge_test_body(EDGE_TEST_ZERO, BODY_SIZE);
    assert_in_range(find(1, body, BODY_SIZE), 1, 16);
    free(body);
}


/* the farthest offset there is, and what is in front of the bytes found */

static void
test_far(void **state)
{
    size_t          left;
    unsigned char  *body;

    (void) state;

    body = edge_test_body(EDGE_TEST_NOISE, BODY_SIZE);
    left = find(64, body, BODY_SIZE);
    assert_true(left > BODY_SIZE - 100);

    memcpy(body + BODY_SIZE - 1000, body, 1000);
    assert_true(find(64, body, BODY_SIZE) <= left - 990);

    free(body);
}


/* longer matches are fewer */

static void
test_attempts(void **state)
{
    unsigned        few;
    unsigned char  *body;

    (void) state;

    body = edge_test_body(EDGE_TEST_TEXT, 16384);
    (void) find(64, body, 16384);
    few = matches;
    (void) find(1, body, 16384);
    assert_true(few < matches);
    free(body);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_zeros),
        cmocka_unit_test(test_far),
        cmocka_unit_test(test_attempts)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
