/* unit: common/edge_blocks.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edge_blocks.h"


static void
test_the_last_one_is_the_next(void **state)
{
    void           *one, *two;
    edge_blocks_t   blocks;

    memset(&blocks, 0, sizeof(blocks));

    one = edge_blocks_take(&blocks, 100);
    two = edge_blocks_take(&blocks, 100);
    assert_non_null(one);
    assert_non_null(two);
    assert_ptr_not_equal(one, two);

    memset(one, 'x', 100);
    memset(two, 'x', 100);

    edge_blocks_give(&blocks, one);
    edge_blocks_give(&blocks, two);
    assert_int_equal(blocks.n, 2);

    assert_ptr_equal(edge_blocks_take(&blocks, 100), two);
    assert_ptr_equal(edge_blocks_take(&blocks, 100), one);
    assert_int_equal(blocks.n, 0);
    assert_null(blocks.first);

    free(one);
    free(two);
}


static void
test_few_are_kept(void **state)
{
    int             i;
    void           *taken[2 * EDGE_BLOCKS_KEPT];
    edge_blocks_t   blocks;

    memset(&blocks, 0, sizeof(blocks));

    /* one that is too small for what links them */

    for (i = 0; i < 2 * EDGE_BLOCKS_KEPT; i++) {
        taken[i] = edge_blocks_take(&blocks, 1);
        assert_non_null(taken[i]);
    }

    for (i = 0; i < 2 * EDGE_BLOCKS_KEPT; i++) {
        edge_blocks_give(&blocks, taken[i]);
    }

    assert_int_equal(blocks.n, EDGE_BLOCKS_KEPT);

    edge_blocks_free(&blocks);
    assert_int_equal(blocks.n, 0);
    assert_null(blocks.first);
}


/* what led to it is still read: with the list full, too, another one goes */

static void
test_given_and_read(void **state)
{
    int             i;
    unsigned char  *taken[2 * EDGE_BLOCKS_KEPT];
    edge_blocks_t   blocks;

    memset(&blocks, 0, sizeof(blocks));

    for (i = 0; i < 2 * EDGE_BLOCKS_KEPT; i++) {
        taken[i] = edge_blocks_take(&blocks, sizeof(void *) + 1);
        assert_non_null(taken[i]);
        taken[i][sizeof(void *)] = (unsigned char) i;
    }

    for (i = 0; i < 2 * EDGE_BLOCKS_KEPT; i++) {
        edge_blocks_give(&blocks, taken[i]);
        assert_ptr_equal(blocks.first, taken[i]);
        assert_int_equal(taken[i][sizeof(void *)], i);
    }

    edge_blocks_free(&blocks);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_last_one_is_the_next),
        cmocka_unit_test(test_few_are_kept),
        cmocka_unit_test(test_given_and_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
