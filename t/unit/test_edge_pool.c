/*
 * unit: compress/edge_pool.c compress/edge_pool_decoders.c
 *       compress/edge_pool_idle.c compress/edge_codec_zstd.c
 *       compress/edge_codec_zstd_size.c
 *       compress/edge_codec_zstd_search.c compress/edge_match_fast.c
 *       compress/edge_match_finder.c
 *       compress/edge_codec_zstd_dictionary.c
 *       compress/edge_codec_zstd_stored.c
 *       compress/edge_stored.c compress/edge_spill.c
 *       compress/edge_memory.c
 *       t/unit/edge_calloc.c t/unit/edge_test.c -lzstd -Wl,--wrap=calloc
 */

#include "edge_pool.h"
#include "edge_calloc.h"
#include "edge_test.h"


/* A codec whose encoders take as many bytes as its level says. */

struct edge_encoder_s {
    edge_memory_t  *memory;
    uint64_t        size_max;
    uint64_t        opened;
    unsigned        whole;
    unsigned        id;             /* in the order of making */
};


static unsigned         made, resets, opens_refused;
static unsigned         closed[200], closed_count;
static edge_codec_rc_e  open_rc;


static edge_encoder_t *
toy_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    edge_encoder_t  *encoder;

    encoder = edge_memory_alloc(memory, params->level - EDGE_MEMORY_OVERHEAD);
    if (encoder == NULL) {
        return NULL;
    }

    encoder->memory = memory;
    encoder->size_max = size_max;
    encoder->whole = whole;
    encoder->id = made++;

    return encoder;
}


static edge_codec_rc_e
toy_open(edge_encoder_t *encoder, uint64_t size)
{
    if (opens_refused) {
        opens_refused--;
        return open_rc;
    }

    encoder->opened = size;

    return EDGE_CODEC_DONE;
}


static void
toy_reset(edge_encoder_t *encoder)
{
    encoder->opened = 0;
    resets++;
}


static void
toy_close(edge_encoder_t *encoder)
{
    closed[closed_count++] = encoder->id;
    edge_memory_free(encoder->memory, encoder);
}


static size_t
toy_estimate(const edge_params_t *params, uint64_t size_max, unsigned whole)
{
    return params->level;
}


static const edge_codec_t  toy = {
    "toy", 1, toy_create, toy_open, NULL, toy_reset, toy_close, toy_estimate,
    NULL, NULL, 0
};

static const edge_codec_t  toy_too = {
    "too", 1, toy_create, toy_open, NULL, toy_reset, toy_close, toy_estimate,
    NULL, NULL, 0
};


static size_t
toy_estimate_size(const edge_params_t *params, uint64_t size_max,
    unsigned whole)
{
    return size_max / 100 + params->level;
}


static const edge_codec_t  toy_adapts = {
    "one", 1, toy_create, toy_open, NULL, toy_reset, toy_close,
    toy_estimate_size, NULL, NULL, 1
};

static const edge_params_t  small = { 1000, 0, 0, 0, NULL, NULL };
static const edge_params_t  large = { 5000, 0, 0, 0, NULL, NULL };
static const edge_params_t  small_too = { 1000, 0, 0, 0, NULL, NULL };


static int
setup(void **state)
{
    made = resets = opens_refused = closed_count = edge_calloc_refused = 0;
    open_rc = EDGE_CODEC_NO_MEMORY;

    return 0;
}


static void
assert_count(edge_pool_t *pool, unsigned alive, unsigned idle)
{
    unsigned  a, i;

    edge_pool_count(pool, &a, &i);
    assert_int_equal(a, alive);
    assert_int_equal(i, idle);
}


static edge_lent_t *
take(edge_pool_t *pool, const edge_params_t *params)
{
    edge_lent_t  *lent;

    lent = edge_pool_take(pool, &toy, params, EDGE_SIZE_UNKNOWN, 0);
    assert_non_null(lent);

    return lent;
}


/* one is found again only by what sizes it */

