/* unit: compress/edge_rule_range.c */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "edge_rule_range.h"


static void
assert_size(const char *text, uint64_t least, uint64_t most)
{
    edge_rule_range_t  range;

    assert_int_equal(edge_rule_range_size(text, strlen(text), &range), 0);
    assert_true(range.least == least);
    assert_true(range.most == most);
}


static void
test_sizes(void **state)
{
    assert_size("1k-64K", 1024, 65536);
    assert_size("1m-", 1 << 20, UINT64_MAX - 1);
    assert_size("-100", 0, 100);
    assert_size("0-0", 0, 0);
    assert_size("2G-3g", (uint64_t) 2 << 30, (uint64_t) 3 << 30);
    assert_size("unknown", UINT64_MAX, UINT64_MAX);
}


static void
test_statuses(void **state)
{
    edge_rule_range_t  range;

    assert_int_equal(edge_rule_range_status("404", 3, &range), 0);
    assert_true(range.least == 404 && range.most == 404);
    assert_int_equal(edge_rule_range_status("5xx", 3, &range), 0);
    assert_true(range.least == 500 && range.most == 599);
    assert_int_equal(edge_rule_range_status("200-299", 7, &range), 0);
    assert_true(range.least == 200 && range.most == 299);
    assert_int_equal(edge_rule_range_status("20", 2, &range), -1);
    assert_int_equal(edge_rule_range_status("2xy", 3, &range), -1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_statuses)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
