
#include <stdlib.h>
#include <string.h>

#include "edge_hot.h"
#include "edge_tls_policy_names.h"


/* A host has its place in one set; the one used last comes first. */

#define EDGE_TLS_POLICY_NAMES_SET  4


struct edge_tls_policy_names_s {
    uint32_t                   n;
    edge_tls_policy_name_t    *sets[][EDGE_TLS_POLICY_NAMES_SET];
};


static uint32_t edge_tls_policy_names_hash(const void *table,
    const char *host, size_t len);


edge_tls_policy_names_t *
edge_tls_policy_names_create(unsigned max)
{
    uint32_t                  n;
    edge_tls_policy_names_t  *names;

    n = max / EDGE_TLS_POLICY_NAMES_SET;

    names = calloc(1, sizeof(edge_tls_policy_names_t)
                      + n * sizeof(names->sets[0]));
    if (names) {
        names->n = n;
    }

    return names;
}


void
edge_tls_policy_names_destroy(edge_tls_policy_names_t *names)
{
    uint32_t  i;
    unsigned  k;

    for (i = 0; i < names->n; i++) {
        for (k = 0; k < EDGE_TLS_POLICY_NAMES_SET; k++) {
            if (names->sets[i][k]) {
                edge_tls_policy_name_release(names->sets[i][k]);
            }
        }
    }

    free(names);
}


EDGE_HOT void
edge_tls_policy_name_hold(edge_tls_policy_name_t *name)
{
    name->references++;
}


EDGE_HOT void
edge_tls_policy_name_release(edge_tls_policy_name_t *name)
{
    if (--name->references) {
        return;
    }

    if (name->entry) {
        edge_tls_policy_cache_release(name->entry);
    }

    free(name);
}


EDGE_HOT edge_tls_policy_name_t *
edge_tls_policy_names_find(edge_tls_policy_names_t *names, const void *table,
    const char *host, size_t len)
{
    uint32_t                  hash;
    unsigned                  k;
    edge_tls_policy_name_t   *name, **set;

    hash = edge_tls_policy_names_hash(table, host, len);
    set = names->sets[hash % names->n];

    for (k = 0; k < EDGE_TLS_POLICY_NAMES_SET && set[k]; k++) {
        name = set[k];

        if (name->hash == hash && name->table == table
            && name->host_len == len
            && (len == 0 || memcmp(name->bytes, host, len) == 0))
        {
            memmove(set + 1, set, k * sizeof(set[0]));
            set[0] = name;

            return name;
        }
    }

    return NULL;
}


edge_tls_policy_name_t *
edge_tls_policy_names_put(edge_tls_policy_names_t *names, const void *table,
    const char *host, size_t len, const edge_tls_policy_name_t *what)
{
    uint32_t                  hash;
    unsigned                  last;
    edge_tls_policy_name_t   *name, **set;

    hash = edge_tls_policy_names_hash(table, host, len);
    set = names->sets[hash % names->n];

    /* what is known of the host comes first now, else the last one goes */

    last = edge_tls_policy_names_find(names, table, host, len)
           ? 0 : EDGE_TLS_POLICY_NAMES_SET - 1;

    if (set[last]) {
        edge_tls_policy_name_release(set[last]);
    }

    memmove(set + 1, set, last * sizeof(set[0]));
    set[0] = NULL;

    name = malloc(sizeof(edge_tls_policy_name_t) + len + what->len);

    if (name == NULL) {
        memmove(set, set + 1, (EDGE_TLS_POLICY_NAMES_SET - 1) * sizeof(set[0]));
        set[EDGE_TLS_POLICY_NAMES_SET - 1] = NULL;
        return NULL;
    }

    *name = *what;

    name->table = table;
    name->hash = hash;
    name->references = 1;
    name->host_len = (unsigned char) len;
    name->name = name->bytes + len;

    if (len) {
        memcpy(name->bytes, host, len);
    }

    memcpy(name->bytes + len, what->name, what->len);

    if (name->entry) {
        edge_tls_policy_cache_hold(name->entry);
    }

    set[0] = name;

    return name;
}


EDGE_HOT static uint32_t
edge_tls_policy_names_hash(const void *table, const char *host, size_t len)
{
    size_t    i, n;
    uint64_t  hash, word;

    hash = (uint64_t) (uintptr_t) table ^ len;

    for (i = 0; i < len; i += n) {
        n = len - i;
        n = (n < sizeof(word)) ? n : sizeof(word);

        word = 0;
        memcpy(&word, host + i, n);

        hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
        hash ^= hash >> 32;
    }

    return (uint32_t) hash;
}
