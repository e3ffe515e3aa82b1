
#include <string.h>

#include "edge_rule_parts.h"


/* what one value says: rules that it suits, rules that it rules out */

typedef struct {
    unsigned           words;
    edge_rule_bits_t   alive;
    edge_rule_bits_t   wanted;
    edge_rule_bits_t   unwanted;
} edge_match_t;


static void
edge_match_count(edge_match_t *match, const edge_atom_t *atom)
{
    unsigned  i;

    for (i = 0; i < match->words; i++) {
        match->wanted[i] |= atom->wanted[i];
        match->unwanted[i] |= atom->unwanted[i];
    }
}


/* a pattern is worth its time only while one of its rules may apply */

static unsigned
edge_match_matters(const edge_match_t *match, const edge_atom_t *atom)
{
    unsigned  i;

    for (i = 0; i < match->words; i++) {
        if (match->alive[i] & (atom->wanted[i] | atom->unwanted[i])) {
            return 1;
        }
    }

    return 0;
}


static void
edge_match_text(edge_match_t *match, const edge_dimension_t *dimension,
    edge_rule_text_t text, unsigned fold)
{
    unsigned              i;
    uint32_t              hash;
    edge_rule_ends_t      ends;
    const edge_atom_t    *atom;
    const edge_filter_t  *filter;

    hash = edge_rule_text_hash(text.data, text.len);

    for (atom = dimension->exact[hash % EDGE_RULE_BUCKETS]; atom;
         atom = atom->next)
    {
        if (atom->hash == hash && atom->len == text.len
            && edge_rule_text_same(atom->text, text.data, text.len, fold))
        {
            edge_match_count(match, atom);
        }
    }

    edge_rule_text_ends(text.data, text.len, fold, &ends);

    for (i = 0; i < dimension->filter_count; i++) {
        filter = &dimension->filters[i];

        if ((ends.head & filter->masks.head) != filter->ends.head
            || (ends.tail & filter->masks.tail) != filter->ends.tail)
        {
            continue;
        }

        if (edge_match_matters(match, filter->atom)
            && edge_rule_text_glob(filter->atom->text, filter->atom->len,
                                   text.data, text.len, fold))
        {
            edge_match_count(match, filter->atom);
        }
    }
}


static void
edge_match_number(edge_match_t *match, const edge_dimension_t *dimension,
    uint64_t number)
{
    const edge_atom_t  *atom;

    for (atom = dimension->patterns; atom; atom = atom->next) {
        if (number >= atom->range.least && number <= atom->range.most) {
            edge_match_count(match, atom);
        }
    }
}


/* 0: no rule is left */

static unsigned
edge_match_kind(edge_match_t *match, const edge_dimension_t *dimension,
    unsigned kind, const edge_rule_facts_t *facts)
{
    unsigned  i;
    uint64_t  left;

    memset(match->wanted, 0, match->words * sizeof(uint64_t));
    memset(match->unwanted, 0, match->words * sizeof(uint64_t));

    if (kind == EDGE_RULE_STATUS) {
        edge_match_number(match, dimension, facts->status);

    } else if (kind == EDGE_RULE_SIZE) {
        edge_match_number(match, dimension, facts->size);

    } else if (kind >= EDGE_RULE_HEADER) {
        edge_match_text(match, dimension,
                        facts->header(facts->data, kind - EDGE_RULE_HEADER),
                        1);
    } else {
        edge_match_text(match, dimension, facts->text[kind],
                        kind != EDGE_RULE_PATH);
    }

    left = 0;

    for (i = 0; i < match->words; i++) {
        match->alive[i] &= (match->wanted[i] | ~dimension->needed[i])
                           & ~match->unwanted[i];
        left |= match->alive[i];
    }

    return left != 0;
}


int
edge_rules_match(const edge_rules_t *rules, const edge_rule_facts_t *facts)
{
    unsigned      i, bit, kind;
    edge_match_t  match;

    match.words = rules->words;
    memset(match.alive, 0xff, match.words * sizeof(uint64_t));

    if (rules->count % 64) {
        match.alive[match.words - 1] = ((uint64_t) 1 << rules->count % 64) - 1;
    }

    for (kind = 0; kind < EDGE_RULE_KINDS; kind++) {
        if (rules->dimensions[kind]
            && !edge_match_kind(&match, rules->dimensions[kind], kind, facts))
        {
            return -1;
        }
    }

    for (i = 0; i < match.words; i++) {
        for (bit = 0; bit < 64; bit++) {
            if (match.alive[i] >> bit & 1) {
                return (int) (i * 64 + bit);
            }
        }
    }

    return -1;
}
