/* unit: mtls/edge_trust_digest.c -lssl -lcrypto -Wl,--wrap=realloc */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "edge_trust_digest.h"


static int        memory_fails;
static EVP_PKEY  *key;
static X509      *ca, *twin, *leaf;
static X509_CRL  *crl;

static const edge_trust_digest_span_t  settings = { "s", 1 };

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);


void *
__wrap_realloc(void *p, size_t size)
{
    return memory_fails ? NULL : __real_realloc(p, size);
}


/* The same name each time: contents differ by the serial number only. */

static X509 *
new_certificate(long serial)
{
    X509       *cert;
    X509_NAME  *name;

    cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), serial);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 1000);

    name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *) "CA", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_set_pubkey(cert, key);
    X509_sign(cert, key, EVP_sha256());

    return cert;
}


static int
make_certificates(void **state)
{
    ASN1_TIME  *time;

    key = EVP_EC_gen("P-256");
    ca = new_certificate(1);
    twin = new_certificate(2);
    leaf = new_certificate(3);

    time = ASN1_TIME_set(NULL, 1000000000);
    crl = X509_CRL_new();
    X509_CRL_set_version(crl, 1);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca));
    X509_CRL_set1_lastUpdate(crl, time);
    X509_CRL_set1_nextUpdate(crl, time);
    X509_CRL_sign(crl, key, EVP_sha256());
    ASN1_TIME_free(time);

    return 0;
}


static int
free_certificates(void **state)
{
    X509_free(ca);
    X509_free(twin);
    X509_free(leaf);
    X509_CRL_free(crl);
    EVP_PKEY_free(key);

    return 0;
}


static SSL_CTX *
new_context(X509 *first, X509 *second)
{
    SSL_CTX  *ctx;

    ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_use_certificate(ctx, leaf);
    SSL_CTX_use_PrivateKey(ctx, key);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), first);
    SSL_CTX_add_client_CA(ctx, first);

    if (second) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), second);
    }

    return ctx;
}


static void
digest_verify(SSL_CTX *ctx, unsigned char *digest)
{
    assert_int_equal(edge_trust_digest_verify(ctx, &settings, digest),
                     EDGE_TRUST_DIGEST_OK);
}


static void
is_the_same_for_the_same_trust(void **state)
{
    SSL_CTX        *one, *two;
    unsigned char   first[EDGE_TRUST_DIGEST_LEN];
    unsigned char   second[EDGE_TRUST_DIGEST_LEN];

    one = new_context(ca, twin);
    two = new_context(twin, ca);

    /* of one name, so the order of names given to clients is the same */
    digest_verify(one, first);
    digest_verify(two, second);
    assert_memory_equal(first, second, sizeof(first));

    /* added twice is trusted once */
    X509_STORE_add_cert(SSL_CTX_get_cert_store(two), ca);
    digest_verify(two, second);
    assert_memory_equal(first, second, sizeof(first));

    SSL_CTX_free(one);
    SSL_CTX_free(two);
}


static void
tells_each_setting_apart(void **state)
{
    int                       i;
    SSL_CTX                  *base, *ctx;
    X509_STORE               *store;
    unsigned char             first[EDGE_TRUST_DIGEST_LEN];
    unsigned char             other[EDGE_TRUST_DIGEST_LEN];
    edge_trust_digest_span_t  more;

    base = new_context(ca, NULL);
    digest_verify(base, first);

    for (i = 0; i < 7; i++) {
        ctx = new_context(i == 0 ? twin : ca, NULL);
        store = SSL_CTX_get_cert_store(ctx);
        more = settings;

        switch (i) {
        case 1:
            X509_STORE_add_cert(store, twin);
            break;
        case 2:
            X509_STORE_add_crl(store, crl);
            break;
        case 3:
            SSL_CTX_set_verify_depth(ctx, 7);
            break;
        case 4:
            SSL_CTX_set_verify(
                ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
            break;
        case 5:
            X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
            break;
        case 6:
            more.data = "t";
            break;
        }

        assert_int_equal(edge_trust_digest_verify(ctx, &more, other),
                         EDGE_TRUST_DIGEST_OK);
        assert_memory_not_equal(first, other, sizeof(first));

        SSL_CTX_free(ctx);
    }

    SSL_CTX_free(base);
}


static void
tells_servers_apart(void **state)
{
    size_t          i;
    SSL_CTX        *ctx;
    unsigned char   verify[EDGE_TRUST_DIGEST_LEN];
    unsigned char   server[5][EDGE_TRUST_DIGEST_LEN];

    static const edge_trust_digest_span_t  names[] = { { "a", 1 }, { "b", 1 } };
    static const edge_trust_digest_span_t  swapped[] = { { "b", 1 },
                                                         { "a", 1 } };

    ctx = new_context(ca, NULL);
    digest_verify(ctx, verify);

    edge_trust_digest_server(ctx, verify, names, 2, server[0]);
    edge_trust_digest_server(ctx, verify, swapped, 2, server[1]);
    edge_trust_digest_server(ctx, verify, names, 1, server[2]);

    verify[0]++;
    edge_trust_digest_server(ctx, verify, names, 2, server[3]);
    verify[0]--;

    SSL_CTX_use_certificate(ctx, twin);
    edge_trust_digest_server(ctx, verify, names, 2, server[4]);

    /* the one that was current stays it */
    assert_ptr_equal(SSL_CTX_get0_certificate(ctx), twin);

    assert_memory_equal(server[0], server[1], EDGE_TRUST_DIGEST_LEN);

    for (i = 2; i < 5; i++) {
        assert_memory_not_equal(server[0], server[i], EDGE_TRUST_DIGEST_LEN);
    }

    SSL_CTX_free(ctx);
}


static void
says_that_memory_fails(void **state)
{
    SSL_CTX        *ctx;
    unsigned char   digest[EDGE_TRUST_DIGEST_LEN];

    ctx = new_context(ca, NULL);

    memory_fails = 1;
    assert_int_equal(edge_trust_digest_verify(ctx, &settings, digest),
                     EDGE_TRUST_DIGEST_FAILED);
    assert_int_equal(edge_trust_digest_server(ctx, digest, NULL, 0, digest),
                     EDGE_TRUST_DIGEST_FAILED);
    memory_fails = 0;

    SSL_CTX_free(ctx);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(is_the_same_for_the_same_trust),
        cmocka_unit_test(tells_each_setting_apart),
        cmocka_unit_test(tells_servers_apart),
        cmocka_unit_test(says_that_memory_fails),
    };

    return cmocka_run_group_tests(tests, make_certificates, free_certificates);
}
