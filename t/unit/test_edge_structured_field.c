/* unit: common/edge_structured_field.c common/edge_structured_item.c
 *       common/edge_structured_value.c */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "edge_structured_field.h"


/* at its own end in memory, so that a sanitizer sees a read past it */

static char *
exactly(const char *text, size_t size)
{
    char  *copy;

    copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);

    return copy;
}


static edge_sf_e
read_item(const char *text, edge_sf_type_e *type, char *out)
{
    char             *copy;
    edge_sf_e         rc;
    edge_sf_value_t   value;

    copy = exactly(text, strlen(text));
    rc = edge_sf_item(copy, strlen(text), &value);

    if (rc == EDGE_SF_OK) {
        *type = value.type;
        memcpy(out, value.data, value.size);
        out[value.size] = '\0';
    }

    free(copy);

    return rc;
}


static void
test_items(void **state)
{
    size_t          i;
    char            out[100];
    edge_sf_type_e  type;

    static const struct {
        const char      *text;
        edge_sf_type_e   type;
        const char      *value;
    } good[] = {
        { "42", EDGE_SF_NUMBER, "42" },
        { "  -0 ", EDGE_SF_NUMBER, "-0" },
        { "999999999999999", EDGE_SF_NUMBER, "999999999999999" },
        { "4.5", EDGE_SF_NUMBER, "4.5" },
        { "-123456789012.125", EDGE_SF_NUMBER, "-123456789012.125" },
        { "\"\"", EDGE_SF_STRING, "" },
        { "\"a \\\"b\\\" \\\\\"", EDGE_SF_STRING, "a \\\"b\\\" \\\\" },
        { "raw", EDGE_SF_TOKEN, "raw" },
        { "*a:b/c!#$%&'*+-.^_`|~9", EDGE_SF_TOKEN,
          "*a:b/c!#$%&'*+-.^_`|~9" },
        { "::", EDGE_SF_BYTES, "" },
        { ":aGk=:", EDGE_SF_BYTES, "aGk=" },
        { "?1", EDGE_SF_BOOLEAN, "1" },
        { "?0;a", EDGE_SF_BOOLEAN, "0" },
        { "@1659578233", EDGE_SF_DATE, "1659578233" },
        { "@-5", EDGE_SF_DATE, "-5" },
        { "%\"f%c3%bc\"", EDGE_SF_DISPLAY, "f%c3%bc" },
        { "1;a=2; b=\"x\";c;*d=:aa:", EDGE_SF_NUMBER, "1" }
    };

    static const char  *bad[] = {
        "", " ", "\t1", "1 2", "--1", "-", "1.", "1.1234", ".5",
        "1234567890123.1", "1234567890123456", "1.2.3", "\"a", "\"\\a\"",
        "\"\\", "\"\x7f\"", "\"\t\"", "a\"", ":aa", ":a b:", ":a:a:", "?",
        "?2", "?true", "@", "@1.5", "%", "%a", "%\"%", "%\"%C3\"", "%\"%c\"",
        "%\"%c", "%\"\x01\"", "1;", "1;A", "1;a=", "1;a=;b", "1,", "()",
        "(1)", "&", "1\t"
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (read_item(good[i].text, &type, out) != EDGE_SF_OK) {
            fail_msg("%s is refused", good[i].text);
        }

        assert_int_equal(type, good[i].type);
        assert_string_equal(out, good[i].value);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (read_item(bad[i], &type, out) != EDGE_SF_MALFORMED) {
            fail_msg("%s is accepted", bad[i]);
        }
    }
}


/* "a=1, b=(x y)" as "a:1 b:x,y", or NULL */

static char *
read_dictionary(const char *text, char *out)
{
    char              *p, *copy;
    edge_sf_e          rc, item_rc;
    edge_sf_value_t    key, value, item;
    edge_sf_reader_t   reader, items;

    p = out;
    copy = exactly(text, strlen(text));
    edge_sf_read(&reader, copy, strlen(text));

    while ((rc = edge_sf_next_member(&reader, &key, &value)) == EDGE_SF_OK) {
        memcpy(p, key.data, key.size);
        p += key.size;
        *p++ = ':';

        if (value.type != EDGE_SF_LIST) {
            memcpy(p, value.data, value.size);
            p += value.size;
            *p++ = ' ';
            continue;
        }

        edge_sf_read(&items, value.data, value.size);

        while ((item_rc = edge_sf_next_item(&items, &item)) == EDGE_SF_OK) {
            memcpy(p, item.data, item.size);
            p += item.size;
            *p++ = ',';
        }

        assert_int_equal(item_rc, EDGE_SF_END);
        *p++ = ' ';
    }

    *p = '\0';
    free(copy);

    return rc == EDGE_SF_END ? out : NULL;
}


