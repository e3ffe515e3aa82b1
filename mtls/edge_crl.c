
#include "edge_crl.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "edge_crl_extensions.h"
#include "edge_der.h"
#include "edge_pages.h"


typedef struct {
    edge_der_t            der;
    edge_crl_t           *crl;
    edge_crl_entry_pt     entry;
    void                 *data;
    unsigned char        *algorithm;
    size_t                algorithm_len;
} edge_crl_reader_t;


static edge_crl_result_e edge_crl_read_list(edge_crl_reader_t *r);
static edge_crl_result_e edge_crl_read_tbs(edge_crl_reader_t *r, uint64_t end);
static edge_crl_result_e edge_crl_read_head(edge_crl_reader_t *r, uint64_t end,
    edge_der_element_t *next);
static edge_crl_result_e edge_crl_read_entries(edge_crl_reader_t *r,
    uint64_t end);
static edge_crl_result_e edge_crl_read_algorithm(edge_crl_reader_t *r,
    const edge_der_item_t *item);
static edge_crl_result_e edge_crl_read_signature(edge_crl_reader_t *r,
    uint64_t end);


static edge_crl_result_e
edge_crl_result(edge_der_result_e result)
{
    switch (result) {
    case EDGE_DER_OK:
        return EDGE_CRL_OK;
    case EDGE_DER_CANNOT_READ:
        return EDGE_CRL_CANNOT_READ;
    default:
        return EDGE_CRL_MALFORMED;
    }
}


/* The next element of the stream, of one tag; looked at whole. */

static edge_crl_result_e
edge_crl_next(edge_crl_reader_t *r, uint64_t end, unsigned tag,
    edge_der_item_t *item)
{
    edge_der_result_e    result;
    edge_der_element_t   element;

    result = edge_der_next(&r->der, end, &element);

    if (result == EDGE_DER_OK && tag && element.tag != tag) {
        result = EDGE_DER_MALFORMED;
    }

    if (result == EDGE_DER_OK) {
        item->tag = element.tag;
        item->len = element.len;
        result = edge_der_content(&r->der, element.len, &item->data);
    }

    return edge_crl_result(result);
}


edge_crl_result_e
edge_crl_read(edge_crl_t *crl, edge_crl_read_pt read, void *read_data,
    edge_crl_entry_pt entry, void *entry_data)
{
    edge_crl_result_e   result;
    edge_crl_reader_t  *r;

    r = edge_pages_alloc(sizeof(edge_crl_reader_t));
    if (r == NULL) {
        return EDGE_CRL_NO_MEMORY;
    }

    r->crl = crl;
    r->entry = entry;
    r->data = entry_data;
    r->der.read = read;
    r->der.data = read_data;

    ERR_set_mark();
    result = edge_crl_read_list(r);
    ERR_pop_to_mark();

    EVP_MD_CTX_free(r->der.md);
    free(r->algorithm);
    edge_pages_free(r, sizeof(edge_crl_reader_t));

    return result;
}


/* CertificateList */

static edge_crl_result_e
edge_crl_read_list(edge_crl_reader_t *r)
{
    uint64_t             end;
    edge_crl_result_e    result;
    edge_der_element_t   element;

    result = edge_crl_result(edge_der_next(&r->der, UINT64_MAX, &element));

    if (result != EDGE_CRL_OK || element.tag != EDGE_DER_SEQUENCE) {
        return (result == EDGE_CRL_OK) ? EDGE_CRL_MALFORMED : result;
    }

    end = element.end;

    edge_der_hash_from(&r->der);

    result = edge_crl_result(edge_der_next(&r->der, end, &element));

    if (result == EDGE_CRL_OK && element.tag != EDGE_DER_SEQUENCE) {
        result = EDGE_CRL_MALFORMED;
    }

    if (result == EDGE_CRL_OK) {
        result = edge_crl_read_tbs(r, element.end);
    }

    if (result != EDGE_CRL_OK) {
        return result;
    }

    if (r->der.offset != element.end || !edge_der_hash(&r->der)
        || !EVP_DigestFinal_ex(r->der.md, r->crl->digest, NULL))
    {
        return EDGE_CRL_MALFORMED;
    }

    r->der.hashing = 0;

    return edge_crl_read_signature(r, end);
}


static edge_crl_result_e
edge_crl_read_tbs(edge_crl_reader_t *r, uint64_t end)
{
    edge_crl_result_e      result;
    edge_der_element_t     element;
    const unsigned char   *content;

    element.tag = 0;

    result = edge_crl_read_head(r, end, &element);

    if (result == EDGE_CRL_OK && element.tag == EDGE_DER_SEQUENCE) {
        result = edge_crl_read_entries(r, element.end);
        element.tag = 0;

        if (result == EDGE_CRL_OK && r->der.offset < end) {
            result = edge_crl_result(edge_der_next(&r->der, end, &element));
        }
    }

    if (result != EDGE_CRL_OK || element.tag == 0) {
        return result;
    }

    if (element.tag != EDGE_DER_CONTEXT_0) {
        return EDGE_CRL_MALFORMED;
    }

    result = edge_crl_result(edge_der_content(&r->der, element.len, &content));

    if (result != EDGE_CRL_OK) {
        return result;
    }

    return edge_crl_extensions(r->crl, content, element.len);
}


/* Version to nextUpdate; then next is what follows, its tag 0 if nothing. */

