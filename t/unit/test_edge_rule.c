/* unit: compress/edge_rule.c compress/edge_rule_match.c compress/edge_rule_range.c compress/edge_rule_text.c */

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <cmocka.h>

#include "edge_rule.h"


static edge_rule_text_t  fields[EDGE_RULE_HEADERS_MAX];
static unsigned          fields_asked;


static edge_rule_text_t
header(void *data, unsigned i)
{
    fields_asked++;

    return fields[i];
}


static edge_rule_text_t
text(const char *string)
{
    edge_rule_text_t  t = { string, string ? strlen(string) : 0 };

    return t;
}


static edge_rule_facts_t
facts(const char *type, const char *extension, const char *path,
    const char *host)
{
    edge_rule_facts_t  f;

    f.text[EDGE_RULE_TYPE] = text(type);
    f.text[EDGE_RULE_EXTENSION] = text(extension);
    f.text[EDGE_RULE_PATH] = text(path);
    f.text[EDGE_RULE_HOST] = text(host);
    f.status = 200;
    f.size = EDGE_RULE_SIZE_UNKNOWN;
    f.header = header;
    f.data = NULL;

    return f;
}


static void
add(edge_rules_t *rules, unsigned kind, unsigned negated, const char *values)
{
    assert_int_equal(edge_rules_add(rules, kind, negated, values,
                                    strlen(values)), EDGE_RULE_OK);
}


static void
test_first_wins(void **state)
{
    edge_rules_t       *rules;
    edge_rule_facts_t   f;

    rules = edge_rules_create();
    f = facts("text/html", "html", "/a.html", "example.com");

    assert_int_equal(edge_rules_match(rules, &f), -1);

    assert_int_equal(edge_rules_begin(rules), 0);
    add(rules, EDGE_RULE_TYPE, 0, "image/*");
    assert_int_equal(edge_rules_begin(rules), 1);
    add(rules, EDGE_RULE_TYPE, 0, "text/css,text/html");
    add(rules, EDGE_RULE_HOST, 0, "*.example.com,example.com");
    assert_int_equal(edge_rules_begin(rules), 2);
    add(rules, EDGE_RULE_TYPE, 0, "text/*");
    assert_int_equal(edge_rules_begin(rules), 3);

    assert_int_equal(edge_rules_match(rules, &f), 1);

    f.text[EDGE_RULE_HOST] = text("example.org");
    assert_int_equal(edge_rules_match(rules, &f), 2);

    f.text[EDGE_RULE_TYPE] = text("IMAGE/PNG");
    assert_int_equal(edge_rules_match(rules, &f), 0);

    f.text[EDGE_RULE_TYPE] = text(NULL);
    assert_int_equal(edge_rules_match(rules, &f), 3);

    edge_rules_destroy(rules);
}


static void
test_negated(void **state)
{
    edge_rules_t       *rules;
    edge_rule_facts_t   f;

    rules = edge_rules_create();
    f = facts("text/html", "html", "/A", "h");

    (void) edge_rules_begin(rules);
    add(rules, EDGE_RULE_TYPE, 0, "text/*");
    add(rules, EDGE_RULE_TYPE, 1, "text/csv,*/html");
    add(rules, EDGE_RULE_PATH, 1, "/a");

    assert_int_equal(edge_rules_match(rules, &f), -1);
    f.text[EDGE_RULE_TYPE] = text("text/css");
    assert_int_equal(edge_rules_match(rules, &f), 0);
    f.text[EDGE_RULE_TYPE] = text("text/csv");
    assert_int_equal(edge_rules_match(rules, &f), -1);

    /* case counts in paths */

    f.text[EDGE_RULE_TYPE] = text("text/css");
    f.text[EDGE_RULE_PATH] = text("/a");
    assert_int_equal(edge_rules_match(rules, &f), -1);

    edge_rules_destroy(rules);
}


