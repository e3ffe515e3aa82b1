
#include "edge_certificate_xfcc.h"

#include <string.h>


#define EDGE_CERTIFICATE_PEM_LINE  48    /* bytes that make 64 characters */


edge_certificate_result_e
edge_certificate_add_client_cert(edge_text_t *text, X509 *cert)
{
    int             len;
    unsigned char  *der;

    der = NULL;

    len = i2d_X509(cert, &der);
    if (len <= 0) {
        return EDGE_CERTIFICATE_NO_MEMORY;
    }

    edge_text_add(text, ":", 1);
    edge_text_add_base64(text, der, (size_t) len);
    edge_text_add(text, ":", 1);

    OPENSSL_free(der);

    return text->failed ? EDGE_CERTIFICATE_NO_MEMORY : EDGE_CERTIFICATE_OK;
}


/* A PEM file, RFC 7468, percent-encoded as it goes. */

static void
edge_certificate_add_pem(edge_text_t *text, const unsigned char *der,
    size_t len)
{
    size_t       n;
    edge_text_t  line;

    static const char  begin[] = "-----BEGIN CERTIFICATE-----\n";
    static const char  end[] = "-----END CERTIFICATE-----\n";

    memset(&line, 0, sizeof(edge_text_t));

    edge_text_add_percent(text, begin, sizeof(begin) - 1);

    while (len > 0) {
        n = (len < EDGE_CERTIFICATE_PEM_LINE) ? len : EDGE_CERTIFICATE_PEM_LINE;

        line.len = 0;
        edge_text_add_base64(&line, der, n);
        edge_text_add(&line, "\n", 1);
        edge_text_add_percent(text, line.data, line.len);

        der += n;
        len -= n;
    }

    edge_text_add_percent(text, end, sizeof(end) - 1);

    text->failed |= line.failed;
    edge_text_free(&line);
}


static void
edge_certificate_add_xfcc_list(edge_text_t *text, const char *key,
    const char *list, size_t len)
{
    size_t       n;
    const char  *comma, *end;

    end = list + len;

    while (list < end) {
        comma = memchr(list, ',', (size_t) (end - list));
        n = (size_t) ((comma ? comma : end) - list);

        edge_text_add(text, key, strlen(key));

        if (memchr(list, ';', n) || memchr(list, '=', n)) {
            edge_text_add(text, "\"", 1);
            edge_text_add(text, list, n);
            edge_text_add(text, "\"", 1);

        } else {
            edge_text_add(text, list, n);
        }

        list += n + 1;
    }
}


edge_certificate_result_e
edge_certificate_add_xfcc(edge_text_t *text, X509 *cert,
    const edge_certificate_t *certificate)
{
    int                             len;
    const char                     *data;
    unsigned char                  *der;
    const edge_certificate_span_t  *fields;

    der = NULL;
    data = certificate->text.data;
    fields = certificate->fields;

    len = i2d_X509(cert, &der);
    if (len <= 0) {
        return EDGE_CERTIFICATE_NO_MEMORY;
    }

    edge_text_add(text, "Hash=", 5);
    edge_text_add(text, data + fields[EDGE_CERTIFICATE_SHA256].offset,
                  fields[EDGE_CERTIFICATE_SHA256].len);

    edge_text_add(text, ";Cert=\"", 7);
    edge_certificate_add_pem(text, der, (size_t) len);

    /* RFC 2253 text has each quote and backslash behind a backslash */

    edge_text_add(text, "\";Subject=\"", 11);
    edge_text_add(text, data + fields[EDGE_CERTIFICATE_SUBJECT_DN].offset,
                  fields[EDGE_CERTIFICATE_SUBJECT_DN].len);
    edge_text_add(text, "\"", 1);

    edge_certificate_add_xfcc_list(
        text, ";URI=", data + fields[EDGE_CERTIFICATE_SAN_URI].offset,
        fields[EDGE_CERTIFICATE_SAN_URI].len);

    edge_certificate_add_xfcc_list(
        text, ";DNS=", data + fields[EDGE_CERTIFICATE_SAN_DNS].offset,
        fields[EDGE_CERTIFICATE_SAN_DNS].len);

    OPENSSL_free(der);

    return text->failed ? EDGE_CERTIFICATE_NO_MEMORY : EDGE_CERTIFICATE_OK;
}
