/* unit: mtls/edge_revocation_build.c mtls/edge_revocation_files.c
         mtls/edge_revocation_lists.c mtls/edge_revocation_issuer.c
         mtls/edge_revocation_index.c mtls/edge_crl.c mtls/edge_der.c
         mtls/edge_crl_extensions.c mtls/edge_crl_signature.c
         mtls/edge_crl_file.c mtls/edge_pages.c
         mtls/edge_revocation_scope.c -lcrypto */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "edge_crl.h"
#include "edge_revocation_build.h"


#define MEMORY  (1024 * 1024)

static EVP_PKEY              *keys[2];
static X509                  *cas[2];
static struct stack_st_X509  *issuers;
static char                   dir[] = "/tmp/edge-build-XXXXXX";
static const char            *paths[] = { dir };
static void                  *memory[2];


/* Two authorities of one name */

static X509 *
new_ca(EVP_PKEY *key)
{
    X509       *cert;
    X509_NAME  *name;

    cert = X509_new();
    X509_set_version(cert, 2);
    name = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *) "CA", -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 1000);
    X509_set_pubkey(cert, key);
    X509_sign(cert, key, EVP_sha256());

    return cert;
}


static int
set_up(void **state)
{
    int  i;

    issuers = sk_X509_new_null();

    for (i = 0; i < 2; i++) {
        keys[i] = EVP_EC_gen("P-256");
        cas[i] = new_ca(keys[i]);
        sk_X509_push(issuers, cas[i]);
        memory[i] = malloc(MEMORY);
    }

    return mkdtemp(dir) ? 0 : -1;
}


static void
unlink_all(void)
{
    char         name[64];
    const char  *letter;

    for (letter = "abcde"; *letter; letter++) {
        snprintf(name, sizeof(name), "%s/%c", dir, *letter);
        unlink(name);
    }
}


static int
tear_down(void **state)
{
    int  i;

    unlink_all();
    rmdir(dir);

    for (i = 0; i < 2; i++) {
        EVP_PKEY_free(keys[i]);
        free(memory[i]);
    }

    sk_X509_pop_free(issuers, X509_free);

    return 0;
}


/* Limits lists to 'u'sers, 'c'as, some 'r'easons; 'p' and 'q' are points. */

static void
add_scope(X509_CRL *crl, const char *scope)
{
    GENERAL_NAME        *name;
    ISSUING_DIST_POINT  *point;

    if (*scope == '\0') {
        return;
    }

    point = ISSUING_DIST_POINT_new();

    for ( /* void */ ; *scope; scope++) {
        switch (*scope) {
        case 'u':
            point->onlyuser = 0xff;
            break;
        case 'c':
            point->onlyCA = 0xff;
            break;
        case 'r':
            point->onlysomereasons = ASN1_BIT_STRING_new();
            ASN1_BIT_STRING_set_bit(point->onlysomereasons, 1, 1);
            break;
        default:
            name = a2i_GENERAL_NAME(NULL, NULL, NULL, GEN_URI, scope, 0);
            point->distpoint = DIST_POINT_NAME_new();
            point->distpoint->type = 0;
            point->distpoint->name.fullname = GENERAL_NAMES_new();
            sk_GENERAL_NAME_push(point->distpoint->name.fullname, name);
            break;
        }
    }

    X509_CRL_add1_ext_i2d(crl, NID_issuing_distribution_point, point, 1, 0);
    ISSUING_DIST_POINT_free(point);
}


/* A list of one certificate in the file; signed by another if told. */