static void
test_reuse(void **state)
{
    size_t           i, n;
    edge_pool_t     *pool;
    edge_lent_t     *lent;
    edge_encoder_t  *first;

    static const struct {
        const edge_codec_t   *codec;
        const edge_params_t  *params;
        uint64_t              size;
        unsigned              whole;
        uint64_t              same;     /* another size of the same class */
        uint64_t              size_max;
    } wants[] = {
        { &toy, &small, EDGE_SIZE_UNKNOWN, 0, 8388609, EDGE_SIZE_UNKNOWN },
        { &toy, &small, 0, 0, 131072, 131072 },
        { &toy, &small, 131073, 0, 262144, 262144 },
        { &toy, &small, 4194305, 0, 8388608, 8388608 },
        { &toy, &small, 0, 1, 16384, 16384 },
        { &toy, &small, 16385, 1, 131072, 131072 },
        { &toy, &large, 1, 0, 2, 131072 },
        { &toy, &small_too, 1, 0, 2, 131072 },
        { &toy_too, &small, 1, 0, 2, 131072 }
    };

    n = sizeof(wants) / sizeof(wants[0]);
    pool = edge_pool_create(0, 100);

    for (i = 0; i < n; i++) {
        lent = edge_pool_take(pool, wants[i].codec, wants[i].params,
                              wants[i].size, wants[i].whole);
        assert_non_null(lent);
        first = edge_lent_encoder(lent);

        assert_int_equal(made, i + 1);      /* none of those before fits */
        assert_ptr_equal(edge_lent_codec(lent), wants[i].codec);
        assert_int_equal(first->whole, wants[i].whole);
        assert_int_equal(first->size_max, wants[i].size_max);
        assert_int_equal(first->opened, wants[i].whole ? wants[i].size
                                                       : EDGE_SIZE_UNKNOWN);
        edge_pool_give(pool, lent);
        assert_int_equal(resets, i * 2 + 1);

        lent = edge_pool_take(pool, wants[i].codec, wants[i].params,
                              wants[i].same, wants[i].whole);
        assert_ptr_equal(edge_lent_encoder(lent), first);
        assert_int_equal(made, i + 1);
        assert_int_equal(first->opened, wants[i].whole ? wants[i].same
                                                       : EDGE_SIZE_UNKNOWN);
        edge_pool_give(pool, lent);
        assert_count(pool, i + 1, i + 1);
    }

    edge_pool_destroy(pool);
    assert_int_equal(closed_count, n);
}


/* the warmest comes first, the one idle for longest goes first */

static void
test_order(void **state)
{
    unsigned      i;
    edge_pool_t  *pool;
    edge_lent_t  *lent[4];

    pool = edge_pool_create(0, 4);

    for (i = 0; i < 4; i++) {
        lent[i] = take(pool, i & 1 ? &large : &small);
    }

    edge_pool_give(pool, lent[2]);
    edge_pool_give(pool, lent[1]);
    edge_pool_give(pool, lent[0]);
    edge_pool_give(pool, lent[3]);
    assert_count(pool, 4, 4);

    assert_ptr_equal(take(pool, &small), lent[0]);
    edge_pool_give(pool, lent[0]);

    /* idle now, the oldest first: 2 1 3 0 */

    for (i = 4; i; i--) {
        assert_int_equal(edge_pool_evict(pool), 1);
        assert_count(pool, i - 1, i - 1);
    }

    assert_int_equal(edge_pool_evict(pool), 0);
    assert_int_equal(closed[0], 2);
    assert_int_equal(closed[1], 1);
    assert_int_equal(closed[2], 3);
    assert_int_equal(closed[3], 0);
    assert_int_equal(edge_pool_memory(pool)->used, 0);

    edge_pool_destroy(pool);
}


static void
test_idle_max(void **state)
{
    unsigned      i, idle_max;
    edge_pool_t  *pool;
    edge_lent_t  *lent[5];

    for (idle_max = 0; idle_max < 5; idle_max++) {
        (void) setup(NULL);
        pool = edge_pool_create(0, idle_max);

        for (i = 0; i < 5; i++) {
            lent[i] = take(pool, &small);
        }

        for (i = 0; i < 5; i++) {
            edge_pool_give(pool, lent[i]);
        }

        assert_count(pool, idle_max, idle_max);

        for (i = 0; i < closed_count; i++) {
            assert_int_equal(closed[i], i);
        }

        edge_pool_destroy(pool);
        assert_int_equal(closed_count, 5);
    }
}


/* what was made for a dictionary goes with it, and is not found again */

static void
test_forget(void **state)
{
    int             dictionary, other;
    edge_pool_t    *pool;
    edge_lent_t    *lent;
    edge_params_t   with, without;

    (void) state;

    pool = edge_pool_create(0, 10);
    with = small;
    with.dictionary = &dictionary;
    without = small;
    without.dictionary = &other;

    edge_pool_give(pool, take(pool, &with));
    edge_pool_give(pool, take(pool, &without));
    edge_pool_give(pool, edge_pool_take(pool, &toy, &with, 100, 1));
    assert_count(pool, 3, 3);

    edge_pool_forget(pool, &dictionary);
    assert_count(pool, 1, 1);
    assert_int_equal(closed_count, 2);

    edge_pool_forget(pool, &dictionary);
    assert_count(pool, 1, 1);

    /* the same address may be that of another one now */

    lent = take(pool, &with);
    assert_count(pool, 2, 1);
    edge_pool_give(pool, lent);
    edge_pool_destroy(pool);
    assert_int_equal(closed_count, 4);
}


