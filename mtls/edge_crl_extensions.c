
#include "edge_crl_extensions.h"

#include <string.h>
#include <time.h>


/* The last byte of 2.5.29.x */

#define EDGE_CRL_NUMBER               20
#define EDGE_CRL_REASON               21
#define EDGE_CRL_INVALIDITY_DATE      24
#define EDGE_CRL_DELTA                27
#define EDGE_CRL_DISTRIBUTION_POINT   28
#define EDGE_CRL_CERTIFICATE_ISSUER   29
#define EDGE_CRL_AUTHORITY_KEY_ID     35


/* Tags of issuingDistributionPoint */

#define EDGE_CRL_POINT_NAME           0xa0
#define EDGE_CRL_ONLY_USERS           0x81
#define EDGE_CRL_ONLY_CAS             0x82
#define EDGE_CRL_ONLY_SOME_REASONS    0x83


static edge_crl_result_e edge_crl_extension(edge_crl_t *crl, unsigned char id,
    int critical, const edge_der_item_t *value);
static edge_crl_result_e edge_crl_scope(edge_crl_t *crl,
    const edge_der_item_t *value);
static edge_crl_result_e edge_crl_scope_field(edge_crl_t *crl,
    const edge_der_item_t *field);
static edge_crl_result_e edge_crl_number(const edge_der_item_t *value,
    unsigned char *number);


/* Takes one extension apart; id is the last byte of 2.5.29.id, or 0. */

static int
edge_crl_take_extension(const unsigned char **p, const unsigned char *end,
    unsigned char *id, int *critical, edge_der_item_t *value)
{
    edge_der_item_t       extension, item;
    const unsigned char  *from, *to;

    if (!edge_der_take(p, end, &extension)
        || extension.tag != EDGE_DER_SEQUENCE)
    {
        return 0;
    }

    from = extension.data;
    to = from + extension.len;

    if (!edge_der_take(&from, to, &item) || item.tag != EDGE_DER_OID) {
        return 0;
    }

    *id = 0;
    *critical = 0;

    if (item.len == 3 && item.data[0] == 0x55 && item.data[1] == 0x1d) {
        *id = item.data[2];
    }

    if (!edge_der_take(&from, to, value)) {
        return 0;
    }

    if (value->tag == EDGE_DER_BOOLEAN) {
        *critical = (value->len == 1 && value->data[0] != 0);

        if (!edge_der_take(&from, to, value)) {
            return 0;
        }
    }

    return value->tag == EDGE_DER_OCTETS && from == to;
}


static edge_crl_result_e
edge_crl_entry_extensions(const edge_der_item_t *list, unsigned *reason)
{
    int                   critical;
    unsigned char         id;
    edge_der_item_t       value, code;
    const unsigned char  *p, *end, *from;

    p = list->data;
    end = p + list->len;

    while (p < end) {
        if (!edge_crl_take_extension(&p, end, &id, &critical, &value)) {
            return EDGE_CRL_MALFORMED;
        }

        /* another issuer than the list's, in it or in entries after it */

        if (id == EDGE_CRL_CERTIFICATE_ISSUER
            || (critical && id != EDGE_CRL_REASON
                && id != EDGE_CRL_INVALIDITY_DATE))
        {
            return EDGE_CRL_UNSUPPORTED;
        }

        if (id != EDGE_CRL_REASON) {
            continue;
        }

        from = value.data;

        if (!edge_der_take(&from, value.data + value.len, &code)
            || code.tag != EDGE_DER_ENUMERATED || code.len != 1)
        {
            return EDGE_CRL_MALFORMED;
        }

        *reason = code.data[0];
    }

    return EDGE_CRL_OK;
}


edge_crl_result_e
edge_crl_entry(const edge_der_item_t *entry, edge_der_item_t *serial,
    unsigned *reason)
{
    edge_der_item_t       item;
    const unsigned char  *p, *end;

    *reason = 0;

    p = entry->data;
    end = p + entry->len;

    if (!edge_der_take(&p, end, serial) || serial->tag != EDGE_DER_INTEGER
        || serial->len == 0 || !edge_der_take(&p, end, &item)
        || (item.tag != EDGE_DER_UTC_TIME && item.tag != EDGE_DER_TIME))
    {
        return EDGE_CRL_MALFORMED;
    }

    if (p == end) {
        return EDGE_CRL_OK;
    }

    if (!edge_der_take(&p, end, &item) || item.tag != EDGE_DER_SEQUENCE
        || p != end)
    {
        return EDGE_CRL_MALFORMED;
    }

    return edge_crl_entry_extensions(&item, reason);
}


edge_crl_result_e
edge_crl_extensions(edge_crl_t *crl, const unsigned char *p, size_t len)
{
    int                   critical;
    unsigned char         id;
    edge_der_item_t       list, value;
    edge_crl_result_e     result;
    const unsigned char  *end;

    end = p + len;

    if (!edge_der_take(&p, end, &list) || list.tag != EDGE_DER_SEQUENCE
        || p != end)
    {
        return EDGE_CRL_MALFORMED;
    }

    p = list.data;

    while (p < end) {
        if (!edge_crl_take_extension(&p, end, &id, &critical, &value)) {
            return EDGE_CRL_MALFORMED;
        }

        result = edge_crl_extension(crl, id, critical, &value);
        if (result != EDGE_CRL_OK) {
            return result;
        }
    }

    return EDGE_CRL_OK;
}


