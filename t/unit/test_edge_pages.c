/* unit: mtls/edge_pages.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edge_pages.h"


#define SIZE  (16 * 1024 * 1024 + 1)


/* Pages of this process that are in memory and its own */

static long
resident(void)
{
    long   size, all, shared;
    FILE  *file;

    file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld %ld", &size, &all, &shared), 3);
    fclose(file);

    return all - shared;
}


static void
gives_zeroes(void **state)
{
    size_t          i;
    unsigned char  *data;

    data = edge_pages_alloc(SIZE);
    assert_non_null(data);

    for (i = 0; i < SIZE && data[i] == 0; i++) { /* void */ }

    assert_int_equal(i, SIZE);
    edge_pages_free(data, SIZE);
}


static void
leaves_nothing_behind(void **state)
{
    long   before, held;
    void  *data;

    before = resident();
    data = edge_pages_alloc(SIZE);
    assert_non_null(data);
    memset(data, 1, SIZE);
    held = resident() - before;
    edge_pages_free(data, SIZE);

    assert_true(resident() - before < held / 2);
}


static void
says_when_there_is_none(void **state)
{
    assert_null(edge_pages_alloc(SIZE_MAX / 2));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(gives_zeroes),
        cmocka_unit_test(leaves_nothing_behind),
        cmocka_unit_test(says_when_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