static void
write_list_of(const char *file, int ca, int signer, long serial, int number,
    int base, const char *scope, int reason, int64_t next)
{
    int             len;
    char            name[64];
    FILE           *out;
    X509_CRL       *crl;
    ASN1_TIME      *time;
    ASN1_INTEGER   *integer;
    X509_REVOKED   *revoked;
    unsigned char  *der;

    ASN1_ENUMERATED  *code;

    crl = X509_CRL_new();
    time = ASN1_TIME_set(NULL, 1700000000 + number);
    integer = ASN1_INTEGER_new();
    revoked = X509_REVOKED_new();

    X509_CRL_set_version(crl, 1);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(cas[ca]));
    X509_CRL_set1_lastUpdate(crl, time);
    X509_REVOKED_set_revocationDate(revoked, time);

    if (next) {
        ASN1_TIME_set(time, next);
        X509_CRL_set1_nextUpdate(crl, time);
    }

    ASN1_INTEGER_set(integer, serial);
    X509_REVOKED_set_serialNumber(revoked, integer);

    if (reason) {
        code = ASN1_ENUMERATED_new();
        ASN1_ENUMERATED_set(code, reason);
        X509_REVOKED_add1_ext_i2d(revoked, NID_crl_reason, code, 0, 0);
        ASN1_ENUMERATED_free(code);
    }

    X509_CRL_add0_revoked(crl, revoked);

    ASN1_INTEGER_set(integer, number);
    X509_CRL_add1_ext_i2d(crl, NID_crl_number, integer, 0, 0);

    if (base) {
        ASN1_INTEGER_set(integer, base);
        X509_CRL_add1_ext_i2d(crl, NID_delta_crl, integer, 1, 0);
    }

    add_scope(crl, scope);
    X509_CRL_sign(crl, keys[signer], EVP_sha256());

    der = NULL;
    len = i2d_X509_CRL(crl, &der);
    snprintf(name, sizeof(name), "%s/%s", dir, file);
    out = fopen(name, "wb");
    assert_int_equal(fwrite(der, 1, (size_t) len, out), len);
    fclose(out);

    OPENSSL_free(der);
    X509_CRL_free(crl);
    ASN1_TIME_free(time);
    ASN1_INTEGER_free(integer);
}


static void
write_list(const char *file, int ca, int signer, long serial, int number,
    int base)
{
    write_list_of(file, ca, signer, serial, number, base, "", 0, 0);
}


static unsigned  rests;


static void
rest(void)
{
    rests++;
}


static edge_revocation_build_result_e
build(edge_revocation_report_t *report, int slot,
    const edge_revocation_index_t *before)
{
    edge_revocation_build_t  how;

    memset(report, 0, sizeof(edge_revocation_report_t));
    memset(memory[slot], 0, MEMORY);
    memset(&how, 0, sizeof(how));

    how.paths = paths;
    how.npaths = 1;
    how.issuers = issuers;
    how.now = 1800000000;
    how.memory = memory[slot];
    how.size = MEMORY;
    how.before = before;
    how.rest = rest;

    return edge_revocation_build(&how, report);
}


static edge_revocation_verdict_e
find_kind(const edge_revocation_index_t *index, int ca, unsigned char serial,
    edge_revocation_kind_e kind)
{
    unsigned char  id[EDGE_REVOCATION_ID_LEN];

    assert_true(edge_revocation_issuer_id(cas[ca], id));

    return edge_revocation_index_find(index, id, &serial, 1, kind, 1800000000,
                                      0);
}


static edge_revocation_verdict_e
find(const edge_revocation_index_t *index, int ca, unsigned char serial)
{
    return find_kind(index, ca, serial, EDGE_REVOCATION_USER);
}


static void
tells_authorities_of_one_name_apart(void **state)
{
    edge_revocation_report_t  report;

    write_list("a", 0, 0, 1, 1, 0);
    write_list("b", 1, 1, 2, 1, 0);

    assert_int_equal(build(&report, 0, NULL), EDGE_REVOCATION_BUILD_OK);
    assert_int_equal(report.nlists, 2);
    assert_int_equal(report.nproblems, 0);
    assert_int_equal(find(report.index, 0, 1), EDGE_REVOCATION_REVOKED);
    assert_int_equal(find(report.index, 1, 1), EDGE_REVOCATION_GOOD);
    assert_int_equal(find(report.index, 0, 2), EDGE_REVOCATION_GOOD);
    assert_int_equal(find(report.index, 1, 2), EDGE_REVOCATION_REVOKED);

    edge_revocation_report_free(&report);
    unlink_all();
}


static void
takes_the_latest_list_and_its_deltas(void **state)
{
    edge_revocation_report_t  report;

    write_list("a", 0, 0, 1, 1, 0);
    write_list("b", 0, 0, 2, 5, 0);
    write_list("c", 0, 0, 3, 6, 4);

    assert_int_equal(build(&report, 0, NULL), EDGE_REVOCATION_BUILD_OK);
    assert_int_equal(report.nlists, 2);
    assert_int_equal(find(report.index, 0, 1), EDGE_REVOCATION_GOOD);
    assert_int_equal(find(report.index, 0, 2), EDGE_REVOCATION_REVOKED);
    assert_int_equal(find(report.index, 0, 3), EDGE_REVOCATION_REVOKED);

    edge_revocation_report_free(&report);
    unlink_all();
}


