/* unit: mtls/edge_revocation_index.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edge_revocation_index.h"


#define ENTRIES  20000

static const uint64_t       key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
static const unsigned char  one[EDGE_REVOCATION_ID_LEN] = "issuer one 1234";
static const unsigned char  two[EDGE_REVOCATION_ID_LEN] = "issuer two 1234";


static edge_revocation_index_t *
new_index(uint64_t entries)
{
    size_t                    size;
    edge_revocation_index_t  *index;

    size = edge_revocation_index_size(entries);
    index = edge_revocation_index_init(calloc(1, size), size, key);
    assert_non_null(index);

    return index;
}


static size_t
make_serial(uint32_t n, unsigned char *serial)
{
    memset(serial, 0x11, 12);
    memcpy(serial + 8, &n, 4);

    return 12;
}


static edge_revocation_verdict_e
find(edge_revocation_index_t *index, const unsigned char *id, uint32_t n)
{
    unsigned char  serial[12];

    return edge_revocation_index_find(index, id, serial, make_serial(n, serial),
                                      EDGE_REVOCATION_USER, 1000, 0);
}


static void
finds_all_that_was_added(void **state)
{
    uint32_t                   n;
    unsigned char              serial[12];
    edge_revocation_index_t   *index;
    edge_revocation_issuer_t  *issuer;

    index = new_index(ENTRIES);
    issuer = edge_revocation_index_add_issuer(index, one, ENTRIES);
    assert_non_null(issuer);

    for (n = 0; n < ENTRIES; n++) {
        assert_int_equal(edge_revocation_index_add(index, issuer, serial,
                                                   make_serial(n, serial)),
                         EDGE_REVOCATION_OK);
        edge_revocation_index_add(index, issuer, serial, 12);
    }

    assert_int_equal(index->count, ENTRIES);

    for (n = 0; n < ENTRIES; n++) {
        assert_int_equal(find(index, one, n), EDGE_REVOCATION_REVOKED);
        assert_int_equal(find(index, one, n + ENTRIES), EDGE_REVOCATION_GOOD);
        assert_int_equal(find(index, two, n), EDGE_REVOCATION_NO_LIST);
    }

    free(index);
}


/* Each way of closing the hole is met: half are removed, in turn. */

static void
loses_only_what_was_removed(void **state)
{
    uint32_t                   n;
    unsigned char              serial[12];
    edge_revocation_index_t   *index;
    edge_revocation_issuer_t  *issuer;

    index = new_index(ENTRIES);
    issuer = edge_revocation_index_add_issuer(index, one, ENTRIES);

    for (n = 0; n < ENTRIES; n++) {
        edge_revocation_index_add(index, issuer, serial,
                                  make_serial(n, serial));
    }

    for (n = 0; n < ENTRIES; n += 2) {
        edge_revocation_index_remove(index, issuer, serial,
                                     make_serial(n, serial));
        edge_revocation_index_remove(index, issuer, serial, 12);
    }

    assert_int_equal(index->count, ENTRIES / 2);

    for (n = 0; n < ENTRIES; n++) {
        assert_int_equal(find(index, one, n), n % 2 ? EDGE_REVOCATION_REVOKED
                                                    : EDGE_REVOCATION_GOOD);
    }

    free(index);
}


static void
keeps_issuers_apart(void **state)
{
    unsigned char              serial[12];
    edge_revocation_index_t   *index, *copy;
    edge_revocation_issuer_t  *first, *second;

    index = new_index(10);
    first = edge_revocation_index_add_issuer(index, one, 4);
    second = edge_revocation_index_add_issuer(index, two, 2);

    make_serial(7, serial);
    edge_revocation_index_add(index, first, serial, 12);

    assert_int_equal(find(index, one, 7), EDGE_REVOCATION_REVOKED);
    assert_int_equal(find(index, two, 7), EDGE_REVOCATION_GOOD);

    copy = new_index(10);
    assert_non_null(edge_revocation_index_copy_issuer(copy, index, second));
    assert_non_null(edge_revocation_index_copy_issuer(copy, index, first));

    assert_int_equal(find(copy, one, 7), EDGE_REVOCATION_REVOKED);
    assert_int_equal(find(copy, two, 7), EDGE_REVOCATION_GOOD);
    assert_int_equal(copy->count, 1);

    free(index);
    free(copy);
}


static void
takes_numbers_in_any_length(void **state)
{
    edge_revocation_index_t   *index;
    edge_revocation_issuer_t  *issuer;

    static const unsigned char  number[] = { 0, 0, 0x80, 1 };

    index = new_index(4);
    issuer = edge_revocation_index_add_issuer(index, one, 4);

    edge_revocation_index_add(index, issuer, number, 4);

    /* 00 80 01 is its shortest form; 80 01 is another number, negative */

    assert_int_equal(edge_revocation_index_find(index, one, number + 1, 3,
                                                EDGE_REVOCATION_USER, 0, 0),
                     EDGE_REVOCATION_REVOKED);
    assert_int_equal(edge_revocation_index_find(index, one, number + 2, 2,
                                                EDGE_REVOCATION_USER, 0, 0),
                     EDGE_REVOCATION_GOOD);
    assert_int_equal(edge_revocation_index_find(index, one, number, 1,
                                                EDGE_REVOCATION_USER, 0, 0),
                     EDGE_REVOCATION_GOOD);

    free(index);
}


