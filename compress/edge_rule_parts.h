
#ifndef EDGE_RULE_PARTS_H
#define EDGE_RULE_PARTS_H


#include "edge_rule.h"
#include "edge_rule_range.h"
#include "edge_rule_text.h"


/* What edge_rule.c makes and edge_rule_match.c asks, and nobody else. */


#define EDGE_RULE_WORDS    (EDGE_RULES_MAX / 64)
#define EDGE_RULE_BUCKETS  256


typedef uint64_t  edge_rule_bits_t[EDGE_RULE_WORDS];


/* a value of a condition, with the rules that want it and that do not */

typedef struct edge_atom_s  edge_atom_t;

struct edge_atom_s {
    edge_atom_t        *next;           /* of its bucket, or of the patterns */
    char               *text;
    size_t              len;
    uint32_t            hash;
    edge_rule_range_t   range;
    edge_rule_bits_t    wanted;
    edge_rule_bits_t    unwanted;
};


/*
 * What a pattern begins and ends with, side by side with that of the others:
 * most of them need no look at the pattern.
 */

typedef struct {
    edge_rule_ends_t    ends;
    edge_rule_ends_t    masks;
    edge_atom_t        *atom;
} edge_filter_t;


/* what there is to know of one kind */

typedef struct {
    unsigned            used;
    edge_rule_bits_t    needed;         /* rules with a value wanted */
    edge_atom_t        *exact[EDGE_RULE_BUCKETS];
    edge_atom_t        *patterns;       /* and ranges */
    edge_filter_t      *filters;        /* of the patterns */
    unsigned            filter_count;
} edge_dimension_t;


struct edge_rules_s {
    unsigned            count;
    unsigned            words;
    edge_dimension_t   *dimensions[EDGE_RULE_KINDS];
};


#endif /* EDGE_RULE_PARTS_H */
