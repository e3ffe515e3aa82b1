/* unit: mtls/edge_crl.c mtls/edge_crl_extensions.c mtls/edge_der.c
         mtls/edge_crl_signature.c mtls/edge_crl_file.c mtls/edge_pages.c
         -lcrypto -Wl,--wrap=malloc,--wrap=edge_pages_alloc */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "edge_crl.h"
#include "edge_crl_file.h"


/* What openssl makes is what must be read. */

typedef struct {
    const unsigned char  *data;
    size_t                size;
    size_t                step;

    char                  seen[4096];
    int                   stop_at;
} source_t;


static int             allocations_left = -1;
static EVP_PKEY       *key, *other, *rsa;
static unsigned char  *der;
static size_t          der_len;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_edge_pages_alloc(size_t size);
void *__wrap_edge_pages_alloc(size_t size);


static int
may_allocate(void)
{
    if (allocations_left > 0) {
        allocations_left--;
        return 1;
    }

    return allocations_left != 0;
}


void *
__wrap_malloc(size_t size)
{
    return may_allocate() ? __real_malloc(size) : NULL;
}


void *
__wrap_edge_pages_alloc(size_t size)
{
    return may_allocate() ? __real_edge_pages_alloc(size) : NULL;
}


static void
add_entry(X509_CRL *crl, long serial, int reason)
{
    ASN1_TIME        *time;
    X509_REVOKED     *revoked;
    ASN1_INTEGER     *number;
    ASN1_ENUMERATED  *code;

    time = ASN1_TIME_set(NULL, 1700000000);
    number = ASN1_INTEGER_new();
    revoked = X509_REVOKED_new();

    ASN1_INTEGER_set(number, serial);
    X509_REVOKED_set_serialNumber(revoked, number);
    X509_REVOKED_set_revocationDate(revoked, time);

    if (reason) {
        code = ASN1_ENUMERATED_new();
        ASN1_ENUMERATED_set(code, reason);
        X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, code, 0, 0);
        ASN1_ENUMERATED_free(code);
    }

    X509_CRL_add0_revoked(crl, revoked);
    ASN1_INTEGER_free(number);
    ASN1_TIME_free(time);
}


static X509_CRL *
new_crl(int number, int base)
{
    X509_CRL      *crl;
    X509_NAME     *name;
    ASN1_TIME     *time;
    ASN1_INTEGER  *integer;

    crl = X509_CRL_new();
    name = X509_NAME_new();
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *) "CA", -1, -1, 0);
    X509_CRL_set_version(crl, 1);
    X509_CRL_set_issuer_name(crl, name);
    X509_NAME_free(name);

    time = ASN1_TIME_set(NULL, 1700000000);
    X509_CRL_set1_lastUpdate(crl, time);
    ASN1_TIME_set(time, 2600000000);
    X509_CRL_set1_nextUpdate(crl, time);
    ASN1_TIME_free(time);

    integer = ASN1_INTEGER_new();

    if (number) {
        ASN1_INTEGER_set(integer, number);
        X509_CRL_add1_ext_i2d(crl, NID_crl_number, integer, 0, 0);
    }

    if (base) {
        ASN1_INTEGER_set(integer, base);
        X509_CRL_add1_ext_i2d(crl, NID_delta_crl, integer, 1, 0);
    }

    ASN1_INTEGER_free(integer);

    return crl;
}


/* Signs, keeps as DER, frees */

static void
sign(X509_CRL *crl, EVP_PKEY *signer, const EVP_MD *md)
{
    OPENSSL_free(der);
    der = NULL;

    X509_CRL_sort(crl);
    assert_true(X509_CRL_sign(crl, signer, md) > 0);
    der_len = (size_t) i2d_X509_CRL(crl, &der);
    X509_CRL_free(crl);
}


static int
make_keys(void **state)
{
    key = EVP_EC_gen("P-256");
    other = EVP_EC_gen("P-256");
    rsa = EVP_RSA_gen(2048);

    return (key && other && rsa) ? 0 : -1;
}


