
#include "edge_revocation_issuer.h"

#include <string.h>

#include <openssl/evp.h>


int
edge_revocation_issuer_id(X509 *issuer, unsigned char *id)
{
    int             len, ok;
    uint64_t        name;
    EVP_MD_CTX     *md;
    unsigned char  *der, digest[EVP_MAX_MD_SIZE];

    der = NULL;
    name = X509_NAME_hash_ex(X509_get_subject_name(issuer), NULL, NULL, &ok);
    len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &der);
    md = EVP_MD_CTX_new();

    ok = ok && len > 0 && md && EVP_DigestInit_ex(md, EVP_sha256(), NULL)
         && EVP_DigestUpdate(md, &name, sizeof(name))
         && EVP_DigestUpdate(md, der, (size_t) len)
         && EVP_DigestFinal_ex(md, digest, NULL);

    if (ok) {
        memcpy(id, digest, EDGE_REVOCATION_ID_LEN);
    }

    EVP_MD_CTX_free(md);
    OPENSSL_free(der);

    return ok;
}
