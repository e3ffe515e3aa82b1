/* fuzz: compress/edge_rule.c compress/edge_rule_*.c */

/*
 * Differential: the rules looked up by their bits against rules tried one
 * after the other, condition by condition.  The input is lines of rules, an
 * empty line, then the facts.
 */

#include <stdlib.h>
#include <string.h>

#include "edge_rule.h"
#include "edge_rule_range.h"
#include "edge_rule_text.h"


#define CONDITIONS  256
#define KINDS       8


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


/* a condition as it was written: of which rule, of which kind */

typedef struct {
    int          rule;
    unsigned     kind;
    unsigned     negated;
    const char  *values;
    size_t       len;
} condition_t;


static condition_t       conditions[CONDITIONS];
static unsigned          count;
static edge_rule_text_t  words[KINDS];


static edge_rule_text_t
header(void *data, unsigned i)
{
    (void) data;

    return words[EDGE_RULE_HEADER + i];
}


static uint64_t
number_of(edge_rule_text_t word)
{
    size_t    i;
    uint64_t  number;

    number = 0;

    for (i = 0; i < word.len; i++) {
        number = number * 251 + (unsigned char) word.data[i];
    }

    return number;
}


/* as slow and as plain as it can be */

static int
value_holds(unsigned kind, const char *value, size_t len,
    const edge_rule_facts_t *facts)
{
    edge_rule_range_t  range;

    if (kind == EDGE_RULE_STATUS) {
        (void) edge_rule_range_status(value, len, &range);
        return facts->status >= range.least && facts->status <= range.most;
    }

    if (kind == EDGE_RULE_SIZE) {
        (void) edge_rule_range_size(value, len, &range);
        return facts->size >= range.least && facts->size <= range.most;
    }

    return edge_rule_text_glob(value, len, words[kind].data, words[kind].len,
                               kind != EDGE_RULE_PATH);
}


static int
any_holds(const condition_t *c, const edge_rule_facts_t *facts)
{
    size_t  from, to;

    for (from = 0; from <= c->len; from = to + 1) {
        to = from;

        while (to < c->len && c->values[to] != ',') {
            to++;
        }

        if (value_holds(c->kind, c->values + from, to - from, facts)) {
            return 1;
        }
    }

    return 0;
}


/* of one kind: wanted values are one list, whichever condition names them */

static int
rule_holds(int rule, const edge_rule_facts_t *facts)
{
    unsigned            i, kind, wanted, found;
    const condition_t  *c;

    for (kind = 0; kind < KINDS; kind++) {
        wanted = 0;
        found = 0;

        for (i = 0; i < count; i++) {
            c = &conditions[i];

            if (c->rule != rule || c->kind != kind) {
                continue;
            }

            if (c->negated && any_holds(c, facts)) {
                return 0;
            }

            if (!c->negated) {
                wanted = 1;
                found |= any_holds(c, facts);
            }
        }

        if (wanted && !found) {
            return 0;
        }
    }

    return 1;
}


static const char *
end_of_line(const char *p, const char *end)
{
    const char  *newline;

    newline = memchr(p, '\n', end - p);

    return newline ? newline : end;
}


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    int                 rule, found, expected;
    unsigned            i;
    const char         *p, *end, *line;
    edge_rules_t       *rules;
    edge_rule_facts_t   facts;

    p = (const char *) data;
    end = p + size;
    rules = edge_rules_create();
    count = 0;
    rule = -1;

    /* a line: its first byte says the kind, and whether a rule begins */

    for ( /* void */ ; p < end; p = line + 1) {
        line = end_of_line(p, end);

        if (line == p) {
            break;
        }

        if (rule == -1 || (*p & 0x40)) {
            rule = edge_rules_begin(rules);
        }

        if (rule == -1 || count == CONDITIONS) {
            break;
        }

        conditions[count].rule = rule;
        conditions[count].kind = *p & 7;
        conditions[count].negated = (*p >> 3) & 1;
        conditions[count].values = p + 1;
        conditions[count].len = line - p - 1;

        /* what is refused leaves the rules good for nothing */

        if (edge_rules_add(rules, conditions[count].kind,
                           conditions[count].negated, p + 1, line - p - 1)
            != EDGE_RULE_OK)
        {
            edge_rules_destroy(rules);
            return 0;
        }

        count++;
    }

    for (i = 0; i < KINDS; i++) {
        p = (p < end) ? p + 1 : end;
        line = end_of_line(p, end);
        words[i].data = p;
        words[i].len = line - p;
        p = line;
    }

    memcpy(facts.text, words, sizeof(facts.text));
    facts.status = 100 + number_of(words[EDGE_RULE_STATUS]) % 900;
    facts.size = number_of(words[EDGE_RULE_SIZE]) % (1 << 21);
    facts.header = header;
    facts.data = NULL;

    found = edge_rules_match(rules, &facts);

    for (expected = 0; expected <= rule; expected++) {
        if (rule_holds(expected, &facts)) {
            break;
        }
    }

    if (expected > rule) {
        expected = -1;
    }

    if (found != expected) {
        abort();
    }

    edge_rules_destroy(rules);

    return 0;
}
