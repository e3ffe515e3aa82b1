/* unit: mtls/edge_session_note.c mtls/edge_cert*.c mtls/edge_text.c -lcrypto
         mtls/edge_revocation_issuer.c mtls/edge_der.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "edge_session_note.h"


static EVP_PKEY        *key;
static STACK_OF(X509)  *chain;


static X509 *
new_certificate(long serial, const char *not_after, int is_ca)
{
    X509               *cert;
    BASIC_CONSTRAINTS  *constraints;
    ASN1_OCTET_STRING  *ski;

    cert = X509_new();
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), serial);
    ASN1_TIME_set_string_X509(X509_getm_notBefore(cert), "20250101000000Z");
    ASN1_TIME_set_string_X509(X509_getm_notAfter(cert), not_after);
    X509_set_pubkey(cert, key);

    ski = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(ski, (const unsigned char *) "\xab\xcd", 2);
    X509_add1_ext_i2d(cert, NID_subject_key_identifier, ski, 0, 0);
    ASN1_OCTET_STRING_free(ski);

    constraints = BASIC_CONSTRAINTS_new();
    constraints->ca = is_ca ? 0xff : 0;
    X509_add1_ext_i2d(cert, NID_basic_constraints, constraints, 1, 0);
    BASIC_CONSTRAINTS_free(constraints);

    X509_sign(cert, key, EVP_sha256());

    return cert;
}


static int
make_chain(void **state)
{
    key = EVP_EC_gen("P-256");
    chain = sk_X509_new_null();

    sk_X509_push(chain, new_certificate(1, "20400101000000Z", 0));
    sk_X509_push(chain, new_certificate(0x1234, "20330518033320Z", 1));
    sk_X509_push(chain, new_certificate(3, "20500101000000Z", 1));

    return 0;
}


static int
free_chain(void **state)
{
    sk_X509_pop_free(chain, X509_free);
    EVP_PKEY_free(key);

    return 0;
}


static void
reads_what_it_wrote(void **state)
{
    int                   der_len;
    size_t                len;
    unsigned char        *bytes, *der;
    edge_session_note_t   note;

    assert_int_equal(edge_session_note_make(chain, 10000, 1, &bytes, &len),
                     EDGE_SESSION_NOTE_OK);
    assert_int_equal(edge_session_note_read(bytes, len, &note),
                     EDGE_SESSION_NOTE_OK);

    /* each but the root can be looked up */
    assert_int_equal(note.nkeys, 2);
    assert_int_equal(note.keys[0].len, 17);
    assert_int_equal(note.keys[0].data[16], 1);
    assert_int_equal(note.keys[1].len, 18);
    assert_memory_equal(note.keys[1].data + 16, "\x12\x34", 2);
    assert_false(note.is_ca[0]);
    assert_true(note.is_ca[1]);

    /* the intermediate is the first to expire */
    assert_int_equal(note.valid_until, 2000000000);
    assert_int_equal(note.issuer_serial.len, 4);
    assert_memory_equal(note.issuer_serial.data, "1234", 4);
    assert_int_equal(note.issuer_ski.len, 4);
    assert_memory_equal(note.issuer_ski.data, "ABCD", 4);
    assert_int_equal(note.chain_len, 1);
    assert_false(note.chain_left_out);

    der = NULL;
    der_len = i2d_X509(sk_X509_value(chain, 1), &der);
    assert_int_equal(note.chain[0].len, der_len);
    assert_memory_equal(note.chain[0].data, der, der_len);

    OPENSSL_free(der);
    OPENSSL_free(bytes);
}


static void
spoils_no_more_than_the_date(void **state)
{
    size_t                len;
    unsigned char        *bytes;
    edge_session_note_t   note;

    assert_int_equal(edge_session_note_make(chain, 10000, 1, &bytes, &len),
                     EDGE_SESSION_NOTE_OK);
    edge_session_note_spoil(bytes);
    assert_int_equal(edge_session_note_read(bytes, len, &note),
                     EDGE_SESSION_NOTE_OK);

    assert_int_equal(note.valid_until, 0);
    assert_int_equal(note.nkeys, 2);
    assert_memory_equal(note.issuer_serial.data, "1234", 4);
    assert_int_equal(note.chain_len, 1);

    OPENSSL_free(bytes);
}


static void
leaves_out_a_chain_too_long(void **state)
{
    size_t                len;
    unsigned char        *bytes;
    edge_session_note_t   note;

    assert_int_equal(edge_session_note_make(chain, 10, 0, &bytes, &len),
                     EDGE_SESSION_NOTE_OK);
    assert_int_equal(edge_session_note_read(bytes, len, &note),
                     EDGE_SESSION_NOTE_OK);
    assert_true(note.chain_left_out);
    assert_int_equal(note.chain_len, 0);
    OPENSSL_free(bytes);

    assert_int_equal(edge_session_note_make(chain, 0, 0, &bytes, &len),
                     EDGE_SESSION_NOTE_OK);
    assert_int_equal(edge_session_note_read(bytes, len, &note),
                     EDGE_SESSION_NOTE_OK);
    assert_false(note.chain_left_out);
    assert_int_equal(note.chain_len, 0);
    OPENSSL_free(bytes);
}


static void
refuses_what_is_cut_or_changed(void **state)
{
    size_t                i, len, good;
    unsigned char        *bytes;
    edge_session_note_t   note;

    assert_int_equal(edge_session_note_make(chain, 10000, 0, &bytes, &len),
                     EDGE_SESSION_NOTE_OK);

    good = 0;

    for (i = 0; i < len; i++) {
        good += (edge_session_note_read(bytes, i, &note)
                 == EDGE_SESSION_NOTE_OK);
    }

    /* cut between items: after magic, time, serial, key identifier */
    assert_int_equal(good, 4);

    bytes[3]++;
    assert_int_equal(edge_session_note_read(bytes, len, &note),
                     EDGE_SESSION_NOTE_BAD);
    bytes[3]--;

    bytes[4] = 99;
    assert_int_equal(edge_session_note_read(bytes, len, &note),
                     EDGE_SESSION_NOTE_BAD);

    assert_int_equal(edge_session_note_read("", 0, &note),
                     EDGE_SESSION_NOTE_BAD);

    OPENSSL_free(bytes);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(reads_what_it_wrote),
        cmocka_unit_test(spoils_no_more_than_the_date),
        cmocka_unit_test(leaves_out_a_chain_too_long),
        cmocka_unit_test(refuses_what_is_cut_or_changed),
    };

    return cmocka_run_group_tests(tests, make_chain, free_chain);
}
