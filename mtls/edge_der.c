
#include "edge_der.h"

#include <string.h>


/* Makes at least len unread bytes lie in the buffer. */

static edge_der_result_e
edge_der_fill(edge_der_t *der, size_t len)
{
    long    n;
    size_t  from;

    if (len > EDGE_DER_BUFFER) {
        return EDGE_DER_MALFORMED;
    }

    if (der->last - der->pos >= len) {
        return EDGE_DER_OK;
    }

    if (!edge_der_hash(der)) {
        return EDGE_DER_CANNOT_READ;
    }

    from = der->hashing ? der->hashed : der->pos;

    memmove(der->buf, der->buf + from, der->last - from);
    der->last -= from;
    der->pos -= from;
    der->hashed = 0;

    if (len > EDGE_DER_BUFFER - der->pos) {
        return EDGE_DER_MALFORMED;
    }

    while (der->last - der->pos < len) {
        n = der->read(der->data, der->buf + der->last,
                      EDGE_DER_BUFFER - der->last);

        if (n <= 0 || (size_t) n > EDGE_DER_BUFFER - der->last) {
            return (n == 0) ? EDGE_DER_MALFORMED : EDGE_DER_CANNOT_READ;
        }

        der->last += (size_t) n;
    }

    return EDGE_DER_OK;
}


static void
edge_der_advance(edge_der_t *der, size_t len)
{
    der->pos += len;
    der->offset += len;
}


edge_der_result_e
edge_der_next(edge_der_t *der, uint64_t limit, edge_der_element_t *element)
{
    size_t              i, n;
    uint64_t            len;
    unsigned char      *p;
    edge_der_result_e   result;

    result = edge_der_fill(der, 2);
    if (result != EDGE_DER_OK) {
        return result;
    }

    p = der->buf + der->pos;
    len = p[1];
    n = 0;

    /* high tag numbers do not occur in what is read here */

    if ((p[0] & 0x1f) == 0x1f) {
        return EDGE_DER_MALFORMED;
    }

    if (len >= 0x80) {
        n = len & 0x7f;

        if (n == 0 || n > 6) {
            return EDGE_DER_MALFORMED;
        }

        result = edge_der_fill(der, 2 + n);
        if (result != EDGE_DER_OK) {
            return result;
        }

        p = der->buf + der->pos;

        for (len = 0, i = 0; i < n; i++) {
            len = len << 8 | p[2 + i];
        }
    }

    element->tag = p[0];
    element->len = (size_t) len;
    element->start = der->offset;
    element->end = der->offset + 2 + n + len;

    if (element->end > limit) {
        return EDGE_DER_MALFORMED;
    }

    edge_der_advance(der, 2 + n);

    return EDGE_DER_OK;
}


edge_der_result_e
edge_der_content(edge_der_t *der, size_t len, const unsigned char **content)
{
    edge_der_result_e  result;

    result = edge_der_fill(der, len);

    if (result == EDGE_DER_OK) {
        *content = der->buf + der->pos;
        edge_der_advance(der, len);
    }

    return result;
}


edge_der_result_e
edge_der_skip(edge_der_t *der, uint64_t len)
{
    size_t                n;
    edge_der_result_e     result;
    const unsigned char  *content;

    while (len > 0) {
        n = (len < EDGE_DER_BUFFER) ? (size_t) len : EDGE_DER_BUFFER;

        result = edge_der_content(der, n, &content);
        if (result != EDGE_DER_OK) {
            return result;
        }

        len -= n;
    }

    return EDGE_DER_OK;
}


void
edge_der_hash_from(edge_der_t *der)
{
    der->hashing = 1;
    der->hashed = der->pos;
}


int
edge_der_hash(edge_der_t *der)
{
    int  ok;

    if (!der->hashing || der->md == NULL) {
        return 1;
    }

    ok = EVP_DigestUpdate(der->md, der->buf + der->hashed,
                          der->pos - der->hashed);
    der->hashed = der->pos;

    return ok;
}


int
edge_der_take(const unsigned char **p, const unsigned char *end,
    edge_der_item_t *item)
{
    size_t  i, n, len;

    if (end - *p < 2 || ((*p)[0] & 0x1f) == 0x1f) {
        return 0;
    }

    item->tag = (*p)[0];
    len = (*p)[1];
    *p += 2;

    if (len >= 0x80) {
        n = len & 0x7f;

        if (n == 0 || n > 3 || (size_t) (end - *p) < n) {
            return 0;
        }

        for (len = 0, i = 0; i < n; i++) {
            len = len << 8 | (*p)[i];
        }

        *p += n;
    }

    if (len > (size_t) (end - *p)) {
        return 0;
    }

    item->data = *p;
    item->len = len;
    *p += len;

    return 1;
}
