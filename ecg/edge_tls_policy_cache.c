
#include <stdlib.h>
#include <string.h>

#include "edge_hot.h"
#include "edge_tls_policy_cache.h"


struct edge_tls_policy_cache_s {
    /* a list is searched: there are few, and hashes are compared */
    edge_tls_policy_entry_t  *entries;
    unsigned                  n;
    unsigned                  max;
};


static unsigned long edge_tls_policy_hash(const edge_policy_t *policy);
static edge_tls_policy_entry_t *edge_tls_policy_entry_create(
    const edge_policy_t *policy);
static void edge_tls_policy_cache_shrink(edge_tls_policy_cache_t *cache);


edge_tls_policy_cache_t *
edge_tls_policy_cache_create(unsigned max)
{
    edge_tls_policy_cache_t  *cache;

    cache = calloc(1, sizeof(edge_tls_policy_cache_t));

    if (cache) {
        cache->max = max;
    }

    return cache;
}


/* The cache is one of those who refer to an entry. */

void
edge_tls_policy_cache_destroy(edge_tls_policy_cache_t *cache)
{
    edge_tls_policy_entry_t  *entry, *next;

    for (entry = cache->entries; entry; entry = next) {
        next = entry->next;
        edge_tls_policy_cache_release(entry);
    }

    free(cache);
}


edge_tls_policy_entry_t *
edge_tls_policy_cache_get(edge_tls_policy_cache_t *cache,
    const edge_policy_t *policy)
{
    unsigned long              hash;
    edge_tls_policy_entry_t   *entry, **link;

    hash = edge_tls_policy_hash(policy);

    for (link = &cache->entries; *link; link = &(*link)->next) {
        entry = *link;

        if (entry->hash == hash
            && edge_policy_equal(&entry->tls.policy, policy))
        {
            /* the one used last is found first */

            *link = entry->next;
            goto found;
        }
    }

    entry = edge_tls_policy_entry_create(policy);
    if (entry == NULL) {
        return NULL;
    }

    entry->hash = hash;
    entry->references = 1;

    if (cache->n == cache->max) {
        edge_tls_policy_cache_shrink(cache);
    }

    cache->n++;

found:

    entry->next = cache->entries;
    cache->entries = entry;
    entry->references++;

    return entry;
}


EDGE_HOT void
edge_tls_policy_cache_hold(edge_tls_policy_entry_t *entry)
{
    entry->references++;
}


EDGE_HOT void
edge_tls_policy_cache_release(edge_tls_policy_entry_t *entry)
{
    if (--entry->references == 0) {
        free(entry);
    }
}


static unsigned long
edge_tls_policy_hash(const edge_policy_t *policy)
{
    unsigned              key;
    unsigned long         hash;
    const unsigned char  *p;

    /* FNV-1a */

    hash = 14695981039346656037UL;

    for (key = 0; key < EDGE_POLICY_KEYS; key++) {
        p = (const unsigned char *) policy->values[key].text;

        hash = (hash ^ (p ? 1 : 2)) * 1099511628211UL;

        while (p && *p) {
            hash = (hash ^ *p++) * 1099511628211UL;
        }
    }

    return hash;
}


static edge_tls_policy_entry_t *
edge_tls_policy_entry_create(const edge_policy_t *policy)
{
    char                     *p;
    size_t                    len;
    unsigned                  key;
    edge_policy_t             copy;
    edge_tls_policy_entry_t  *entry;

    for (key = 0, len = 0; key < EDGE_POLICY_KEYS; key++) {
        if (policy->values[key].text) {
            len += strlen(policy->values[key].text) + 1;
        }
    }

    entry = calloc(1, sizeof(edge_tls_policy_entry_t) + len);
    if (entry == NULL) {
        return NULL;
    }

    copy = *policy;

    for (key = 0, p = entry->strings; key < EDGE_POLICY_KEYS; key++) {
        if (policy->values[key].text) {
            len = strlen(policy->values[key].text) + 1;
            copy.values[key].text = memcpy(p, policy->values[key].text, len);
            p += len;
        }
    }

    entry->result = edge_tls_policy_compile(&entry->tls, &copy, &entry->error);

    if (entry->result == EDGE_TLS_POLICY_NO_MEMORY) {
        free(entry);
        return NULL;
    }

    return entry;
}


/* Lets go of the one at the end, that was not used for the longest time. */

static void
edge_tls_policy_cache_shrink(edge_tls_policy_cache_t *cache)
{
    edge_tls_policy_entry_t  **link, *entry;

    for (link = &cache->entries; *link && (*link)->next; /* void */ ) {
        link = &(*link)->next;
    }

    entry = *link;

    if (entry) {
        *link = NULL;
        cache->n--;
        edge_tls_policy_cache_release(entry);
    }
}
