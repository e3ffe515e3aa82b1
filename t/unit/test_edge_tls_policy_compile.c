/* unit: ecg/edge_tls_policy_compile.c ecg/edge_tls_policy.c */
/* unit: ecg/edge_tls_ciphers.c ecg/edge_tls_group.c ecg/edge_policy.c */
/* unit: -lssl -lcrypto */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "edge_tls_policy.h"


static edge_tls_policy_t        tls;
static edge_tls_policy_error_t  error;


static int
compile(const char *key, const char *value)
{
    edge_policy_t  policy;

    memset(&policy, 0, sizeof(policy));
    assert_int_equal(edge_policy_set(&policy, key, strlen(key), value),
                     EDGE_POLICY_OK);

    return (int) edge_tls_policy_compile(&tls, &policy, &error);
}


static void
test_ids(void **state)
{
    assert_int_equal(compile("ciphers", "ECDHE-RSA-AES128-GCM-SHA256:"
                             "ECDHE-ECDSA-AES256-GCM-SHA384"),
                     EDGE_TLS_POLICY_OK);
    assert_int_equal(tls.ciphers.n, 2);
    assert_int_equal(tls.ciphers.ids[0], 0xc02f);
    assert_int_equal(tls.ciphers.ids[1], 0xc02c);
    assert_int_equal(tls.ciphersuites.n, 0);
    assert_int_equal(tls.security_level, -1);

    assert_int_equal(tls.auth, EDGE_TLS_AUTH_RSA|EDGE_TLS_AUTH_ECDSA);

    assert_int_equal(compile("ciphersuites", "TLS_AES_256_GCM_SHA384"),
                     EDGE_TLS_POLICY_OK);
    assert_int_equal(tls.ciphersuites.n, 1);
    assert_int_equal(tls.ciphersuites.ids[0], 0x1302);
    assert_int_equal(tls.ciphers.n, 0);

    assert_int_equal(compile("groups", "X25519:P-384"), EDGE_TLS_POLICY_OK);
    assert_int_equal(tls.groups.n, 2);
    assert_int_equal(tls.groups.ids[1], 24);
    assert_int_equal(tls.numbered, 1);

    assert_int_equal(compile("ciphers", "HIGH:!aNULL:!NOSUCH:@SECLEVEL=0"),
                     EDGE_TLS_POLICY_OK);
    assert_int_equal(tls.security_level, 0);
}


static void
test_one_unknown_name_refuses_all(void **state)
{
    assert_int_equal(compile("ciphers", "ECDHE-RSA-AES128-GCM-SHA256:AES1024"),
                     EDGE_TLS_POLICY_UNKNOWN_NAME);
    assert_string_equal(error.name, "AES1024");
    assert_int_equal(error.key, EDGE_POLICY_CIPHERS);

    assert_int_equal(compile("ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_NO"),
                     EDGE_TLS_POLICY_UNKNOWN_NAME);
    assert_string_equal(error.name, "TLS_NO");

    assert_int_equal(compile("groups", "X25519:P-257"),
                     EDGE_TLS_POLICY_UNKNOWN_NAME);
    assert_int_equal(compile("groups", "X25519:?P-256"),
                     EDGE_TLS_POLICY_UNKNOWN_NAME);
    assert_int_equal(compile("sigalgs", "ECDSA+SHA256:RSA+SHA257"),
                     EDGE_TLS_POLICY_UNKNOWN_NAME);
    assert_int_equal(compile("sigalgs", "ECDSA+SHA256:RSA-PSS+SHA256"),
                     EDGE_TLS_POLICY_OK);

    /* else nginx would find it with the next connection */

    assert_int_equal(ERR_peek_error(), 0);
}


static void
test_empty_lists(void **state)
{
    const char  *key;

    assert_int_equal(compile("ciphers", "ECDHE-RSA-AES128-GCM-SHA256:!ALL"),
                     EDGE_TLS_POLICY_EMPTY_LIST);
    assert_int_equal(compile("ciphers", "!aNULL"),
                     EDGE_TLS_POLICY_EMPTY_LIST);

    for (key = "groups"; key; key = NULL) {
        assert_int_equal(compile(key, "X25519::P-256"),
                         EDGE_TLS_POLICY_EMPTY_LIST);
        assert_int_equal(compile(key, ":"), EDGE_TLS_POLICY_EMPTY_LIST);
    }
}


static void
test_suite_under_the_wrong_key(void **state)
{
    assert_int_equal(compile("ciphers", "TLS_AES_128_GCM_SHA256"),
                     EDGE_TLS_POLICY_WRONG_KEY);
    assert_int_equal(compile("ciphersuites", "ECDHE-RSA-AES128-GCM-SHA256"),
                     EDGE_TLS_POLICY_UNKNOWN_NAME);
}


static void
test_needs_openssl(void **state)
{
    int  result;

    result = compile("groups", "X25519MLKEM768");

    if (OPENSSL_VERSION_NUMBER >= 0x30500000L) {
        assert_int_equal(result, EDGE_TLS_POLICY_OK);
        assert_int_equal(tls.groups.ids[0], 4588);

    } else {
        assert_int_equal(result, EDGE_TLS_POLICY_NEEDS_OPENSSL);
        assert_string_equal(error.needs, "3.5");
        assert_string_equal(error.name, "X25519MLKEM768");
    }
}


static void
test_combinations(void **state)
{
    edge_policy_t  p;

    memset(&p, 0, sizeof(p));
    edge_policy_set(&p, "min_tls", 7, "1.3");
    edge_policy_set(&p, "max_tls", 7, "1.2");
    assert_int_equal(edge_tls_policy_compile(&tls, &p, &error),
                     EDGE_TLS_POLICY_MIN_ABOVE_MAX);

    memset(&p, 0, sizeof(p));
    edge_policy_set(&p, "max_tls", 7, "1.1");
    edge_policy_set(&p, "ciphers", 7, "HIGH:@SECLEVEL=2");
    assert_int_equal(edge_tls_policy_compile(&tls, &p, &error),
                     EDGE_TLS_POLICY_SECURITY_LEVEL);

    memset(&p, 0, sizeof(p));
    edge_policy_set(&p, "max_tls", 7, "1.1");
    edge_policy_set(&p, "ciphers", 7, "HIGH:@SECLEVEL=0");
    assert_int_equal(edge_tls_policy_compile(&tls, &p, &error),
                     EDGE_TLS_POLICY_OK);
}


static void
test_long_name(void **state)
{
    char  value[512];

    memset(value, 'A', sizeof(value));
    value[511] = '\0';

    assert_int_equal(compile("ciphers", value), EDGE_TLS_POLICY_UNKNOWN_NAME);
    assert_int_equal(strlen(error.name), EDGE_TLS_NAME_MAX - 1);
}


static void
test_presets(void **state)
{
    int                          result;
    const edge_policy_preset_t  *preset;

    for (preset = edge_policy_presets; preset->name; preset++) {
        result = compile("preset", preset->name);

        if (strncmp(preset->name, "pq", 2) == 0
            && OPENSSL_VERSION_NUMBER < 0x30500000L)
        {
            assert_int_equal(result, EDGE_TLS_POLICY_NEEDS_OPENSSL);

        } else {
            assert_int_equal(result, EDGE_TLS_POLICY_OK);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_one_unknown_name_refuses_all),
        cmocka_unit_test(test_empty_lists),
        cmocka_unit_test(test_suite_under_the_wrong_key),
        cmocka_unit_test(test_needs_openssl),
        cmocka_unit_test(test_combinations),
        cmocka_unit_test(test_long_name),
        cmocka_unit_test(test_presets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
