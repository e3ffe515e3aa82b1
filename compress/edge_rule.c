
#include <stdlib.h>
#include <string.h>

#include "edge_rule_parts.h"


edge_rules_t *
edge_rules_create(void)
{
    return calloc(1, sizeof(edge_rules_t));
}


static void
edge_rules_free_atoms(edge_atom_t *atom)
{
    edge_atom_t  *next;

    while (atom) {
        next = atom->next;
        free(atom->text);
        free(atom);
        atom = next;
    }
}


void
edge_rules_destroy(edge_rules_t *rules)
{
    unsigned           i, kind;
    edge_dimension_t  *dimension;

    for (kind = 0; kind < EDGE_RULE_KINDS; kind++) {
        dimension = rules->dimensions[kind];

        if (dimension == NULL) {
            continue;
        }

        for (i = 0; i < EDGE_RULE_BUCKETS; i++) {
            edge_rules_free_atoms(dimension->exact[i]);
        }

        edge_rules_free_atoms(dimension->patterns);
        free(dimension->filters);
        free(dimension);
    }

    free(rules);
}


int
edge_rules_begin(edge_rules_t *rules)
{
    if (rules->count == EDGE_RULES_MAX) {
        return -1;
    }

    rules->words = rules->count / 64 + 1;

    return (int) rules->count++;
}


static unsigned
edge_rule_is_range(unsigned kind)
{
    return kind == EDGE_RULE_STATUS || kind == EDGE_RULE_SIZE;
}


static int
edge_rules_add_filter(edge_dimension_t *dimension, edge_atom_t *atom,
    unsigned fold)
{
    edge_filter_t  *filters;

    filters = realloc(dimension->filters,
                      (dimension->filter_count + 1) * sizeof(edge_filter_t));
    if (filters == NULL) {
        return -1;
    }

    dimension->filters = filters;
    filters += dimension->filter_count++;
    filters->atom = atom;
    edge_rule_text_pattern_ends(atom->text, atom->len, fold, &filters->ends,
                                &filters->masks);

    return 0;
}


/* the atom of this very text, made if there is none; NULL: no memory */

static edge_atom_t *
edge_rules_atom(edge_dimension_t *dimension, unsigned kind, const char *text,
    size_t len)
{
    uint32_t       hash;
    edge_atom_t   *atom, **list;

    hash = edge_rule_text_hash(text, len);
    list = &dimension->exact[hash % EDGE_RULE_BUCKETS];

    if (edge_rule_is_range(kind) || memchr(text, '*', len)) {
        list = &dimension->patterns;
    }

    for (atom = *list; atom; atom = atom->next) {
        if (atom->hash == hash && atom->len == len
            && edge_rule_text_same(atom->text, text, len,
                                   kind != EDGE_RULE_PATH))
        {
            return atom;
        }
    }

    atom = calloc(1, sizeof(edge_atom_t));
    if (atom == NULL) {
        return NULL;
    }

    atom->text = malloc(len);
    if (atom->text == NULL) {
        free(atom);
        return NULL;
    }

    memcpy(atom->text, text, len);
    atom->len = len;
    atom->hash = hash;
    atom->next = *list;
    *list = atom;

    if (list == &dimension->patterns && !edge_rule_is_range(kind)
        && edge_rules_add_filter(dimension, atom, kind != EDGE_RULE_PATH) != 0)
    {
        return NULL;
    }

    return atom;
}


static edge_rule_rc_e
edge_rules_add_value(edge_rules_t *rules, unsigned kind, unsigned negated,
    const char *text, size_t len)
{
    unsigned            word;
    uint64_t            bit;
    edge_atom_t        *atom;
    edge_rule_range_t   range = { 0, 0 };

    if (len == 0
        || (kind == EDGE_RULE_STATUS
            && edge_rule_range_status(text, len, &range) != 0)
        || (kind == EDGE_RULE_SIZE
            && edge_rule_range_size(text, len, &range) != 0))
    {
        return EDGE_RULE_MALFORMED;
    }

    atom = edge_rules_atom(rules->dimensions[kind], kind, text, len);
    if (atom == NULL) {
        return EDGE_RULE_NO_MEMORY;
    }

    atom->range = range;
    word = (rules->count - 1) / 64;
    bit = (uint64_t) 1 << (rules->count - 1) % 64;

    if (negated) {
        atom->unwanted[word] |= bit;

    } else {
        atom->wanted[word] |= bit;
        rules->dimensions[kind]->needed[word] |= bit;
    }

    return EDGE_RULE_OK;
}


edge_rule_rc_e
edge_rules_add(edge_rules_t *rules, unsigned kind, unsigned negated,
    const char *values, size_t len)
{
    size_t           size;
    const char      *comma;
    edge_rule_rc_e   rc;

    if (rules->dimensions[kind] == NULL) {
        rules->dimensions[kind] = calloc(1, sizeof(edge_dimension_t));

        if (rules->dimensions[kind] == NULL) {
            return EDGE_RULE_NO_MEMORY;
        }
    }

    for ( ;; ) {
        comma = len ? memchr(values, ',', len) : NULL;
        size = comma ? (size_t) (comma - values) : len;

        rc = edge_rules_add_value(rules, kind, negated, values, size);

        if (rc != EDGE_RULE_OK || comma == NULL) {
            return rc;
        }

        values += size + 1;
        len -= size + 1;
    }
}