static int
free_keys(void **state)
{
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
    EVP_PKEY_free(rsa);
    OPENSSL_free(der);

    return 0;
}


static long
read_some(void *data, unsigned char *buf, size_t size)
{
    source_t  *source = data;

    size = size < source->step ? size : source->step;
    size = size < source->size ? size : source->size;

    memcpy(buf, source->data, size);
    source->data += size;
    source->size -= size;

    return (long) size;
}


static int
note_entry(void *data, const unsigned char *serial, size_t len,
    unsigned reason)
{
    char       text[64];
    source_t  *source = data;

    snprintf(text, sizeof(text), "%02x/%zu:%u ", serial[len - 1], len, reason);

    if (strlen(source->seen) + strlen(text) < sizeof(source->seen)) {
        strcat(source->seen, text);
    }

    return --source->stop_at == 0;
}


static edge_crl_result_e
read_der(edge_crl_t *crl, source_t *source, size_t step)
{
    memset(source, 0, sizeof(source_t));
    memset(crl, 0, sizeof(edge_crl_t));

    source->data = der;
    source->size = der_len;
    source->step = step;

    return edge_crl_read(crl, read_some, source, note_entry, source);
}


static void
reads_a_list_in_any_pieces(void **state)
{
    size_t       step;
    X509_CRL    *list;
    source_t     source;
    edge_crl_t   crl;

    list = new_crl(300, 0);
    add_entry(list, 0x1234, 0);
    add_entry(list, 0xff, 1);
    add_entry(list, 5, 8);
    sign(list, key, EVP_sha256());

    for (step = 1; step < 100; step += 7) {
        assert_int_equal(read_der(&crl, &source, step), EDGE_CRL_OK);
        assert_int_equal(crl.count, 3);
        assert_string_equal(source.seen, "05/1:8 ff/2:1 34/2:0 ");
        assert_int_equal(crl.this_update, 1700000000);
        assert_int_equal(crl.next_update, 2600000000);
        assert_int_equal(crl.number[18], 1);
        assert_int_equal(crl.number[19], 44);
        assert_false(crl.is_delta);
        assert_true(edge_crl_verify(&crl, key));
        assert_false(edge_crl_verify(&crl, other));
        assert_false(edge_crl_verify(&crl, rsa));
        edge_crl_free(&crl);
    }
}


static void
reads_lists_with_nothing_in_them(void **state)
{
    source_t     source;
    edge_crl_t   crl;

    sign(new_crl(0, 0), rsa, EVP_sha384());
    assert_int_equal(read_der(&crl, &source, 1000), EDGE_CRL_OK);
    assert_int_equal(crl.count, 0);
    assert_true(edge_crl_verify(&crl, rsa));
    edge_crl_free(&crl);

    sign(new_crl(7, 5), key, EVP_sha512());
    assert_int_equal(read_der(&crl, &source, 1000), EDGE_CRL_OK);
    assert_true(crl.is_delta);
    assert_int_equal(crl.base_number[19], 5);
    assert_true(edge_crl_verify(&crl, key));
    edge_crl_free(&crl);
}


static void
reads_lists_longer_than_its_buffer(void **state)
{
    int          i;
    X509_CRL    *list;
    source_t     source;
    edge_crl_t   crl;

    list = new_crl(1, 0);

    for (i = 1; i <= 10000; i++) {
        add_entry(list, i, i % 7);
    }

    sign(list, key, EVP_sha256());
    assert_in_range(der_len, 100000, 1000000);

    assert_int_equal(read_der(&crl, &source, 5000), EDGE_CRL_OK);
    assert_int_equal(crl.count, 10000);
    assert_true(edge_crl_verify(&crl, key));
    edge_crl_free(&crl);
}


