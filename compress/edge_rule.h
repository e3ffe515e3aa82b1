
#ifndef EDGE_RULE_H
#define EDGE_RULE_H


#include <stddef.h>
#include <stdint.h>


/*
 * Ordered rules over what is known of a response: the first whose conditions
 * all hold.  What a condition may be is looked up once for all rules, not
 * once a rule: rules are bits, and a value found gives the bits of the rules
 * that it suits.
 */

#define EDGE_RULES_MAX          1024
#define EDGE_RULE_HEADERS_MAX   16
#define EDGE_RULE_SIZE_UNKNOWN  UINT64_MAX


typedef enum {
    EDGE_RULE_TYPE,             /* media type without parameters */
    EDGE_RULE_EXTENSION,        /* without the dot */
    EDGE_RULE_PATH,
    EDGE_RULE_HOST,
    EDGE_RULE_STATUS,
    EDGE_RULE_SIZE,
    EDGE_RULE_HEADER            /* and those that follow: one each */
} edge_rule_kind_e;

#define EDGE_RULE_KINDS  (EDGE_RULE_HEADER + EDGE_RULE_HEADERS_MAX)


typedef enum {
    EDGE_RULE_OK,
    EDGE_RULE_MALFORMED,        /* not a value of its kind */
    EDGE_RULE_NO_MEMORY
} edge_rule_rc_e;


typedef struct {
    const char  *data;
    size_t       len;
} edge_rule_text_t;


/* of one response; texts may be empty, data NULL then */

typedef struct {
    edge_rule_text_t  text[EDGE_RULE_HOST + 1];
    unsigned          status;
    uint64_t          size;             /* or EDGE_RULE_SIZE_UNKNOWN */

    /* asked for when a rule depends on it; i: from 0 */
    edge_rule_text_t  (*header)(void *data, unsigned i);
    void             *data;
} edge_rule_facts_t;


typedef struct edge_rules_s  edge_rules_t;


/* NULL: no memory. */
edge_rules_t *edge_rules_create(void);

void edge_rules_destroy(edge_rules_t *rules);

/* Begins the next rule, without conditions.  Its index, or -1: too many. */
int edge_rules_begin(edge_rules_t *rules);

/*
 * A condition of the rule begun last: its kind has one of the values, parted
 * by commas, or, with negated, none of them.  Texts are patterns in which "*"
 * stands for any bytes; case counts in paths only.  A status is a number, a
 * range or a class (404, 500-599, 5xx); a size is a range of bytes, either
 * end of which may be left out (1k-64k, 1m-, -100), or "unknown".
 */
edge_rule_rc_e edge_rules_add(edge_rules_t *rules, unsigned kind,
    unsigned negated, const char *values, size_t len);

/* The index of the first rule that applies, or -1. */
int edge_rules_match(const edge_rules_t *rules,
    const edge_rule_facts_t *facts);


#endif /* EDGE_RULE_H */
