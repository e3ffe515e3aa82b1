/* unit: ecg/edge_tls_policy.c ecg/edge_tls_policy_compile.c */
/* unit: ecg/edge_tls_group.c ecg/edge_policy.c -lssl -lcrypto */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edge_tls_policy.h"


#define ALL  (EDGE_TLS_1_0|EDGE_TLS_1_1|EDGE_TLS_1_2|EDGE_TLS_1_3)


static edge_tls_policy_t  tls;
static edge_tls_choice_t  choice;


/* "key=value key=value" */

static void
compile(const char *text)
{
    char                    *copy, *word, *value, *rest;
    edge_policy_t            policy;
    edge_tls_policy_error_t  error;

    static char              kept[1024];

    memset(&policy, 0, sizeof(policy));
    copy = strcpy(kept, text);

    for (word = strtok_r(copy, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest))
    {
        value = strchr(word, '=');
        assert_int_equal(edge_policy_set(&policy, word,
                                         (size_t) (value - word), value + 1),
                         EDGE_POLICY_OK);
    }

    assert_int_equal(edge_tls_policy_compile(&tls, &policy, &error),
                     EDGE_TLS_POLICY_OK);
}


static int
judge(unsigned offered, unsigned server, int level)
{
    edge_tls_hello_t            hello;
    static const unsigned char  ciphers[] = { 0x13, 0x01, 0xc0, 0x2f };
    static const unsigned char  groups[] = { 0, 29, 0, 23 };

    memset(&hello, 0, sizeof(hello));
    hello.versions = offered;
    hello.ciphers = ciphers;
    hello.ciphers_len = sizeof(ciphers);
    hello.groups = groups;
    hello.groups_len = sizeof(groups);

    return (int) edge_tls_policy_judge(&tls, &hello, server, level, &choice);
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


static int
client_hello(SSL *ssl, int *alert, void *arg)
{
    unsigned            server;
    edge_tls_hello_t    hello;
    edge_tls_verdict_e *verdict = arg;

    edge_tls_hello_read(ssl, &hello);

    server = edge_tls_server_versions(SSL_get_options(ssl));

    *verdict = edge_tls_policy_judge(&tls, &hello, server,
                                     SSL_get_security_level(ssl), &choice);

    return *verdict == EDGE_TLS_ALLOWED
           && edge_tls_policy_apply(&tls, ssl, &choice, NULL)
           ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR;
}


/* What one connection over memory comes to; client and server are returned. */

static edge_tls_verdict_e
connect_pair(SSL_CTX *client_ctx, SSL **client, SSL **server)
{
    int                  i;
    BIO                 *one, *two;
    SSL_CTX             *ctx;
    EVP_PKEY            *key;
    X509                *x;
    edge_tls_verdict_e   verdict;

    key = EVP_EC_gen("P-256");
    x = X509_new();
    X509_set_pubkey(x, key);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_sign(x, key, EVP_sha256());

    ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_use_certificate(ctx, x);
    SSL_CTX_use_PrivateKey(ctx, key);
    SSL_CTX_set_client_hello_cb(ctx, client_hello, &verdict);

    *server = SSL_new(ctx);
    *client = SSL_new(client_ctx);

    assert_int_equal(BIO_new_bio_pair(&one, 65536, &two, 65536), 1);
    SSL_set_bio(*server, one, one);
    SSL_set_bio(*client, two, two);
    SSL_set_accept_state(*server);
    SSL_set_connect_state(*client);

    verdict = EDGE_TLS_REJECTED;

    for (i = 0; i < 8; i++) {
        SSL_do_handshake(*client);
        SSL_do_handshake(*server);
    }

    SSL_CTX_free(ctx);
    EVP_PKEY_free(key);
    X509_free(x);

    return verdict;
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