static void
test_numbers(void **state)
{
    edge_rules_t       *rules;
    edge_rule_facts_t   f;

    rules = edge_rules_create();
    f = facts(NULL, NULL, "/", NULL);

    (void) edge_rules_begin(rules);
    add(rules, EDGE_RULE_STATUS, 0, "404,500-502");
    (void) edge_rules_begin(rules);
    add(rules, EDGE_RULE_STATUS, 0, "4xx");
    add(rules, EDGE_RULE_SIZE, 0, "-1023,1m-");
    (void) edge_rules_begin(rules);
    add(rules, EDGE_RULE_SIZE, 0, "unknown");

    f.status = 404;
    assert_int_equal(edge_rules_match(rules, &f), 0);
    f.status = 502;
    assert_int_equal(edge_rules_match(rules, &f), 0);
    f.status = 503;
    assert_int_equal(edge_rules_match(rules, &f), 2);
    f.size = 0;
    assert_int_equal(edge_rules_match(rules, &f), -1);
    f.status = 403;
    assert_int_equal(edge_rules_match(rules, &f), 1);
    f.size = 1024;
    assert_int_equal(edge_rules_match(rules, &f), -1);
    f.size = 1 << 20;
    assert_int_equal(edge_rules_match(rules, &f), 1);

    edge_rules_destroy(rules);
}


static void
test_headers(void **state)
{
    edge_rules_t       *rules;
    edge_rule_facts_t   f;

    rules = edge_rules_create();
    f = facts("text/html", NULL, "/", NULL);

    (void) edge_rules_begin(rules);
    add(rules, EDGE_RULE_STATUS, 0, "404");
    add(rules, EDGE_RULE_HEADER, 0, "*");

    /* nobody asks for what can't change the answer */

    fields_asked = 0;
    assert_int_equal(edge_rules_match(rules, &f), -1);
    assert_int_equal(fields_asked, 0);

    (void) edge_rules_begin(rules);
    add(rules, EDGE_RULE_HEADER + 1, 0, "on");

    fields[0] = text("");
    fields[1] = text("ON");
    assert_int_equal(edge_rules_match(rules, &f), 1);
    fields[1] = text("one");
    assert_int_equal(edge_rules_match(rules, &f), -1);

    edge_rules_destroy(rules);
}


static void
test_refused(void **state)
{
    size_t         i;
    edge_rules_t  *rules;

    static const struct {
        unsigned     kind;
        const char  *values;
    } wrong[] = {
        { EDGE_RULE_TYPE, "" }, { EDGE_RULE_TYPE, "a,,b" },
        { EDGE_RULE_TYPE, "a," }, { EDGE_RULE_STATUS, "99" },
        { EDGE_RULE_STATUS, "1000" }, { EDGE_RULE_STATUS, "500-400" },
        { EDGE_RULE_STATUS, "0xx" }, { EDGE_RULE_STATUS, "5x" },
        { EDGE_RULE_STATUS, "4-" }, { EDGE_RULE_STATUS, "-" },
        { EDGE_RULE_SIZE, "1k" }, { EDGE_RULE_SIZE, "-" },
        { EDGE_RULE_SIZE, "2k-1k" }, { EDGE_RULE_SIZE, "1t-" },
        { EDGE_RULE_SIZE, "k-" }, { EDGE_RULE_SIZE, "9999999999-" },
        { EDGE_RULE_SIZE, "Unknown" }
    };

    rules = edge_rules_create();
    (void) edge_rules_begin(rules);

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(edge_rules_add(rules, wrong[i].kind, 0,
                                        wrong[i].values,
                                        strlen(wrong[i].values)),
                         EDGE_RULE_MALFORMED);
    }

    edge_rules_destroy(rules);
}


/* more than one word of bits; the limit */

static void
test_many(void **state)
{
    int                 i;
    char                path[32];
    edge_rules_t       *rules;
    edge_rule_facts_t   f;

    rules = edge_rules_create();
    f = facts("text/html", NULL, path, NULL);

    for (i = 0; i < EDGE_RULES_MAX; i++) {
        assert_int_equal(edge_rules_begin(rules), i);
        (void) snprintf(path, sizeof(path), i % 2 ? "/%d" : "/%d/*", i);
        add(rules, EDGE_RULE_PATH, 0, path);
        add(rules, EDGE_RULE_TYPE, 0, "text/*");
    }

    assert_int_equal(edge_rules_begin(rules), -1);

    for (i = 0; i < EDGE_RULES_MAX; i++) {
        (void) snprintf(path, sizeof(path), i % 2 ? "/%d" : "/%d/x", i);
        f.text[EDGE_RULE_PATH] = text(path);
        assert_int_equal(edge_rules_match(rules, &f), i);
    }

    f.text[EDGE_RULE_PATH] = text("/none");
    assert_int_equal(edge_rules_match(rules, &f), -1);

    edge_rules_destroy(rules);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_first_wins),
        cmocka_unit_test(test_negated),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_many)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
