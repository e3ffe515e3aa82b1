
#include <string.h>

#include "edge_kept_index_parts.h"


static uint32_t
edge_kept_buckets(uint32_t number)
{
    uint32_t  n;

    for (n = 16; n < number; n *= 2) { /* void */ }

    return n;
}


size_t
edge_kept_index_size(uint32_t number)
{
    return sizeof(edge_kept_index_t)
           + (size_t) edge_kept_buckets(number) * EDGE_KEPT_CHAINS
             * sizeof(uint32_t)
           + (size_t) number * (sizeof(edge_kept_slot_t)
                                + sizeof(edge_kept_t));
}


uint32_t *
edge_kept_index_heads(const edge_kept_index_t *index, unsigned chain)
{
    return (uint32_t *) (index + 1) + (size_t) chain * index->buckets;
}


edge_kept_slot_t *
edge_kept_index_slots(const edge_kept_index_t *index)
{
    return (edge_kept_slot_t *) edge_kept_index_heads(index, EDGE_KEPT_CHAINS);
}


edge_kept_t *
edge_kept_index_at(const edge_kept_index_t *index, uint32_t n)
{
    return (edge_kept_t *) (edge_kept_index_slots(index) + index->number) + n;
}


edge_kept_index_t *
edge_kept_index_init(void *memory, uint32_t number)
{
    uint32_t            i;
    edge_kept_slot_t   *slots;
    edge_kept_index_t  *index;

    index = memory;
    memset(index, 0, sizeof(edge_kept_index_t));

    index->number = number;
    index->buckets = edge_kept_buckets(number);
    index->free = number ? 0 : EDGE_KEPT_NIL;

    memset(edge_kept_index_heads(index, 0), 0xff,
           (size_t) index->buckets * EDGE_KEPT_CHAINS * sizeof(uint32_t));

    slots = edge_kept_index_slots(index);

    for (i = 0; i < number; i++) {
        memset(&slots[i], 0, sizeof(edge_kept_slot_t));
        slots[i].next[0] = (i + 1 < number) ? i + 1 : EDGE_KEPT_NIL;
    }

    return index;
}


void
edge_kept_index_limit(edge_kept_index_t *index, uint64_t max_bytes)
{
    index->max_bytes = max_bytes;
}


uint64_t
edge_kept_index_hash(const char *text, size_t size)
{
    size_t    i;
    uint64_t  hash;

    hash = 14695981039346656037U;

    for (i = 0; i < size; i++) {
        hash = (hash ^ (unsigned char) text[i]) * 1099511628211U;
    }

    return hash;
}


uint32_t
edge_kept_index_bucket(const edge_kept_index_t *index,
    const unsigned char *digest, uint64_t host)
{
    uint64_t  word;

    memcpy(&word, digest, sizeof(word));

    return (uint32_t) ((word ^ host) & (index->buckets - 1));
}


static void
edge_kept_link(edge_kept_index_t *index, uint32_t n, unsigned chain,
    uint32_t bucket)
{
    uint32_t          *heads;
    edge_kept_slot_t  *slot;

    slot = &edge_kept_index_slots(index)[n];
    heads = edge_kept_index_heads(index, chain);

    slot->bucket[chain] = bucket;
    slot->next[chain] = heads[bucket];
    heads[bucket] = n;
}


static void
edge_kept_unlink(edge_kept_index_t *index, uint32_t n, unsigned chain)
{
    uint32_t          *at;
    edge_kept_slot_t  *slots;

    slots = edge_kept_index_slots(index);
    at = &edge_kept_index_heads(index, chain)[slots[n].bucket[chain]];

    while (*at != n) {
        at = &slots[*at].next[chain];
    }

    *at = slots[n].next[chain];
}


static void
edge_kept_drop(edge_kept_index_t *index, uint32_t n)
{
    unsigned           chain;
    edge_kept_slot_t  *slot;

    slot = &edge_kept_index_slots(index)[n];

    for (chain = 0; chain < EDGE_KEPT_CHAINS; chain++) {
        edge_kept_unlink(index, n, chain);
    }

    index->count--;
    index->bytes -= slot->size;

    slot->used = 0;
    slot->next[0] = index->free;
    index->free = n;
}


/* who has to go for one of this host, see edge_kept_index_put() */

