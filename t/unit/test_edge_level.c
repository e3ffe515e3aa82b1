/* unit: compress/edge_level.c */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>
#include <cmocka.h>

#include "edge_level.h"


static void
test_find(void **state)
{
    unsigned  i;

    (void) state;

    for (i = 0; i < EDGE_LEVELS - 1; i++) {
        assert_int_equal(edge_level_find(edge_levels[i].size_max), i);
        assert_int_equal(edge_level_find(edge_levels[i].size_max + 1), i + 1);
    }

    assert_int_equal(edge_level_find(0), 0);
    assert_int_equal(edge_level_find(EDGE_SIZE_UNKNOWN), EDGE_LEVELS - 1);
}


static void
test_of(void **state)
{
    edge_level_t  levels = { 1, 2, 3, 4, { 0, 0, 0, 0, 0, 0 } };

    (void) state;

    assert_int_equal(edge_level_of(&levels, EDGE_CODING_ZSTD), 2);
    assert_int_equal(edge_level_of(&levels, EDGE_CODING_BR), 3);
    assert_int_equal(edge_level_of(&levels, EDGE_CODING_GZIP), 4);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_of)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