static edge_crl_result_e
edge_crl_read_head(edge_crl_reader_t *r, uint64_t end, edge_der_element_t *next)
{
    edge_crl_t         *crl;
    edge_der_item_t     item;
    edge_crl_result_e   result;

    crl = r->crl;
    crl->next_update = INT64_MAX;
    crl->covers_users = 1;
    crl->covers_cas = 1;

    result = edge_crl_next(r, end, 0, &item);

    if (result == EDGE_CRL_OK && item.tag == EDGE_DER_INTEGER) {
        result = edge_crl_next(r, end, 0, &item);
    }

    if (result == EDGE_CRL_OK && item.tag != EDGE_DER_SEQUENCE) {
        result = EDGE_CRL_MALFORMED;
    }

    if (result == EDGE_CRL_OK) {
        result = edge_crl_read_algorithm(r, &item);
    }

    if (result == EDGE_CRL_OK) {
        result = edge_crl_next(r, end, EDGE_DER_SEQUENCE, &item);
    }

    if (result != EDGE_CRL_OK) {
        return result;
    }

    /* the name, with its header back before it */

    result = EDGE_CRL_NO_MEMORY;
    crl->issuer = malloc(item.len + 4);

    if (crl->issuer) {
        crl->issuer[0] = EDGE_DER_SEQUENCE;
        crl->issuer[1] = 0x82;
        crl->issuer[2] = (unsigned char) (item.len >> 8);
        crl->issuer[3] = (unsigned char) item.len;
        memcpy(crl->issuer + 4, item.data, item.len);
        crl->issuer_len = item.len + 4;

        result = edge_crl_next(r, end, 0, &item);
    }

    if (result != EDGE_CRL_OK) {
        return result;
    }

    if (!edge_crl_time(&item, &crl->this_update)) {
        return EDGE_CRL_MALFORMED;
    }

    next->tag = 0;

    if (r->der.offset == end) {
        return EDGE_CRL_OK;
    }

    result = edge_crl_result(edge_der_next(&r->der, end, next));

    if (result != EDGE_CRL_OK
        || (next->tag != EDGE_DER_UTC_TIME && next->tag != EDGE_DER_TIME))
    {
        return result;
    }

    item.tag = next->tag;
    item.len = next->len;
    result = edge_crl_result(edge_der_content(&r->der, next->len, &item.data));

    if (result != EDGE_CRL_OK) {
        return result;
    }

    if (!edge_crl_time(&item, &crl->next_update)) {
        return EDGE_CRL_MALFORMED;
    }

    next->tag = 0;

    return (r->der.offset == end)
               ? EDGE_CRL_OK
               : edge_crl_result(edge_der_next(&r->der, end, next));
}


static edge_crl_result_e
edge_crl_read_entries(edge_crl_reader_t *r, uint64_t end)
{
    unsigned            reason;
    edge_der_item_t     item, serial;
    edge_crl_result_e   result;

    while (r->der.offset < end) {
        result = edge_crl_next(r, end, EDGE_DER_SEQUENCE, &item);

        if (result == EDGE_CRL_OK) {
            result = edge_crl_entry(&item, &serial, &reason);
        }

        if (result != EDGE_CRL_OK) {
            return result;
        }

        if (r->entry && r->entry(r->data, serial.data, serial.len, reason) != 0)
        {
            return EDGE_CRL_STOPPED;
        }

        r->crl->count++;
    }

    return EDGE_CRL_OK;
}


/* The algorithm, which comes again behind what is signed */

static edge_crl_result_e
edge_crl_read_algorithm(edge_crl_reader_t *r, const edge_der_item_t *item)
{
    edge_crl_result_e  result;

    result = edge_crl_algorithm(r->crl, item);
    if (result != EDGE_CRL_OK) {
        return result;
    }

    r->algorithm = malloc(item->len + 1);
    r->der.md = EVP_MD_CTX_new();

    if (r->algorithm == NULL || r->der.md == NULL
        || !EVP_DigestInit_ex(r->der.md, r->crl->md, NULL))
    {
        return EDGE_CRL_NO_MEMORY;
    }

    memcpy(r->algorithm, item->data, item->len);
    r->algorithm_len = item->len;

    return EDGE_CRL_OK;
}


static edge_crl_result_e
edge_crl_read_signature(edge_crl_reader_t *r, uint64_t end)
{
    edge_crl_t         *crl;
    edge_der_item_t     item;
    edge_crl_result_e   result;

    crl = r->crl;

    result = edge_crl_next(r, end, EDGE_DER_SEQUENCE, &item);

    if (result != EDGE_CRL_OK) {
        return result;
    }

    if (item.len != r->algorithm_len
        || memcmp(item.data, r->algorithm, item.len) != 0)
    {
        return EDGE_CRL_MALFORMED;
    }

    result = edge_crl_next(r, end, EDGE_DER_BIT_STRING, &item);

    if (result != EDGE_CRL_OK) {
        return result;
    }

    if (item.len < 2 || item.data[0] != 0 || r->der.offset != end) {
        return EDGE_CRL_MALFORMED;
    }

    crl->signature = malloc(item.len - 1);
    if (crl->signature == NULL) {
        return EDGE_CRL_NO_MEMORY;
    }

    memcpy(crl->signature, item.data + 1, item.len - 1);
    crl->signature_len = item.len - 1;

    return EDGE_CRL_OK;
}


void
edge_crl_free(edge_crl_t *crl)
{
    free(crl->issuer);
    free(crl->signature);
    memset(crl, 0, sizeof(edge_crl_t));
}
