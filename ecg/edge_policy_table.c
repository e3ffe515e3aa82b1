
#include <stdlib.h>
#include <string.h>

#include "edge_hot.h"
#include "edge_hostname.h"
#include "edge_policy_table.h"


static int edge_policy_table_compare(const void *one, const void *two);
static int edge_policy_table_is_word(const edge_policy_record_t *record);
static edge_policy_record_t *edge_policy_table_find_wildcard(
    const edge_policy_table_t *table, const char **name, size_t *len);


int
edge_policy_table_sort(edge_policy_table_t *table)
{
    size_t  i;

    if (table->n == 0) {
        return 1;
    }

    qsort(table->records, table->n, sizeof(edge_policy_record_t *),
          edge_policy_table_compare);

    for (i = 1; i < table->n; i++) {
        if (edge_policy_table_compare(&table->records[i - 1],
                                      &table->records[i])
            == 0)
        {
            return 0;
        }
    }

    return 1;
}


static int
edge_policy_table_compare(const void *one, const void *two)
{
    const edge_policy_record_t  *a, *b;

    a = *(edge_policy_record_t *const *) one;
    b = *(edge_policy_record_t *const *) two;

    if (a->len != b->len) {
        return a->len < b->len ? -1 : 1;
    }

    return memcmp(a->name, b->name, a->len);
}


EDGE_HOT edge_policy_record_t *
edge_policy_table_find(const edge_policy_table_t *table, const char *name,
    size_t len)
{
    int                    order;
    size_t                 low, high, middle;
    edge_policy_record_t  *record;

    low = 0;
    high = table->n;

    while (low < high) {
        middle = low + (high - low) / 2;
        record = table->records[middle];

        order = (len == record->len) ? memcmp(name, record->name, len)
                                     : (len < record->len ? -1 : 1);
        if (order == 0) {
            return record;
        }

        if (order < 0) {
            high = middle;

        } else {
            low = middle + 1;
        }
    }

    return NULL;
}


/* Moves *name on to what the wildcard found covers. */

EDGE_HOT static edge_policy_record_t *
edge_policy_table_find_wildcard(const edge_policy_table_t *table,
    const char **name, size_t *len)
{
    char                   wildcard[EDGE_HOSTNAME_MAX + 3];
    edge_policy_record_t  *record;

    wildcard[0] = '*';
    wildcard[1] = '.';

    while (edge_hostname_next_wildcard(name, len)) {
        memcpy(wildcard + 2, *name, *len);

        record = edge_policy_table_find(table, wildcard, *len + 2);
        if (record) {
            return record;
        }
    }

    return NULL;
}


EDGE_HOT static int
edge_policy_table_is_word(const edge_policy_record_t *record)
{
    return (record->len == sizeof(EDGE_POLICY_NO_SNI) - 1
            && memcmp(record->name, EDGE_POLICY_NO_SNI, record->len) == 0)
           || (record->len == sizeof(EDGE_POLICY_DEFAULT) - 1
               && memcmp(record->name, EDGE_POLICY_DEFAULT, record->len) == 0);
}


EDGE_HOT edge_policy_record_t *
edge_policy_table_match(const edge_policy_table_t *table, const char *host,
    size_t len)
{
    edge_policy_record_t  *record;

    if (host == NULL) {
        record = edge_policy_table_find(table, EDGE_POLICY_NO_SNI,
                                        sizeof(EDGE_POLICY_NO_SNI) - 1);

    } else {
        record = edge_policy_table_find(table, host, len);

        /* these names are words here, not hosts */

        if (record && edge_policy_table_is_word(record)) {
            record = NULL;
        }

        if (record == NULL) {
            record = edge_policy_table_find_wildcard(table, &host, &len);
        }
    }

    if (record) {
        return record;
    }

    return edge_policy_table_find(table, EDGE_POLICY_DEFAULT,
                                  sizeof(EDGE_POLICY_DEFAULT) - 1);
}


void
edge_policy_table_merge(const edge_policy_table_t *table,
    const edge_policy_record_t *record, edge_policy_t *out)
{
    size_t                 len;
    unsigned               level;
    const char            *name;
    edge_policy_record_t  *parent;

    *out = record->policy;

    name = record->name;
    len = record->len;
    level = 0;

    if (name[0] == '*') {
        name += 2;
        len -= 2;
    }

    while ((parent = edge_policy_table_find_wildcard(table, &name, &len))) {
        edge_policy_inherit(out, &parent->policy, ++level);
    }

    parent = edge_policy_table_find(table, EDGE_POLICY_DEFAULT,
                                    sizeof(EDGE_POLICY_DEFAULT) - 1);

    if (parent && parent != record) {
        edge_policy_inherit(out, &parent->policy, ++level);
    }
}
