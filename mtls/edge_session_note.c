
#include "edge_session_note.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/x509v3.h>

#include "edge_certificate.h"
#include "edge_der.h"
#include "edge_revocation_issuer.h"


/* magic and version, then items: tag, length in 3 bytes, value */

#define EDGE_SESSION_NOTE_MAGIC     "edN\2"
#define EDGE_SESSION_NOTE_MAGIC_LEN 4
#define EDGE_SESSION_NOTE_ITEM_LEN  4
#define EDGE_SESSION_NOTE_MAX_VALUE 0xffffff


typedef enum {
    EDGE_SESSION_NOTE_VALID_UNTIL = 1,
    EDGE_SESSION_NOTE_ISSUER_SERIAL,
    EDGE_SESSION_NOTE_ISSUER_SKI,
    EDGE_SESSION_NOTE_CHAIN,
    EDGE_SESSION_NOTE_CHAIN_LEFT_OUT,
    EDGE_SESSION_NOTE_KEY,
    EDGE_SESSION_NOTE_CA_KEY
} edge_session_note_tag_e;


static void
edge_session_note_add(edge_text_t *note, edge_session_note_tag_e tag,
    const void *data, size_t len)
{
    char  item[EDGE_SESSION_NOTE_ITEM_LEN];

    if (len > EDGE_SESSION_NOTE_MAX_VALUE) {
        note->failed = 1;
        return;
    }

    item[0] = (char) tag;
    item[1] = (char) (len >> 16);
    item[2] = (char) (len >> 8);
    item[3] = (char) len;

    edge_text_add(note, item, sizeof(item));
    edge_text_add(note, data, len);
}


/* The first notAfter; 0, long gone, if one cannot be read. */

static int64_t
edge_session_note_valid_until(const struct stack_st_X509 *chain)
{
    int        i;
    int64_t    until, first;
    struct tm  tm;

    first = INT64_MAX;

    for (i = 0; i < sk_X509_num(chain); i++) {
        if (!ASN1_TIME_to_tm(X509_get0_notAfter(sk_X509_value(chain, i)), &tm))
        {
            return 0;
        }

        until = timegm(&tm);

        if (until < first) {
            first = until;
        }
    }

    return first;
}


static void
edge_session_note_add_time(edge_text_t *note, int64_t time)
{
    int            i;
    unsigned char  bytes[8];

    for (i = 0; i < 8; i++) {
        bytes[i] = (unsigned char) ((uint64_t) time >> (56 - 8 * i));
    }

    edge_session_note_add(note, EDGE_SESSION_NOTE_VALID_UNTIL, bytes,
                          sizeof(bytes));
}


static void
edge_session_note_add_issuer(edge_text_t *note, X509 *issuer)
{
    edge_text_t  hex;

    memset(&hex, 0, sizeof(edge_text_t));

    edge_certificate_add_serial(&hex, issuer);
    edge_session_note_add(note, EDGE_SESSION_NOTE_ISSUER_SERIAL, hex.data,
                          hex.len);

    hex.len = 0;
    edge_certificate_add_ski(&hex, issuer);
    edge_session_note_add(note, EDGE_SESSION_NOTE_ISSUER_SKI, hex.data,
                          hex.len);

    note->failed |= hex.failed;
    edge_text_free(&hex);
}


/* All of the certificates between client and root, or the mark. */

static void
edge_session_note_add_chain(edge_text_t *note,
    const struct stack_st_X509 *chain, size_t max_chain)
{
    int             i, n, len;
    size_t          sum;
    unsigned char  *der;

    sum = 0;
    n = sk_X509_num(chain) - 1;

    for (i = 1; i < n; i++) {
        len = i2d_X509(sk_X509_value(chain, i), NULL);
        sum += (len > 0) ? (size_t) len : max_chain;
    }

    if (sum > max_chain || n > EDGE_SESSION_NOTE_MAX_CHAIN + 1) {
        edge_session_note_add(note, EDGE_SESSION_NOTE_CHAIN_LEFT_OUT, "", 0);
        return;
    }

    for (i = 1; i < n; i++) {
        der = NULL;

        len = i2d_X509(sk_X509_value(chain, i), &der);
        if (len <= 0) {
            note->failed = 1;
            return;
        }

        edge_session_note_add(note, EDGE_SESSION_NOTE_CHAIN, der, (size_t) len);
        OPENSSL_free(der);
    }
}


/* The issuer's identifier and the content of the serial number */

static void
edge_session_note_add_key(edge_text_t *note, X509 *cert, X509 *issuer)
{
    int                       len;
    edge_text_t               key;
    unsigned char            *der, id[EDGE_REVOCATION_ID_LEN];
    edge_der_item_t           serial;
    const unsigned char      *p;
    edge_session_note_tag_e   tag;

    der = NULL;
    len = i2d_ASN1_INTEGER(X509_get0_serialNumber(cert), &der);
    p = der;

    memset(&key, 0, sizeof(edge_text_t));

    if (len > 0 && edge_der_take(&p, der + len, &serial)
        && edge_revocation_issuer_id(issuer, id))
    {
        edge_text_add(&key, (char *) id, sizeof(id));
        edge_text_add(&key, (const char *) serial.data, serial.len);

        tag = (X509_get_extension_flags(cert) & EXFLAG_CA)
                  ? EDGE_SESSION_NOTE_CA_KEY
                  : EDGE_SESSION_NOTE_KEY;

        edge_session_note_add(note, tag, key.data, key.len);

    } else {
        note->failed = 1;
    }

    note->failed |= key.failed;

    edge_text_free(&key);
    OPENSSL_free(der);
}


