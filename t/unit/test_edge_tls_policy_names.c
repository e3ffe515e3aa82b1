/* unit: ecg/edge_tls_policy_names.c ecg/edge_tls_policy_cache.c */
/* unit: ecg/edge_tls_policy_compile.c ecg/edge_tls_policy.c */
/* unit: ecg/edge_tls_ciphers.c ecg/edge_tls_group.c ecg/edge_policy.c */
/* unit: -lssl -lcrypto */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edge_tls_policy_names.h"


static int                       table;
static edge_tls_policy_cache_t  *cache;
static edge_tls_policy_names_t  *names;


static int
set_up(void **state)
{
    cache = edge_tls_policy_cache_create(4);
    names = edge_tls_policy_names_create(64);

    return !(cache && names);
}


static int
tear_down(void **state)
{
    edge_tls_policy_names_destroy(names);
    edge_tls_policy_cache_destroy(cache);

    return 0;
}


static void
put(const void *of, const char *host, const char *name, uint64_t id,
    edge_tls_policy_entry_t *entry)
{
    edge_tls_policy_name_t  what;

    memset(&what, 0, sizeof(what));

    what.name = name;
    what.len = strlen(name);
    what.source = "exact";
    what.read_id = id;
    what.entry = entry;

    assert_non_null(edge_tls_policy_names_put(names, of, host,
                                              host ? strlen(host) : 0, &what));
}


static edge_tls_policy_name_t *
find(const void *of, const char *host)
{
    return edge_tls_policy_names_find(names, of, host,
                                      host ? strlen(host) : 0);
}


static void
test_by_table_and_host(void **state)
{
    edge_tls_policy_name_t  *name;

    assert_null(find(&table, "a.test"));

    put(&table, "a.test", "*.test", 7, NULL);
    put(&table, NULL, "no-sni", 8, NULL);

    name = find(&table, "a.test");
    assert_non_null(name);
    assert_int_equal(name->len, 6);
    assert_memory_equal(name->name, "*.test", 6);
    assert_string_equal(name->source, "exact");
    assert_int_equal(name->read_id, 7);

    assert_int_equal(find(&table, NULL)->read_id, 8);
    assert_null(find(NULL, "a.test"));
    assert_null(find(&table, "b.test"));
    assert_null(find(&table, "a.tes"));

    /* the new answer takes the place of the old */

    put(&table, "a.test", "a.test", 9, NULL);
    assert_int_equal(find(&table, "a.test")->read_id, 9);
}


static void
test_what_is_used_stays(void **state)
{
    int   i, known;
    char  host[32];

    put(&table, "kept.test", "default", 1, NULL);

    for (i = 0; i < 2000; i++) {
        (void) snprintf(host, sizeof(host), "h%d.test", i);
        put(&table, host, "default", 1, NULL);
        assert_non_null(find(&table, host));
        assert_non_null(find(&table, "kept.test"));
    }

    for (i = 0, known = 0; i < 2000; i++) {
        (void) snprintf(host, sizeof(host), "h%d.test", i);
        known += (find(&table, host) != NULL);
    }

    assert_in_range(known, 32, 63);
}


/* An entry is held as long as it is known, and no longer. */

static void
test_entries_are_held(void **state)
{
    edge_policy_t             policy;
    edge_tls_policy_entry_t  *entry;

    memset(&policy, 0, sizeof(policy));
    assert_int_equal(edge_policy_set(&policy, "min_tls", 7, "1.3"),
                     EDGE_POLICY_OK);

    entry = edge_tls_policy_cache_get(cache, &policy);
    assert_int_equal(entry->references, 2);

    put(&table, "a.test", "a.test", 1, entry);
    put(&table, "b.test", "b.test", 1, entry);
    assert_int_equal(entry->references, 4);

    put(&table, "a.test", "a.test", 2, entry);
    assert_int_equal(entry->references, 4);

    put(&table, "a.test", "server", 3, NULL);
    assert_int_equal(entry->references, 3);

    edge_tls_policy_cache_release(entry);
}


/* A name that somebody holds outlives what took its place, and the table. */

static void
test_names_are_held(void **state)
{
    edge_policy_t             policy;
    edge_tls_policy_name_t   *held, *last;
    edge_tls_policy_entry_t  *entry;

    memset(&policy, 0, sizeof(policy));
    entry = edge_tls_policy_cache_get(cache, &policy);

    put(&table, "a.test", "*.test", 1, entry);
    held = find(&table, "a.test");
    edge_tls_policy_name_hold(held);

    put(&table, "a.test", "a.test", 2, NULL);
    last = find(&table, "a.test");
    edge_tls_policy_name_hold(last);

    assert_int_equal(entry->references, 3);
    assert_memory_equal(held->name, "*.test", 6);

    edge_tls_policy_name_release(held);
    assert_int_equal(entry->references, 2);
    edge_tls_policy_cache_release(entry);

    edge_tls_policy_names_destroy(names);
    assert_memory_equal(last->name, "a.test", 6);
    edge_tls_policy_name_release(last);

    names = edge_tls_policy_names_create(64);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_by_table_and_host, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_used_stays, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_entries_are_held, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_names_are_held, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
