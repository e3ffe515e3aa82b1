/* unit: compress/edge_arena.c compress/edge_memory.c t/unit/edge_segments.c compress/edge_stream.c */

#include "edge_arena.h"
#include "edge_segments.h"


#define PIECES  40


/* pieces taken and freed at random keep their bytes and leave no hole */

static void
test_pieces(void **state)
{
    size_t          i, n, size[PIECES];
    uint32_t        seed;
    edge_arena_t   *arena;
    edge_memory_t   memory = { 0, 0, 0 };
    unsigned char  *piece[PIECES];

    (void) state;

    memset(piece, 0, sizeof(piece));
    seed = 1;

    arena = edge_arena_create(&memory, 300000);
    assert_non_null(arena);

    for (n = 0; n < 100000; n++) {
        i = edge_segments_random(&seed, PIECES);

        if (piece[i]) {
            assert_int_equal(piece[i][0], i);
            assert_int_equal(piece[i][size[i] - 1], i);
            edge_arena_free(arena, piece[i]);
            piece[i] = NULL;
            continue;
        }

        size[i] = 1 + edge_segments_random(&seed, 5000);
        piece[i] = edge_arena_alloc(arena, size[i]);
        assert_non_null(piece[i]);
        assert_int_equal((uintptr_t) piece[i] % 16, 0);
        memset(piece[i], i, size[i]);
    }

    assert_int_equal(edge_arena_overflows(arena), 0);

    for (i = 0; i < PIECES; i++) {
        edge_arena_free(arena, piece[i]);
    }

    /* whole again */

    piece[0] = edge_arena_alloc(arena, 300000);
    assert_non_null(piece[0]);
    assert_int_equal(edge_arena_overflows(arena), 0);
    edge_arena_free(arena, piece[0]);

    edge_arena_destroy(arena);
    assert_int_equal(memory.used, 0);
}


/* past the reserve it is the account that gives or refuses */

static void
test_overflow(void **state)
{
    void           *first, *second;
    edge_arena_t   *arena;
    edge_memory_t   memory = { 0, 0, 20000 };

    (void) state;

    arena = edge_arena_create(&memory, 10000);
    assert_non_null(arena);

    first = edge_arena_alloc(arena, 9000);
    assert_non_null(first);
    assert_int_equal(edge_arena_overflows(arena), 0);

    second = edge_arena_alloc(arena, 5000);
    assert_non_null(second);
    assert_int_equal(edge_arena_overflows(arena), 1);

    assert_null(edge_arena_alloc(arena, 9000));
    assert_null(edge_arena_alloc(arena, SIZE_MAX - 10));
    assert_true(memory.used <= memory.ceiling);

    edge_arena_free(arena, second);
    edge_arena_free(arena, first);
    edge_arena_free(arena, NULL);
    edge_arena_destroy(arena);

    assert_null(edge_arena_create(&memory, 30000));
    assert_int_equal(memory.used, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_overflow)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
