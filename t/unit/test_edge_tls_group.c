/* unit: ecg/edge_tls_group.c ecg/edge_tls_policy_compile.c */
/* unit: ecg/edge_tls_policy.c ecg/edge_tls_ciphers.c ecg/edge_policy.c */
/* unit: -lssl -lcrypto */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ssl.h>

#include "edge_tls_group.h"


static void
test_ids(void **state)
{
    assert_int_equal(edge_tls_group_find("X25519")->id, 0x001d);
    assert_int_equal(edge_tls_group_find("P-256")->id, 0x0017);
    assert_int_equal(edge_tls_group_find("prime256v1")->id, 0x0017);
    assert_int_equal(edge_tls_group_find("X25519MLKEM768")->id, 0x11ec);
    assert_null(edge_tls_group_find("P-257"));
    assert_null(edge_tls_group_find(""));
}


/* what the table says of versions is what the OpenSSL at hand does */

static void
test_since(void **state)
{
    size_t                   i;
    SSL_CTX                 *ctx;
    const edge_tls_group_t  *group;
    const char              *names[] = { "P-256", "secp384r1", "X25519",
                                         "X448", "ffdhe2048", "ffdhe8192",
                                         "X25519MLKEM768", "MLKEM768" };

    ctx = SSL_CTX_new(TLS_server_method());

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        group = edge_tls_group_find(names[i]);

        assert_int_equal(SSL_CTX_set1_groups_list(ctx, names[i]) == 1,
                         group->since == NULL
                         || OPENSSL_VERSION_NUMBER >= 0x30500000L);
    }

    SSL_CTX_free(ctx);
}


/* By numbers and by names; not without a demand. */

static void
test_set(void **state)
{
    int                      i;
    SSL                     *ssl;
    SSL_CTX                 *ctx;
    edge_policy_t            policy;
    edge_tls_policy_t        tls;
    edge_tls_policy_error_t  error;

    memset(&policy, 0, sizeof(policy));
    assert_int_equal(edge_policy_set(&policy, "groups", 6, "P-384:X25519"),
                     EDGE_POLICY_OK);
    assert_int_equal(edge_tls_policy_compile(&tls, &policy, &error),
                     EDGE_TLS_POLICY_OK);
    assert_int_equal(tls.numbered, 1);

    ctx = SSL_CTX_new(TLS_server_method());

    for (i = 0; i < 2; i++) {
        ssl = SSL_new(ctx);
        assert_int_equal(edge_tls_group_set(&tls, ssl), 1);
        SSL_free(ssl);

        tls.numbered = 0;
    }

    tls.policy.values[EDGE_POLICY_GROUPS].text = "P-257";

    ssl = SSL_new(ctx);
    assert_int_equal(edge_tls_group_set(&tls, ssl), 0);

    tls.demands = 0;
    assert_int_equal(edge_tls_group_set(&tls, ssl), 1);
    SSL_free(ssl);

    SSL_CTX_free(ctx);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_since),
        cmocka_unit_test(test_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
