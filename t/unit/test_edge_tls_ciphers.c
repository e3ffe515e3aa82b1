/* unit: ecg/edge_tls_ciphers.c ecg/edge_tls_policy.c */
/* unit: ecg/edge_tls_policy_compile.c ecg/edge_tls_group.c ecg/edge_policy.c */
/* unit: -lssl -lcrypto */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edge_tls_pair.h"


#define ECDSA_128  "ECDHE-ECDSA-AES128-GCM-SHA256"
#define ECDSA_256  "ECDHE-ECDSA-AES256-GCM-SHA384"
#define CHACHA     "ECDHE-ECDSA-CHACHA20-POLY1305"
#define CBC        "ECDHE-ECDSA-AES128-SHA"
#define RSA_128    "ECDHE-RSA-AES128-GCM-SHA256"
#define SUITE_128  "TLS_AES_128_GCM_SHA256"
#define SUITE_256  "TLS_AES_256_GCM_SHA384"


/*
 * The cipher of a connection, NULL if there is none.  restricted is told
 * whether it was without a list.
 */

static const char *
negotiate(const char *client_ciphers, const char *client_suites,
    int *restricted)
{
    SSL         *client, *server;
    SSL_CTX     *ctx;
    const char  *cipher;

    ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_cipher_list(ctx, client_ciphers);
    SSL_CTX_set_ciphersuites(ctx, client_suites);

    (void) connect_pair(ctx, &client, &server);

    cipher = SSL_is_init_finished(server)
             ? SSL_CIPHER_get_name(SSL_get_current_cipher(server)) : NULL;

    if (restricted) {
        *restricted = SSL_get_security_callback(server) != tls.check;
    }

    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(ctx);

    return cipher;
}


/* Every combination comes to what a list of ciphers comes to. */

static void
test_same_as_lists(void **state)
{
    int                       restricted;
    size_t                    s, c, p, o;
    unsigned                  by_list, without;
    const char               *cipher, *expected;

    static const char *const  servers[] = {
        NULL, ECDSA_128 ":" ECDSA_256 ":" CHACHA, ECDSA_256 ":" ECDSA_128,
        CBC, RSA_128 ":" CHACHA ":" ECDSA_128
    };
    static const char *const  clients[][2] = {
        { "DEFAULT", SUITE_256 ":" SUITE_128 },
        { ECDSA_256 ":" CBC ":" ECDSA_128, SUITE_128 ":" SUITE_256 },
        { CHACHA ":" RSA_128 ":" ECDSA_128, SUITE_128 },
        { CBC, SUITE_256 }
    };
    static const char *const  policies[] = {
        "max_tls=1.2 ciphers=" ECDSA_128 ":" ECDSA_256,
        "max_tls=1.2 ciphers=" ECDSA_256 ":" ECDSA_128 ":" CHACHA,
        "max_tls=1.2 ciphers=" CBC,
        "max_tls=1.2 ciphers=ECDHE+AESGCM",
        "ciphersuites=" SUITE_128,
        "ciphersuites=" SUITE_256 ":" SUITE_128 " ciphers=" CHACHA,
        "ciphersuites=" SUITE_128 ":" SUITE_256 " groups=P-384"
    };
    static const uint64_t     options[] = {
        0, SSL_OP_CIPHER_SERVER_PREFERENCE,
        SSL_OP_CIPHER_SERVER_PREFERENCE|SSL_OP_PRIORITIZE_CHACHA
    };

    by_list = without = 0;

    for (s = 0; s < 5; s++) {
        for (c = 0; c < 4; c++) {
            for (p = 0; p < 7; p++) {
                for (o = 0; o < 3; o++) {
                    server_ciphers = servers[s];
                    server_options = options[o];

                    compile(policies[p]);
                    cipher = negotiate(clients[c][0], clients[c][1],
                                       &restricted);

                    without += (unsigned) restricted;
                    by_list += !restricted;

                    /* ciphers are not restricted by what is not OpenSSL's */

                    compile(policies[p]);
                    tls.check = NULL;
                    expected = negotiate(clients[c][0], clients[c][1], NULL);

                    if (expected) {
                        assert_non_null(cipher);
                        assert_string_equal(cipher, expected);

                    } else {
                        assert_null(cipher);
                    }
                }
            }
        }
    }

    server_ciphers = NULL;

    assert_true(by_list > 20);
    assert_true(without > by_list);
}


static void
test_restricted(void **state)
{
    int  restricted;

    /* the client would rather have others, and the server has them */

    compile("max_tls=1.2 ciphers=" ECDSA_128);
    assert_string_equal(negotiate(ECDSA_256 ":" ECDSA_128, SUITE_256,
                                  &restricted), ECDSA_128);
    assert_true(restricted);

    compile("ciphersuites=" SUITE_128);
    assert_string_equal(negotiate(ECDSA_256, SUITE_256 ":" SUITE_128,
                                  &restricted), SUITE_128);
    assert_true(restricted);
}


static void
test_openssl_is_asked(void **state)
{
    SSL               *client, *server;
    SSL_CTX           *ctx;
    SSL_CIPHER        *cipher;
    edge_tls_check_pt  check;

    ctx = SSL_CTX_new(TLS_client_method());

    compile("max_tls=1.2 ciphers=" ECDSA_128);
    (void) connect_pair(ctx, &client, &server);

    check = SSL_get_security_callback(server);
    cipher = (SSL_CIPHER *) SSL_get_current_cipher(server);
    assert_non_null(cipher);

    SSL_set_security_level(server, 3);
    assert_true(check(server, NULL, SSL_SECOP_CIPHER_SHARED, 128, 0, cipher,
                      &tls));
    assert_false(check(server, NULL, SSL_SECOP_CIPHER_SHARED, 112, 0, cipher,
                       &tls));
    assert_false(check(server, NULL, SSL_SECOP_EE_KEY, 112, 0, NULL, &tls));

    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(ctx);
}


static void
test_lists_are_set(void **state)
{
    int  restricted;

    /* the server has it not */

    server_ciphers = ECDSA_128;
    server_options = 0;
    compile("max_tls=1.2 ciphers=" CHACHA ":" ECDSA_128);
    assert_string_equal(negotiate(CHACHA ":" ECDSA_128, SUITE_256,
                                  &restricted), CHACHA);
    assert_false(restricted);

    /* the server prefers the other */

    server_ciphers = ECDSA_128 ":" ECDSA_256;
    server_options = SSL_OP_CIPHER_SERVER_PREFERENCE;
    compile("max_tls=1.2 ciphers=" ECDSA_256 ":" ECDSA_128);
    assert_string_equal(negotiate(ECDSA_128 ":" ECDSA_256, SUITE_256,
                                  &restricted), ECDSA_256);
    assert_false(restricted);

    server_ciphers = NULL;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_same_as_lists),
        cmocka_unit_test(test_restricted),
        cmocka_unit_test(test_openssl_is_asked),
        cmocka_unit_test(test_lists_are_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
