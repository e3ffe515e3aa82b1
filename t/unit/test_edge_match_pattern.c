/* unit: compress/edge_match_pattern.c */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "edge_match_pattern.h"


static const char  *base = "/static/v1/app.js?x=/";


static edge_match_pattern_e
read_pattern(edge_match_pattern_t *pattern, const char *text)
{
    size_t                 size;
    char                  *copy;
    edge_match_pattern_e   rc;

    size = strlen(text);
    copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);

    rc = edge_match_pattern_read(pattern, copy, size, base, strlen(base));
    free(copy);

    return rc;
}


static void
test_matches(void **state)
{
    size_t                i;
    edge_match_pattern_t  pattern;

    static const struct {
        const char  *pattern;
        const char  *target;
        unsigned     matches;
    } cases[] = {
        { "/*", "/", 1 }, { "/*", "/a/b?c", 1 }, { "/", "/", 1 },
        { "/", "/?a", 1 }, { "/", "/a", 0 }, { "/a", "/A", 0 },
        { "/app*.js", "/app.js", 1 }, { "/app*.js", "/app.1.2.js", 1 },
        { "/app*.js", "/app/x/y.js", 1 }, { "/app*.js", "/app.jsx", 0 },
        { "/app*.js", "/x/app.js", 0 }, { "/app*.js", "/app.js?v=1", 1 },
        { "*.js", "/static/v1/b.js", 1 }, { "*.js", "/static/v2/b.js", 0 },
        { "b.js", "/static/v1/b.js", 1 }, { "b.js", "/b.js", 0 },
        { "/a?v=*", "/a?v=", 1 }, { "/a?v=*", "/a?v=12", 1 },
        { "/a?v=*", "/a", 0 }, { "/a?v=*", "/a?w", 0 },
        { "/a?", "/a", 1 }, { "/a?", "/a?", 1 }, { "/a?", "/a?b", 0 },
        { "/a?b?c", "/a?b?c", 1 }, { "/*?x", "/abx", 1 },
        { "/**", "/a", 1 }, { "/*+", "/", 1 }, { "/a*b*c", "/abbcabc", 1 },
        { "/a*b*c", "/abbcab", 0 }, { "/a\\*b", "/a*b", 1 },
        { "/a\\*b", "/aXb", 0 }, { "/a\\?b", "/a?b", 0 },
        { "/a:1", "/a:1", 1 }, { "/a:", "/a:", 1 }, { "/\\:b", "/:b", 1 },
        { "/%41", "/%41", 1 }, { "/%41", "/A", 0 }, { "/a+b", "/a+b", 1 },
        { "/*", "", 0 }, { "/a/*/c", "/a//c", 1 }, { "/a/*/c", "/a/c", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(read_pattern(&pattern, cases[i].pattern),
                         EDGE_MATCH_PATTERN_OK);

        if (edge_match_pattern_matches(&pattern, cases[i].target,
                                       strlen(cases[i].target))
            != cases[i].matches)
        {
            fail_msg("%s and %s", cases[i].pattern, cases[i].target);
        }
    }
}


static void
test_refused(void **state)
{
    size_t                i;
    char                  text[EDGE_MATCH_PATTERN_MAX + 1];
    edge_match_pattern_t  pattern;

    static const struct {
        const char            *pattern;
        edge_match_pattern_e   rc;
    } cases[] = {
        { "", EDGE_MATCH_PATTERN_EMPTY },
        { "/:id", EDGE_MATCH_PATTERN_GROUP },
        { "/(\\d+)", EDGE_MATCH_PATTERN_GROUP },
        { "/{a}?", EDGE_MATCH_PATTERN_GROUP },
        { "https://example.com/*", EDGE_MATCH_PATTERN_GROUP },
        { "//example.com/*", EDGE_MATCH_PATTERN_GROUP },
        { "/a#b", EDGE_MATCH_PATTERN_CHARACTER },
        { "/a b", EDGE_MATCH_PATTERN_CHARACTER },
        { "/a\x01", EDGE_MATCH_PATTERN_CHARACTER },
        { "/a\x7f", EDGE_MATCH_PATTERN_CHARACTER },
        { "/a\\", EDGE_MATCH_PATTERN_CHARACTER },
        { "/a\\\x01", EDGE_MATCH_PATTERN_CHARACTER }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (read_pattern(&pattern, cases[i].pattern) != cases[i].rc) {
            fail_msg("%s", cases[i].pattern);
        }
    }

    assert_int_equal(edge_match_pattern_read(&pattern, "a*", 2, NULL, 0),
                     EDGE_MATCH_PATTERN_GROUP);
    assert_int_equal(edge_match_pattern_read(&pattern, "a*", 2, "nowhere", 7),
                     EDGE_MATCH_PATTERN_GROUP);

    memset(text, '/', sizeof(text));
    text[1] = 'a';
    assert_int_equal(edge_match_pattern_read(&pattern, text,
                                             EDGE_MATCH_PATTERN_MAX, NULL, 0),
                     EDGE_MATCH_PATTERN_OK);
    assert_int_equal(edge_match_pattern_matches(&pattern, text,
                                                EDGE_MATCH_PATTERN_MAX),
                     1);
    assert_int_equal(edge_match_pattern_read(&pattern, text, sizeof(text),
                                             NULL, 0),
                     EDGE_MATCH_PATTERN_TOO_LONG);
}


/* many wildcards against a text that nearly matches: no exponential search */

static void
test_hard(void **state)
{
    size_t                i;
    char                  text[EDGE_MATCH_PATTERN_MAX], *target;
    edge_match_pattern_t  pattern;

    (void) state;

    text[0] = '/';

    for (i = 1; i + 1 < sizeof(text); i += 2) {
        text[i] = '*';
        text[i + 1] = 'a';
    }

    target = malloc(100000);
    assert_non_null(target);
    memset(target, 'a', 100000);
    target[0] = '/';
    target[99999] = 'b';

    assert_int_equal(edge_match_pattern_read(&pattern, text,
                                             sizeof(text) - 1, NULL, 0),
                     EDGE_MATCH_PATTERN_OK);
    assert_int_equal(edge_match_pattern_matches(&pattern, target, 100000), 0);
    assert_int_equal(edge_match_pattern_matches(&pattern, target, 99999), 1);
    free(target);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_hard)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
