
/* A policy, and a connection over memory to a server that applies it. */


#ifndef _EDGE_TLS_PAIR_H_INCLUDED_
#define _EDGE_TLS_PAIR_H_INCLUDED_


#include "edge_tls_policy.h"


static edge_tls_policy_t  tls;
static edge_tls_choice_t  choice;

/* OpenSSL's own if NULL */
static const char        *server_ciphers;
static uint64_t           server_options;


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
client_hello(SSL *ssl, int *alert, void *arg)
{
    edge_tls_hello_t    hello;
    edge_tls_server_t   server;
    edge_tls_verdict_e *verdict = arg;

    edge_tls_hello_read(ssl, &tls, &hello);

    server = (edge_tls_server_t) {
        SSL_get_options(ssl), 1, SSL_get_security_level(ssl), NULL
    };

    *verdict = edge_tls_policy_judge(&tls, &hello, &server, &choice);

    return *verdict == EDGE_TLS_ALLOWED
           && edge_tls_policy_apply(&tls, ssl, &hello, &server, &choice)
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

    if (server_ciphers) {
        SSL_CTX_set_cipher_list(ctx, server_ciphers);
        SSL_CTX_set_options(ctx, server_options);
    }

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


#endif /* _EDGE_TLS_PAIR_H_INCLUDED_ */