static edge_crl_result_e
edge_crl_extension(edge_crl_t *crl, unsigned char id, int critical,
    const edge_der_item_t *value)
{
    switch (id) {

    case EDGE_CRL_NUMBER:
        return edge_crl_number(value, crl->number);

    case EDGE_CRL_DELTA:
        crl->is_delta = 1;
        return edge_crl_number(value, crl->base_number);

    case EDGE_CRL_DISTRIBUTION_POINT:
        return edge_crl_scope(crl, value);

    default:
        return (critical && id != EDGE_CRL_AUTHORITY_KEY_ID)
                   ? EDGE_CRL_UNSUPPORTED
                   : EDGE_CRL_OK;
    }
}


static edge_crl_result_e
edge_crl_scope(edge_crl_t *crl, const edge_der_item_t *value)
{
    edge_der_item_t       point, item;
    edge_crl_result_e     result;
    const unsigned char  *p, *end;

    p = value->data;

    if (!edge_der_take(&p, p + value->len, &point)
        || point.tag != EDGE_DER_SEQUENCE)
    {
        return EDGE_CRL_MALFORMED;
    }

    p = point.data;
    end = p + point.len;

    while (p < end) {
        if (!edge_der_take(&p, end, &item)) {
            return EDGE_CRL_MALFORMED;
        }

        result = edge_crl_scope_field(crl, &item);
        if (result != EDGE_CRL_OK) {
            return result;
        }
    }

    return EVP_Digest(value->data, value->len, crl->scope, NULL, EVP_sha256(),
                      NULL)
               ? EDGE_CRL_OK
               : EDGE_CRL_NO_MEMORY;
}


/* Lists of other issuers' certificates, or not of certificates, are refused. */

static edge_crl_result_e
edge_crl_scope_field(edge_crl_t *crl, const edge_der_item_t *field)
{
    if (field->tag == EDGE_CRL_POINT_NAME) {
        return EDGE_CRL_OK;
    }

    /* any certificate may be revoked for another reason, RFC 5280, 6.3.3 */

    if (field->tag == EDGE_CRL_ONLY_SOME_REASONS) {
        crl->covers_users = 0;
        crl->covers_cas = 0;
        return EDGE_CRL_OK;
    }

    if (field->len != 1) {
        return EDGE_CRL_MALFORMED;
    }

    if (field->data[0] == 0) {
        return EDGE_CRL_OK;
    }

    switch (field->tag) {

    case EDGE_CRL_ONLY_USERS:
        crl->covers_cas = 0;
        return EDGE_CRL_OK;

    case EDGE_CRL_ONLY_CAS:
        crl->covers_users = 0;
        return EDGE_CRL_OK;

    default: /* indirectCRL, onlyContainsAttributeCerts */
        return EDGE_CRL_UNSUPPORTED;
    }
}


static edge_crl_result_e
edge_crl_number(const edge_der_item_t *value, unsigned char *number)
{
    edge_der_item_t       item;
    const unsigned char  *p;

    p = value->data;

    if (!edge_der_take(&p, p + value->len, &item)
        || item.tag != EDGE_DER_INTEGER || item.len == 0
        || item.data[0] >= 0x80)
    {
        return EDGE_CRL_MALFORMED;
    }

    while (item.len > EDGE_CRL_MAX_NUMBER && item.data[0] == 0) {
        item.data++;
        item.len--;
    }

    if (item.len > EDGE_CRL_MAX_NUMBER) {
        return EDGE_CRL_MALFORMED;
    }

    memcpy(number + EDGE_CRL_MAX_NUMBER - item.len, item.data, item.len);

    return EDGE_CRL_OK;
}


static int
edge_crl_two_digits(const unsigned char *p)
{
    if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9') {
        return -1;
    }

    return (p[0] - '0') * 10 + (p[1] - '0');
}


/* Times as RFC 5280 wants them: with seconds, in UTC */

int
edge_crl_time(const edge_der_item_t *item, int64_t *time)
{
    int                   i, digits[6], century;
    struct tm             tm;
    const unsigned char  *p;

    p = item->data;

    if (item->tag == EDGE_DER_UTC_TIME && item->len == 13) {
        century = (p[0] < '5') ? 20 : 19;

    } else if (item->tag == EDGE_DER_TIME && item->len == 15) {
        century = edge_crl_two_digits(p);
        p += 2;

    } else {
        return 0;
    }

    for (i = 0; i < 6; i++) {
        digits[i] = edge_crl_two_digits(p + 2 * i);

        if (digits[i] < 0) {
            return 0;
        }
    }

    if (p[12] != 'Z' || century < 0) {
        return 0;
    }

    memset(&tm, 0, sizeof(struct tm));
    tm.tm_year = century * 100 + digits[0] - 1900;
    tm.tm_mon = digits[1] - 1;
    tm.tm_mday = digits[2];
    tm.tm_hour = digits[3];
    tm.tm_min = digits[4];
    tm.tm_sec = digits[5];

    *time = timegm(&tm);

    return 1;
}
