/* fuzz: ecg/edge_policy.c ecg/edge_tls_policy.c */
/* fuzz: ecg/edge_tls_policy_compile.c ecg/edge_tls_ciphers.c */
/* fuzz: ecg/edge_tls_group.c -lssl -lcrypto */

/*
 * Input: which of the policies, and the body of a ClientHello (RFC 8446,
 * 4.1.2).  OpenSSL hands over what it could parse; what was judged to be
 * allowed can be applied, by a version that the client has.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge_tls_policy.h"


#define RECORD_MAX  16384
#define HEADERS     9
#define SERVER      (EDGE_TLS_1_2 | EDGE_TLS_1_3)

#define check(condition)  do { if (!(condition)) abort(); } while (0)


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const char *const  settings[][3][2] = {
    { { "preset", "modern" } },
    { { "preset", "intermediate" }, { "http2", "off" } },
    { { "max_tls", "1.2" }, { "ciphers", "ECDHE-RSA-AES128-GCM-SHA256" } },
    { { "groups", "P-384:P-256" }, { "sigalgs", "ECDSA+SHA256" },
      { "resumption", "off" } }
};

#define POLICIES  (sizeof(settings) / sizeof(settings[0]))

static edge_tls_policy_t  policies[POLICIES];


static int
judge(SSL *ssl, int *alert, void *arg)
{
    edge_tls_hello_t           hello;
    edge_tls_choice_t          choice;
    edge_tls_server_t          server;
    edge_tls_verdict_e         verdict;
    const edge_tls_policy_t  **policy = arg;

    edge_tls_hello_read(ssl, *policy, &hello);

    server = edge_tls_some_server;
    server.bounded = 1;

    verdict = edge_tls_policy_judge(*policy, &hello, &server, &choice);

    check(edge_tls_verdict_text(verdict) != NULL);

    if (verdict == EDGE_TLS_ALLOWED) {
        check(choice.version & choice.versions & hello.versions & SERVER);
        check(edge_tls_policy_apply(*policy, ssl, &hello, &server, &choice));
    }

    *alert = SSL_AD_HANDSHAKE_FAILURE;

    return SSL_CLIENT_HELLO_ERROR;
}


static SSL_CTX *
make_context(const edge_tls_policy_t **policy)
{
    size_t                    i, k;
    SSL_CTX                  *ctx;
    edge_policy_t             set;
    const char *const        *pair;
    edge_tls_policy_error_t   error;

    for (i = 0; i < POLICIES; i++) {
        memset(&set, 0, sizeof(set));

        for (k = 0; k < 3 && settings[i][k][0]; k++) {
            pair = settings[i][k];
            (void) edge_policy_set(&set, pair[0], strlen(pair[0]), pair[1]);
        }

        check(edge_tls_policy_compile(&policies[i], &set, &error)
              == EDGE_TLS_POLICY_OK);
    }

    ctx = SSL_CTX_new(TLS_server_method());
    check(ctx != NULL);
    SSL_CTX_set_client_hello_cb(ctx, judge, policy);

    return ctx;
}


/* A record with a handshake message: the headers of both, and the body. */

static void
write_hello(BIO *in, const uint8_t *body, size_t size)
{
    size_t   record = size + 4;
    uint8_t  headers[HEADERS] = {
        22, 3, 1, (uint8_t) (record >> 8), (uint8_t) record,
        1, 0, (uint8_t) (size >> 8), (uint8_t) size
    };

    check(BIO_write(in, headers, HEADERS) == HEADERS);
    check(BIO_write(in, body, (int) size) == (int) size);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    BIO                             *in, *out;
    SSL                             *ssl;
    static SSL_CTX                  *ctx;
    static const edge_tls_policy_t  *policy;

    if (size < 2 || size - 1 > RECORD_MAX - 4) {
        return 0;
    }

    if (ctx == NULL) {
        ctx = make_context(&policy);
    }

    policy = &policies[data[0] % POLICIES];

    ssl = SSL_new(ctx);
    in = BIO_new(BIO_s_mem());
    out = BIO_new(BIO_s_mem());
    check(ssl && in && out);

    SSL_set_bio(ssl, in, out);
    write_hello(in, data + 1, size - 1);
    check(SSL_accept(ssl) != 1);

    SSL_free(ssl);

    return 0;
}
