/* unit: compress/edge_freshness.c */

#include "edge_freshness.h"
#include "edge_test.h"


#define NONE  EDGE_FRESHNESS_NONE


static int64_t
left_of(const char *first, const char *second, int64_t date, int64_t expires,
    int64_t age)
{
    edge_cache_control_t  control;

    edge_cache_control_init(&control);
    edge_cache_control_read(&control, first, strlen(first));
    edge_cache_control_read(&control, second, strlen(second));

    return edge_freshness_left(&control, date, expires, age);
}


static void
test_cache_control(void **state)
{
    size_t  i;

    static const struct {
        const char  *field;
        int64_t      left;
    } cases[] = {
        { "", 0 }, { "public", 0 }, { "max-age=60", 60 },
        { "max-age=\"60\"", 60 }, { "MAX-AGE=60", 60 },
        { "max-age = 60", 60 }, { "public,max-age=60,immutable", 60 },
        { "max-age=60, s-maxage=10", 10 }, { "max-age=0, s-maxage=10", 10 },
        { "s-maxage=0, max-age=60", 0 }, { "max-age=60, max-age=10", 10 },
        { "max-age=", 0 }, { "max-age", 0 }, { "max-age=-1", 0 },
        { "max-age=1.5", 0 }, { "max-age=soon", 0 },
        { "max-age=99999999999999999999", EDGE_FRESHNESS_MAX },
        { "no-store, max-age=60", 0 }, { "max-age=60, private", 0 },
        { "private=\"Set-Cookie, x\", max-age=60", 0 },
        { "max-age=60, no-cache", 0 }, { "no-cache=\"x\", max-age=60", 0 },
        { "x=\"no-store, private\", max-age=60", 60 },
        { "x=\"a\\\"private, b\", max-age=60", 60 },
        { "x=\"private", 0 }, { "xprivate, privatex, max-age=60", 60 },
        { ",,max-age=60,,", 60 }, { "=,=60,max-age=60", 60 }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(left_of(cases[i].field, "", 0, NONE, 0),
                         cases[i].left);
    }

    assert_int_equal(left_of("max-age=60", "no-store", 0, NONE, 0), 0);
    assert_int_equal(left_of("max-age=60", "s-maxage=9", 0, NONE, 0), 9);
}


static void
test_expires(void **state)
{
    (void) state;

    assert_int_equal(left_of("", "", 1000, 1060, 0), 60);
    assert_int_equal(left_of("", "", 1000, 1060, 20), 40);
    assert_int_equal(left_of("", "", 1000, 1000, 0), 0);
    assert_int_equal(left_of("", "", 1000, 0, 0), 0);
    assert_int_equal(left_of("", "", 0, INT64_MAX, 0), EDGE_FRESHNESS_MAX);
    assert_int_equal(left_of("max-age=10", "", 1000, 1060, 0), 10);
    assert_int_equal(left_of("max-age=0", "", 1000, 1060, 0), 0);
    assert_int_equal(left_of("private", "", 1000, 1060, 0), 0);
}


static void
test_age(void **state)
{
    (void) state;

    assert_int_equal(edge_freshness_read_age("0", 1), 0);
    assert_int_equal(edge_freshness_read_age("59", 2), 59);
    assert_int_equal(edge_freshness_read_age("", 0), EDGE_FRESHNESS_MAX);
    assert_int_equal(edge_freshness_read_age("-5", 2), EDGE_FRESHNESS_MAX);
    assert_int_equal(edge_freshness_read_age("5s", 2), EDGE_FRESHNESS_MAX);

    assert_int_equal(left_of("max-age=60", "", 0, NONE, 59), 1);
    assert_int_equal(left_of("max-age=60", "", 0, NONE, 60), 0);
    assert_int_equal(left_of("max-age=60", "", 0, NONE, EDGE_FRESHNESS_MAX),
                     0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_cache_control),
        cmocka_unit_test(test_expires),
        cmocka_unit_test(test_age)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