/* idle ones make way for what is asked, lent ones never */

static void
test_ceiling(void **state)
{
    edge_pool_t  *pool;
    edge_lent_t  *lent[6];

    pool = edge_pool_create(5999, 10);

    lent[0] = take(pool, &small);
    lent[1] = take(pool, &small);
    edge_pool_give(pool, lent[0]);

    assert_int_equal(edge_pool_has_room(pool, &toy, &large, 1, 0), 0);
    assert_null(edge_pool_take(pool, &toy, &large, 1, 0));

    edge_pool_give(pool, lent[1]);

    assert_int_equal(edge_pool_has_room(pool, &toy, &large, 1, 0), 1);
    lent[1] = take(pool, &large);
    assert_count(pool, 1, 0);

    assert_int_equal(edge_pool_has_room(pool, &toy, &small, 1, 0), 0);
    assert_null(edge_pool_take(pool, &toy, &small, 1, 0));

    edge_pool_give(pool, lent[1]);
    assert_int_equal(edge_pool_has_room(pool, &toy, &large,
                                        EDGE_SIZE_UNKNOWN, 0), 1);
    assert_true(edge_pool_memory(pool)->peak <= 5999);

    edge_pool_destroy(pool);
}


/* a refusal at open: idle ones are let go one by one, then it is final */

static void
test_open_refused(void **state)
{
    unsigned      i;
    edge_pool_t  *pool;
    edge_lent_t  *lent[3];

    pool = edge_pool_create(0, 10);

    for (i = 0; i < 3; i++) {
        lent[i] = take(pool, &large);
    }

    for (i = 0; i < 3; i++) {
        edge_pool_give(pool, lent[i]);
    }

    opens_refused = 2;
    lent[0] = take(pool, &small);
    assert_count(pool, 2, 1);
    edge_pool_give(pool, lent[0]);

    opens_refused = 1000;
    assert_null(edge_pool_take(pool, &toy, &small, EDGE_SIZE_UNKNOWN, 0));
    assert_count(pool, 0, 0);
    assert_int_equal(edge_pool_memory(pool)->used, 0);

    opens_refused = 1000;
    open_rc = EDGE_CODEC_ERROR;
    assert_null(edge_pool_take(pool, &toy, &small, EDGE_SIZE_UNKNOWN, 0));
    assert_int_equal(edge_pool_memory(pool)->used, 0);

    edge_pool_destroy(pool);
}


static void
test_system_refuses(void **state)
{
    unsigned      at;
    edge_pool_t  *pool;
    edge_lent_t  *lent;

    edge_calloc_refused = 1;
    assert_null(edge_pool_create(0, 1));

    for (at = 1; at <= 2; at++) {
        pool = edge_pool_create(0, 1);
        edge_calloc_refused = at;
        assert_null(edge_pool_take(pool, &toy, &small, 1, 0));
        assert_count(pool, 0, 0);
        assert_int_equal(edge_pool_memory(pool)->used, 0);

        lent = take(pool, &small);
        edge_pool_give(pool, lent);
        edge_pool_destroy(pool);
    }

    pool = edge_pool_create(0, 1);
    edge_calloc_refused = 1;
    assert_int_equal(edge_pool_has_room(pool, &toy, &small, 1, 0), 0);
    edge_pool_destroy(pool);
}


/* has_room says what take then does; nothing passes the ceiling */

static void
agree(const edge_codec_t *codec, const edge_params_t *params, size_t choices,
    size_t ceiling, unsigned rounds)
{
    size_t                i, n;
    uint64_t              size;
    uint32_t              chance;
    unsigned              whole, room, hits;
    edge_pool_t          *pool;
    edge_lent_t          *lent[12] = { NULL };
    const edge_memory_t  *memory;

    chance = 17;
    hits = 0;
    pool = edge_pool_create(ceiling, 6);
    memory = edge_pool_memory(pool);

    for (n = 0; n < rounds; n++) {
        i = edge_test_random(&chance, 12);

        if (lent[i]) {
            edge_pool_give(pool, lent[i]);
            lent[i] = NULL;
            continue;
        }

        size = (uint64_t) 1 << edge_test_random(&chance, 25);
        whole = size <= EDGE_POOL_WHOLE_MAX && codec == &toy && n % 3 == 0;

        room = edge_pool_has_room(pool, codec, params + n % choices, size,
                                  whole);
        lent[i] = edge_pool_take(pool, codec, params + n % choices, size,
                                 whole);

        assert_int_equal(room, lent[i] != NULL);
        assert_true(memory->used <= ceiling);
        hits += room;
    }

    assert_in_range(hits, rounds / 8, rounds / 2);
    assert_true(memory->peak <= ceiling);

    for (i = 0; i < 12; i++) {
        if (lent[i]) {
            edge_pool_give(pool, lent[i]);
        }
    }

    while (edge_pool_evict(pool)) { /* void */ }

    assert_int_equal(memory->used, 0);
    edge_pool_destroy(pool);
}


