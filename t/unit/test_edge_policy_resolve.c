/* unit: ecg/edge_policy_resolve.c ecg/edge_policy_store.c ecg/edge_lmdb.c */
/* unit: ecg/edge_policy_store_format.c ecg/edge_policy_store_open.c */
/* unit: ecg/edge_policy_store_write.c ecg/edge_fault.c */
/* unit: ecg/edge_policy_record.c ecg/edge_policy_table.c */
/* unit: ecg/edge_policy.c ecg/edge_hostname.c -llmdb */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge_policy_resolve.h"
#include "edge_store_files.h"


static edge_policy_store_t     store;
static edge_policy_resolved_t  resolved;

static edge_policy_record_t    records[4];
static edge_policy_record_t   *sorted[4];
static edge_policy_table_t     table = { sorted, 0 };


static void
configure(const char *name, const char *key, const char *value)
{
    edge_policy_record_t  *r;

    r = &records[table.n];
    memset(r, 0, sizeof(edge_policy_record_t));
    r->name = name;
    r->len = strlen(name);
    edge_policy_set(&r->policy, key, strlen(key), value);
    sorted[table.n++] = r;
    assert_true(edge_policy_table_sort(&table));
}


static void
put(const char *name, unsigned setting, const char *value)
{
    edge_policy_stored_t  stored;

    memset(&stored, 0, sizeof(stored));
    stored.settings[setting].value = value;

    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);
    assert_int_equal(edge_policy_store_update(&store, name, strlen(name),
                                              &stored), EDGE_STORE_OK);
    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);
}


/* The names of the origins, with a space between; a star: from the store. */

static const char *
origins(const char *host)
{
    unsigned     i;
    static char  text[512];

    assert_int_equal(edge_policy_store_begin_read(&store), EDGE_STORE_OK);
    assert_int_equal(edge_policy_resolve(&table, &store, host,
                                         host ? strlen(host) : 0, &resolved),
                     EDGE_STORE_OK);

    for (i = 0, text[0] = '\0'; i < resolved.n; i++) {
        (void) strcat(strcat(text, i ? " " : ""), resolved.origins[i].name);
        (void) strcat(text, resolved.origins[i].stored ? "+" : "");
    }

    edge_policy_store_end_read(&store);

    return text;
}


static void
test_order(void **state)
{
    assert_int_equal(edge_policy_store_open(&store, path, 1 << 20,
                                            EDGE_STORE_CREATE), EDGE_STORE_OK);
    table.n = 0;

    assert_string_equal(origins("a.b.c"), "");
    assert_string_equal(edge_policy_resolved_source(&resolved), "server");

    put("a.b.c", EDGE_POLICY_MIN_TLS, "1.3");
    put("*.c", EDGE_POLICY_HTTP2, "off");
    configure("*.b.c", "http2", "on");
    configure("a.b.c", "min_tls", "1.2");
    configure("default", "action", "reject");

    assert_string_equal(origins("a.b.c"), "a.b.c+ a.b.c *.b.c *.c+ default");
    assert_string_equal(edge_policy_resolved_source(&resolved), "exact");
    assert_string_equal(resolved.policy.values[EDGE_POLICY_MIN_TLS].text,
                        "1.3");
    assert_int_equal(resolved.policy.values[EDGE_POLICY_HTTP2].number,
                     EDGE_POLICY_ON);
    assert_int_equal(resolved.policy.values[EDGE_POLICY_HTTP2].level, 2);

    assert_string_equal(origins("x.c"), "*.c+ default");
    assert_string_equal(edge_policy_resolved_source(&resolved), "wildcard");
    assert_string_equal(origins("c"), "default");
    assert_string_equal(edge_policy_resolved_source(&resolved), "default");

    put("default", EDGE_POLICY_ACTION, "accept");
    assert_string_equal(origins("c"), "default+ default");
    assert_int_equal(resolved.policy.values[EDGE_POLICY_ACTION].number,
                     EDGE_POLICY_ACCEPT);
    assert_string_equal(origins("default"), "default+ default");
    assert_string_equal(origins(NULL), "default+ default");

    put("no-sni", EDGE_POLICY_ACTION, "reject");
    assert_string_equal(origins(NULL), "no-sni+ default+ default");
    assert_string_equal(edge_policy_resolved_source(&resolved), "no-sni");
    assert_string_equal(origins("no-sni"), "default+ default");

    edge_policy_store_close(&store);
}


static void
test_fails_closed(void **state)
{
    char               name[EDGE_HOSTNAME_MAX + 1], *p;
    unsigned           i;
    edge_lmdb_bytes_t  key, value;

    assert_int_equal(edge_policy_store_open(&store, path, 1 << 20,
                                            EDGE_STORE_CREATE), EDGE_STORE_OK);
    table.n = 0;

    key.data = "a";
    key.len = 1;
    value.data = "http2 1 1 perhaps\n";
    value.len = 18;

    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);
    edge_lmdb_put(store.db, EDGE_LMDB_RECORDS, key, value, 0);
    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);

    assert_int_equal(edge_policy_store_begin_read(&store), EDGE_STORE_OK);
    assert_int_equal(edge_policy_resolve(NULL, &store, "a", 1, &resolved),
                     EDGE_STORE_CORRUPT);
    assert_int_equal(edge_policy_resolve(NULL, &store, "b", 1, &resolved),
                     EDGE_STORE_OK);
    edge_policy_store_end_read(&store);

    /* more wildcards above each other than can be merged */

    (void) strcpy(name, "*.x");

    for (i = 0; i < EDGE_POLICY_ORIGINS + 1; i++) {
        put(name, EDGE_POLICY_HTTP2, "off");
        (void) strcat(name, ".x");
    }

    p = name + 2;
    assert_int_equal(edge_policy_store_begin_read(&store), EDGE_STORE_OK);
    assert_int_equal(edge_policy_resolve(NULL, &store, p, strlen(p),
                                         &resolved), EDGE_STORE_FAILED);
    edge_policy_store_end_read(&store);
    edge_policy_store_close(&store);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_order, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_fails_closed, make_dir,
                                        remove_dir),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
