/* unit: mtls/edge_owned_names.c -Wl,--wrap=calloc */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edge_owned_names.h"


static int  memory_fails;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);


void *
__wrap_calloc(size_t n, size_t size)
{
    return memory_fails ? NULL : __real_calloc(n, size);
}


static const char *
find(const edge_owned_names_t *names, const char *name)
{
    return edge_owned_names_find(names, name, strlen(name));
}


static void
finds_every_spelling(void **state)
{
    size_t              i;
    edge_owned_names_t  names = { 0 };

    static const char   name[] = "Cf-Cert-Sha256";
    static const char  *spellings[] = { "cf-cert-sha256", "CF_CERT_SHA256",
                                        "cF_CeRt-sHa256", "Cf.Cert.Sha256",
                                        "Cf Cert\tSha256" };

    assert_int_equal(edge_owned_names_add(&names, name, strlen(name)),
                     EDGE_OWNED_NAMES_OK);

    for (i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        assert_ptr_equal(find(&names, spellings[i]), name);
    }

    assert_null(find(&names, "Cf-Cert-Sha257"));
    assert_null(find(&names, "Cf-Cert-Sha25"));
    assert_null(find(&names, "Cf-Cert-Sha2566"));
    assert_null(find(&names, "CfaCert-Sha256"));
    assert_null(find(&names, ""));

    edge_owned_names_free(&names);
}


static void
holds_many_names_once(void **state)
{
    int                 i;
    char                name[32];
    edge_owned_names_t  names = { 0 };

    static char  kept[1000][32];

    for (i = 0; i < 1000; i++) {
        snprintf(kept[i], sizeof(kept[i]), "name-%d", i);
        assert_int_equal(edge_owned_names_add(&names, kept[i],
                                              strlen(kept[i])),
                         EDGE_OWNED_NAMES_OK);
        edge_owned_names_add(&names, kept[i], strlen(kept[i]));
    }

    assert_int_equal(names.count, 1000);

    for (i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "NAME_%d", i);
        assert_ptr_equal(find(&names, name), kept[i]);
    }

    assert_null(find(&names, "name-1000"));

    edge_owned_names_free(&names);
    assert_null(find(&names, "name-1"));
}


static void
refuses_names_no_header_has(void **state)
{
    char                name[EDGE_OWNED_NAMES_MAX_LEN + 1];
    edge_owned_names_t  names = { 0 };

    memset(name, 'a', sizeof(name));

    assert_int_equal(edge_owned_names_add(&names, "", 0),
                     EDGE_OWNED_NAMES_BAD_NAME);
    assert_int_equal(edge_owned_names_add(&names, name, sizeof(name)),
                     EDGE_OWNED_NAMES_BAD_NAME);
    assert_int_equal(edge_owned_names_add(&names, name, sizeof(name) - 1),
                     EDGE_OWNED_NAMES_OK);

    assert_null(edge_owned_names_find(&names, name, sizeof(name)));
    assert_ptr_equal(edge_owned_names_find(&names, name, sizeof(name) - 1),
                     name);

    edge_owned_names_free(&names);
}


static void
says_that_memory_fails(void **state)
{
    edge_owned_names_t  names = { 0 };

    memory_fails = 1;
    assert_int_equal(edge_owned_names_add(&names, "name", 4),
                     EDGE_OWNED_NAMES_NO_MEMORY);
    memory_fails = 0;

    assert_null(find(&names, "name"));
    edge_owned_names_free(&names);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(finds_every_spelling),
        cmocka_unit_test(holds_many_names_once),
        cmocka_unit_test(refuses_names_no_header_has),
        cmocka_unit_test(says_that_memory_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