static void
test_has_room_agrees(void **state)
{
    static const edge_params_t  toys[] = {
        { 1000, 0, 0, 0, NULL }, { 2500, 0, 0, 0, NULL },
        { 700, 0, 0, 0, NULL }, { 5100, 0, 0, 0, NULL }
    };
    static const edge_params_t  real[] = {
        { 1, 20, 0, 0, NULL }, { 3, 17, 0, 0, NULL }, { 5, 21, 0, 1, NULL },
        { 3, 0, 0, 0, NULL }
    };

    /* so few closings are remembered */

    agree(&toy, toys, 4, 9000, 120);
    agree(&edge_codec_zstd, real, 4, 6000000, 1500);
}


/* an encoder that was lent and never fed takes less than was thought */

static void
test_room_behind_unfed(void **state)
{
    unsigned              i;
    edge_pool_t          *pool;
    edge_lent_t          *lent[8];
    static edge_params_t  params = { 12, 0, 0, 0, NULL, NULL };
    static edge_params_t  fast = { 1, 0, 0, 0, NULL, NULL };

    pool = edge_pool_create(4000000, 10);

    for (i = 0; i < 2; i++) {
        lent[i] = edge_pool_take(pool, &edge_codec_zstd, &params, 100000, 1);
        assert_non_null(lent[i]);
    }

    for (i = 0; i < 2; i++) {
        edge_pool_give(pool, lent[i]);
    }

    edge_pool_memory(pool)->ceiling = 1000000;

    assert_int_equal(edge_pool_has_room(pool, &edge_codec_zstd, &fast, 1000,
                                        1), 1);
    lent[0] = edge_pool_take(pool, &edge_codec_zstd, &fast, 1000, 1);
    assert_non_null(lent[0]);
    edge_pool_give(pool, lent[0]);

    edge_pool_destroy(pool);
}


static unsigned
id_of_whole(edge_pool_t *pool, uint64_t size)
{
    unsigned      id;
    edge_lent_t  *lent;

    lent = edge_pool_take(pool, &toy_adapts, &small, size, 1);
    assert_non_null(lent);

    id = edge_lent_encoder(lent)->id;
    edge_pool_give(pool, lent);

    return id;
}


/* one encoder for whole bodies of many sizes, unless there is no room for it */

static void
test_shared(void **state)
{
    unsigned      id;
    edge_pool_t  *pool;

    pool = edge_pool_create(0, 10);
    id = id_of_whole(pool, 30000);

    assert_int_equal(id_of_whole(pool, EDGE_POOL_WHOLE_MAX), id);
    assert_int_equal(id_of_whole(pool, 100000), id);
    assert_int_not_equal(id_of_whole(pool, 1000), id);
    assert_int_equal(id_of_whole(pool, 30000), id);

    edge_pool_destroy(pool);

    pool = edge_pool_create(4000, 10);

    assert_int_equal(edge_pool_has_room(pool, &toy_adapts, &small, 100000, 1),
                     1);
    assert_int_equal(edge_pool_has_room(pool, &toy_adapts, &small, 400000, 1),
                     0);
    id = id_of_whole(pool, 30000);
    assert_int_equal(id_of_whole(pool, 100000), id);

    edge_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(test_reuse, setup),
        cmocka_unit_test_setup(test_order, setup),
        cmocka_unit_test_setup(test_shared, setup),
        cmocka_unit_test_setup(test_idle_max, setup),
        cmocka_unit_test_setup(test_forget, setup),
        cmocka_unit_test_setup(test_ceiling, setup),
        cmocka_unit_test_setup(test_open_refused, setup),
        cmocka_unit_test_setup(test_system_refuses, setup),
        cmocka_unit_test_setup(test_has_room_agrees, setup),
        cmocka_unit_test_setup(test_room_behind_unfed, setup)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
