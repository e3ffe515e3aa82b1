/* unit: ecg/edge_policy_json.c ecg/edge_policy_text.c ecg/edge_hostname.c */
/* unit: ecg/edge_policy_record.c ecg/edge_policy.c -ljansson */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edge_policy_json.h"


static char                       value[EDGE_POLICY_VALUE_MAX + 1];
static char                       buf[EDGE_POLICY_RECORD_MAX];
static edge_policy_named_t        named;
static edge_policy_json_error_t   error;


static int
parse_value(const char *json)
{
    return (int) edge_policy_json_value(json, strlen(json), value, &error);
}


static int
parse_record(const char *json)
{
    return (int) edge_policy_json_record(json, strlen(json), 5, buf, &named,
                                         &error);
}


static void
test_value(void **state)
{
    assert_int_equal(parse_value("{\"value\":\"1.2\"}"), EDGE_POLICY_JSON_OK);
    assert_string_equal(value, "1.2");
    assert_int_equal(parse_value("{\"value\":[\"A\",\"B\"]}"),
                     EDGE_POLICY_JSON_OK);
    assert_string_equal(value, "A:B");
    assert_int_equal(parse_value("{\"value\":true}"), EDGE_POLICY_JSON_OK);
    assert_string_equal(value, "on");
    assert_int_equal(parse_value("{\"value\":[]}"), EDGE_POLICY_JSON_OK);
    assert_string_equal(value, "");
}


static void
test_wrong_value(void **state)
{
    char  big[3 * EDGE_POLICY_VALUE_MAX];

    assert_int_equal(parse_value(""), EDGE_POLICY_JSON_SYNTAX);
    assert_int_equal(parse_value("{\"value\":"), EDGE_POLICY_JSON_SYNTAX);
    assert_int_equal(parse_value("{\"value\":\"a\",\"value\":\"b\"}"),
                     EDGE_POLICY_JSON_SYNTAX);
    assert_int_equal(parse_value("{\"value\":\"1.2\"} x"),
                     EDGE_POLICY_JSON_SYNTAX);
    assert_int_equal(parse_value("{\"value\":\"a\\u0000b\"}"),
                     EDGE_POLICY_JSON_SYNTAX);
    assert_int_equal(parse_value("[1]"), EDGE_POLICY_JSON_SHAPE);
    assert_int_equal(parse_value("{}"), EDGE_POLICY_JSON_SHAPE);
    assert_int_equal(parse_value("{\"value\":12}"), EDGE_POLICY_JSON_SHAPE);
    assert_int_equal(parse_value("{\"value\":null}"), EDGE_POLICY_JSON_SHAPE);
    assert_int_equal(parse_value("{\"value\":[\"A:B\"]}"),
                     EDGE_POLICY_JSON_SHAPE);
    assert_int_equal(parse_value("{\"value\":[[\"A\"]]}"),
                     EDGE_POLICY_JSON_SHAPE);

    (void) snprintf(big, sizeof(big), "{\"value\":\"%0*d\"}",
                    EDGE_POLICY_VALUE_MAX + 1, 0);
    assert_int_equal(parse_value(big), EDGE_POLICY_JSON_SHAPE);
}


static void
test_record(void **state)
{
    assert_int_equal(parse_record("{\"hostname\":\"A.test\",\"settings\":{"
                                  "\"min_tls_version\":\"1.2\","
                                  "\"groups\":[\"X25519\",\"P-256\"],"
                                  "\"http2\":false}}"), EDGE_POLICY_JSON_OK);
    assert_string_equal(named.name, "a.test");
    assert_string_equal(named.stored.settings[EDGE_POLICY_MIN_TLS].value,
                        "1.2");
    assert_string_equal(named.stored.settings[EDGE_POLICY_GROUPS].value,
                        "X25519:P-256");
    assert_string_equal(named.stored.settings[EDGE_POLICY_HTTP2].value, "off");
    assert_int_equal(named.stored.settings[EDGE_POLICY_HTTP2].updated, 5);
}


static void
test_wrong_record(void **state)
{
    assert_int_equal(parse_record("{\"hostname\":\"a..b\",\"settings\":"
                                  "{\"http2\":true}}"), EDGE_POLICY_JSON_TEXT);
    assert_int_equal(error.text, EDGE_POLICY_TEXT_BAD_NAME);
    assert_int_equal(parse_record("{\"hostname\":\"a\\\"\\n\",\"settings\":"
                                  "{\"http2\":true}}"), EDGE_POLICY_JSON_TEXT);
    assert_string_equal(error.wrong, "a??");
    assert_int_equal(parse_record("{\"hostname\":\"a\",\"settings\":"
                                  "{\"x\":true}}"), EDGE_POLICY_JSON_TEXT);
    assert_int_equal(error.text, EDGE_POLICY_TEXT_UNKNOWN_KEY);
    assert_int_equal(parse_record("{\"hostname\":\"a\",\"settings\":{}}"),
                     EDGE_POLICY_JSON_TEXT);
    assert_int_equal(error.text, EDGE_POLICY_TEXT_NO_SETTINGS);
    assert_int_equal(parse_record("{\"hostname\":\"a\",\"settings\":"
                                  "{\"min_tls\":\"1.3\",\"max_tls\":\"1.2\"}}"),
                     EDGE_POLICY_JSON_TEXT);
    assert_int_equal(error.text, EDGE_POLICY_TEXT_MIN_ABOVE_MAX);
    assert_int_equal(parse_record("{\"hostname\":\"a\"}"),
                     EDGE_POLICY_JSON_SHAPE);
    assert_int_equal(parse_record("{\"hostname\":1,\"settings\":{}}"),
                     EDGE_POLICY_JSON_SHAPE);
    assert_int_equal(parse_record("null"), EDGE_POLICY_JSON_SYNTAX);
}


static void
test_format(void **state)
{
    char  out[EDGE_POLICY_JSON_VALUE_MAX], colons[EDGE_POLICY_VALUE_MAX + 1];

    edge_policy_json_format(EDGE_POLICY_MIN_TLS, "1.2", out);
    assert_string_equal(out, "\"1.2\"");
    edge_policy_json_format(EDGE_POLICY_CIPHERS, "A:B", out);
    assert_string_equal(out, "[\"A\",\"B\"]");

    memset(colons, ':', sizeof(colons));
    colons[EDGE_POLICY_VALUE_MAX] = '\0';
    assert_true(edge_policy_json_format(EDGE_POLICY_CIPHERS, colons, out)
                < sizeof(out));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_value),
        cmocka_unit_test(test_wrong_value),
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_wrong_record),
        cmocka_unit_test(test_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