static uint32_t
edge_kept_victim(const edge_kept_index_t *index, uint64_t host, int64_t now)
{
    uint32_t           i, oldest, own, count;
    uint64_t           bytes;
    edge_kept_slot_t  *slots;

    slots = edge_kept_index_slots(index);
    oldest = EDGE_KEPT_NIL;
    own = EDGE_KEPT_NIL;
    count = 0;
    bytes = 0;

    for (i = 0; i < index->number; i++) {

        if (slots[i].used == 0) {
            continue;
        }

        if (slots[i].expires <= now) {
            return i;
        }

        if (oldest == EDGE_KEPT_NIL || slots[i].used < slots[oldest].used) {
            oldest = i;
        }

        if (slots[i].host == host) {
            count++;
            bytes += slots[i].size;

            if (own == EDGE_KEPT_NIL || slots[i].used < slots[own].used) {
                own = i;
            }
        }
    }

    return (count > index->number / 2 || bytes > index->max_bytes / 2)
           ? own : oldest;
}


uint32_t
edge_kept_index_same(const edge_kept_index_t *index, const edge_kept_t *kept)
{
    uint32_t           n;
    uint64_t           host;
    edge_kept_slot_t  *slots;

    slots = edge_kept_index_slots(index);
    host = edge_kept_index_hash(kept->origin, strlen(kept->origin));
    n = edge_kept_index_heads(index, EDGE_KEPT_BY_DIGEST)
            [edge_kept_index_bucket(index, kept->digest, host)];

    while (n != EDGE_KEPT_NIL) {

        if (slots[n].key == kept->key
            && memcmp(edge_kept_index_at(index, n)->digest, kept->digest,
                      EDGE_DICTIONARY_DIGEST)
               == 0
            && strcmp(edge_kept_index_at(index, n)->origin, kept->origin) == 0)
        {
            return n;
        }

        n = slots[n].next[EDGE_KEPT_BY_DIGEST];
    }

    return EDGE_KEPT_NIL;
}


static unsigned
edge_kept_has_source(const edge_kept_t *kept)
{
    static const unsigned char  zeros[EDGE_KEPT_SOURCE];

    return memcmp(kept->source, zeros, EDGE_KEPT_SOURCE) != 0;
}


static void
edge_kept_add(edge_kept_index_t *index, const edge_kept_t *kept)
{
    uint32_t           n;
    edge_kept_slot_t  *slot;

    n = index->free;
    slot = &edge_kept_index_slots(index)[n];
    index->free = slot->next[0];

    *edge_kept_index_at(index, n) = *kept;

    slot->key = kept->key;
    slot->host = edge_kept_index_hash(kept->origin, strlen(kept->origin));
    slot->used = ++index->clock;
    slot->expires = kept->expires;
    slot->size = kept->size;

    edge_kept_link(index, n, EDGE_KEPT_BY_DIGEST,
                   edge_kept_index_bucket(index, kept->digest, slot->host));
    /* those known by nothing are spread, and never looked for */

    edge_kept_link(index, n, EDGE_KEPT_BY_SOURCE,
                   edge_kept_index_bucket(index,
                                          edge_kept_has_source(kept)
                                          ? kept->source : kept->digest, 0));

    index->count++;
    index->bytes += kept->size;
    index->stored++;
}


edge_kept_put_e
edge_kept_index_put(edge_kept_index_t *index, const edge_kept_t *kept,
    int64_t now, char *name)
{
    uint32_t  n;

    if (kept->size > index->max_bytes || index->number == 0) {
        return EDGE_KEPT_PUT_REFUSED;
    }

    n = edge_kept_index_same(index, kept);

    if (n != EDGE_KEPT_NIL) {
        edge_kept_drop(index, n);
    }

    if (index->free == EDGE_KEPT_NIL
        || index->bytes + kept->size > index->max_bytes)
    {
        n = edge_kept_victim(index,
                             edge_kept_index_hash(kept->origin,
                                            strlen(kept->origin)),
                             now);

        edge_kept_name(edge_kept_index_at(index, n), name);
        edge_kept_drop(index, n);
        index->evicted++;

        return EDGE_KEPT_PUT_EVICTED;
    }

    edge_kept_add(index, kept);

    return EDGE_KEPT_PUT_DONE;
}


void
edge_kept_index_remove(edge_kept_index_t *index, const edge_kept_t *kept)
{
    uint32_t  n;

    n = edge_kept_index_same(index, kept);

    if (n != EDGE_KEPT_NIL) {
        edge_kept_drop(index, n);
    }
}
