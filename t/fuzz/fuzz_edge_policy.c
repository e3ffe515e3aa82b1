/* fuzz: ecg/edge_policy.c ecg/edge_tls_policy.c */
/* fuzz: ecg/edge_tls_policy_compile.c ecg/edge_tls_ciphers.c */
/* fuzz: ecg/edge_tls_group.c -lssl -lcrypto */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge_tls_policy.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* What compiles must be applicable, whatever it says. */

static void
check_compiled(const edge_tls_policy_t *tls)
{
    SSL                         *ssl;
    SSL_CTX                     *ctx;
    edge_tls_hello_t             hello;
    edge_tls_choice_t            choice;
    static const unsigned char   ciphers[] = { 0x13, 1, 0xc0, 0x2b, 0xc0 };

    ctx = SSL_CTX_new(TLS_server_method());
    ssl = ctx ? SSL_new(ctx) : NULL;

    if (ssl) {
        memset(&hello, 0, sizeof(hello));
        hello.versions = 15;
        hello.ciphers = ciphers;
        hello.ciphers_len = sizeof(ciphers);

        if (edge_tls_policy_judge(tls, &hello, &edge_tls_some_server, &choice)
            == EDGE_TLS_ALLOWED
            && !edge_tls_policy_apply(tls, ssl, &hello, &edge_tls_some_server,
                                      &choice))
        {
            abort();
        }
    }

    SSL_free(ssl);
    SSL_CTX_free(ctx);
}


/* Input: lines of key=value. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                     *text, *line, *value, *rest;
    edge_policy_t             policy;
    edge_tls_policy_t         tls;
    edge_tls_policy_error_t   error;

    text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }

    memcpy(text, data, size);
    text[size] = '\0';
    memset(&policy, 0, sizeof(policy));

    for (line = strtok_r(text, "\n", &rest); line;
         line = strtok_r(NULL, "\n", &rest))
    {
        value = strchr(line, '=');

        if (value) {
            (void) edge_policy_set(&policy, line, (size_t) (value - line),
                                   value + 1);
        }
    }

    if (edge_tls_policy_compile(&tls, &policy, &error) == EDGE_TLS_POLICY_OK) {
        check_compiled(&tls);
    }

    free(text);

    return 0;
}