/* Lists of some certificates tell nothing of others, but what they list. */

static void
tells_which_certificates_lists_cover(void **state)
{
    static const struct {
        const char                 *scopes[2];
        int64_t                     next[2];
        edge_revocation_verdict_e   user;
        edge_revocation_verdict_e   ca;
    } cases[] = {
        { { "u" }, { 0 }, EDGE_REVOCATION_GOOD, EDGE_REVOCATION_NO_LIST },
        { { "c" }, { 0 }, EDGE_REVOCATION_NO_LIST, EDGE_REVOCATION_GOOD },
        { { "r" }, { 0 }, EDGE_REVOCATION_NO_LIST, EDGE_REVOCATION_NO_LIST },
        { { "uc" }, { 0 }, EDGE_REVOCATION_NO_LIST, EDGE_REVOCATION_NO_LIST },
        { { "ur", "c" }, { 0 }, EDGE_REVOCATION_NO_LIST, EDGE_REVOCATION_GOOD },
        { { "u", "c" }, { 0 }, EDGE_REVOCATION_GOOD, EDGE_REVOCATION_GOOD },
        { { "u", "c" }, { 1799999999, 1800000000 },
          EDGE_REVOCATION_STALE, EDGE_REVOCATION_GOOD },
        { { "", "c" }, { 0, 1799999999 },
          EDGE_REVOCATION_GOOD, EDGE_REVOCATION_STALE },
        { { "", "r" }, { 0, 1799999999 },
          EDGE_REVOCATION_GOOD, EDGE_REVOCATION_GOOD },
        { { "p" }, { 0 }, EDGE_REVOCATION_GOOD, EDGE_REVOCATION_GOOD },
        { { "up", "q" }, { 0, 1799999999 },
          EDGE_REVOCATION_STALE, EDGE_REVOCATION_STALE },
    };

    size_t                    i;
    edge_revocation_report_t  report;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_list_of("a", 0, 0, 1, 1, 0, cases[i].scopes[0], 0,
                      cases[i].next[0]);

        if (cases[i].scopes[1]) {
            write_list_of("b", 0, 0, 2, 1, 0, cases[i].scopes[1], 0,
                          cases[i].next[1]);
        }

        assert_int_equal(build(&report, 0, NULL), EDGE_REVOCATION_BUILD_OK);
        assert_int_equal(report.nproblems, 0);
        assert_int_equal(find_kind(report.index, 0, 3, EDGE_REVOCATION_USER),
                         cases[i].user);
        assert_int_equal(find_kind(report.index, 0, 3, EDGE_REVOCATION_CA),
                         cases[i].ca);
        assert_int_equal(find_kind(report.index, 0, 1, EDGE_REVOCATION_USER),
                         EDGE_REVOCATION_REVOKED);
        assert_int_equal(find_kind(report.index, 0, 1, EDGE_REVOCATION_CA),
                         EDGE_REVOCATION_REVOKED);

        edge_revocation_report_free(&report);
        unlink_all();
    }
}


/* A delta takes out what the base list of its own scope has, and no other. */

static void
removes_within_a_scope_only(void **state)
{
    edge_revocation_report_t  report;

    write_list_of("a", 0, 0, 1, 1, 0, "p", 0, 0);
    write_list_of("b", 0, 0, 1, 1, 0, "q", 0, 0);
    write_list_of("c", 0, 0, 1, 2, 1, "q", EDGE_CRL_REMOVE_FROM_CRL, 0);

    assert_int_equal(build(&report, 0, NULL), EDGE_REVOCATION_BUILD_OK);
    assert_int_equal(report.nlists, 3);
    assert_int_equal(report.index->count, 1);
    assert_int_equal(find(report.index, 0, 1), EDGE_REVOCATION_REVOKED);
    edge_revocation_report_free(&report);

    /* the other one, too: now it is in none */

    write_list_of("d", 0, 0, 1, 2, 1, "p", EDGE_CRL_REMOVE_FROM_CRL, 0);

    assert_int_equal(build(&report, 0, NULL), EDGE_REVOCATION_BUILD_OK);
    assert_int_equal(report.index->count, 0);
    assert_int_equal(find(report.index, 0, 1), EDGE_REVOCATION_GOOD);
    edge_revocation_report_free(&report);

    /* and a later delta lists it again */

    write_list_of("e", 0, 0, 1, 3, 1, "p", 0, 0);

    assert_int_equal(build(&report, 0, NULL), EDGE_REVOCATION_BUILD_OK);
    assert_int_equal(report.nlists, 5);
    assert_int_equal(find(report.index, 0, 1), EDGE_REVOCATION_REVOKED);
    edge_revocation_report_free(&report);

    unlink_all();
}


