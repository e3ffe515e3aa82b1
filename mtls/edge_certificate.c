
#include "edge_certificate.h"

#include <arpa/inet.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>


static void edge_certificate_add_bio(edge_text_t *text, BIO *bio);
static void edge_certificate_add_name(edge_text_t *text,
    const X509_NAME *name);
static void edge_certificate_add_legacy_name(edge_text_t *text,
    const X509_NAME *name);
static void edge_certificate_add_legacy_entry(edge_text_t *text,
    const X509_NAME_ENTRY *entry);
static void edge_certificate_add_time(edge_text_t *text, const ASN1_TIME *time);
static void edge_certificate_add_digest(edge_text_t *text, X509 *cert,
    const EVP_MD *md);
static void edge_certificate_add_san(edge_text_t *text,
    const GENERAL_NAMES *names, int type);
static void edge_certificate_add_ip(edge_text_t *text,
    const ASN1_OCTET_STRING *ip);


/* Ends a field: what was appended since the field before. */

static void
edge_certificate_end_field(edge_certificate_t *certificate,
    edge_certificate_field_e field, size_t *offset)
{
    certificate->fields[field].offset = *offset;
    certificate->fields[field].len = certificate->text.len - *offset;

    *offset = certificate->text.len;
}


static void
edge_certificate_read_names(X509 *cert, edge_certificate_t *certificate,
    size_t *offset)
{
    edge_text_t  *text;

    text = &certificate->text;

    edge_certificate_add_name(text, X509_get_subject_name(cert));
    edge_certificate_end_field(certificate, EDGE_CERTIFICATE_SUBJECT_DN,
                               offset);

    edge_certificate_add_legacy_name(text, X509_get_subject_name(cert));
    edge_certificate_end_field(certificate, EDGE_CERTIFICATE_SUBJECT_DN_LEGACY,
                               offset);

    edge_certificate_add_name(text, X509_get_issuer_name(cert));
    edge_certificate_end_field(certificate, EDGE_CERTIFICATE_ISSUER_DN, offset);

    edge_certificate_add_legacy_name(text, X509_get_issuer_name(cert));
    edge_certificate_end_field(certificate, EDGE_CERTIFICATE_ISSUER_DN_LEGACY,
                               offset);
}


static void
edge_certificate_read_sans(X509 *cert, edge_certificate_t *certificate,
    size_t *offset)
{
    size_t          i;
    GENERAL_NAMES  *names;

    static const struct {
        int                       type;
        edge_certificate_field_e  field;
    } sans[] = {
        { GEN_DNS, EDGE_CERTIFICATE_SAN_DNS },
        { GEN_URI, EDGE_CERTIFICATE_SAN_URI },
        { GEN_EMAIL, EDGE_CERTIFICATE_SAN_EMAIL },
        { GEN_IPADD, EDGE_CERTIFICATE_SAN_IP }
    };

    names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

    for (i = 0; i < sizeof(sans) / sizeof(sans[0]); i++) {
        edge_certificate_add_san(&certificate->text, names, sans[i].type);
        edge_certificate_end_field(certificate, sans[i].field, offset);
    }

    GENERAL_NAMES_free(names);
}


edge_certificate_result_e
edge_certificate_read(X509 *cert, edge_certificate_t *certificate)
{
    size_t        offset;
    edge_text_t  *text;

    offset = 0;
    text = &certificate->text;

    ERR_set_mark();

    edge_certificate_read_names(cert, certificate, &offset);

    edge_certificate_add_serial(text, cert);
    edge_certificate_end_field(certificate, EDGE_CERTIFICATE_SERIAL, &offset);

    edge_certificate_add_ski(text, cert);
    edge_certificate_end_field(certificate, EDGE_CERTIFICATE_SKI, &offset);

    edge_certificate_add_time(text, X509_get0_notBefore(cert));
    edge_certificate_end_field(certificate, EDGE_CERTIFICATE_NOT_BEFORE,
                               &offset);

    edge_certificate_add_time(text, X509_get0_notAfter(cert));
    edge_certificate_end_field(certificate, EDGE_CERTIFICATE_NOT_AFTER,
                               &offset);

    edge_certificate_add_digest(text, cert, EVP_sha1());
    edge_certificate_end_field(certificate, EDGE_CERTIFICATE_SHA1, &offset);

    edge_certificate_add_digest(text, cert, EVP_sha256());
    edge_certificate_end_field(certificate, EDGE_CERTIFICATE_SHA256, &offset);

    edge_certificate_read_sans(cert, certificate, &offset);

    ERR_pop_to_mark();

    return text->failed ? EDGE_CERTIFICATE_NO_MEMORY : EDGE_CERTIFICATE_OK;
}


void
edge_certificate_free(edge_certificate_t *certificate)
{
    edge_text_free(&certificate->text);
}


/* OpenSSL has escaped the text already: the backslash stays, no more. */

static void
edge_certificate_add_bio(edge_text_t *text, BIO *bio)
{
    long   i, len;
    char  *data;

    len = BIO_get_mem_data(bio, &data);

    for (i = 0; i < len; i++) {
        if (data[i] == '\\') {
            edge_text_add(text, "\\", 1);

        } else {
            edge_text_add_escaped(text, data + i, 1, "");
        }
    }
}


