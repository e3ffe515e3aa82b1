/* unit: ecg/edge_policy_text.c ecg/edge_policy_record.c ecg/edge_policy.c */
/* unit: ecg/edge_hostname.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edge_policy_text.h"


static edge_policy_named_t  named;


static int
parse(const char *text)
{
    static char  line[4096];

    (void) snprintf(line, sizeof(line), "%s", text);

    return (int) edge_policy_text_parse(line, 17, &named);
}


static void
test_lines(void **state)
{
    char  line[EDGE_POLICY_LINE_MAX];

    assert_int_equal(parse("  A.Example. min_tls=1.2\thttp2=off # why\r\n"),
                     EDGE_POLICY_TEXT_OK);
    assert_string_equal(named.name, "a.example");
    assert_int_equal(named.stored.settings[EDGE_POLICY_MIN_TLS].created, 17);
    assert_null(named.wrong);

    assert_int_equal(edge_policy_text_format(named.name, named.len,
                                             &named.stored, line), 31);
    assert_string_equal(line, "a.example min_tls=1.2 http2=off");

    assert_int_equal(parse(""), EDGE_POLICY_TEXT_EMPTY);
    assert_int_equal(parse("   # nothing"), EDGE_POLICY_TEXT_EMPTY);
    assert_int_equal(parse("default preset=modern"), EDGE_POLICY_TEXT_OK);
}


static void
test_wrong(void **state)
{
    size_t  i;

    static const struct {
        const char  *line;
        int          result;
        const char  *wrong;
    } lines[] = {
        { "a..b min_tls=1.2", EDGE_POLICY_TEXT_BAD_NAME, "a..b" },
        { "a", EDGE_POLICY_TEXT_NO_SETTINGS, "a" },
        { "a min_tls", EDGE_POLICY_TEXT_NO_VALUE, "min_tls" },
        { "a tls=1.2", EDGE_POLICY_TEXT_UNKNOWN_KEY, "tls=1.2" },
        { "a min_tls=1.2 min_tls=1.3", EDGE_POLICY_TEXT_DUPLICATE_KEY,
          "min_tls=1.3" },
        { "a min_tls=2", EDGE_POLICY_TEXT_BAD_VALUE, "min_tls=2" },
        { "a groups=", EDGE_POLICY_TEXT_BAD_VALUE, "groups=" },
        { "a min_tls=1.3 max_tls=1.2", EDGE_POLICY_TEXT_MIN_ABOVE_MAX, "a" },
        { "a preset=modern max_tls=1.2", EDGE_POLICY_TEXT_MIN_ABOVE_MAX, "a" },
    };

    for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_int_equal(parse(lines[i].line), lines[i].result);
        assert_string_equal(named.wrong, lines[i].wrong);
        assert_true(edge_policy_text_error((edge_policy_text_e)
                                           lines[i].result)[0] != '\0');
    }
}


static void
test_allowed(void **state)
{
    const char                  *allowed;
    const edge_policy_preset_t  *preset;

    assert_string_equal(edge_policy_text_allowed(EDGE_POLICY_TEXT_BAD_VALUE,
                                                 "http2=yes"), "on or off");
    assert_null(edge_policy_text_allowed(EDGE_POLICY_TEXT_NO_VALUE, "http2"));
    assert_non_null(edge_policy_text_allowed(EDGE_POLICY_TEXT_BAD_NAME, "*"));

    assert_string_equal(edge_policy_text_allowed(EDGE_POLICY_TEXT_UNKNOWN_KEY,
                                                 "tls=1.2"),
                        "min_tls, max_tls, ciphers, ciphersuites, groups, "
                        "sigalgs, http2, resumption, action or preset");

    allowed = edge_policy_text_allowed(EDGE_POLICY_TEXT_BAD_VALUE, "preset");

    for (preset = edge_policy_presets; preset->name; preset++) {
        assert_non_null(strstr(allowed, preset->name));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
