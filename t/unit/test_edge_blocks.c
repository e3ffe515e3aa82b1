/* unit: common/edge_blocks.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edge_blocks.h"


#define SIZE  100
#define MANY  (3 * EDGE_BLOCKS_MADE + 1)


static void
test_the_last_one_is_the_next(void **state)
{
    void           *one, *two;
    edge_blocks_t   blocks;

    memset(&blocks, 0, sizeof(blocks));

    one = edge_blocks_take(&blocks, SIZE);
    two = edge_blocks_take(&blocks, SIZE);
    assert_non_null(one);
    assert_non_null(two);
    assert_ptr_not_equal(one, two);

    edge_blocks_give(&blocks, one);
    edge_blocks_give(&blocks, two);

    assert_ptr_equal(edge_blocks_take(&blocks, SIZE), two);
    assert_ptr_equal(edge_blocks_take(&blocks, SIZE), one);

    edge_blocks_give(&blocks, one);
    edge_blocks_give(&blocks, two);
    edge_blocks_free(&blocks);
}


/* aligned, of their own, and whole when they were given, but for a pointer */

static void
test_many(void **state)
{
    int             i;
    size_t          k;
    unsigned char  *taken[MANY];
    edge_blocks_t   blocks;

    memset(&blocks, 0, sizeof(blocks));
    assert_int_equal(edge_blocks_make(&blocks, SIZE), 1);

    for (i = 0; i < MANY; i++) {
        taken[i] = edge_blocks_take(&blocks, SIZE);
        assert_non_null(taken[i]);
        assert_int_equal((uintptr_t) taken[i] % sizeof(long double), 0);
        memset(taken[i], i, SIZE);
    }

    for (i = 0; i < MANY; i++) {
        assert_int_equal(taken[i][0], i);
        edge_blocks_give(&blocks, taken[i]);
    }

    for (i = 0; i < MANY; i++) {
        for (k = sizeof(void *); k < SIZE; k++) {
            assert_int_equal(taken[i][k], i);
        }
    }

    edge_blocks_free(&blocks);
    assert_null(blocks.first);
    assert_null(blocks.made);
}


/* too small for what links them */

static void
test_small(void **state)
{
    int             i;
    unsigned char  *taken[MANY];
    edge_blocks_t   blocks;

    memset(&blocks, 0, sizeof(blocks));

    for (i = 0; i < MANY; i++) {
        taken[i] = edge_blocks_take(&blocks, 1);
        assert_non_null(taken[i]);
        *taken[i] = (unsigned char) i;
    }

    for (i = 0; i < MANY; i++) {
        assert_int_equal(*taken[i], i);
        edge_blocks_give(&blocks, taken[i]);
    }

    assert_int_equal(blocks.taken, 0);
    edge_blocks_free(&blocks);
}


static void
test_none_is_freed_while_one_is_taken(void **state)
{
    unsigned char  *block;
    edge_blocks_t   blocks;

    memset(&blocks, 0, sizeof(blocks));

    block = edge_blocks_take(&blocks, SIZE);
    assert_non_null(block);

    edge_blocks_free(&blocks);
    memset(block, 1, SIZE);

    edge_blocks_give(&blocks, block);
    edge_blocks_free(&blocks);
    assert_null(blocks.made);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_last_one_is_the_next),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_none_is_freed_while_one_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
