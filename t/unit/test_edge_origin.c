/* unit: ecg/edge_origin.c ecg/edge_hostname.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "edge_origin.h"


/* "host port" as parsed, or "no" */

static const char *
parse(const char *text)
{
    edge_origin_t  origin;
    static char    buf[300];

    if (!edge_origin_parse(&origin, text, strlen(text))) {
        return "no";
    }

    assert_int_equal(strlen(origin.host), origin.len);
    snprintf(buf, sizeof(buf), "%s %u", origin.host, origin.port);

    return buf;
}


static void
test_parse(void **state)
{
    assert_string_equal(parse("a.test"), "a.test 0");
    assert_string_equal(parse("A.Test:8443"), "a.test 8443");
    assert_string_equal(parse("a.test:443"), "a.test 443");
    assert_string_equal(parse("a.test:65535"), "a.test 65535");
    assert_string_equal(parse("a.test:65536"), "no");
    assert_string_equal(parse("a.test:99999999999999999999"), "no");
    assert_string_equal(parse("a.test:0"), "no");
    assert_string_equal(parse("a.test:"), "no");
    assert_string_equal(parse("a.test:4a"), "no");
    assert_string_equal(parse("*.test"), "no");
    assert_string_equal(parse("https://a.test"), "no");
    assert_string_equal(parse(""), "no");
    assert_string_equal(parse(":443"), "no");
    assert_string_equal(parse("a b"), "no");
}


static void
test_write(void **state)
{
    char           host[EDGE_HOSTNAME_MAX + 1];
    size_t         len;
    unsigned char  buf[300];

    len = edge_origin_write_entry(buf, sizeof(buf), "a.test", 6, 443);
    assert_int_equal(len, 16);
    assert_memory_equal(buf, "\0\x0ehttps://a.test", 16);

    len = edge_origin_write_entry(buf, sizeof(buf), "a.test", 6, 8443);
    assert_int_equal(len, 21);
    assert_memory_equal(buf, "\0\x13https://a.test:8443", 21);

    assert_int_equal(edge_origin_write_entry(buf, 21, "a.test", 6, 8443), 21);
    assert_int_equal(edge_origin_write_entry(buf, 20, "a.test", 6, 8443), 0);

    memset(host, 'a', sizeof(host));
    len = edge_origin_write_entry(buf, sizeof(buf), host, EDGE_HOSTNAME_MAX,
                                  65535);
    assert_int_equal(len, 2 + 8 + EDGE_HOSTNAME_MAX + 6);
    assert_memory_equal(buf, "\x01\x0bhttps://aaa", 13);
    assert_memory_equal(buf + len - 7, "a:65535", 7);
    assert_int_equal(edge_origin_write_entry(buf, sizeof(buf), host,
                                             EDGE_HOSTNAME_MAX + 1, 1), 0);

    edge_origin_write_header(buf, 16384);
    assert_memory_equal(buf, "\0\x40\0\x0c\0\0\0\0\0", 9);
}


static void
test_compare(void **state)
{
    assert_true(edge_origin_compare("b.a", 3, "a.b", 3) < 0);
    assert_true(edge_origin_compare("a.b", 3, "b.a", 3) > 0);
    assert_true(edge_origin_compare(".test", 5, "a.test", 6) < 0);
    assert_true(edge_origin_compare("xa.test", 7, "a.test", 6) > 0);
    assert_int_equal(edge_origin_compare("a.test", 6, "a.test", 6), 0);
}


static void
test_covers(void **state)
{
    assert_true(edge_origin_covers("*.a.b", 5, "x.a.b", 5));
    assert_true(edge_origin_covers("*.a.b", 5, "xyz.a.b", 7));
    assert_false(edge_origin_covers("*.a.b", 5, "y.x.a.b", 7));
    assert_false(edge_origin_covers("*.a.b", 5, "a.b", 3));
    assert_false(edge_origin_covers("*.a.b", 5, ".a.b", 4));
    assert_false(edge_origin_covers("*.a.b", 5, "x.c.b", 5));
    assert_false(edge_origin_covers("a.b", 3, "a.b", 3));
    assert_false(edge_origin_covers("*.", 2, "xa", 2));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_covers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