static void
refuses_what_it_does_not_know(void **state)
{
    X509_CRL           *list;
    source_t            source;
    edge_crl_t          crl;
    ISSUING_DIST_POINT *point;

    sign(new_crl(1, 0), key, EVP_sha1());
    assert_int_equal(read_der(&crl, &source, 1000), EDGE_CRL_UNSUPPORTED);
    edge_crl_free(&crl);

    list = new_crl(1, 0);
    point = ISSUING_DIST_POINT_new();
    point->indirectCRL = 0xff;
    X509_CRL_add1_ext_i2d(list, NID_issuing_distribution_point, point, 1, 0);
    ISSUING_DIST_POINT_free(point);
    sign(list, key, EVP_sha256());
    assert_int_equal(read_der(&crl, &source, 1000), EDGE_CRL_UNSUPPORTED);
    edge_crl_free(&crl);
}


static edge_crl_result_e
read_scope(edge_crl_t *crl, const char *scope, int len)
{
    X509_CRL           *list;
    source_t            source;
    X509_EXTENSION     *extension;
    ASN1_OCTET_STRING  *value;

    list = new_crl(1, 0);
    value = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(value, (const unsigned char *) scope, len);
    extension = X509_EXTENSION_create_by_NID(NULL,
                    NID_issuing_distribution_point, 1, value);
    X509_CRL_add_ext(list, extension, -1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(value);
    sign(list, key, EVP_sha256());

    return read_der(crl, &source, 1000);
}


static void
tells_what_a_list_covers(void **state)
{
    static const struct {
        const char         *scope;
        int                 len;
        edge_crl_result_e   result;
    } bad[] = {
        { "\x30\x03\x84\x01\xff", 5, EDGE_CRL_UNSUPPORTED },  /* indirect */
        { "\x30\x03\x85\x01\xff", 5, EDGE_CRL_UNSUPPORTED },  /* attributes */
        { "\x30\x03\x86\x01\xff", 5, EDGE_CRL_UNSUPPORTED },
        { "\x30\x02\x81\x00", 4, EDGE_CRL_MALFORMED },
        { "\x30\x04\x82\x02\xff\xff", 6, EDGE_CRL_MALFORMED },
        { "\x30\x03\x81\x02\xff", 5, EDGE_CRL_MALFORMED },
    };

    static const struct {
        const char  *scope;
        int          len;
        int          users;
        int          cas;
    } good[] = {
        { "\x30\x00", 2, 1, 1 },
        { "\x30\x06\xa0\x04\xa0\x02\x86\x00", 8, 1, 1 },
        { "\x30\x03\x81\x01\x00", 5, 1, 1 },
        { "\x30\x03\x81\x01\xff", 5, 1, 0 },
        { "\x30\x03\x82\x01\xff", 5, 0, 1 },
        { "\x30\x06\x81\x01\xff\x82\x01\xff", 8, 0, 0 },
        { "\x30\x04\x83\x02\x06\x40", 6, 0, 0 },
        { "\x30\x06\x82\x01\xff\x84\x01\x00", 8, 0, 1 },
    };

    size_t       i;
    edge_crl_t   crl;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(read_scope(&crl, bad[i].scope, bad[i].len),
                         bad[i].result);
        edge_crl_free(&crl);
    }

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(read_scope(&crl, good[i].scope, good[i].len),
                         EDGE_CRL_OK);
        assert_int_equal(crl.covers_users, good[i].users);
        assert_int_equal(crl.covers_cas, good[i].cas);
        edge_crl_free(&crl);
    }
}


/* No cut and no changed byte makes a list that verifies. */

static void
refuses_what_is_cut_or_changed(void **state)
{
    size_t       i, len;
    X509_CRL    *list;
    source_t     source;
    edge_crl_t   crl;

    list = new_crl(1, 0);
    add_entry(list, 1, 0);
    sign(list, key, EVP_sha256());
    len = der_len;

    for (i = 0; i < len; i++) {
        der_len = i;
        assert_int_not_equal(read_der(&crl, &source, 64), EDGE_CRL_OK);
        edge_crl_free(&crl);
    }

    der_len = len;

    for (i = 0; i < len; i++) {
        der[i] ^= 0x41;

        if (read_der(&crl, &source, 64) == EDGE_CRL_OK) {
            assert_false(edge_crl_verify(&crl, key));
        }

        edge_crl_free(&crl);
        der[i] ^= 0x41;
    }
}


