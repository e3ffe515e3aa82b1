/* unit: mtls/edge_certificate.c mtls/edge_certificate_xfcc.c
         mtls/edge_text.c t/unit/edge_realloc.c -lcrypto -Wl,--wrap=realloc */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "edge_certificate.h"
#include "edge_certificate_xfcc.h"
#include "edge_realloc.h"


static EVP_PKEY  *key;


static int
make_key(void **state)
{
    key = EVP_EC_gen("P-256");

    return key ? 0 : -1;
}


static int
free_key(void **state)
{
    EVP_PKEY_free(key);

    return 0;
}


static X509 *
new_certificate(void)
{
    X509  *cert;

    cert = X509_new();
    assert_non_null(cert);

    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 0xabcdef);
    ASN1_TIME_set_string_X509(X509_getm_notBefore(cert), "20250729102600Z");
    ASN1_TIME_set_string_X509(X509_getm_notAfter(cert), "20510109000005Z");
    X509_set_pubkey(cert, key);

    return cert;
}


/* The last attribute of a subject, which OpenSSL would check for length */

static void
add_name(X509_NAME *name, const char *field, const char *value, int len)
{
    ASN1_OBJECT      *object;
    X509_NAME_ENTRY  *entry;

    object = OBJ_txt2obj(field, 0);
    entry = X509_NAME_ENTRY_create_by_OBJ(NULL, object, V_ASN1_UTF8STRING,
                                          (const unsigned char *) value, len);
    assert_non_null(entry);

    assert_true(X509_NAME_add_entry(name, entry, -1, 0));

    X509_NAME_ENTRY_free(entry);
    ASN1_OBJECT_free(object);
}


static void
add_san(X509 *cert, int type, const char *value, int len)
{
    ASN1_STRING    *string;
    GENERAL_NAME   *name;
    GENERAL_NAMES  *names;

    names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    if (names == NULL) {
        names = GENERAL_NAMES_new();
    }

    string = ASN1_STRING_type_new(type == GEN_IPADD ? V_ASN1_OCTET_STRING
                                                    : V_ASN1_IA5STRING);
    ASN1_STRING_set(string, value, len);

    name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, type, string);
    sk_GENERAL_NAME_push(names, name);

    X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, X509V3_ADD_REPLACE);
    GENERAL_NAMES_free(names);
}


/* Signed, and parsed anew, as if it came over the wire */

static X509 *
finish(X509 *cert)
{
    int                   len;
    X509                 *parsed;
    unsigned char        *der;
    const unsigned char  *p;

    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);

    der = NULL;
    len = i2d_X509(cert, &der);
    p = der;

    parsed = d2i_X509(NULL, &p, len);
    assert_non_null(parsed);

    OPENSSL_free(der);
    X509_free(cert);

    return parsed;
}


static void
assert_field(edge_certificate_t *certificate, edge_certificate_field_e field,
    const char *wanted)
{
    edge_certificate_span_t  *span;

    span = &certificate->fields[field];

    assert_int_equal(span->len, strlen(wanted));
    assert_memory_equal(certificate->text.data + span->offset, wanted,
                        span->len);
}


static void
assert_visible(const edge_text_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        assert_in_range(text->data[i], 0x20, 0x7e);
    }
}


