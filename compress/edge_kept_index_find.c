
#include <string.h>

#include "edge_kept_index_parts.h"


static unsigned
edge_kept_serves(const edge_kept_t *kept, const edge_kept_query_t *query)
{
    return memcmp(kept->digest, query->digest, EDGE_DICTIONARY_DIGEST) == 0
           && kept->expires > query->now
           && strlen(kept->origin) == query->origin_size
           && memcmp(kept->origin, query->origin, query->origin_size) == 0
           && (query->id == NULL
               || (strlen(kept->use.id) == query->id_size
                   && memcmp(kept->use.id, query->id, query->id_size) == 0))
           && edge_use_as_serves(kept->use.dest, query->dest,
                                 query->dest_size)
           && edge_match_pattern_matches(&kept->match, query->target,
                                         query->target_size);
}


const edge_kept_t *
edge_kept_index_find(edge_kept_index_t *index, const edge_kept_query_t *query)
{
    uint32_t            n;
    uint64_t            host;
    edge_kept_slot_t   *slots;
    const edge_kept_t  *kept;

    slots = edge_kept_index_slots(index);
    host = edge_kept_index_hash(query->origin, query->origin_size);
    n = edge_kept_index_heads(index, EDGE_KEPT_BY_DIGEST)
            [edge_kept_index_bucket(index, query->digest, host)];

    while (n != EDGE_KEPT_NIL) {
        kept = edge_kept_index_at(index, n);

        if (edge_kept_serves(kept, query)) {
            slots[n].used = ++index->clock;
            index->found++;
            return kept;
        }

        n = slots[n].next[EDGE_KEPT_BY_DIGEST];
    }

    return NULL;
}


unsigned
edge_kept_index_knows(const edge_kept_index_t *index,
    const unsigned char *source, int64_t until)
{
    uint32_t           n;
    edge_kept_slot_t  *slots;

    slots = edge_kept_index_slots(index);
    n = edge_kept_index_heads(index, EDGE_KEPT_BY_SOURCE)
            [edge_kept_index_bucket(index, source, 0)];

    while (n != EDGE_KEPT_NIL) {

        if (slots[n].expires >= until
            && memcmp(edge_kept_index_at(index, n)->source, source,
                      EDGE_KEPT_SOURCE)
               == 0)
        {
            return 1;
        }

        n = slots[n].next[EDGE_KEPT_BY_SOURCE];
    }

    return 0;
}


unsigned
edge_kept_index_has(const edge_kept_index_t *index, const edge_kept_t *kept,
    int64_t until)
{
    uint32_t  n;

    n = edge_kept_index_same(index, kept);

    return n != EDGE_KEPT_NIL
           && edge_kept_index_slots(index)[n].expires >= until;
}


void
edge_kept_index_count(const edge_kept_index_t *index,
    edge_kept_counts_t *counts)
{
    counts->count = index->count;
    counts->bytes = index->bytes;
    counts->stored = index->stored;
    counts->evicted = index->evicted;
    counts->found = index->found;
}