edge_session_note_result_e
edge_session_note_make(const struct stack_st_X509 *chain, size_t max_chain,
    int with_keys, unsigned char **note, size_t *len)
{
    int          i;
    edge_text_t  text;

    *note = NULL;
    *len = 0;

    if (with_keys && sk_X509_num(chain) > EDGE_SESSION_NOTE_MAX_CHAIN + 2) {
        return EDGE_SESSION_NOTE_BAD;
    }

    memset(&text, 0, sizeof(edge_text_t));

    edge_text_add(&text, EDGE_SESSION_NOTE_MAGIC, EDGE_SESSION_NOTE_MAGIC_LEN);
    edge_session_note_add_time(&text, edge_session_note_valid_until(chain));

    /* a lone certificate is trusted itself, and its own issuer if anyone's */

    if (sk_X509_num(chain) > 1) {
        edge_session_note_add_issuer(&text, sk_X509_value(chain, 1));
    }

    if (max_chain > 0) {
        edge_session_note_add_chain(&text, chain, max_chain);
    }

    for (i = 0; with_keys && i < sk_X509_num(chain) - 1; i++) {
        edge_session_note_add_key(&text, sk_X509_value(chain, i),
                                  sk_X509_value(chain, i + 1));
    }

    if (!text.failed) {
        *note = OPENSSL_memdup(text.data, text.len);
        *len = text.len;
    }

    edge_text_free(&text);

    return *note ? EDGE_SESSION_NOTE_OK : EDGE_SESSION_NOTE_NO_MEMORY;
}


void
edge_session_note_spoil(unsigned char *note)
{
    memset(note + EDGE_SESSION_NOTE_MAGIC_LEN + EDGE_SESSION_NOTE_ITEM_LEN, 0,
           sizeof(int64_t));
}


static edge_session_note_result_e
edge_session_note_read_time(edge_session_note_span_t *value, int64_t *time)
{
    size_t    i;
    uint64_t  sum;

    if (value->len != 8) {
        return EDGE_SESSION_NOTE_BAD;
    }

    sum = 0;

    for (i = 0; i < value->len; i++) {
        sum = sum << 8 | value->data[i];
    }

    *time = (int64_t) sum;

    return EDGE_SESSION_NOTE_OK;
}


static edge_session_note_result_e
edge_session_note_read_item(unsigned tag, edge_session_note_span_t *value,
    edge_session_note_t *note)
{
    switch (tag) {

    case EDGE_SESSION_NOTE_VALID_UNTIL:
        return edge_session_note_read_time(value, &note->valid_until);

    case EDGE_SESSION_NOTE_ISSUER_SERIAL:
        note->issuer_serial = *value;
        return EDGE_SESSION_NOTE_OK;

    case EDGE_SESSION_NOTE_ISSUER_SKI:
        note->issuer_ski = *value;
        return EDGE_SESSION_NOTE_OK;

    case EDGE_SESSION_NOTE_CHAIN:
        if (note->chain_len == EDGE_SESSION_NOTE_MAX_CHAIN) {
            return EDGE_SESSION_NOTE_BAD;
        }

        note->chain[note->chain_len++] = *value;
        return EDGE_SESSION_NOTE_OK;

    case EDGE_SESSION_NOTE_CHAIN_LEFT_OUT:
        note->chain_left_out = 1;
        return EDGE_SESSION_NOTE_OK;

    case EDGE_SESSION_NOTE_KEY:
    case EDGE_SESSION_NOTE_CA_KEY:
        if (note->nkeys == EDGE_SESSION_NOTE_MAX_CHAIN + 1
            || value->len <= EDGE_REVOCATION_ID_LEN)
        {
            return EDGE_SESSION_NOTE_BAD;
        }

        note->is_ca[note->nkeys] = (tag == EDGE_SESSION_NOTE_CA_KEY);
        note->keys[note->nkeys++] = *value;
        return EDGE_SESSION_NOTE_OK;

    default:
        return EDGE_SESSION_NOTE_BAD;
    }
}


edge_session_note_result_e
edge_session_note_read(const void *data, size_t len, edge_session_note_t *note)
{
    unsigned                   tag;
    const unsigned char       *p, *end;
    edge_session_note_span_t   value;

    memset(note, 0, sizeof(edge_session_note_t));

    p = data;

    if (len < EDGE_SESSION_NOTE_MAGIC_LEN
        || memcmp(p, EDGE_SESSION_NOTE_MAGIC, EDGE_SESSION_NOTE_MAGIC_LEN) != 0)
    {
        return EDGE_SESSION_NOTE_BAD;
    }

    end = p + len;
    p += EDGE_SESSION_NOTE_MAGIC_LEN;

    while (p < end) {
        if (end - p < EDGE_SESSION_NOTE_ITEM_LEN) {
            return EDGE_SESSION_NOTE_BAD;
        }

        tag = p[0];
        value.len = (size_t) p[1] << 16 | (size_t) p[2] << 8 | p[3];
        value.data = p + EDGE_SESSION_NOTE_ITEM_LEN;

        if (value.len > (size_t) (end - value.data)
            || edge_session_note_read_item(tag, &value, note)
               != EDGE_SESSION_NOTE_OK)
        {
            return EDGE_SESSION_NOTE_BAD;
        }

        p = value.data + value.len;
    }

    return EDGE_SESSION_NOTE_OK;
}
