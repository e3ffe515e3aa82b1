/* unit: ecg/edge_hostname.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge_hostname.h"


static char    out[EDGE_HOSTNAME_MAX + 1];
static size_t  out_len;


static int
normalize(const char *in)
{
    memset(out, 'x', sizeof(out));

    return (int) edge_hostname_normalize(in, strlen(in), out, &out_len);
}


static int
normalize_record(const char *in)
{
    memset(out, 'x', sizeof(out));

    return (int) edge_hostname_normalize_record(in, strlen(in), out, &out_len);
}


static void
test_one_spelling(void **state)
{
    size_t      i;
    const char *same[] = { "a.example.com", "A.EXAMPLE.COM", "a.example.com.",
                           "a.Example.com:443", "a.example.com.:8443" };

    for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        assert_int_equal(normalize(same[i]), EDGE_HOSTNAME_OK);
        assert_string_equal(out, "a.example.com");
        assert_int_equal(out_len, 13);
    }

    assert_int_equal(normalize("xn--bcher-kva.example"), EDGE_HOSTNAME_OK);
    assert_int_equal(normalize("_dmarc.a-b"), EDGE_HOSTNAME_OK);
    assert_int_equal(normalize("192.0.2.1"), EDGE_HOSTNAME_OK);
}


static void
test_malformed(void **state)
{
    size_t      i;
    const char *bad[] = { ".", "..", ".a", "a..b", "a..", " a", "a b", "a/b",
                          "[::1]", "a:b", ":443", "*.a", "a*", "a\nb", "a\"",
                          "caf\xc3\xa9", "a:443:443" };

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(normalize(bad[i]), EDGE_HOSTNAME_MALFORMED);
    }

    assert_int_equal(normalize(""), EDGE_HOSTNAME_EMPTY);
    assert_int_equal(edge_hostname_normalize("a\0b", 3, out, &out_len),
                     EDGE_HOSTNAME_MALFORMED);
}


static void
test_limits(void **state)
{
    char  in[300];

    memset(in, 'a', sizeof(in));
    in[63] = in[127] = in[191] = '.';

    in[253] = '\0';
    assert_int_equal(normalize(in), EDGE_HOSTNAME_OK);
    assert_int_equal(out_len, 253);
    assert_int_equal(out[253], '\0');

    in[253] = '.';
    in[254] = '\0';
    assert_int_equal(normalize(in), EDGE_HOSTNAME_OK);
    assert_int_equal(out_len, 253);

    in[253] = 'a';
    assert_int_equal(normalize(in), EDGE_HOSTNAME_TOO_LONG);

    in[63] = 'a';
    in[100] = '\0';
    assert_int_equal(normalize(in), EDGE_HOSTNAME_TOO_LONG);
}


static void
test_records(void **state)
{
    char  in[300];

    assert_int_equal(normalize_record("*.Example.COM."), EDGE_HOSTNAME_OK);
    assert_string_equal(out, "*.example.com");
    assert_int_equal(out_len, 13);

    assert_int_equal(normalize_record("no-sni"), EDGE_HOSTNAME_OK);
    assert_string_equal(out, "no-sni");

    assert_int_equal(normalize_record("*"), EDGE_HOSTNAME_MALFORMED);
    assert_int_equal(normalize_record("*."), EDGE_HOSTNAME_MALFORMED);
    assert_int_equal(normalize_record("*.*.a"), EDGE_HOSTNAME_MALFORMED);
    assert_int_equal(normalize_record("a.*.b"), EDGE_HOSTNAME_MALFORMED);
    assert_int_equal(normalize_record("a:443"), EDGE_HOSTNAME_MALFORMED);

    memset(in, 'a', sizeof(in));
    in[0] = '*';
    in[1] = in[63] = in[127] = in[191] = '.';
    in[253] = '\0';
    assert_int_equal(normalize_record(in), EDGE_HOSTNAME_OK);
    in[253] = 'a';
    in[254] = '\0';
    assert_int_equal(normalize_record(in), EDGE_HOSTNAME_TOO_LONG);
}


static void
test_wildcards_closest_first(void **state)
{
    size_t       len;
    const char  *name;

    name = "a.b.c";
    len = 5;

    assert_true(edge_hostname_next_wildcard(&name, &len));
    assert_string_equal(name, "b.c");
    assert_int_equal(len, 3);
    assert_true(edge_hostname_next_wildcard(&name, &len));
    assert_string_equal(name, "c");
    assert_false(edge_hostname_next_wildcard(&name, &len));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_one_spelling),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_wildcards_closest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
