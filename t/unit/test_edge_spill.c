/* unit: compress/edge_spill.c */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "edge_spill.h"


static void
test_drain(void **state)
{
    char          room[8];
    edge_out_t    out = { room, 3, 0 };
    edge_spill_t  spill;

    (void) state;

    memset(&spill, 0, sizeof(spill));
    assert_int_equal(edge_spill_drain(&spill, &out), 1);

    edge_spill_put(&spill, "ab", 2);
    edge_spill_put(&spill, "cdefg", 5);

    assert_int_equal(edge_spill_drain(&spill, &out), 0);
    assert_int_equal(out.pos, 3);

    out.size = 8;
    assert_int_equal(edge_spill_drain(&spill, &out), 1);
    assert_int_equal(out.pos, 7);
    assert_memory_equal(room, "abcdefg", 7);
    assert_int_equal(spill.size, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = { cmocka_unit_test(test_drain) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