static void
keeps_an_issuer_whose_list_is_bad(void **state)
{
    char                      name[64];
    edge_revocation_report_t  first, second;

    write_list("a", 0, 0, 1, 1, 0);
    write_list("b", 1, 1, 2, 1, 0);
    assert_int_equal(build(&first, 0, NULL), EDGE_REVOCATION_BUILD_OK);

    /* the first is cut, the second is a new one */

    write_list("a", 0, 0, 9, 2, 0);
    snprintf(name, sizeof(name), "%s/a", dir);
    assert_int_equal(truncate(name, 50), 0);
    write_list("b", 1, 1, 3, 2, 0);

    assert_int_equal(build(&second, 1, first.index), EDGE_REVOCATION_BUILD_OK);
    assert_int_equal(second.nproblems, 1);
    assert_int_equal(second.problems[0].problem, EDGE_REVOCATION_MALFORMED);
    assert_int_equal(second.nkept, 1);
    assert_int_equal(find(second.index, 0, 1), EDGE_REVOCATION_REVOKED);
    assert_int_equal(find(second.index, 1, 2), EDGE_REVOCATION_GOOD);
    assert_int_equal(find(second.index, 1, 3), EDGE_REVOCATION_REVOKED);

    edge_revocation_report_free(&first);
    edge_revocation_report_free(&second);
    unlink_all();
}


/* Nothing is wrong: the operator took the list away. */

static void
forgets_an_issuer_whose_list_is_gone(void **state)
{
    edge_revocation_report_t  first, second;

    write_list("a", 0, 0, 1, 1, 0);
    write_list("b", 1, 1, 2, 1, 0);
    build(&first, 0, NULL);

    unlink_all();
    write_list("b", 1, 1, 2, 1, 0);

    assert_int_equal(build(&second, 1, first.index), EDGE_REVOCATION_BUILD_OK);
    assert_int_equal(second.nkept, 0);
    assert_int_equal(find(second.index, 0, 1), EDGE_REVOCATION_NO_LIST);

    edge_revocation_report_free(&first);
    edge_revocation_report_free(&second);
    unlink_all();
}


static void
rests_while_it_reads(void **state)
{
    edge_revocation_report_t  report;

    rests = 0;
    write_list("a", 0, 0, 1, 1, 0);
    assert_int_equal(build(&report, 0, NULL), EDGE_REVOCATION_BUILD_OK);

    /* each list is read twice: looked at first, then added */

    assert_in_range(rests, 2, 8);

    edge_revocation_report_free(&report);
    unlink_all();
}


static void
sees_each_change_of_files(void **state)
{
    unsigned char  one[32], two[32];

    assert_true(edge_revocation_files(paths, 1, one));
    write_list("a", 0, 0, 1, 1, 0);
    assert_true(edge_revocation_files(paths, 1, two));
    assert_memory_not_equal(one, two, 32);

    assert_true(edge_revocation_files(paths, 1, one));
    assert_memory_equal(one, two, 32);

    write_list("a", 0, 0, 300, 1, 0);
    assert_true(edge_revocation_files(paths, 1, two));
    assert_memory_not_equal(one, two, 32);

    unlink_all();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(tells_authorities_of_one_name_apart),
        cmocka_unit_test(takes_the_latest_list_and_its_deltas),
        cmocka_unit_test(tells_which_certificates_lists_cover),
        cmocka_unit_test(removes_within_a_scope_only),
        cmocka_unit_test(keeps_an_issuer_whose_list_is_bad),
        cmocka_unit_test(forgets_an_issuer_whose_list_is_gone),
        cmocka_unit_test(rests_while_it_reads),
        cmocka_unit_test(sees_each_change_of_files),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
