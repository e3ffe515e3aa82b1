/* unit: compress/edge_memory.c t/unit/edge_test.c -lzstd */

#include "edge_memory.h"
#include "edge_test.h"


static const size_t  sizes[] = {
    0, 1, 63, 64, 65, 1000, 65536, 256 * 1024 - 65, 256 * 1024 - 64,
    256 * 1024 - 63, 256 * 1024, 3 * 1024 * 1024 + 1
};

#define SIZES  (sizeof(sizes) / sizeof(sizes[0]))


/* bytes are ours to write, apart, aligned, and counted to the last one */

static void
test_blocks(void **state)
{
    size_t          i, n, counted;
    unsigned char  *blocks[SIZES];
    edge_memory_t   memory = { 0, 0, 0 };

    counted = 0;

    for (i = 0; i < SIZES; i++) {
        blocks[i] = edge_memory_alloc(&memory, sizes[i]);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t) blocks[i] % 64, 0);
        memset(blocks[i], (int) i + 1, sizes[i]);

        counted += sizes[i] + EDGE_MEMORY_OVERHEAD;
        assert_int_equal(memory.used, counted);
        assert_int_equal(memory.peak, counted);
    }

    for (i = 0; i < SIZES; i++) {
        for (n = 0; n < sizes[i]; n += 1 + sizes[i] / 1000) {
            assert_int_equal(blocks[i][n], i + 1);
        }

        edge_memory_free(&memory, blocks[i]);

        counted -= sizes[i] + EDGE_MEMORY_OVERHEAD;
        assert_int_equal(memory.used, counted);
    }

    assert_true(memory.peak > sizes[SIZES - 1]);

    edge_memory_free(&memory, NULL);
    assert_int_equal(memory.used, 0);
}


static void
test_ceiling_to_the_byte(void **state)
{
    size_t         i;
    void          *data, *more;
    edge_memory_t  memory = { 0, 0, 0 };

    for (i = 0; i < SIZES; i++) {
        memory.ceiling = sizes[i] + EDGE_MEMORY_OVERHEAD - 1;
        assert_null(edge_memory_alloc(&memory, sizes[i]));
        assert_int_equal(memory.used, 0);

        memory.ceiling++;
        data = edge_memory_alloc(&memory, sizes[i]);
        assert_non_null(data);
        assert_int_equal(memory.used, memory.ceiling);

        more = edge_memory_alloc(&memory, 0);
        assert_null(more);

        edge_memory_free(&memory, data);
    }

    assert_int_equal(memory.peak, memory.ceiling);
}


static void
test_room(void **state)
{
    edge_memory_t  memory = { 100, 100, 0 };

    assert_int_equal(edge_memory_has_room(&memory, SIZE_MAX), 1);

    memory.ceiling = 300;
    assert_int_equal(edge_memory_has_room(&memory, 0), 1);
    assert_int_equal(edge_memory_has_room(&memory, 200), 1);
    assert_int_equal(edge_memory_has_room(&memory, 201), 0);
    assert_int_equal(edge_memory_has_room(&memory, SIZE_MAX), 0);

    memory.ceiling = 100;
    assert_int_equal(edge_memory_has_room(&memory, 0), 1);
    assert_int_equal(edge_memory_has_room(&memory, 1), 0);

    /* a ceiling lowered since */

    memory.ceiling = 99;
    assert_int_equal(edge_memory_has_room(&memory, 0), 0);
    assert_int_equal(edge_memory_has_room(&memory, 1), 0);
}


static void
test_impossible_sizes(void **state)
{
    edge_memory_t  memory = { 0, 0, 0 };

    assert_null(edge_memory_alloc(&memory, SIZE_MAX));
    assert_null(edge_memory_alloc(&memory, SIZE_MAX - 63));
    assert_null(edge_memory_alloc(&memory, (size_t) 1 << 62));
    assert_int_equal(memory.used, 0);
    assert_int_equal(memory.peak, 0);
}


/* whatever comes and goes, used is the sum and never passes the ceiling */

static void
test_random(void **state)
{
    size_t          i, n, size, counted;
    uint32_t        chance;
    edge_memory_t   memory = { 0, 0, 2000000 };

    struct {
        void       *data;
        size_t      size;
    } blocks[40] = { { NULL, 0 } };

    chance = 1;
    counted = 0;

    for (n = 0; n < 20000; n++) {
        i = edge_test_random(&chance, 40);

        if (blocks[i].data) {
            edge_memory_free(&memory, blocks[i].data);
            blocks[i].data = NULL;
            counted -= blocks[i].size;

        } else {
            size = edge_test_random(&chance, n % 10 ? 100000 : 700000);
            blocks[i].data = edge_memory_alloc(&memory, size);
            blocks[i].size = size + EDGE_MEMORY_OVERHEAD;

            assert_int_equal(blocks[i].data != NULL,
                             counted + blocks[i].size <= memory.ceiling);

            counted += blocks[i].data ? blocks[i].size : 0;
        }

        assert_int_equal(memory.used, counted);
        assert_true(memory.peak <= memory.ceiling);
    }

    for (i = 0; i < 40; i++) {
        edge_memory_free(&memory, blocks[i].data);
    }

    assert_int_equal(memory.used, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_ceiling_to_the_byte),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_impossible_sizes),
        cmocka_unit_test(test_random)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