static void
reads_all_fields(void **state)
{
    X509                *cert;
    X509_NAME           *subject;
    edge_certificate_t   certificate = { 0 };

    cert = new_certificate();
    subject = X509_get_subject_name(cert);

    add_name(subject, "C", "UK", 2);
    add_name(subject, "O", "A, B", 4);
    add_name(subject, "1.2.3.4", "x", 1);
    add_name(subject, "CN", "alice", 5);
    add_san(cert, GEN_DNS, "a.example", 9);
    add_san(cert, GEN_URI, "spiffe://a/b", 12);
    add_san(cert, GEN_DNS, "b.example", 9);
    add_san(cert, GEN_EMAIL, "a@b", 3);
    add_san(cert, GEN_IPADD, "\xc0\x00\x02\x01", 4);
    add_san(cert, GEN_IPADD, "\x20\x01\r\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
    add_san(cert, GEN_IPADD, "\xff\x01\x02", 3);
    cert = finish(cert);

    assert_int_equal(edge_certificate_read(cert, &certificate),
                     EDGE_CERTIFICATE_OK);

    assert_field(&certificate, EDGE_CERTIFICATE_SUBJECT_DN,
                 "CN=alice,1.2.3.4=#0C0178,O=A\\, B,C=UK");
    assert_field(&certificate, EDGE_CERTIFICATE_SUBJECT_DN_LEGACY,
                 "/C=UK/O=A, B/1.2.3.4=x/CN=alice");
    assert_field(&certificate, EDGE_CERTIFICATE_ISSUER_DN, "");
    assert_field(&certificate, EDGE_CERTIFICATE_SERIAL, "ABCDEF");
    assert_field(&certificate, EDGE_CERTIFICATE_SKI, "");
    assert_field(&certificate, EDGE_CERTIFICATE_NOT_BEFORE,
                 "Jul 29 10:26:00 2025 GMT");
    assert_field(&certificate, EDGE_CERTIFICATE_NOT_AFTER,
                 "Jan  9 00:00:05 2051 GMT");
    assert_field(&certificate, EDGE_CERTIFICATE_SAN_DNS, "a.example,b.example");
    assert_field(&certificate, EDGE_CERTIFICATE_SAN_URI, "spiffe://a/b");
    assert_field(&certificate, EDGE_CERTIFICATE_SAN_EMAIL, "a@b");
    assert_field(&certificate, EDGE_CERTIFICATE_SAN_IP,
                 "192.0.2.1,2001:db8::1,#FF0102");
    assert_int_equal(certificate.fields[EDGE_CERTIFICATE_SHA1].len, 40);
    assert_int_equal(certificate.fields[EDGE_CERTIFICATE_SHA256].len, 64);

    edge_certificate_free(&certificate);
    X509_free(cert);
}


static void
keeps_hostile_text_in_its_field(void **state)
{
    X509                *cert;
    X509_NAME           *subject;
    edge_text_t          xfcc = { 0 };
    edge_certificate_t   certificate = { 0 };

    cert = new_certificate();
    subject = X509_get_subject_name(cert);

    add_name(subject, "CN", "a\r\nX: y\0z\x7f\xc3\xa9", 12);
    add_name(subject, "O", "a/CN=b\"", 7);
    add_san(cert, GEN_DNS, "a,b \"\r\n\0\xff", 9);
    add_san(cert, GEN_DNS, "", 0);
    add_san(cert, GEN_URI, "x:;DNS=evil", 11);
    cert = finish(cert);

    ERR_clear_error();
    assert_int_equal(edge_certificate_read(cert, &certificate),
                     EDGE_CERTIFICATE_OK);
    assert_int_equal(ERR_peek_error(), 0);
    assert_visible(&certificate.text);

    assert_field(&certificate, EDGE_CERTIFICATE_SUBJECT_DN,
                 "O=a/CN=b\\\",CN=a\\0D\\0AX: y\\00z\\7F\\C3\\A9");
    assert_field(&certificate, EDGE_CERTIFICATE_SUBJECT_DN_LEGACY,
                 "/CN=a\\0D\\0AX: y\\00z\\7F\\C3\\A9/O=a\\2FCN=b\"");
    assert_field(&certificate, EDGE_CERTIFICATE_SAN_DNS,
                 "a\\2Cb\\20\\22\\0D\\0A\\00\\FF");

    assert_int_equal(edge_certificate_add_xfcc(&xfcc, cert, &certificate),
                     EDGE_CERTIFICATE_OK);
    assert_visible(&xfcc);
    edge_text_add(&xfcc, "", 1);
    assert_non_null(strstr(xfcc.data, ";URI=\"x:;DNS=evil\";DNS=a\\2Cb"));

    edge_text_free(&xfcc);
    edge_certificate_free(&certificate);
    X509_free(cert);
}


static void
reads_names_of_64_kilobytes(void **state)
{
    X509                *cert;
    char                *name;
    edge_certificate_t   certificate = { 0 };

    name = malloc(65536);
    memset(name, '\n', 65536);

    cert = new_certificate();
    add_name(X509_get_subject_name(cert), "CN", name, 65536);
    cert = finish(cert);

    assert_int_equal(edge_certificate_read(cert, &certificate),
                     EDGE_CERTIFICATE_OK);
    assert_visible(&certificate.text);
    assert_int_equal(certificate.fields[EDGE_CERTIFICATE_SUBJECT_DN].len,
                     3 + 3 * 65536);

    edge_certificate_free(&certificate);
    X509_free(cert);
    free(name);
}


static void
writes_serials_as_they_are(void **state)
{
    X509         *cert;
    edge_text_t   text = { 0 };

    cert = new_certificate();

    ASN1_INTEGER_set(X509_get_serialNumber(cert), 0);
    edge_certificate_add_serial(&text, cert);
    assert_int_equal(text.len, 2);
    assert_memory_equal(text.data, "00", 2);

    text.len = 0;
    ASN1_INTEGER_set(X509_get_serialNumber(cert), -255);
    edge_certificate_add_serial(&text, cert);
    assert_int_equal(text.len, 3);
    assert_memory_equal(text.data, "-FF", 3);

    edge_text_free(&text);
    X509_free(cert);
}


static void
says_that_memory_fails(void **state)
{
    int                         left;
    X509                       *cert;
    edge_text_t                 text = { 0 };
    edge_certificate_t          certificate = { 0 };
    edge_certificate_result_e   result;

    cert = new_certificate();
    add_name(X509_get_subject_name(cert), "CN", "alice", 5);
    cert = finish(cert);

    for (left = 0; left < 10; left++) {
        edge_realloc_left = left;
        result = edge_certificate_read(cert, &certificate);
        edge_realloc_left = -1;

        if (result == EDGE_CERTIFICATE_OK) {
            break;
        }

        assert_int_equal(result, EDGE_CERTIFICATE_NO_MEMORY);
        edge_certificate_free(&certificate);
        memset(&certificate, 0, sizeof(certificate));
    }

    assert_in_range(left, 1, 9);

    for (left = 0; left < 3; left++) {
        edge_realloc_left = left;
        result = edge_certificate_add_xfcc(&text, cert, &certificate);
        edge_realloc_left = -1;

        assert_int_equal(result, EDGE_CERTIFICATE_NO_MEMORY);
        edge_text_free(&text);
    }

    edge_certificate_free(&certificate);
    X509_free(cert);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(reads_all_fields),
        cmocka_unit_test(keeps_hostile_text_in_its_field),
        cmocka_unit_test(reads_names_of_64_kilobytes),
        cmocka_unit_test(writes_serials_as_they_are),
        cmocka_unit_test(says_that_memory_fails),
    };

    return cmocka_run_group_tests(tests, make_key, free_key);
}