static void
stops_when_told(void **state)
{
    X509_CRL    *list;
    source_t     source;
    edge_crl_t   crl;

    list = new_crl(1, 0);
    add_entry(list, 1, 0);
    add_entry(list, 2, 0);
    sign(list, key, EVP_sha256());

    memset(&source, 0, sizeof(source));
    memset(&crl, 0, sizeof(crl));
    source.data = der;
    source.size = der_len;
    source.step = 64;
    source.stop_at = 1;

    assert_int_equal(edge_crl_read(&crl, read_some, &source, note_entry,
                                   &source),
                     EDGE_CRL_STOPPED);
    assert_string_equal(source.seen, "01/1:0 ");
    edge_crl_free(&crl);
}


static void
says_that_memory_fails(void **state)
{
    int                 left;
    source_t            source;
    edge_crl_t          crl;
    edge_crl_result_e   result;

    sign(new_crl(1, 0), key, EVP_sha256());

    for (left = 0; left < 50; left++) {
        allocations_left = left;
        result = read_der(&crl, &source, 1000);
        allocations_left = -1;

        edge_crl_free(&crl);

        if (result == EDGE_CRL_OK) {
            break;
        }
    }

    assert_in_range(left, 3, 49);
}


/* PEM among other things, twice; DER; neither */

static void
reads_files(void **state)
{
    int               i, fd;
    BIO              *bio;
    char              path[] = "/tmp/edge-crl-XXXXXX";
    X509_CRL         *list;
    edge_crl_t        crl;
    const unsigned char  *p;
    edge_crl_file_t   *file;

    file = malloc(sizeof(edge_crl_file_t));
    fd = mkstemp(path);
    assert_true(fd != -1);
    bio = BIO_new_fd(fd, BIO_NOCLOSE);

    list = new_crl(1, 0);
    add_entry(list, 9, 0);
    sign(list, key, EVP_sha256());
    p = der;
    list = d2i_X509_CRL(NULL, &p, (long) der_len);

    BIO_puts(bio, "------ text\n-----BEGIN NOTHING-----\nAAAA\n");
    PEM_write_bio_X509_CRL(bio, list);
    BIO_puts(bio, "-");
    PEM_write_bio_X509_CRL(bio, list);
    BIO_free(bio);

    assert_true(edge_crl_file_open(file, path));

    for (i = 0; i < 2; i++) {
        memset(&crl, 0, sizeof(crl));
        assert_int_equal(edge_crl_file_next(file), 1);
        assert_int_equal(edge_crl_read(&crl, edge_crl_file_read, file, NULL,
                                       NULL),
                         EDGE_CRL_OK);
        assert_int_equal(crl.count, 1);
        assert_true(edge_crl_verify(&crl, key));
        edge_crl_free(&crl);
    }

    assert_int_equal(edge_crl_file_next(file), 0);
    edge_crl_file_close(file);

    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(pwrite(fd, der, der_len, 0), der_len);
    assert_true(edge_crl_file_open(file, path));
    assert_int_equal(edge_crl_file_next(file), 1);
    memset(&crl, 0, sizeof(crl));
    assert_int_equal(edge_crl_read(&crl, edge_crl_file_read, file, NULL, NULL),
                     EDGE_CRL_OK);
    edge_crl_free(&crl);
    assert_int_equal(edge_crl_file_next(file), 0);
    edge_crl_file_close(file);

    assert_false(edge_crl_file_open(file, "/nonexistent/list"));

    close(fd);
    unlink(path);
    X509_CRL_free(list);
    free(file);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(reads_a_list_in_any_pieces),
        cmocka_unit_test(reads_lists_with_nothing_in_them),
        cmocka_unit_test(reads_lists_longer_than_its_buffer),
        cmocka_unit_test(refuses_what_it_does_not_know),
        cmocka_unit_test(tells_what_a_list_covers),
        cmocka_unit_test(refuses_what_is_cut_or_changed),
        cmocka_unit_test(stops_when_told),
        cmocka_unit_test(says_that_memory_fails),
        cmocka_unit_test(reads_files),
    };

    return cmocka_run_group_tests(tests, make_keys, free_keys);
}
