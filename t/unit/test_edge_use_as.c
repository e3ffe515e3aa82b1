/*
 * unit: compress/edge_use_as.c common/edge_structured_field.c
 *       common/edge_structured_item.c common/edge_structured_value.c
 */

#include "edge_test.h"
#include "edge_use_as.h"


static edge_use_as_e
read_field(edge_use_as_t *use, const char *text)
{
    char           *copy;
    edge_use_as_e   rc;

    /* of its exact size, so that sanitizers see what is read behind it */

    copy = malloc(strlen(text) + 1);
    assert_non_null(copy);
    memcpy(copy, text, strlen(text));
    copy = realloc(copy, strlen(text) ? strlen(text) : 1);

    rc = edge_use_as_read(use, copy, strlen(text));
    free(copy);

    return rc;
}


static void
test_fields(void **state)
{
    size_t         i;
    edge_use_as_t  use;

    static const struct {
        const char  *field;
        const char  *match;
        const char  *dest;
        const char  *id;
    } cases[] = {
        { "match=\"/a*\"", "/a*", "", "" },
        { "match=\"/a*\", id=\"one\"", "/a*", "", "one" },
        { "id=\"a\\\"b\\\\\", match=\"b.js\";x=1", "b.js", "", "a\"b\\" },
        { "match=\"/\", match-dest=(\"script\" \"style\")", "/",
          "script style", "" },
        { "match=\"/\", match-dest=()", "/", "", "" },
        { "match=\"/\", match-dest=(\"\")", "/", "empty", "" },
        { "match=\"/\", type=raw, new=?1", "/", "", "" },
        { "match=\"/a\", match=\"/b\"", "/b", "", "" },
        { "type=other, match=\"/\", type=raw", "/", "", "" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(read_field(&use, cases[i].field), EDGE_USE_AS_OK);
        assert_string_equal(use.match, cases[i].match);
        assert_string_equal(use.dest, cases[i].dest);
        assert_string_equal(use.id, cases[i].id);
    }
}


static void
test_refused(void **state)
{
    size_t         i;
    edge_use_as_t  use;

    static const struct {
        const char     *field;
        edge_use_as_e   rc;
    } cases[] = {
        { "", EDGE_USE_AS_NO_MATCH },
        { "id=\"a\"", EDGE_USE_AS_NO_MATCH },
        { "match=\"\"", EDGE_USE_AS_NO_MATCH },
        { "match=/a", EDGE_USE_AS_MALFORMED },
        { "match=a", EDGE_USE_AS_MALFORMED },
        { "match", EDGE_USE_AS_MALFORMED },
        { "match=\"/\",", EDGE_USE_AS_MALFORMED },
        { "match=\"/\" id=\"a\"", EDGE_USE_AS_MALFORMED },
        { "match=\"/\", id=a", EDGE_USE_AS_MALFORMED },
        { "match=\"/\", match-dest=\"script\"", EDGE_USE_AS_MALFORMED },
        { "match=\"/\", match-dest=(script)", EDGE_USE_AS_MALFORMED },
        { "match=\"/\", match-dest=(\"a b\")", EDGE_USE_AS_MALFORMED },
        { "match=\"/\", type=\"raw\"", EDGE_USE_AS_TYPE },
        { "match=\"/\", type=zip", EDGE_USE_AS_TYPE },
        { "match=\"/\", type=raw, type=zip", EDGE_USE_AS_TYPE }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(read_field(&use, cases[i].field), cases[i].rc);
    }
}


/* a field with a string of so many bytes */

static edge_use_as_e
read_long(edge_use_as_t *use, const char *before, size_t size,
    const char *after)
{
    char           *text;
    edge_use_as_e   rc;

    text = calloc(1, strlen(before) + size + strlen(after) + 1);
    assert_non_null(text);
    strcpy(text, before);
    memset(text + strlen(text), 'a', size);
    strcat(text, after);

    rc = read_field(use, text);
    free(text);

    return rc;
}


static void
test_limits(void **state)
{
    edge_use_as_t  use;

    (void) state;

    assert_int_equal(read_long(&use, "match=\"/", 511, "\""), EDGE_USE_AS_OK);
    assert_int_equal(strlen(use.match), 512);
    assert_int_equal(read_long(&use, "match=\"/", 512, "\""),
                     EDGE_USE_AS_TOO_LONG);
    assert_int_equal(read_long(&use, "match=\"/\", id=\"", 1024, "\""),
                     EDGE_USE_AS_OK);
    assert_int_equal(read_long(&use, "match=\"/\", id=\"", 1025, "\""),
                     EDGE_USE_AS_TOO_LONG);
    assert_int_equal(read_long(&use, "match=\"/\", match-dest=(\"", 256,
                               "\")"),
                     EDGE_USE_AS_TOO_LONG);
    assert_int_equal(read_long(&use, "match=\"/\", match-dest=(\"b\" \"", 253,
                               "\")"),
                     EDGE_USE_AS_OK);
    assert_int_equal(strlen(use.dest), 255);
}


static void
test_serves(void **state)
{
    (void) state;

    assert_true(edge_use_as_serves("", "script", 6));
    assert_true(edge_use_as_serves("script", "", 0));
    assert_true(edge_use_as_serves("script", "script", 6));
    assert_true(edge_use_as_serves("style script", "script", 6));
    assert_true(edge_use_as_serves("style script", "style", 5));
    assert_false(edge_use_as_serves("style script", "scrip", 5));
    assert_false(edge_use_as_serves("style", "script", 6));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_serves)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
