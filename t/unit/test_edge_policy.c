/* unit: ecg/edge_policy.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge_policy.h"


static int
set(edge_policy_t *policy, const char *key, const char *value)
{
    return (int) edge_policy_set(policy, key, strlen(key), value);
}


static void
test_values(void **state)
{
    edge_policy_t  p;

    memset(&p, 0, sizeof(p));

    assert_int_equal(set(&p, "min_tls", "1.2"), EDGE_POLICY_OK);
    assert_int_equal(p.values[EDGE_POLICY_MIN_TLS].number, 0x0303);
    assert_int_equal(set(&p, "http2", "off"), EDGE_POLICY_OK);
    assert_non_null(p.values[EDGE_POLICY_HTTP2].text);
    assert_int_equal(p.values[EDGE_POLICY_HTTP2].number, EDGE_POLICY_OFF);
    assert_int_equal(set(&p, "action", "reject"), EDGE_POLICY_OK);
    assert_int_equal(p.values[EDGE_POLICY_ACTION].number, EDGE_POLICY_REJECT);
    assert_int_equal(set(&p, "groups", "X25519:P-256"), EDGE_POLICY_OK);
    assert_null(p.values[EDGE_POLICY_CIPHERS].text);
}


static void
test_refused(void **state)
{
    size_t         i;
    char           big[EDGE_POLICY_VALUE_MAX + 2];
    edge_policy_t  p, before;
    const char    *bad[][2] = {
        { "min_tls", "" }, { "min_tls", "1.4" }, { "min_tls", "TLSv1.2" },
        { "min_tls", "1.2 " }, { "http2", "yes" }, { "resumption", "ON" },
        { "action", "drop" }, { "ciphers", "" }, { "ciphers", "A B" },
        { "ciphers", "A\nB" }, { "groups", "a\"b" }, { "groups", "a\\b" },
        { "sigalgs", "\xc3\xa9" }, { "preset", "old" }, { "preset", "" }
    };

    memset(&p, 0, sizeof(p));
    before = p;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(set(&p, bad[i][0], bad[i][1]), EDGE_POLICY_BAD_VALUE);
        assert_memory_equal(&p, &before, sizeof(p));
    }

    assert_int_equal(set(&p, "tls_min", "1.2"), EDGE_POLICY_UNKNOWN_KEY);
    assert_int_equal(set(&p, "", "1.2"), EDGE_POLICY_UNKNOWN_KEY);
    assert_int_equal(set(&p, "min_tl", "1.2"), EDGE_POLICY_UNKNOWN_KEY);

    memset(big, 'a', sizeof(big));
    big[EDGE_POLICY_VALUE_MAX + 1] = '\0';
    assert_int_equal(set(&p, "ciphers", big), EDGE_POLICY_BAD_VALUE);
    big[EDGE_POLICY_VALUE_MAX] = '\0';
    assert_int_equal(set(&p, "ciphers", big), EDGE_POLICY_OK);
    assert_int_equal(set(&p, "ciphers", "A"), EDGE_POLICY_DUPLICATE_KEY);
}


static void
test_key_beats_preset(void **state)
{
    edge_policy_t  before, after;

    memset(&before, 0, sizeof(before));
    memset(&after, 0, sizeof(after));

    assert_int_equal(set(&before, "min_tls", "1.2"), EDGE_POLICY_OK);
    assert_int_equal(set(&before, "preset", "modern"), EDGE_POLICY_OK);
    assert_int_equal(set(&after, "preset", "modern"), EDGE_POLICY_OK);
    assert_int_equal(set(&after, "min_tls", "1.2"), EDGE_POLICY_OK);

    assert_true(edge_policy_equal(&before, &after));
    assert_int_equal(before.values[EDGE_POLICY_MIN_TLS].number, 0x0303);
    assert_int_equal(before.values[EDGE_POLICY_MIN_TLS].preset, 0);
    assert_int_equal(before.values[EDGE_POLICY_MAX_TLS].preset, 1);
    assert_string_equal(before.preset, "modern");
    assert_int_equal(set(&after, "preset", "pci"), EDGE_POLICY_DUPLICATE_KEY);
}


static void
test_presets_are_whole(void **state)
{
    edge_policy_t                p;
    const edge_policy_preset_t  *preset;

    for (preset = edge_policy_presets; preset->name; preset++) {
        memset(&p, 0, sizeof(p));
        assert_int_equal(set(&p, "preset", preset->name), EDGE_POLICY_OK);
        assert_int_equal(edge_policy_check(&p), EDGE_POLICY_OK);
        assert_non_null(p.values[EDGE_POLICY_MIN_TLS].text);
        assert_non_null(p.values[EDGE_POLICY_GROUPS].text);
        assert_non_null(preset->source);
    }
}


static void
test_min_above_max(void **state)
{
    edge_policy_t  p;

    memset(&p, 0, sizeof(p));

    set(&p, "min_tls", "1.3");
    assert_int_equal(edge_policy_check(&p), EDGE_POLICY_OK);
    set(&p, "max_tls", "1.2");
    assert_int_equal(edge_policy_check(&p), EDGE_POLICY_MIN_ABOVE_MAX);
}


static void
test_inherit(void **state)
{
    edge_policy_t  own, parent;

    memset(&own, 0, sizeof(own));
    memset(&parent, 0, sizeof(parent));

    set(&own, "http2", "on");
    set(&parent, "http2", "off");
    set(&parent, "min_tls", "1.3");

    edge_policy_inherit(&own, &parent, 2);

    assert_int_equal(own.values[EDGE_POLICY_HTTP2].number, EDGE_POLICY_ON);
    assert_int_equal(own.values[EDGE_POLICY_HTTP2].level, 0);
    assert_int_equal(own.values[EDGE_POLICY_MIN_TLS].number, 0x0304);
    assert_int_equal(own.values[EDGE_POLICY_MIN_TLS].level, 2);
    assert_null(own.values[EDGE_POLICY_MAX_TLS].text);
    assert_false(edge_policy_equal(&own, &parent));
}


static void
test_demands(void **state)
{
    edge_policy_t  policy;

    memset(&policy, 0, sizeof(policy));
    assert_int_equal(edge_policy_demands(&policy), 0);

    set(&policy, "min_tls", "1.2");
    set(&policy, "http2", "on");
    set(&policy, "resumption", "off");
    set(&policy, "action", "accept");
    assert_int_equal(edge_policy_demands(&policy),
                     1u << EDGE_POLICY_MIN_TLS | 1u << EDGE_POLICY_RESUMPTION);

    memset(&policy, 0, sizeof(policy));
    set(&policy, "groups", "P-256");
    set(&policy, "http2", "off");
    set(&policy, "resumption", "on");
    set(&policy, "action", "reject");
    assert_int_equal(edge_policy_demands(&policy),
                     1u << EDGE_POLICY_GROUPS | 1u << EDGE_POLICY_HTTP2
                     | 1u << EDGE_POLICY_ACTION);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_key_beats_preset),
        cmocka_unit_test(test_presets_are_whole),
        cmocka_unit_test(test_min_above_max),
        cmocka_unit_test(test_inherit),
        cmocka_unit_test(test_demands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
