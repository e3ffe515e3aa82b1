/* unit: ecg/edge_tls_policy.c ecg/edge_tls_policy_compile.c */
/* unit: ecg/edge_tls_ciphers.c ecg/edge_tls_group.c ecg/edge_policy.c */
/* unit: -lssl -lcrypto */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edge_tls_pair.h"


#define ALL  (EDGE_TLS_1_0|EDGE_TLS_1_1|EDGE_TLS_1_2|EDGE_TLS_1_3)


static int
judge(unsigned offered, unsigned server, int level)
{
    edge_tls_hello_t            hello;
    edge_tls_server_t           by;
    static const unsigned char  ciphers[] = { 0x13, 0x01, 0xc0, 0x2f };
    static const unsigned char  groups[] = { 0, 29, 0, 23 };

    memset(&hello, 0, sizeof(hello));
    hello.versions = offered;
    hello.ciphers = ciphers;
    hello.ciphers_len = sizeof(ciphers);
    hello.groups = groups;
    hello.groups_len = sizeof(groups);

    memset(&by, 0, sizeof(by));
    by.options = ((server & EDGE_TLS_1_0) ? 0 : SSL_OP_NO_TLSv1)
                 | ((server & EDGE_TLS_1_1) ? 0 : SSL_OP_NO_TLSv1_1)
                 | ((server & EDGE_TLS_1_2) ? 0 : SSL_OP_NO_TLSv1_2)
                 | ((server & EDGE_TLS_1_3) ? 0 : SSL_OP_NO_TLSv1_3);
    by.security_level = level;

    return (int) edge_tls_policy_judge(&tls, &hello, &by, &choice);
}


static void
test_versions(void **state)
{
    compile("min_tls=1.3");
    assert_int_equal(judge(ALL, ALL, 0), EDGE_TLS_ALLOWED);
    assert_int_equal(choice.version, EDGE_TLS_1_3);
    assert_int_equal(choice.versions, EDGE_TLS_1_3);
    assert_int_equal(judge(EDGE_TLS_1_2, ALL, 0), EDGE_TLS_NO_VERSION);

    compile("max_tls=1.2");
    assert_int_equal(judge(ALL, ALL, 0), EDGE_TLS_ALLOWED);
    assert_int_equal(choice.version, EDGE_TLS_1_2);
    assert_int_equal(judge(EDGE_TLS_1_3, ALL, 0), EDGE_TLS_NO_VERSION);
}


static void
test_bounds_of_the_server(void **state)
{
    /* the bound that is set is allowed whatever the server says */

    compile("min_tls=1.3");
    judge(ALL, EDGE_TLS_1_2, 0);
    assert_int_equal(choice.versions, EDGE_TLS_1_3);

    compile("min_tls=1.0");
    judge(ALL, EDGE_TLS_1_2, 0);
    assert_int_equal(choice.versions,
                     EDGE_TLS_1_0|EDGE_TLS_1_1|EDGE_TLS_1_2);

    compile("max_tls=1.3");
    judge(ALL, EDGE_TLS_1_1, 0);
    assert_int_equal(choice.versions,
                     EDGE_TLS_1_1|EDGE_TLS_1_2|EDGE_TLS_1_3);

    /* a hole stays one, unless it is the bound */

    compile("min_tls=1.0");
    judge(ALL, EDGE_TLS_1_1|EDGE_TLS_1_3, 0);
    assert_int_equal(choice.versions,
                     EDGE_TLS_1_0|EDGE_TLS_1_1|EDGE_TLS_1_3);

    compile("min_tls=1.2");
    judge(ALL, EDGE_TLS_1_1|EDGE_TLS_1_3, 0);
    assert_int_equal(choice.versions, EDGE_TLS_1_2|EDGE_TLS_1_3);

    /* neither bound set: the server's */

    compile("http2=off");
    judge(ALL, EDGE_TLS_1_1|EDGE_TLS_1_3, 0);
    assert_int_equal(choice.versions, EDGE_TLS_1_1|EDGE_TLS_1_3);
}


static void
test_security_level(void **state)
{
    compile("min_tls=1.0");
    judge(ALL, ALL, 1);
    assert_int_equal(choice.versions, EDGE_TLS_1_2|EDGE_TLS_1_3);

    compile("min_tls=1.0 ciphers=HIGH:@SECLEVEL=0");
    judge(ALL, ALL, 1);
    assert_int_equal(choice.versions, ALL);

    compile("min_tls=1.0 ciphers=HIGH:@SECLEVEL=1");
    judge(ALL, ALL, 0);
    assert_int_equal(choice.versions, EDGE_TLS_1_2|EDGE_TLS_1_3);
}


