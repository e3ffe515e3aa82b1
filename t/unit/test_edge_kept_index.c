/*
 * unit: compress/edge_kept_index.c compress/edge_kept_index_find.c
 *       compress/edge_kept.c compress/edge_kept_head.c compress/edge_use_as.c
 *       compress/edge_match_pattern.c compress/edge_dictionary.c
 *       compress/edge_codec_zstd_dictionary.c
 *       compress/edge_codec_brotli_dictionary.c
 *       common/edge_structured_field.c common/edge_structured_item.c
 *       common/edge_structured_value.c
 *       t/unit/edge_test.c -lzstd -lbrotlienc -lcrypto
 */

#include <stdio.h>

#include "edge_kept_index.h"
#include "edge_kept_test.h"


#define HOST   "https://a.test:443"
#define OTHER  "https://b.test:443"


static edge_kept_index_t *
index_of(uint32_t number, uint64_t bytes)
{
    void               *memory;
    edge_kept_index_t  *index;

    memory = malloc(edge_kept_index_size(number));
    assert_non_null(memory);
    memset(memory, 0xa5, edge_kept_index_size(number));

    index = edge_kept_index_init(memory, number);
    edge_kept_index_limit(index, bytes);

    return index;
}


static const edge_kept_t *
find(edge_kept_index_t *index, const char *origin, const edge_kept_t *kept,
    const char *target, int64_t now)
{
    edge_kept_query_t  query;

    memset(&query, 0, sizeof(edge_kept_query_t));
    query.digest = kept->digest;
    query.origin = origin;
    query.origin_size = strlen(origin);
    query.target = target;
    query.target_size = strlen(target);
    query.now = now;

    return edge_kept_index_find(index, &query);
}


static edge_kept_put_e
put(edge_kept_index_t *index, const edge_kept_t *kept)
{
    char             name[EDGE_KEPT_NAME];
    edge_kept_put_e  rc;

    while ((rc = edge_kept_index_put(index, kept, 0, name))
           == EDGE_KEPT_PUT_EVICTED)
    {
        assert_int_equal(strlen(name), EDGE_KEPT_NAME - 1);
    }

    return rc;
}


static void
test_find(void **state)
{
    edge_kept_t         a, b;
    edge_kept_counts_t  counts;
    edge_kept_index_t  *index;

    (void) state;

    index = index_of(4, 1000);
    a = kept_of(HOST, "/a*", "one");
    b = kept_of(HOST, "/b*", "one");

    assert_null(find(index, HOST, &a, "/a", 0));
    assert_int_equal(put(index, &a), EDGE_KEPT_PUT_DONE);

    assert_non_null(find(index, HOST, &a, "/a", 0));
    assert_null(find(index, HOST, &a, "/b", 0));
    assert_null(find(index, OTHER, &a, "/a", 0));
    assert_null(find(index, "https://a.test:44", &a, "/a", 0));
    assert_non_null(find(index, HOST, &a, "/a", 999));
    assert_null(find(index, HOST, &a, "/a", 1000));

    /* the same content for other URLs is another one */

    assert_int_equal(put(index, &b), EDGE_KEPT_PUT_DONE);
    assert_non_null(find(index, HOST, &b, "/a", 0));
    assert_non_null(find(index, HOST, &b, "/b", 0));

    edge_kept_index_remove(index, &a);
    edge_kept_index_remove(index, &a);
    assert_null(find(index, HOST, &a, "/a", 0));
    assert_non_null(find(index, HOST, &b, "/b", 0));

    edge_kept_index_count(index, &counts);
    assert_int_equal(counts.count, 1);
    assert_int_equal(counts.bytes, 3);
    assert_int_equal(counts.stored, 2);
    assert_int_equal(counts.found, 5);

    free(index);
}


static void
test_dest_and_id(void **state)
{
    edge_kept_t         kept;
    edge_kept_query_t   query;
    edge_kept_index_t  *index;

    (void) state;

    index = index_of(4, 1000);
    kept = kept_of(HOST, "/*", "one");
    strcpy(kept.use.id, "id");
    strcpy(kept.use.dest, "script");
    edge_kept_set_key(&kept);
    put(index, &kept);

    memset(&query, 0, sizeof(edge_kept_query_t));
    query.digest = kept.digest;
    query.origin = HOST;
    query.origin_size = strlen(HOST);
    query.target = "/";
    query.target_size = 1;
    assert_non_null(edge_kept_index_find(index, &query));

    query.dest = "script";
    query.dest_size = 6;
    query.id = "id";
    query.id_size = 2;
    assert_non_null(edge_kept_index_find(index, &query));

    query.dest = "style";
    query.dest_size = 5;
    assert_null(edge_kept_index_find(index, &query));

    query.dest_size = 0;
    query.id_size = 1;
    assert_null(edge_kept_index_find(index, &query));
    query.id_size = 0;
    assert_null(edge_kept_index_find(index, &query));

    free(index);
}


static void
test_sources(void **state)
{
    edge_kept_t         a;
    edge_kept_index_t  *index;

    (void) state;

    index = index_of(4, 1000);
    a = kept_of(HOST, "/*", "one");

    put(index, &a);

    memset(a.source, 9, EDGE_KEPT_SOURCE);
    put(index, &a);
    assert_true(edge_kept_index_knows(index, a.source, 1000));
    assert_false(edge_kept_index_knows(index, a.source, 1001));
    assert_true(edge_kept_index_has(index, &a, 1000));
    assert_false(edge_kept_index_has(index, &a, 1001));

    /* renewed */

    a.expires = 2000;
    put(index, &a);
    assert_true(edge_kept_index_knows(index, a.source, 2000));

    edge_kept_index_remove(index, &a);
    assert_false(edge_kept_index_knows(index, a.source, 0));
    free(index);
}


