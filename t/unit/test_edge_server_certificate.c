/* unit: ecg/edge_server_certificate.c -lcrypto */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <cmocka.h>

#include "edge_server_certificate.h"


/* Names as for subjectAltName, or NULL. */

static X509 *
make(const char *cn, const char *names, long seconds)
{
    X509            *x;
    EVP_PKEY        *key;
    X509_NAME       *name;
    X509_EXTENSION  *ext;

    x = X509_new();
    name = X509_get_subject_name(x);

    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *) cn, -1, -1, 0);

    name = X509_get_issuer_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *) "T\xc3\xa4st\r\nCA",
                               -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                               (const unsigned char *) "a, b", -1, -1, 0);

    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(x), 0));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(x), seconds));

    if (names) {
        ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
        assert_non_null(ext);
        assert_int_equal(X509_add_ext(x, ext, -1), 1);
        X509_EXTENSION_free(ext);
    }

    key = EVP_EC_gen("P-256");
    assert_int_equal(X509_set_pubkey(x, key), 1);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    EVP_PKEY_free(key);

    return x;
}


static void
test_names(void **state)
{
    X509  *x;
    char   buf[128];

    x = make("cn.test", "DNS:a.test,email:x@a.test,DNS:*.b.test,IP:192.0.2.7,"
             "IP:2001:db8::1", 5);

    assert_int_equal(edge_server_certificate_join_names(x, buf, sizeof(buf)),
                     40);
    assert_string_equal(buf, "a.test, *.b.test, 192.0.2.7, 2001:db8::1");

    /* a name is there as a whole or not at all, and nothing behind it */
    assert_int_equal(edge_server_certificate_join_names(x, buf, 17), 16);
    assert_string_equal(buf, "a.test, *.b.test");
    assert_int_equal(edge_server_certificate_join_names(x, buf, 16), 6);
    assert_string_equal(buf, "a.test");
    assert_int_equal(edge_server_certificate_join_names(x, buf, 1), 0);
    assert_string_equal(buf, "");
    X509_free(x);

    x = make("cn.test", NULL, 5);
    edge_server_certificate_join_names(x, buf, sizeof(buf));
    assert_string_equal(buf, "cn.test");
    X509_free(x);

    x = make("Some CA", NULL, 5);
    edge_server_certificate_join_names(x, buf, sizeof(buf));
    assert_string_equal(buf, "Some CA");
    X509_free(x);

    x = make("cn.test", "email:x@a.test", 5);
    edge_server_certificate_join_names(x, buf, sizeof(buf));
    assert_string_equal(buf, "cn.test");
    X509_free(x);

    /* neither is text that breaks a header */
    x = make("a\r\nb", "DNS:a b", 5);
    assert_int_equal(edge_server_certificate_join_names(x, buf, sizeof(buf)),
                     0);
    X509_free(x);
}


static void
test_issuer(void **state)
{
    X509           *x, *y;
    char            buf[128];
    unsigned char   one[32], two[32];

    x = make("a", NULL, 5);
    y = make("b", NULL, 5);

    edge_server_certificate_issuer(x, buf, sizeof(buf));
    assert_string_equal(buf, "O=a\\, b,CN=T\\C3\\A4st\\0D\\0ACA");

    assert_int_equal(edge_server_certificate_issuer(x, buf, 4), 3);
    assert_string_equal(buf, "O=a");

    assert_true(edge_server_certificate_digest(x, one));
    assert_true(edge_server_certificate_digest(y, two));
    assert_memory_not_equal(one, two, 32);
    X509_free(y);
    X509_free(x);
}


static void
test_dates(void **state)
{
    X509  *x;

    x = make("a", NULL, 1800000000);
    assert_int_equal(edge_server_certificate_expires(x), 1800000000);
    X509_free(x);

    assert_int_equal(edge_server_certificate_days_left(200000, 200000), -1);
    assert_int_equal(edge_server_certificate_days_left(200000, 199999), 0);
    assert_int_equal(edge_server_certificate_days_left(200000, 113601), 0);
    assert_int_equal(edge_server_certificate_days_left(200000, 113600), 1);
    assert_int_equal(edge_server_certificate_days_left(200000, 286400), -2);
    assert_int_equal(edge_server_certificate_days_left(0, 1), -1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_issuer),
        cmocka_unit_test(test_dates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