static void
test_dictionaries(void **state)
{
    size_t  i;
    char    out[200];

    static const char  *good[][2] = {
        { "", "" },
        { "   ", "" },
        { "match=\"/a*\"", "match:/a* " },
        { "a=1,b=2", "a:1 b:2 " },
        { " a=1 ,\t b=?0  ", "a:1 b:0 " },
        { "a, b;x=1, c=3", "a:1 b:1 c:3 " },
        { "a=()", "a: " },
        { "a=( \"x\"  \"y\" );q=1, b=(1;p 2)", "a:x,y, b:1,2, " },
        { "a=(\"(\" \")\")", "a:(,), " },
        { "a=1, a=2", "a:1 a:2 " },
        { "*x=*, b_-.*1=:aa:", "*x:* b_-.*1:aa " }
    };

    static const char  *bad[] = {
        ",", "a,", "a=1,", "a=1,,b", "A=1", "1=1", "a=", "a =1", "a= 1",
        "a=1 b=2", "a=(", "a=(1", "a=(1 2", "a=(1,2)", "a=(\"x\"\"y\")",
        "a=(1)2", "a=1;", "a=((1))", "a=)", "a=\"x", "a\t=1"
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (read_dictionary(good[i][0], out) == NULL) {
            fail_msg("%s is refused", good[i][0]);
        }

        assert_string_equal(out, good[i][1]);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (read_dictionary(bad[i], out)) {
            fail_msg("%s is accepted", bad[i]);
        }
    }
}


static void
test_strings(void **state)
{
    char             written[100], *end, out[100];
    size_t           i, n, size;
    edge_sf_value_t  value;

    static const char  *texts[] = {
        "", "a", "\"", "\\", "/app.*.js?v=\\*", " ~", "\\\"\\\""
    };

    (void) state;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size = strlen(texts[i]);
        end = edge_sf_write_string(written, texts[i], size);
        assert_int_equal(end - written, edge_sf_string_size(texts[i], size));

        assert_int_equal(edge_sf_item(written, end - written, &value),
                         EDGE_SF_OK);
        assert_int_equal(edge_sf_string(&value, out, sizeof(out), &n),
                         EDGE_SF_OK);
        assert_int_equal(n, size);
        assert_memory_equal(out, texts[i], size);

        assert_int_equal(edge_sf_string(&value, out, size, &n), EDGE_SF_OK);

        if (size) {
            assert_int_equal(edge_sf_string(&value, out, size - 1, &n),
                             EDGE_SF_TOO_LONG);
        }
    }

    assert_int_equal(edge_sf_string_size("\t", 1), 0);
    assert_int_equal(edge_sf_string_size("\xc3\xbc", 2), 0);
    assert_int_equal(edge_sf_string_size("a\0b", 3), 0);

    assert_int_equal(edge_sf_item("token", 5, &value), EDGE_SF_OK);
    assert_int_equal(edge_sf_string(&value, out, 9, &n), EDGE_SF_MALFORMED);
    assert_int_equal(edge_sf_bytes(&value, (unsigned char *) out, 9, &n),
                     EDGE_SF_MALFORMED);
}


static void
test_bytes(void **state)
{
    size_t           i, n;
    edge_sf_e        rc;
    unsigned char    out[40];
    edge_sf_value_t  value;

    static const struct {
        const char  *text;
        const char  *bytes;         /* NULL: malformed */
    } cases[] = {
        { "::", "" }, { ":aGVsbG8=:", "hello" }, { ":aGVsbG8:", "hello" },
        { ":aA==:", "h" }, { ":aA:", "h" }, { ":aGVs:", "hel" },
        { ":+/+/:", "\xfb\xff\xbf" }, { ":a:", NULL }, { ":aA=:", NULL },
        { ":aA===:", NULL }, { ":aGVs=:", NULL }, { ":=:", NULL },
        { ":a=A=:", NULL }, { ":aGVsb:", NULL }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(edge_sf_item(cases[i].text, strlen(cases[i].text),
                                      &value),
                         EDGE_SF_OK);
        rc = edge_sf_bytes(&value, out, sizeof(out), &n);

        if (cases[i].bytes == NULL) {
            if (rc != EDGE_SF_MALFORMED) {
                fail_msg("%s is accepted", cases[i].text);
            }

            continue;
        }

        assert_int_equal(rc, EDGE_SF_OK);
        assert_int_equal(n, strlen(cases[i].bytes));
        assert_memory_equal(out, cases[i].bytes, n);

        if (n) {
            assert_int_equal(edge_sf_bytes(&value, out, n - 1, &n),
                             EDGE_SF_TOO_LONG);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_dictionaries),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_bytes)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
