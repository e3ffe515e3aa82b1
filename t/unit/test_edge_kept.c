/*
 * unit: compress/edge_kept.c compress/edge_kept_head.c compress/edge_use_as.c
 *       compress/edge_match_pattern.c compress/edge_dictionary.c
 *       compress/edge_codec_zstd_dictionary.c
 *       compress/edge_codec_brotli_dictionary.c
 *       common/edge_structured_field.c common/edge_structured_item.c
 *       common/edge_structured_value.c -lzstd -lbrotlienc -lcrypto
 */

#include "edge_kept_test.h"


static void
test_round_trip(void **state)
{
    char         head[EDGE_KEPT_HEAD_MAX], *copy;
    size_t       size, got, i;
    edge_kept_t  kept, again;

    (void) state;

    kept = kept_of("https://a.test:443", "*.js", "content");
    strcpy(kept.use.dest, "script style");
    strcpy(kept.use.id, "an \"id\"");
    memset(kept.source, 7, EDGE_KEPT_SOURCE);
    assert_int_equal(edge_kept_set_key(&kept), EDGE_KEPT_OK);

    size = edge_kept_write_head(&kept, head);
    assert_in_range(size, 100, EDGE_KEPT_HEAD_MAX);

    assert_int_equal(edge_kept_read_head(&again, head, size, &got),
                     EDGE_KEPT_OK);
    assert_int_equal(got, size);
    assert_memory_equal(&again, &kept, sizeof(edge_kept_t));

    /* what is behind it is not its own */

    memset(head + size, '\n', 4);
    assert_int_equal(edge_kept_read_head(&again, head, size + 4, &got),
                     EDGE_KEPT_OK);
    assert_int_equal(got, size);

    for (i = 0; i < size; i++) {
        copy = malloc(i ? i : 1);
        memcpy(copy, head, i);
        assert_int_equal(edge_kept_read_head(&again, copy, i, &got),
                         EDGE_KEPT_DAMAGED);
        free(copy);
    }

    for (i = 0; i < size; i++) {
        head[i] ^= 1;
        assert_int_equal(edge_kept_read_head(&again, head, size, &got),
                         EDGE_KEPT_DAMAGED);
        head[i] ^= 1;
    }
}


static void
fill(char *text, size_t size)
{
    memset(text, 'x', size);
    text[size] = '\0';
}


static void
test_longest(void **state)
{
    char         head[EDGE_KEPT_HEAD_MAX];
    char         origin[EDGE_KEPT_ORIGIN_MAX + 2];
    char         target[EDGE_MATCH_PATTERN_MAX + 2];
    size_t       size, got;
    edge_kept_t    kept, again;
    edge_use_as_t  use;

    (void) state;

    fill(origin, EDGE_KEPT_ORIGIN_MAX + 1);
    fill(target, EDGE_MATCH_PATTERN_MAX + 1);
    target[0] = '/';
    target[EDGE_MATCH_PATTERN_MAX - 1] = '/';

    memset(&use, 0, sizeof(edge_use_as_t));
    strcpy(use.match, "*");
    fill(use.dest, EDGE_USE_AS_DEST_MAX);
    fill(use.id, EDGE_USE_AS_ID_MAX);

    assert_int_equal(edge_kept_init(&kept, origin, EDGE_KEPT_ORIGIN_MAX + 1,
                                    "/", 1, &use),
                     EDGE_KEPT_ORIGIN);
    assert_int_equal(edge_kept_init(&kept, origin, EDGE_KEPT_ORIGIN_MAX,
                                    target, EDGE_MATCH_PATTERN_MAX, &use),
                     EDGE_KEPT_PATTERN);

    target[EDGE_MATCH_PATTERN_MAX - 1] = 'x';
    target[EDGE_MATCH_PATTERN_MAX - 2] = '/';
    assert_int_equal(edge_kept_init(&kept, origin, EDGE_KEPT_ORIGIN_MAX,
                                    target, EDGE_MATCH_PATTERN_MAX, &use),
                     EDGE_KEPT_OK);

    fill(kept.use.match + 1, EDGE_MATCH_PATTERN_MAX - 1);
    kept.use.match[0] = '/';
    kept.expires = INT64_MAX / 100;
    kept.size = UINT32_MAX;
    assert_int_equal(edge_kept_set_key(&kept), EDGE_KEPT_OK);

    size = edge_kept_write_head(&kept, head);
    assert_in_range(size, 2500, EDGE_KEPT_HEAD_MAX);
    assert_int_equal(edge_kept_read_head(&again, head, size, &got),
                     EDGE_KEPT_OK);
    assert_string_equal(again.use.id, kept.use.id);
    assert_int_equal(again.size, UINT32_MAX);
}


static void
test_lines(void **state)
{
    edge_kept_t    kept;
    edge_use_as_t  use;

    (void) state;

    memset(&use, 0, sizeof(edge_use_as_t));
    strcpy(use.match, "*.js");

    /* no text of a request becomes a line of the head */

    assert_int_equal(edge_kept_init(&kept, "http://a\nid x", 13, "/", 1,
                                    &use),
                     EDGE_KEPT_ORIGIN);
    assert_int_equal(edge_kept_init(&kept, "", 0, "/", 1, &use),
                     EDGE_KEPT_ORIGIN);
    assert_int_equal(edge_kept_init(&kept, "http://a", 8, "/\n/", 3, &use),
                     EDGE_KEPT_PATTERN);

    strcpy(use.match, "/:name");
    assert_int_equal(edge_kept_init(&kept, "http://a", 8, "/", 1, &use),
                     EDGE_KEPT_PATTERN);
}


static void
test_keys(void **state)
{
    char         one[EDGE_KEPT_NAME], other[EDGE_KEPT_NAME];
    edge_kept_t  a, b;

    (void) state;

    a = kept_of("https://a.test:443", "/*", "content");
    edge_kept_name(&a, one);
    assert_int_equal(strlen(one), EDGE_KEPT_NAME - 1);
    assert_memory_equal(one, "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3e"
                        "c9432297b9ec9f73-", 65);

    b = a;
    b.expires++;
    b.source[0] = 1;
    edge_kept_set_key(&b);
    edge_kept_name(&b, other);
    assert_string_equal(one, other);

    b = kept_of("http://a.test:443", "/*", "content");
    edge_kept_name(&b, other);
    assert_string_not_equal(one, other);
    assert_memory_equal(one, other, 64);

    b = kept_of("https://a.test:443", "/b*", "content");
    edge_kept_name(&b, other);
    assert_string_not_equal(one, other);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_keys)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
