/*
 * unit: compress/edge_dictionary.c compress/edge_codec_zstd_dictionary.c
 *       compress/edge_codec_brotli_dictionary.c
 *       common/edge_structured_field.c common/edge_structured_item.c
 *       common/edge_structured_value.c -lzstd -lbrotlienc -lcrypto
 */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "edge_dictionary.h"


static void
test_digest(void **state)
{
    size_t         i;
    unsigned char  digest[EDGE_DICTIONARY_DIGEST];
    unsigned char  read[EDGE_DICTIONARY_DIGEST];

    /* of "abc" (FIPS 180-4, appendix) */
    static const char  *field =
        ":ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";

    static const char  *bad[] = {
        "", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
        ":ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIA:",
        ":ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0AAAA=:",
        "\"abc\"", "?1", "::"
    };

    (void) state;

    assert_int_equal(edge_dictionary_digest("abc", 3, digest), 0);
    assert_int_equal(edge_dictionary_read_digest(field, strlen(field), read),
                     0);
    assert_memory_equal(digest, read, sizeof(digest));

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(edge_dictionary_read_digest(bad[i], strlen(bad[i]),
                                                     read),
                         -1);
    }
}


static void
test_create(void **state)
{
    edge_dictionary_t  *dictionary;

    (void) state;

    dictionary = edge_dictionary_create("abc", 3, 5, EDGE_DICTIONARY_OFF);
    assert_non_null(dictionary);
    assert_non_null(dictionary->zstd);
    assert_null(dictionary->brotli);
    assert_true(edge_dictionary_memory(dictionary) > sizeof(*dictionary));
    edge_dictionary_free(dictionary);

    dictionary = edge_dictionary_create("abc", 3, EDGE_DICTIONARY_OFF, 5);

    if (edge_dictionary_has_brotli()) {
        assert_non_null(dictionary);
        assert_null(dictionary->zstd);
        assert_non_null(dictionary->brotli);

    } else {
        assert_null(dictionary);
    }

    edge_dictionary_free(dictionary);
    edge_dictionary_free(NULL);
}


static void
test_readable(void **state)
{
    size_t                   i;
    edge_dictionary_fetch_t  fetch;

    static const struct {
        const char  *site, *mode, *origin, *allow;
        unsigned     readable;
    } cases[] = {
        { "", "", "", "", 1 },
        { "", "no-cors", "", "", 1 },
        { "same-origin", "no-cors", "", "", 1 },
        { "none", "navigate", "", "", 1 },
        { "cross-site", "navigate", "", "", 1 },
        { "cross-site", "same-origin", "", "", 1 },
        { "cross-site", "", "", "", 1 },
        { "same-site", "no-cors", "", "", 0 },
        { "cross-site", "no-cors", "o", "*", 0 },
        { "cross-site", "cors", "", "", 0 },
        { "cross-site", "cors", "o", "", 0 },
        { "cross-site", "cors", "", "*", 0 },
        { "cross-site", "cors", "o", "*", 1 },
        { "cross-site", "cors", "o", "o", 1 },
        { "cross-site", "cors", "o", "p", 0 },
        { "cross-site", "cors", "o", "oo", 0 },
        { "cross-site", "Cors", "o", "o", 0 },
        { "cross-site", "unheard-of", "o", "o", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fetch.site.data = cases[i].site;
        fetch.site.size = strlen(cases[i].site);
        fetch.mode.data = cases[i].mode;
        fetch.mode.size = strlen(cases[i].mode);
        fetch.origin.data = cases[i].origin;
        fetch.origin.size = strlen(cases[i].origin);
        fetch.allow_origin.data = cases[i].allow;
        fetch.allow_origin.size = strlen(cases[i].allow);

        if (edge_dictionary_is_readable(&fetch) != cases[i].readable) {
            fail_msg("case %zu", i);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_readable)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
