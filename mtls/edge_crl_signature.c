
#include <openssl/err.h>
#include <openssl/objects.h>

#include "edge_crl_extensions.h"


edge_crl_result_e
edge_crl_algorithm(edge_crl_t *crl, const edge_der_item_t *item)
{
    int                   md, key_type;
    ASN1_OBJECT          *object;
    const unsigned char  *p;

    p = item->data;

    object = d2i_ASN1_OBJECT(NULL, &p, (long) item->len);
    if (object == NULL) {
        return EDGE_CRL_MALFORMED;
    }

    /* those whose digest can be taken as the list passes by */

    if (OBJ_find_sigid_algs(OBJ_obj2nid(object), &md, &key_type)
        && (md == NID_sha256 || md == NID_sha384 || md == NID_sha512)
        && (key_type == NID_rsaEncryption
            || key_type == NID_X9_62_id_ecPublicKey))
    {
        crl->md = EVP_get_digestbynid(md);
        crl->key_type = key_type;
    }

    ASN1_OBJECT_free(object);

    return crl->md ? EDGE_CRL_OK : EDGE_CRL_UNSUPPORTED;
}


int
edge_crl_verify(const edge_crl_t *crl, EVP_PKEY *key)
{
    int            ok;
    EVP_PKEY_CTX  *ctx;

    if (crl->signature == NULL || EVP_PKEY_get_base_id(key) != crl->key_type) {
        return 0;
    }

    ERR_set_mark();

    ctx = EVP_PKEY_CTX_new(key, NULL);

    ok = ctx && EVP_PKEY_verify_init(ctx) == 1
         && EVP_PKEY_CTX_set_signature_md(ctx, crl->md) == 1
         && EVP_PKEY_verify(ctx, crl->signature, crl->signature_len,
                            crl->digest, (size_t) EVP_MD_get_size(crl->md))
            == 1;

    EVP_PKEY_CTX_free(ctx);
    ERR_pop_to_mark();

    return ok;
}