static void
edge_certificate_add_name(edge_text_t *text, const X509_NAME *name)
{
    BIO                  *bio;
    size_t                len;
    const unsigned char  *der;

    if (X509_NAME_entry_count(name) == 0) {
        return;
    }

    bio = BIO_new(BIO_s_mem());
    if (bio == NULL) {
        text->failed = 1;
        return;
    }

    if (X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0) {
        edge_certificate_add_bio(text, bio);

    } else if (X509_NAME_get0_der(name, &der, &len)) {
        edge_text_add(text, "#", 1);
        edge_text_add_hex(text, der, len, EDGE_TEXT_UPPER);
    }

    BIO_free(bio);
}


static void
edge_certificate_add_legacy_name(edge_text_t *text, const X509_NAME *name)
{
    int  i;

    for (i = 0; i < X509_NAME_entry_count(name); i++) {
        edge_certificate_add_legacy_entry(text, X509_NAME_get_entry(name, i));
    }
}


/* A slash inside of a value is escaped, so that no value adds a component. */

static void
edge_certificate_add_legacy_entry(edge_text_t *text,
    const X509_NAME_ENTRY *entry)
{
    int                 nid, len;
    char                oid[128];
    const char         *key;
    unsigned char      *utf8;
    const ASN1_OBJECT  *object;
    const ASN1_STRING  *string;

    object = X509_NAME_ENTRY_get_object(entry);
    string = X509_NAME_ENTRY_get_data(entry);

    nid = OBJ_obj2nid(object);
    key = (nid == NID_undef) ? NULL : OBJ_nid2sn(nid);

    if (key == NULL) {
        OBJ_obj2txt(oid, sizeof(oid), object, 1);
        key = oid;
    }

    edge_text_add(text, "/", 1);
    edge_text_add_escaped(text, key, strlen(key), "/=");
    edge_text_add(text, "=", 1);

    len = ASN1_STRING_to_UTF8(&utf8, string);

    if (len >= 0) {
        edge_text_add_escaped(text, utf8, (size_t) len, "/");
        OPENSSL_free(utf8);
        return;
    }

    edge_text_add(text, "#", 1);
    edge_text_add_hex(text, ASN1_STRING_get0_data(string),
                      (size_t) ASN1_STRING_length(string), EDGE_TEXT_UPPER);
}


void
edge_certificate_add_serial(edge_text_t *text, X509 *cert)
{
    const ASN1_INTEGER  *serial;

    serial = X509_get0_serialNumber(cert);

    if (ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER) {
        edge_text_add(text, "-", 1);
    }

    if (ASN1_STRING_length(serial) == 0) {
        edge_text_add(text, "00", 2);
    }

    edge_text_add_hex(text, ASN1_STRING_get0_data(serial),
                      (size_t) ASN1_STRING_length(serial), EDGE_TEXT_UPPER);
}


void
edge_certificate_add_ski(edge_text_t *text, X509 *cert)
{
    const ASN1_OCTET_STRING  *ski;

    ski = X509_get0_subject_key_id(cert);

    if (ski) {
        edge_text_add_hex(text, ASN1_STRING_get0_data(ski),
                          (size_t) ASN1_STRING_length(ski), EDGE_TEXT_UPPER);
    }
}


static void
edge_certificate_add_time(edge_text_t *text, const ASN1_TIME *time)
{
    BIO  *bio;

    bio = BIO_new(BIO_s_mem());
    if (bio == NULL) {
        text->failed = 1;
        return;
    }

    if (ASN1_TIME_check(time) && ASN1_TIME_print(bio, time)) {
        edge_certificate_add_bio(text, bio);
    }

    BIO_free(bio);
}


static void
edge_certificate_add_digest(edge_text_t *text, X509 *cert, const EVP_MD *md)
{
    unsigned int   len;
    unsigned char  digest[EVP_MAX_MD_SIZE];

    if (X509_digest(cert, md, digest, &len) == 0) {
        text->failed = 1;
        return;
    }

    edge_text_add_hex(text, digest, len, EDGE_TEXT_LOWER);
}


static void
edge_certificate_add_san(edge_text_t *text, const GENERAL_NAMES *names,
    int type)
{
    int            i;
    size_t         start;
    ASN1_STRING   *string;
    GENERAL_NAME  *name;

    start = text->len;

    for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        name = sk_GENERAL_NAME_value(names, i);
        string = name->d.ia5;

        if (name->type != type || ASN1_STRING_length(string) == 0) {
            continue;
        }

        if (text->len > start) {
            edge_text_add(text, ",", 1);
        }

        if (type == GEN_IPADD) {
            edge_certificate_add_ip(text, name->d.iPAddress);
            continue;
        }

        edge_text_add_escaped(text, ASN1_STRING_get0_data(string),
                              (size_t) ASN1_STRING_length(string), ", \"");
    }
}


static void
edge_certificate_add_ip(edge_text_t *text, const ASN1_OCTET_STRING *ip)
{
    int                   len;
    char                  buf[INET6_ADDRSTRLEN];
    const unsigned char  *data;

    len = ASN1_STRING_length(ip);
    data = ASN1_STRING_get0_data(ip);

    if ((len == 4 || len == 16)
        && inet_ntop(len == 4 ? AF_INET : AF_INET6, data, buf, sizeof(buf)))
    {
        edge_text_add(text, buf, strlen(buf));
        return;
    }

    edge_text_add(text, "#", 1);
    edge_text_add_hex(text, data, (size_t) len, EDGE_TEXT_UPPER);
}
