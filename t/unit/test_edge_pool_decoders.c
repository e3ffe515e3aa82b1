/* unit: compress/edge_pool.c compress/edge_pool_decoders.c */
/* unit: compress/edge_pool_idle.c compress/edge_decoder.c */
/* unit: compress/edge_memory.c t/unit/edge_calloc.c -Wl,--wrap=calloc */

#include "edge_pool.h"
#include "edge_calloc.h"
#include "edge_test.h"


#define KB  1024


/*
 * A decoder whose bodies need as many bytes as they say by their length, and
 * that has these as soon as they are asked for.
 */

struct edge_decoding_s {
    edge_decoder_memory_t  *memory;
    void                   *window;
    unsigned                whole;
};


struct edge_encoder_s {
    edge_memory_t          *memory;
};


static unsigned  made, resets, closed, reclaimed;


static edge_decoding_t *
toy_create(edge_decoder_memory_t *memory)
{
    edge_decoding_t  *decoding;

    decoding = edge_decoder_alloc(memory, sizeof(edge_decoding_t));

    if (decoding) {
        decoding->memory = memory;
        decoding->window = NULL;
        decoding->whole = 0;
        made++;
    }

    return decoding;
}


static unsigned
toy_is_whole(const edge_decoding_t *decoding)
{
    return decoding->whole;
}


static void
toy_reset(edge_decoding_t *decoding)
{
    decoding->whole = 0;
    resets++;
}


static void
toy_close(edge_decoding_t *decoding)
{
    edge_decoder_free(decoding->memory, decoding->window);
    edge_decoder_free(decoding->memory, decoding);
    closed++;
}


static size_t
toy_needs(const void *first, size_t size)
{
    (void) first;

    return size;
}


static const edge_decoder_t  toy = {
    "toy", toy_create, NULL, toy_is_whole, toy_reset, toy_close, toy_needs, 0
};

static const edge_decoder_t  toy_too = {
    "too", toy_create, NULL, toy_is_whole, toy_reset, toy_close, NULL,
    1000 * KB
};

static const edge_decoder_t  toy_once = {
    "once", toy_create, NULL, toy_is_whole, NULL, toy_close, NULL, 1000 * KB
};


/* an encoder that takes as many bytes as its level says */

static edge_encoder_t *
coder_create(edge_memory_t *memory, const edge_params_t *params,
    uint64_t size_max, unsigned whole)
{
    edge_encoder_t  *encoder;

    (void) size_max;
    (void) whole;

    encoder = edge_memory_alloc(memory, params->level - EDGE_MEMORY_OVERHEAD);

    if (encoder) {
        encoder->memory = memory;
    }

    return encoder;
}


static edge_codec_rc_e
coder_open(edge_encoder_t *encoder, uint64_t size)
{
    (void) encoder;
    (void) size;

    return EDGE_CODEC_DONE;
}


static void
coder_reset(edge_encoder_t *encoder)
{
    (void) encoder;
}


static void
coder_close(edge_encoder_t *encoder)
{
    edge_memory_free(encoder->memory, encoder);
}


static size_t
coder_estimate(const edge_params_t *params, uint64_t size_max, unsigned whole)
{
    (void) size_max;
    (void) whole;

    return params->level;
}


static const edge_codec_t  coder = {
    "coder", 1, coder_create, coder_open, NULL, coder_reset, coder_close,
    coder_estimate, NULL, NULL, 0
};

static const edge_params_t  params = { 100 * KB, 0, 0, 0, NULL, NULL };


static int
setup(void **state)
{
    (void) state;

    made = resets = closed = reclaimed = edge_calloc_refused = 0;

    return 0;
}


/* a body that needs so many bytes, and gets them */

static edge_lent_decoder_t *
begin(edge_pool_t *pool, const edge_decoder_t *decoder, size_t needs)
{
    edge_decoding_t      *decoding;
    edge_lent_decoder_t  *lent;

    lent = edge_pool_take_decoder(pool, decoder, NULL, needs);
    assert_non_null(lent);

    decoding = edge_lent_decoding(lent);
    assert_false(decoding->whole);

    if (decoding->memory->used < needs) {
        edge_decoder_free(decoding->memory, decoding->window);
        decoding->window = edge_decoder_alloc(decoding->memory,
                               needs - decoding->memory->used
                               - EDGE_MEMORY_OVERHEAD);
        assert_non_null(decoding->window);
        assert_int_equal(decoding->memory->used, needs);
    }

    return lent;
}


static void
end(edge_pool_t *pool, edge_lent_decoder_t *lent)
{
    edge_lent_decoding(lent)->whole = 1;
    edge_pool_give_decoder(pool, lent);
}


static void
test_whole_ones_are_kept(void **state)
{
    edge_pool_t          *pool;
    edge_lent_decoder_t  *first;

    (void) state;

    pool = edge_pool_create(0, 4);

    end(pool, begin(pool, &toy, 20 * KB));
    assert_int_equal(resets, 1);
    first = begin(pool, &toy, 20 * KB);
    assert_int_equal(made, 1);
    assert_int_equal(edge_pool_memory(pool)->used, 20 * KB);

    /* that one is still lent: another is made, and cut short */

    edge_pool_give_decoder(pool, begin(pool, &toy, 20 * KB));
    assert_int_equal(made, 2);
    assert_int_equal(closed, 1);
    assert_int_equal(resets, 1);

    /* not each library knows how */

    end(pool, begin(pool, &toy_once, 20 * KB));
    assert_int_equal(made, 3);
    assert_int_equal(closed, 2);

    /* nor is one decoder another */

    end(pool, begin(pool, &toy_too, 20 * KB));
    end(pool, begin(pool, &toy, 20 * KB));
    assert_int_equal(made, 5);
    assert_int_equal(closed, 2);
    end(pool, begin(pool, &toy_too, 500 * KB));
    assert_int_equal(made, 5);

    end(pool, first);
    edge_pool_destroy(pool);
    assert_int_equal(closed, 5);
}


