/* unit: compress/edge_rule_text.c */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "edge_rule_text.h"


static int
glob(const char *pattern, const char *text, unsigned fold)
{
    return edge_rule_text_glob(pattern, strlen(pattern), text, strlen(text),
                               fold);
}


static void
test_glob(void **state)
{
    size_t  i;

    static const struct {
        const char  *pattern;
        const char  *text;
        int          found;
    } cases[] = {
        { "*", "", 1 }, { "*", "a", 1 }, { "", "", 1 }, { "", "a", 0 },
        { "a", "a", 1 }, { "a", "", 0 }, { "a*", "a", 1 }, { "a*", "ab", 1 },
        { "a*", "ba", 0 }, { "*a", "a", 1 }, { "*a", "bca", 1 },
        { "*a", "ab", 0 }, { "a*c", "abc", 1 }, { "a*c", "abcd", 0 },
        { "a*bc*d", "abbcbcd", 1 }, { "a*bc*d", "abcd", 1 },
        { "a*bc*d", "abd", 0 }, { "**", "x", 1 }, { "a**b", "ab", 1 },
        { "*ab*ab*", "abab", 1 }, { "*ab*ab*", "aba", 0 },
        { "text/*", "text/html", 1 }, { "*+xml", "image/svg+xml", 1 }
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(glob(cases[i].pattern, cases[i].text, 0),
                         cases[i].found);
    }
}


static void
test_case(void **state)
{
    assert_int_equal(glob("A*c", "abC", 1), 1);
    assert_int_equal(glob("A*c", "abC", 0), 0);
    assert_int_equal(edge_rule_text_same("[a", "{A", 2, 1), 0);
    assert_int_equal(edge_rule_text_same("xa", "xA", 2, 1), 1);
    assert_int_equal(edge_rule_text_same("xa", "xA", 2, 0), 0);
    assert_true(edge_rule_text_hash("aB", 2) == edge_rule_text_hash("Ab", 2));
}


static void
test_ends(void **state)
{
    edge_rule_ends_t  text, pattern, masks;

    edge_rule_text_pattern_ends("/Static/x*.JS", 13, 1, &pattern, &masks);

    edge_rule_text_ends("/static/xyz.js", 14, 1, &text);
    assert_true((text.head & masks.head) == pattern.head);
    assert_true((text.tail & masks.tail) == pattern.tail);

    edge_rule_text_ends("/static", 7, 1, &text);
    assert_true((text.head & masks.head) != pattern.head);
    assert_true((text.tail & masks.tail) != pattern.tail);

    edge_rule_text_pattern_ends("*", 1, 1, &pattern, &masks);
    edge_rule_text_ends("", 0, 1, &text);
    assert_true((text.head & masks.head) == pattern.head);
    assert_true((text.tail & masks.tail) == pattern.tail);
}


/* a pattern that makes others go back and back */

static void
test_is_not_exponential(void **state)
{
    char  pattern[64], text[20001];

    memset(text, 'a', 20000);
    text[20000] = '\0';
    strcpy(pattern, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");

    assert_int_equal(glob(pattern, text, 0), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_glob),
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_is_not_exponential)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
