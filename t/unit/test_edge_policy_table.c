/* unit: ecg/edge_policy_table.c ecg/edge_policy.c ecg/edge_hostname.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge_policy_table.h"


static edge_policy_record_t   records[8];
static edge_policy_record_t  *sorted[8];
static edge_policy_table_t    table = { sorted, 0 };


static edge_policy_record_t *
add(const char *name, const char *key, const char *value)
{
    edge_policy_record_t  *r;

    r = &records[table.n];
    memset(r, 0, sizeof(edge_policy_record_t));

    r->name = name;
    r->len = strlen(name);

    assert_int_equal(edge_policy_set(&r->policy, key, strlen(key), value),
                     EDGE_POLICY_OK);

    sorted[table.n++] = r;

    return r;
}


static const char *
match(const char *host)
{
    edge_policy_record_t  *r;

    r = edge_policy_table_match(&table, host, host ? strlen(host) : 0);

    return r ? r->name : "none";
}


static int
setup(void **state)
{
    table.n = 0;

    return 0;
}


static void
test_match(void **state)
{
    add("a.b.c", "min_tls", "1.3");
    add("*.b.c", "min_tls", "1.2");
    add("*.c", "min_tls", "1.1");
    assert_true(edge_policy_table_sort(&table));

    assert_string_equal(match("a.b.c"), "a.b.c");
    assert_string_equal(match("x.b.c"), "*.b.c");
    assert_string_equal(match("y.x.b.c"), "*.b.c");
    assert_string_equal(match("x.a.b.c"), "*.b.c");
    assert_string_equal(match("b.c"), "*.c");
    assert_string_equal(match("c"), "none");
    assert_string_equal(match("d"), "none");
    assert_string_equal(match(NULL), "none");

    add("default", "min_tls", "1.0");
    assert_true(edge_policy_table_sort(&table));

    assert_string_equal(match("c"), "default");
    assert_string_equal(match(NULL), "default");

    add("no-sni", "action", "reject");
    assert_true(edge_policy_table_sort(&table));

    assert_string_equal(match(NULL), "no-sni");
    assert_string_equal(match("a.b.c"), "a.b.c");

    /* a client may call itself so */

    assert_string_equal(match("no-sni"), "default");
    assert_string_equal(match("default"), "default");
}


static void
test_duplicate(void **state)
{
    add("a", "min_tls", "1.3");
    add("b", "min_tls", "1.3");
    assert_true(edge_policy_table_sort(&table));

    add("a", "http2", "on");
    assert_false(edge_policy_table_sort(&table));
}


static void
test_merge(void **state)
{
    edge_policy_t          out;
    edge_policy_record_t  *r, *wildcard, *fallback, *none;

    r = add("a.b.c", "min_tls", "1.3");
    wildcard = add("*.b.c", "http2", "off");
    add("*.c", "groups", "P-256");
    fallback = add("default", "action", "reject");
    none = add("no-sni", "min_tls", "1.2");
    assert_true(edge_policy_table_sort(&table));

    edge_policy_table_merge(&table, r, &out);
    assert_int_equal(out.values[EDGE_POLICY_MIN_TLS].level, 0);
    assert_int_equal(out.values[EDGE_POLICY_HTTP2].level, 1);
    assert_int_equal(out.values[EDGE_POLICY_GROUPS].level, 2);
    assert_int_equal(out.values[EDGE_POLICY_ACTION].level, 3);
    assert_int_equal(out.values[EDGE_POLICY_ACTION].number,
                     EDGE_POLICY_REJECT);

    edge_policy_table_merge(&table, wildcard, &out);
    assert_null(out.values[EDGE_POLICY_MIN_TLS].text);
    assert_string_equal(out.values[EDGE_POLICY_GROUPS].text, "P-256");
    assert_int_equal(out.values[EDGE_POLICY_GROUPS].level, 1);

    edge_policy_table_merge(&table, fallback, &out);
    assert_null(out.values[EDGE_POLICY_GROUPS].text);

    edge_policy_table_merge(&table, none, &out);
    assert_null(out.values[EDGE_POLICY_GROUPS].text);
    assert_int_equal(out.values[EDGE_POLICY_ACTION].number,
                     EDGE_POLICY_REJECT);
}


static void
test_empty(void **state)
{
    assert_true(edge_policy_table_sort(&table));
    assert_string_equal(match("a"), "none");
    assert_string_equal(match(NULL), "none");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(test_match, setup),
        cmocka_unit_test_setup(test_duplicate, setup),
        cmocka_unit_test_setup(test_merge, setup),
        cmocka_unit_test_setup(test_empty, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