/* a small body, that may stall, does not pin what a large one needed */

static void
test_it_holds_what_the_body_needs(void **state)
{
    edge_pool_t          *pool;
    edge_lent_decoder_t  *small, *middle, *large;

    (void) state;

    pool = edge_pool_create(0, 8);

    small = begin(pool, &toy, 20 * KB);
    middle = begin(pool, &toy, 100 * KB);
    large = begin(pool, &toy, 2500 * KB);
    end(pool, large);
    end(pool, small);
    end(pool, middle);
    assert_int_equal(made, 3);

    /* the largest that holds no more, these rounded up */

    assert_ptr_equal(begin(pool, &toy, 65 * KB), middle);
    assert_ptr_equal(begin(pool, &toy, 2049 * KB), large);
    end(pool, large);
    assert_ptr_equal(begin(pool, &toy, 2048 * KB), small);
    end(pool, small);
    end(pool, middle);

    /* none is small enough now */

    end(pool, begin(pool, &toy, 64 * KB));
    assert_int_equal(made, 4);

    edge_pool_destroy(pool);
    assert_int_equal(closed, 4);
}


static void
test_no_more_are_kept(void **state)
{
    size_t                i;
    edge_pool_t          *pool;
    edge_lent_decoder_t  *lent[5];

    (void) state;

    pool = edge_pool_create(0, 3);

    for (i = 0; i < 5; i++) {
        lent[i] = begin(pool, &toy, 10 * KB);
    }

    for (i = 0; i < 5; i++) {
        end(pool, lent[i]);
    }

    assert_int_equal(closed, 2);
    assert_int_equal(edge_pool_memory(pool)->used, 30 * KB);

    /* nor one that large */

    end(pool, begin(pool, &toy, 5000 * KB));
    assert_int_equal(closed, 3);
    assert_int_equal(edge_pool_memory(pool)->used, 20 * KB);

    edge_pool_destroy(pool);

    pool = edge_pool_create(0, 0);
    end(pool, begin(pool, &toy, 10 * KB));
    assert_int_equal(edge_pool_memory(pool)->used, 0);
    edge_pool_destroy(pool);
}


/* what is idle is no reason to refuse an encoder, and goes after those */

static void
test_encoders_come_first(void **state)
{
    edge_pool_t  *pool;
    edge_lent_t  *lent;

    (void) state;

    pool = edge_pool_create(150 * KB, 8);

    end(pool, begin(pool, &toy, 100 * KB));
    assert_int_equal(edge_pool_memory(pool)->used, 100 * KB);

    assert_true(edge_pool_has_bytes(pool, 150 * KB));
    assert_false(edge_pool_has_bytes(pool, 150 * KB + 1));
    assert_true(edge_pool_has_room(pool, &coder, &params, 1, 0));

    lent = edge_pool_take(pool, &coder, &params, 1, 0);
    assert_non_null(lent);
    assert_int_equal(closed, 1);

    end(pool, begin(pool, &toy, 50 * KB));
    edge_pool_give(pool, lent);

    assert_true(edge_pool_evict(pool));
    assert_int_equal(closed, 1);
    assert_int_equal(edge_pool_memory(pool)->used, 50 * KB);
    assert_true(edge_pool_evict(pool));
    assert_int_equal(closed, 2);
    assert_int_equal(edge_pool_memory(pool)->used, 0);
    assert_false(edge_pool_evict(pool));

    edge_pool_destroy(pool);
}


static unsigned
reclaim(void *data)
{
    reclaimed++;

    return edge_pool_evict(data);
}


static void
test_short_of_memory(void **state)
{
    edge_pool_t          *pool;
    edge_lent_decoder_t  *first, *second;

    (void) state;

    pool = edge_pool_create(100 * KB, 8);
    edge_pool_reclaim_by(pool, reclaim, pool);

    /* idle ones make room for one that grows */

    first = begin(pool, &toy, 20 * KB);
    end(pool, begin(pool, &toy_too, 30 * KB));
    end(pool, begin(pool, &toy_too, 50 * KB));
    assert_int_equal(made, 2);
    assert_int_equal(reclaimed, 0);

    second = begin(pool, &toy, 60 * KB);
    assert_int_equal(made, 3);
    assert_int_equal(reclaimed, 1);
    assert_int_equal(closed, 1);

    /* and where there is none, it is refused */

    assert_null(edge_decoder_alloc(edge_lent_decoding(second)->memory,
                                   30 * KB));
    assert_int_equal(reclaimed, 2);

    end(pool, first);
    end(pool, second);
    edge_calloc_refused = 1;
    assert_null(edge_pool_take_decoder(pool, &toy_too, NULL, 0));

    edge_pool_destroy(pool);
    assert_int_equal(closed, 3);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(test_whole_ones_are_kept, setup),
        cmocka_unit_test_setup(test_it_holds_what_the_body_needs, setup),
        cmocka_unit_test_setup(test_no_more_are_kept, setup),
        cmocka_unit_test_setup(test_encoders_come_first, setup),
        cmocka_unit_test_setup(test_short_of_memory, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