static void
test_ciphers_and_groups(void **state)
{
    compile("ciphers=ECDHE-ECDSA-AES128-GCM-SHA256");
    assert_int_equal(judge(EDGE_TLS_1_2, ALL, 0), EDGE_TLS_NO_CIPHER);
    assert_int_equal(judge(EDGE_TLS_1_3, ALL, 0), EDGE_TLS_ALLOWED);

    compile("ciphersuites=TLS_CHACHA20_POLY1305_SHA256");
    assert_int_equal(judge(EDGE_TLS_1_2, ALL, 0), EDGE_TLS_ALLOWED);
    assert_int_equal(judge(EDGE_TLS_1_3, ALL, 0), EDGE_TLS_NO_CIPHER);

    compile("groups=P-384");
    assert_int_equal(judge(EDGE_TLS_1_3, ALL, 0), EDGE_TLS_NO_GROUP);
    compile("groups=P-384:X25519");
    assert_int_equal(judge(EDGE_TLS_1_3, ALL, 0), EDGE_TLS_ALLOWED);

    compile("action=reject");
    assert_int_equal(judge(ALL, ALL, 0), EDGE_TLS_REJECTED);
}


static void
test_apply_holds(void **state)
{
    SSL      *client, *server;
    SSL_CTX  *ctx;

    ctx = SSL_CTX_new(TLS_client_method());

    compile("max_tls=1.2 ciphers=ECDHE-ECDSA-AES256-GCM-SHA384 groups=P-384");
    assert_int_equal(connect_pair(ctx, &client, &server), EDGE_TLS_ALLOWED);
    assert_true(SSL_is_init_finished(client));
    assert_int_equal(SSL_version(client), TLS1_2_VERSION);
    assert_int_equal(SSL_CIPHER_get_protocol_id(
                         SSL_get_current_cipher(client)), 0xc02c);
    SSL_free(client);
    SSL_free(server);

    /* P-384 is not among the key shares: HelloRetryRequest */

    compile("min_tls=1.3 ciphersuites=TLS_CHACHA20_POLY1305_SHA256 "
            "groups=P-384");
    assert_int_equal(connect_pair(ctx, &client, &server), EDGE_TLS_ALLOWED);
    assert_true(SSL_is_init_finished(client));
    assert_int_equal(SSL_version(client), TLS1_3_VERSION);
    assert_int_equal(SSL_CIPHER_get_protocol_id(
                         SSL_get_current_cipher(client)), 0x1303);
    assert_int_equal(SSL_get_negotiated_group(server), NID_secp384r1);

    /* the connection as it is, held against other policies */

    assert_int_equal(edge_tls_policy_verify(&tls, server), EDGE_TLS_ALLOWED);
    compile("max_tls=1.2");
    assert_int_equal(edge_tls_policy_verify(&tls, server),
                     EDGE_TLS_NO_VERSION);
    compile("ciphersuites=TLS_AES_128_GCM_SHA256");
    assert_int_equal(edge_tls_policy_verify(&tls, server), EDGE_TLS_NO_CIPHER);
    compile("groups=X25519");
    assert_int_equal(edge_tls_policy_verify(&tls, server), EDGE_TLS_NO_GROUP);
    compile("action=reject");
    assert_int_equal(edge_tls_policy_verify(&tls, server), EDGE_TLS_REJECTED);

    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(ctx);
}


static void
test_old_client(void **state)
{
    SSL      *client, *server;
    SSL_CTX  *ctx;

    ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(ctx, TLS1_VERSION);

    compile("min_tls=1.0");
    assert_int_equal(connect_pair(ctx, &client, &server), EDGE_TLS_ALLOWED);
    assert_int_equal(SSL_version(client), TLS1_VERSION);
    assert_int_equal(choice.version, EDGE_TLS_1_0);
    SSL_free(client);
    SSL_free(server);

    compile("min_tls=1.1");
    assert_int_equal(connect_pair(ctx, &client, &server),
                     EDGE_TLS_NO_VERSION);
    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(ctx);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_bounds_of_the_server),
        cmocka_unit_test(test_security_level),
        cmocka_unit_test(test_ciphers_and_groups),
        cmocka_unit_test(test_apply_holds),
        cmocka_unit_test(test_old_client),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
