/* unit: ecg/edge_policy_record.c ecg/edge_policy.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge_policy_record.h"


static char                  buf[EDGE_POLICY_RECORD_MAX + 1];
static edge_policy_stored_t  stored;


static int
decode(const char *text)
{
    return edge_policy_record_decode(text, strlen(text), buf, &stored);
}


static void
test_round_trip(void **state)
{
    char    again[EDGE_POLICY_RECORD_MAX];
    size_t  len;

    const char  *text = "min_tls 1700000000 1700000001 1.2\n"
                        "groups 5 18446744073709 X25519:P-256\n"
                        "preset 0 0 modern\n";

    assert_true(decode(text));
    assert_string_equal(stored.settings[EDGE_POLICY_MIN_TLS].value, "1.2");
    assert_int_equal(stored.settings[EDGE_POLICY_MIN_TLS].created, 1700000000);
    assert_int_equal(stored.settings[EDGE_POLICY_MIN_TLS].updated, 1700000001);
    assert_string_equal(stored.settings[EDGE_POLICY_SET_PRESET].value,
                        "modern");
    assert_null(stored.settings[EDGE_POLICY_CIPHERS].value);

    len = edge_policy_record_encode(&stored, again);
    assert_int_equal(len, strlen(text));
    assert_memory_equal(again, text, len);
}


static void
test_damaged(void **state)
{
    size_t       i;
    char         zero[] = "min_tls 1 1 1.2\0\n";
    const char  *bad[] = { "", "\n", "min_tls", "min_tls 1 1 1.2",
                           "min_tls 1 1.2\n", "min_tls 1 1 \n",
                           "min_tls x 1 1.2\n", "min_tls 1  1.2\n",
                           "mintls 1 1 1.2\n", "min_tls 1 1 1.2\n\n",
                           "min_tls 1 1 1.2\nmin_tls 1 1 1.3\n",
                           "min_tls 12345678901234567890 1 1.2\n" };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(decode(bad[i]));
    }

    assert_false(edge_policy_record_decode(zero, sizeof(zero) - 1, buf,
                                           &stored));
}


static void
test_limits(void **state)
{
    char  value[EDGE_POLICY_RECORD_MAX], text[EDGE_POLICY_RECORD_MAX + 32];

    memset(&stored, 0, sizeof(stored));
    assert_int_equal(edge_policy_record_encode(&stored, text), 0);

    memset(value, 'a', sizeof(value));
    value[sizeof(value) - 1] = '\0';
    stored.settings[EDGE_POLICY_CIPHERS].value = value;
    assert_int_equal(edge_policy_record_encode(&stored, text), 0);

    value[2000] = '\0';
    assert_int_not_equal(edge_policy_record_encode(&stored, text), 0);

    memset(text, 'a', sizeof(text));
    text[sizeof(text) - 1] = '\n';
    assert_false(edge_policy_record_decode(text, sizeof(text), buf, &stored));
}


static void
test_policy(void **state)
{
    unsigned       setting;
    edge_policy_t  policy;

    assert_true(decode("max_tls 1 1 1.2\npreset 1 1 intermediate\n"));
    assert_int_equal(edge_policy_record_policy(&stored, &policy, &setting),
                     EDGE_POLICY_OK);
    assert_int_equal(policy.values[EDGE_POLICY_MAX_TLS].number, 0x0303);
    assert_int_equal(policy.values[EDGE_POLICY_MIN_TLS].preset, 1);

    /* of a later release, say */

    assert_true(decode("min_tls 1 1 1.2\nhttp2 1 1 maybe\n"));
    assert_int_equal(edge_policy_record_policy(&stored, &policy, &setting),
                     EDGE_POLICY_BAD_VALUE);
    assert_int_equal(setting, EDGE_POLICY_HTTP2);
}


static void
test_names(void **state)
{
    unsigned  i;

    for (i = 0; i < EDGE_POLICY_SETTINGS; i++) {
        assert_int_equal(edge_policy_setting_find(edge_policy_setting_name(i),
                                         strlen(edge_policy_setting_name(i))),
                         i);
    }

    assert_null(edge_policy_setting_name(EDGE_POLICY_SETTINGS));
    assert_int_equal(edge_policy_setting_find("min_tls_version", 15),
                     EDGE_POLICY_MIN_TLS);
    assert_int_equal(edge_policy_setting_find("max_tls_version", 15),
                     EDGE_POLICY_MAX_TLS);
    assert_int_equal(edge_policy_setting_find("tls", 3), EDGE_POLICY_SETTINGS);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_policy),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