static void
test_eviction(void **state)
{
    char                name[EDGE_KEPT_NAME], wanted[EDGE_KEPT_NAME];
    edge_kept_t         a, b, c, d;
    edge_kept_index_t  *index;

    (void) state;

    index = index_of(3, 1000);
    a = kept_of(HOST, "/*", "a");
    b = kept_of(OTHER, "/*", "b");
    c = kept_of("https://c.test:443", "/*", "c");
    d = kept_of("https://d.test:443", "/*", "d");

    put(index, &a);
    put(index, &b);
    put(index, &c);
    assert_non_null(find(index, HOST, &a, "/", 0));

    assert_int_equal(edge_kept_index_put(index, &d, 0, name),
                     EDGE_KEPT_PUT_EVICTED);
    edge_kept_name(&b, wanted);
    assert_string_equal(name, wanted);
    assert_int_equal(edge_kept_index_put(index, &d, 0, name),
                     EDGE_KEPT_PUT_DONE);
    assert_null(find(index, OTHER, &b, "/", 0));

    /* one that is stale goes first, used or not */

    d.expires = 5;
    put(index, &d);
    assert_int_equal(edge_kept_index_put(index, &b, 5, name),
                     EDGE_KEPT_PUT_EVICTED);
    edge_kept_name(&d, wanted);
    assert_string_equal(name, wanted);

    a.size = 1001;
    assert_int_equal(put(index, &a), EDGE_KEPT_PUT_REFUSED);
    a.size = 1000;
    assert_int_equal(put(index, &a), EDGE_KEPT_PUT_DONE);
    assert_null(find(index, "https://c.test:443", &c, "/", 0));

    free(index);
}


static void
test_fairness(void **state)
{
    char                content[16];
    unsigned            i;
    edge_kept_t         good, bad;
    edge_kept_index_t  *index;

    (void) state;

    index = index_of(8, 100000);
    good = kept_of(HOST, "/*", "good");
    put(index, &good);

    for (i = 0; i < 100; i++) {
        (void) snprintf(content, sizeof(content), "bad %u", i);
        bad = kept_of(OTHER, "/*", content);
        put(index, &bad);
    }

    assert_non_null(find(index, HOST, &good, "/", 0));
    assert_non_null(find(index, OTHER, &bad, "/", 0));
    free(index);

    /* and by bytes */

    index = index_of(100, 1000);
    good = kept_of(HOST, "/*", "good");
    put(index, &good);

    for (i = 0; i < 100; i++) {
        (void) snprintf(content, sizeof(content), "bad %u", i);
        bad = kept_of(OTHER, "/*", content);
        bad.size = 100;
        put(index, &bad);
    }

    assert_non_null(find(index, HOST, &good, "/", 0));
    free(index);
}


/* what is found is what a plain list says, whatever the order of things */

#define CHANCE  40

static void
test_chance(void **state)
{
    char                content[16], name[EDGE_KEPT_NAME];
    char                other[EDGE_KEPT_NAME];
    size_t              i, n, round;
    uint32_t            seed;
    unsigned            there[CHANCE];
    uint64_t            bytes;
    edge_kept_t         all[CHANCE];
    edge_kept_put_e     rc;
    edge_kept_counts_t  counts;
    edge_kept_index_t  *index;

    (void) state;

    seed = 1;
    index = index_of(20, 2000);
    memset(there, 0, sizeof(there));

    for (i = 0; i < CHANCE; i++) {
        (void) snprintf(content, sizeof(content), "%zu", i / 2);
        all[i] = kept_of(i % 3 ? HOST : OTHER, i % 2 ? "/*" : "/a*", content);
        all[i].size = (uint32_t) (50 + i * 5);
        memset(all[i].source, (int) (i % 5), EDGE_KEPT_SOURCE);
    }

    for (round = 0; round < 20000; round++) {
        n = edge_test_random(&seed, CHANCE);

        if (edge_test_random(&seed, 4) == 0) {
            edge_kept_index_remove(index, &all[n]);
            there[n] = 0;

        } else {
            while ((rc = edge_kept_index_put(index, &all[n], 0, name))
                   == EDGE_KEPT_PUT_EVICTED)
            {
                for (i = 0; i < CHANCE; i++) {
                    edge_kept_name(&all[i], other);
                    there[i] = there[i] && strcmp(name, other) != 0;
                }
            }

            assert_int_equal(rc, EDGE_KEPT_PUT_DONE);
            there[n] = 1;
        }

        n = edge_test_random(&seed, CHANCE);
        assert_int_equal(edge_kept_index_has(index, &all[n], 0), there[n]);
    }

    bytes = 0;

    for (i = 0; i < CHANCE; i++) {
        bytes += there[i] ? all[i].size : 0;
    }

    edge_kept_index_count(index, &counts);
    assert_int_equal(counts.bytes, bytes);
    assert_in_range(counts.count, 1, 20);

    free(index);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_dest_and_id),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_fairness),
        cmocka_unit_test(test_chance)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
