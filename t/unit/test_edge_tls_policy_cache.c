/* unit: ecg/edge_tls_policy_cache.c ecg/edge_tls_policy_compile.c */
/* unit: ecg/edge_tls_policy.c ecg/edge_tls_ciphers.c ecg/edge_tls_group.c */
/* unit: ecg/edge_policy.c -lssl -lcrypto */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edge_tls_policy_cache.h"


static edge_tls_policy_cache_t  *cache;


static edge_tls_policy_entry_t *
get(const char *key, const char *value)
{
    edge_policy_t  policy;

    memset(&policy, 0, sizeof(policy));
    assert_int_equal(edge_policy_set(&policy, key, strlen(key), value),
                     EDGE_POLICY_OK);

    return edge_tls_policy_cache_get(cache, &policy);
}


static void
test_shared_by_content(void **state)
{
    char                      value[16];
    edge_tls_policy_entry_t  *one, *two, *three;

    cache = edge_tls_policy_cache_create(4);

    (void) snprintf(value, sizeof(value), "X25519");
    one = get("groups", value);
    memset(value, 'x', sizeof(value) - 1);

    two = get("groups", "X25519");
    three = get("groups", "P-256");

    assert_ptr_equal(one, two);
    assert_ptr_not_equal(one, three);
    assert_int_equal(one->result, EDGE_TLS_POLICY_OK);
    assert_string_equal(one->tls.policy.values[EDGE_POLICY_GROUPS].text,
                        "X25519");
    assert_int_equal(one->tls.groups.ids[0], 29);

    edge_tls_policy_cache_release(one);
    edge_tls_policy_cache_release(two);
    edge_tls_policy_cache_release(three);
    edge_tls_policy_cache_destroy(cache);
}


static void
test_failures_are_kept(void **state)
{
    edge_tls_policy_entry_t  *one, *two;

    cache = edge_tls_policy_cache_create(4);

    one = get("groups", "P-255");
    two = get("groups", "P-255");

    assert_ptr_equal(one, two);
    assert_int_equal(one->result, EDGE_TLS_POLICY_UNKNOWN_NAME);

    edge_tls_policy_cache_release(one);
    edge_tls_policy_cache_release(two);
    edge_tls_policy_cache_destroy(cache);
}


/* Entries in use outlive their place in the cache, and the cache. */

static void
test_eviction(void **state)
{
    edge_tls_policy_entry_t  *used, *kept, *other;

    cache = edge_tls_policy_cache_create(2);

    used = get("groups", "X25519");
    kept = get("groups", "P-256");
    edge_tls_policy_cache_release(kept);

    /* P-256 was used last but one, X25519 goes */

    other = get("groups", "P-384");
    edge_tls_policy_cache_release(other);
    assert_ptr_equal(get("groups", "P-256"), kept);
    edge_tls_policy_cache_release(kept);

    other = get("groups", "X25519");
    assert_ptr_not_equal(other, used);
    assert_int_equal(used->tls.groups.ids[0], 29);

    edge_tls_policy_cache_release(used);
    edge_tls_policy_cache_destroy(cache);

    assert_int_equal(other->tls.groups.ids[0], 29);
    edge_tls_policy_cache_release(other);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_shared_by_content),
        cmocka_unit_test(test_failures_are_kept),
        cmocka_unit_test(test_eviction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
