
#include "edge_server_certificate.h"

#include <string.h>
#include <arpa/inet.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>


typedef struct {
    char    *buf;
    size_t   size;
    size_t   len;
    int      full;
} edge_server_certificate_text_t;


static int edge_server_certificate_is_printable(const unsigned char *p,
    size_t len, unsigned char lowest);
static void edge_server_certificate_common_name(X509 *x,
    edge_server_certificate_name_pt handler, void *data);
static void edge_server_certificate_append(void *data, const char *name,
    size_t len, int is_dns);


void
edge_server_certificate_names(X509 *x, edge_server_certificate_name_pt handler,
    void *data)
{
    int                   i, len, n;
    char                  address[INET6_ADDRSTRLEN];
    GENERAL_NAME         *name;
    GENERAL_NAMES        *names;
    const unsigned char  *p;

    names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

    n = 0;

    for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        name = sk_GENERAL_NAME_value(names, i);

        if (name->type != GEN_DNS && name->type != GEN_IPADD) {
            continue;
        }

        p = ASN1_STRING_get0_data(name->d.ia5);
        len = ASN1_STRING_length(name->d.ia5);

        if (name->type == GEN_DNS) {

            if (!edge_server_certificate_is_printable(p, len, '!')) {
                continue;
            }

            handler(data, (const char *) p, len, 1);

        } else if ((len == 4 || len == 16)
                   && inet_ntop(len == 4 ? AF_INET : AF_INET6, p, address,
                                sizeof(address)))
        {
            handler(data, address, strlen(address), 0);

        } else {
            continue;
        }

        n++;
    }

    GENERAL_NAMES_free(names);

    if (n == 0) {
        edge_server_certificate_common_name(x, handler, data);
    }
}


static void
edge_server_certificate_common_name(X509 *x,
    edge_server_certificate_name_pt handler, void *data)
{
    int                     i, len;
    unsigned char          *p;
    const X509_NAME        *subject;
    const ASN1_STRING      *s;
    const X509_NAME_ENTRY  *entry;

    subject = X509_get_subject_name(x);

    i = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (i < 0) {
        return;
    }

    entry = X509_NAME_get_entry(subject, i);
    s = X509_NAME_ENTRY_get_data(entry);

    len = ASN1_STRING_to_UTF8(&p, s);
    if (len < 0) {
        return;
    }

    if (edge_server_certificate_is_printable(p, len, ' ')) {
        handler(data, (const char *) p, len, 1);
    }

    OPENSSL_free(p);
}


/* Such text may stand in headers and logs; no name of a host is other. */

static int
edge_server_certificate_is_printable(const unsigned char *p, size_t len,
    unsigned char lowest)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (p[i] < lowest || p[i] > '~' || p[i] == '"' || p[i] == ',') {
            return 0;
        }
    }

    return len > 0;
}


size_t
edge_server_certificate_join_names(X509 *x, char *buf, size_t size)
{
    edge_server_certificate_text_t  text;

    text.buf = buf;
    text.size = size;
    text.len = 0;
    text.full = 0;

    edge_server_certificate_names(x, edge_server_certificate_append, &text);

    buf[text.len] = '\0';

    return text.len;
}


static void
edge_server_certificate_append(void *data, const char *name, size_t len,
    int is_dns)
{
    size_t                           before;
    edge_server_certificate_text_t  *text = data;

    (void) is_dns;

    before = text->len ? 2 : 0;

    if (text->full || text->size - text->len <= before + len) {
        text->full = 1;
        return;
    }

    memcpy(text->buf + text->len, ", ", before);
    memcpy(text->buf + text->len + before, name, len);

    text->len += before + len;
}


size_t
edge_server_certificate_issuer(X509 *x, char *buf, size_t size)
{
    int   n;
    BIO  *bio;

    buf[0] = '\0';

    bio = BIO_new(BIO_s_mem());
    if (bio == NULL) {
        return 0;
    }

    n = 0;

    /* of itself escapes what is not ASCII, and controls */

    if (X509_NAME_print_ex(bio, X509_get_issuer_name(x), 0, XN_FLAG_RFC2253)
        >= 0)
    {
        n = BIO_read(bio, buf, (int) size - 1);
    }

    BIO_free(bio);

    if (n < 0) {
        n = 0;
    }

    buf[n] = '\0';

    return n;
}


time_t
edge_server_certificate_expires(X509 *x)
{
    struct tm  tm;

    if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1) {
        return 0;
    }

    return timegm(&tm);
}


long
edge_server_certificate_days_left(time_t expires, time_t now)
{
    return (expires > now) ? (long) ((expires - now) / 86400)
                           : -1 - (long) ((now - expires) / 86400);
}


int
edge_server_certificate_digest(X509 *x, unsigned char *digest)
{
    return X509_digest(x, EVP_sha256(), digest, NULL) == 1;
}
