
#include "edge_trust_digest.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>


/* Digests of items, to be sorted: in no order that they came in. */

typedef struct {
    unsigned char  (*items)[EDGE_TRUST_DIGEST_LEN];
    size_t           count;
    size_t           size;
    int              failed;
} edge_trust_digest_set_t;


static void
edge_trust_digest_add(edge_trust_digest_set_t *set, char kind, const void *data,
    size_t len)
{
    size_t          size;
    void           *items;
    unsigned char  *digest;
    EVP_MD_CTX     *md;

    if (set->count == set->size) {
        size = set->size ? set->size * 2 : 16;

        items = realloc(set->items, size * EDGE_TRUST_DIGEST_LEN);
        if (items == NULL) {
            set->failed = 1;
            return;
        }

        set->items = items;
        set->size = size;
    }

    digest = set->items[set->count++];
    md = EVP_MD_CTX_new();

    if (md == NULL || !EVP_DigestInit_ex(md, EVP_sha256(), NULL)
        || !EVP_DigestUpdate(md, &kind, 1) || !EVP_DigestUpdate(md, data, len)
        || !EVP_DigestFinal_ex(md, digest, NULL))
    {
        set->failed = 1;
    }

    EVP_MD_CTX_free(md);
}


/* Takes DER as i2d_*() gives it, and frees it. */

static void
edge_trust_digest_add_der(edge_trust_digest_set_t *set, char kind,
    unsigned char *der, int len)
{
    if (len <= 0) {
        set->failed = 1;
        return;
    }

    edge_trust_digest_add(set, kind, der, (size_t) len);
    OPENSSL_free(der);
}


static void
edge_trust_digest_add_number(edge_trust_digest_set_t *set, char kind,
    uint64_t number)
{
    int            i;
    unsigned char  bytes[8];

    for (i = 0; i < 8; i++) {
        bytes[i] = (unsigned char) (number >> (8 * i));
    }

    edge_trust_digest_add(set, kind, bytes, sizeof(bytes));
}


static int
edge_trust_digest_compare(const void *one, const void *two)
{
    return memcmp(one, two, EDGE_TRUST_DIGEST_LEN);
}


/* One digest of them all; an item given twice counts once.  Frees the set. */

static edge_trust_digest_result_e
edge_trust_digest_end(edge_trust_digest_set_t *set, unsigned char *digest)
{
    int          ok;
    size_t       i;
    EVP_MD_CTX  *md;

    md = EVP_MD_CTX_new();

    ok = !set->failed && md && EVP_DigestInit_ex(md, EVP_sha256(), NULL);

    if (ok && set->count) {
        qsort(set->items, set->count, EDGE_TRUST_DIGEST_LEN,
              edge_trust_digest_compare);
    }

    for (i = 0; ok && i < set->count; i++) {
        if (i == 0
            || edge_trust_digest_compare(set->items[i], set->items[i - 1]) != 0)
        {
            ok = EVP_DigestUpdate(md, set->items[i], EDGE_TRUST_DIGEST_LEN);
        }
    }

    ok = ok && EVP_DigestFinal_ex(md, digest, NULL);

    EVP_MD_CTX_free(md);
    free(set->items);

    return ok ? EDGE_TRUST_DIGEST_OK : EDGE_TRUST_DIGEST_FAILED;
}


/* OpenSSL 4.0 deprecates the list itself in favour of a copy, new in 3.3. */

static struct stack_st_X509_OBJECT *
edge_trust_digest_objects(X509_STORE *store)
{
#if (OPENSSL_VERSION_NUMBER >= 0x30300000L)
    return X509_STORE_get1_objects(store);
#else
    return X509_STORE_get0_objects(store);
#endif
}


static void
edge_trust_digest_add_store(edge_trust_digest_set_t *set, X509_STORE *store)
{
    int                      i, len;
    X509                    *cert;
    X509_CRL                *crl;
    X509_OBJECT             *object;
    unsigned char           *der;
    struct stack_st_X509_OBJECT  *objects;

    objects = edge_trust_digest_objects(store);
    if (objects == NULL) {
        set->failed = 1;
        return;
    }

    for (i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        object = sk_X509_OBJECT_value(objects, i);

        cert = X509_OBJECT_get0_X509(object);
        crl = X509_OBJECT_get0_X509_CRL(object);
        der = NULL;

        if (cert) {
            len = i2d_X509(cert, &der);
            edge_trust_digest_add_der(set, 'a', der, len);

        } else if (crl) {
            len = i2d_X509_CRL(crl, &der);
            edge_trust_digest_add_der(set, 'r', der, len);
        }
    }

#if (OPENSSL_VERSION_NUMBER >= 0x30300000L)
    sk_X509_OBJECT_pop_free(objects, X509_OBJECT_free);
#endif
}


edge_trust_digest_result_e
edge_trust_digest_verify(SSL_CTX *ctx, const edge_trust_digest_span_t *settings,
    unsigned char *digest)
{
    int                          i, len;
    unsigned char               *der;
    X509_VERIFY_PARAM           *param;
    edge_trust_digest_set_t      set;
    const struct stack_st_X509_NAME  *names;

    memset(&set, 0, sizeof(edge_trust_digest_set_t));

    edge_trust_digest_add_store(&set, SSL_CTX_get_cert_store(ctx));

    names = SSL_CTX_get_client_CA_list(ctx);

    for (i = 0; i < sk_X509_NAME_num(names); i++) {
        der = NULL;
        len = i2d_X509_NAME(sk_X509_NAME_value(names, i), &der);
        edge_trust_digest_add_der(&set, 'n', der, len);
    }

    param = X509_STORE_get0_param(SSL_CTX_get_cert_store(ctx));

    edge_trust_digest_add_number(&set, 'f', X509_VERIFY_PARAM_get_flags(param));
    edge_trust_digest_add_number(&set, 'm',
                                 (uint64_t) SSL_CTX_get_verify_mode(ctx));
    edge_trust_digest_add_number(&set, 'd',
                                 (uint64_t) SSL_CTX_get_verify_depth(ctx));
    edge_trust_digest_add(&set, 's', settings->data, settings->len);

    return edge_trust_digest_end(&set, digest);
}


/* The current certificate of the context stays what it was. */

static void
edge_trust_digest_add_served(edge_trust_digest_set_t *set, SSL_CTX *ctx)
{
    int             len;
    long            more;
    X509           *cert, *current;
    unsigned char  *der;

    current = SSL_CTX_get0_certificate(ctx);

    for (more = SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_FIRST); more;
         more = SSL_CTX_set_current_cert(ctx, SSL_CERT_SET_NEXT))
    {
        cert = SSL_CTX_get0_certificate(ctx);
        if (cert == NULL) {
            continue;
        }

        der = NULL;
        len = i2d_X509(cert, &der);
        edge_trust_digest_add_der(set, 'c', der, len);
    }

    if (current) {
        SSL_CTX_select_current_cert(ctx, current);
    }
}


edge_trust_digest_result_e
edge_trust_digest_server(SSL_CTX *ctx, const unsigned char *verify,
    const edge_trust_digest_span_t *names, size_t nnames, unsigned char *digest)
{
    size_t                    i;
    edge_trust_digest_set_t   set;

    memset(&set, 0, sizeof(edge_trust_digest_set_t));

    edge_trust_digest_add(&set, 'v', verify, EDGE_TRUST_DIGEST_LEN);
    edge_trust_digest_add_served(&set, ctx);

    for (i = 0; i < nnames; i++) {
        edge_trust_digest_add(&set, 'h', names[i].data, names[i].len);
    }

    return edge_trust_digest_end(&set, digest);
}