/* One is listed, two is not. */

static edge_revocation_verdict_e
find_at(const edge_revocation_index_t *index, edge_revocation_kind_e kind,
    unsigned char serial, int64_t now, int64_t stale)
{
    return edge_revocation_index_find(index, one, &serial, 1, kind, now, stale);
}


static void
tells_old_lists(void **state)
{
    unsigned                   kind;
    edge_revocation_index_t   *index;
    edge_revocation_issuer_t  *issuer;

    for (kind = 0; kind < EDGE_REVOCATION_KINDS; kind++) {
        index = new_index(4);
        issuer = edge_revocation_index_add_issuer(index, one, 4);
        issuer->covered_until[kind] = 1000;

        edge_revocation_index_add(index, issuer,
                                  (const unsigned char *) "\1", 1);

        assert_int_equal(find_at(index, kind, 2, 1000, 0),
                         EDGE_REVOCATION_GOOD);
        assert_int_equal(find_at(index, kind, 2, 1001, 0),
                         EDGE_REVOCATION_STALE);
        assert_int_equal(find_at(index, kind, 2, 1001, 1),
                         EDGE_REVOCATION_GOOD);
        assert_int_equal(find_at(index, kind, 1, 5000, 0),
                         EDGE_REVOCATION_REVOKED);
        assert_int_equal(find_at(index, !kind, 2, 5000, 0),
                         EDGE_REVOCATION_GOOD);

        free(index);
    }
}


static void
knows_nothing_of_what_no_list_covers(void **state)
{
    unsigned                   kind;
    edge_revocation_index_t   *index, *copy;
    edge_revocation_issuer_t  *issuer;

    for (kind = 0; kind < EDGE_REVOCATION_KINDS; kind++) {
        index = new_index(4);
        copy = new_index(4);
        issuer = edge_revocation_index_add_issuer(index, one, 4);
        issuer->covered_until[kind] = EDGE_REVOCATION_NOT_COVERED;

        edge_revocation_index_add(index, issuer,
                                  (const unsigned char *) "\1", 1);

        assert_int_equal(find_at(index, kind, 2, 0, INT32_MAX),
                         EDGE_REVOCATION_NO_LIST);
        assert_int_equal(find_at(index, !kind, 2, 0, 0), EDGE_REVOCATION_GOOD);
        assert_int_equal(find_at(index, kind, 1, 0, 0),
                         EDGE_REVOCATION_REVOKED);

        assert_non_null(edge_revocation_index_copy_issuer(copy, index, issuer));
        assert_int_equal(find_at(copy, kind, 2, 0, 0), EDGE_REVOCATION_NO_LIST);
        assert_int_equal(find_at(copy, !kind, 2, 0, 0), EDGE_REVOCATION_GOOD);

        free(index);
        free(copy);
    }
}


static void
refuses_what_does_not_fit(void **state)
{
    uint32_t                   n;
    unsigned char              serial[12];
    edge_revocation_index_t   *index;
    edge_revocation_issuer_t  *issuer;

    index = new_index(30);

    assert_null(edge_revocation_index_init(index, 100, key));
    assert_null(edge_revocation_index_add_issuer(index, one, 100));
    assert_null(edge_revocation_index_add_issuer(index, one, UINT64_MAX));

    issuer = edge_revocation_index_add_issuer(index, one, 30);
    assert_null(edge_revocation_index_add_issuer(index, two, 30));

    for (n = 0; edge_revocation_index_add(index, issuer, serial,
                                          make_serial(n, serial))
                == EDGE_REVOCATION_OK;
         n++)
    { /* void */ }

    assert_in_range(n, 30, 40);
    assert_int_equal(find(index, one, 1000), EDGE_REVOCATION_GOOD);

    free(index);
}


/* A reader may be late, and the memory used again under it. */

static void
looks_nowhere_but_in_its_slots(void **state)
{
    uint64_t                   room;
    edge_revocation_index_t   *index;

    index = new_index(100);
    assert_non_null(edge_revocation_index_add_issuer(index, one, 100));
    room = index->max_slots;

    index->issuers[0].first = room + 1;
    assert_int_equal(find(index, one, 1), EDGE_REVOCATION_NO_LIST);

    index->issuers[0].first = 1;
    index->issuers[0].nslots = room;
    assert_int_equal(find(index, one, 1), EDGE_REVOCATION_NO_LIST);

    free(index);
}


static void
takes_24_bytes_an_entry_at_most(void **state)
{
    assert_in_range(edge_revocation_index_size(1000000), 0, 24 * 1000000);
    assert_in_range(edge_revocation_index_size(10000000), 0, 24 * 10000000);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(finds_all_that_was_added),
        cmocka_unit_test(loses_only_what_was_removed),
        cmocka_unit_test(keeps_issuers_apart),
        cmocka_unit_test(takes_numbers_in_any_length),
        cmocka_unit_test(tells_old_lists),
        cmocka_unit_test(knows_nothing_of_what_no_list_covers),
        cmocka_unit_test(refuses_what_does_not_fit),
        cmocka_unit_test(looks_nowhere_but_in_its_slots),
        cmocka_unit_test(takes_24_bytes_an_entry_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
