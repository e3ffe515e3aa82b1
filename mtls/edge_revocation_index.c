
#include "edge_revocation_index.h"

#include <string.h>


/* SipHash with a result of 128 bits, Aumasson and Bernstein, 2012 */

typedef struct {
    uint64_t  v[4];
} edge_revocation_hash_t;


static uint64_t
edge_revocation_rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}


static void
edge_revocation_hash_rounds(edge_revocation_hash_t *h, int rounds)
{
    uint64_t  *v;

    for (v = h->v; rounds > 0; rounds--) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = edge_revocation_rotate(v[1], 13) ^ v[0];
        v[3] = edge_revocation_rotate(v[3], 16) ^ v[2];
        v[0] = edge_revocation_rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = edge_revocation_rotate(v[1], 17) ^ v[2];
        v[3] = edge_revocation_rotate(v[3], 21) ^ v[0];
        v[2] = edge_revocation_rotate(v[2], 32);
    }
}


static void
edge_revocation_hash_word(edge_revocation_hash_t *h, uint64_t word)
{
    h->v[3] ^= word;
    edge_revocation_hash_rounds(h, 2);
    h->v[0] ^= word;
}


/* Bytes of a word from the lowest on, so that all machines agree */

static uint64_t
edge_revocation_word(const unsigned char *p, size_t len)
{
    size_t    i;
    uint64_t  word;

    word = 0;

    for (i = 0; i < len; i++) {
        word |= (uint64_t) p[i] << (8 * i);
    }

    return word;
}


/* The hash of issuer and number; never all zeros, which is a free slot. */

static void
edge_revocation_hash(const edge_revocation_index_t *index,
    const unsigned char *id, const unsigned char *serial, size_t len,
    uint64_t *hash)
{
    size_t                   left;
    edge_revocation_hash_t   h;

    /* the shortest form of an INTEGER */

    while (len > 1 && serial[0] == 0 && serial[1] < 0x80) {
        serial++;
        len--;
    }

    h.v[0] = index->key[0] ^ 0x736f6d6570736575u;
    h.v[1] = index->key[1] ^ 0x646f72616e646f6du ^ 0xee;
    h.v[2] = index->key[0] ^ 0x6c7967656e657261u;
    h.v[3] = index->key[1] ^ 0x7465646279746573u;

    edge_revocation_hash_word(&h, edge_revocation_word(id, 8));
    edge_revocation_hash_word(&h, edge_revocation_word(id + 8, 8));

    for (left = len; left >= 8; left -= 8) {
        edge_revocation_hash_word(&h, edge_revocation_word(serial, 8));
        serial += 8;
    }

    edge_revocation_hash_word(&h, edge_revocation_word(serial, left)
                                      | (uint64_t) len << 56);

    h.v[2] ^= 0xee;
    edge_revocation_hash_rounds(&h, 4);
    hash[0] = h.v[0] ^ h.v[1] ^ h.v[2] ^ h.v[3];

    h.v[1] ^= 0xdd;
    edge_revocation_hash_rounds(&h, 4);
    hash[1] = h.v[0] ^ h.v[1] ^ h.v[2] ^ h.v[3];

    hash[1] |= (hash[0] == 0 && hash[1] == 0);
}


/* Three of four slots are used at most, so one is always free. */

static uint64_t
edge_revocation_nslots(uint64_t entries)
{
    return entries + entries / 3 + 1;
}


size_t
edge_revocation_index_size(uint64_t entries)
{
    return sizeof(edge_revocation_index_t)
           + (size_t) edge_revocation_nslots(entries) * 16;
}


edge_revocation_index_t *
edge_revocation_index_init(void *memory, size_t size, const uint64_t *key)
{
    edge_revocation_index_t  *index;

    if (size < sizeof(edge_revocation_index_t)) {
        return NULL;
    }

    index = memory;
    index->max_slots = (size - sizeof(edge_revocation_index_t)) / 16;
    index->nslots = 0;
    index->count = 0;
    index->nissuers = 0;
    index->key[0] = key[0];
    index->key[1] = key[1];

    return index;
}


static edge_revocation_issuer_t *
edge_revocation_add_table(edge_revocation_index_t *index,
    const unsigned char *id, uint64_t nslots)
{
    edge_revocation_issuer_t  *issuer;

    if (index->nissuers == EDGE_REVOCATION_MAX_ISSUERS
        || nslots > index->max_slots - index->nslots)
    {
        return NULL;
    }

    issuer = &index->issuers[index->nissuers++];

    memcpy(issuer->id, id, EDGE_REVOCATION_ID_LEN);
    issuer->next_update = INT64_MAX;
    issuer->this_update = INT64_MIN;
    issuer->covered_until[EDGE_REVOCATION_USER] = INT64_MAX;
    issuer->covered_until[EDGE_REVOCATION_CA] = INT64_MAX;
    issuer->nlists = 0;
    issuer->ndeltas = 0;
    issuer->count = 0;
    issuer->first = index->nslots;
    issuer->nslots = nslots;

    index->nslots += nslots;

    return issuer;
}


edge_revocation_issuer_t *
edge_revocation_index_add_issuer(edge_revocation_index_t *index,
    const unsigned char *id, uint64_t entries)
{
    if (entries > index->max_slots) {
        return NULL;
    }

    return edge_revocation_add_table(index, id,
                                     edge_revocation_nslots(entries));
}


edge_revocation_issuer_t *
edge_revocation_index_copy_issuer(edge_revocation_index_t *index,
    const edge_revocation_index_t *from, const edge_revocation_issuer_t *issuer)
{
    edge_revocation_issuer_t  *copy;

    copy = edge_revocation_add_table(index, issuer->id, issuer->nslots);

    if (copy) {
        copy->next_update = issuer->next_update;
        copy->this_update = issuer->this_update;
        memcpy(copy->covered_until, issuer->covered_until,
               sizeof(copy->covered_until));
        copy->nlists = issuer->nlists;
        copy->ndeltas = issuer->ndeltas;
        copy->count = issuer->count;
        index->count += issuer->count;

        memcpy(index->slots[copy->first], from->slots[issuer->first],
               (size_t) issuer->nslots * 16);
    }

    return copy;
}


edge_revocation_issuer_t *
edge_revocation_index_issuer(const edge_revocation_index_t *index,
    const unsigned char *id)
{
    uint64_t  i;

    for (i = 0; i < index->nissuers; i++) {
        if (memcmp(index->issuers[i].id, id, EDGE_REVOCATION_ID_LEN) == 0) {
            return (edge_revocation_issuer_t *) &index->issuers[i];
        }
    }

    return NULL;
}


/* Where a hash belongs: the number of slots is no power of two. */

static uint64_t
edge_revocation_home(const edge_revocation_issuer_t *issuer,
    const uint64_t *hash)
{
    return (uint64_t) ((unsigned __int128) hash[0] * issuer->nslots >> 64);
}


/* The slot of the hash, or the free one that ends the search for it. */

static uint64_t
edge_revocation_slot(const edge_revocation_index_t *index,
    const edge_revocation_issuer_t *issuer, const uint64_t *hash)
{
    uint64_t         i;
    const uint64_t  *slot;

    i = edge_revocation_home(issuer, hash);

    for ( ;; ) {
        slot = index->slots[issuer->first + i];

        if ((slot[0] | slot[1]) == 0
            || (slot[0] == hash[0] && slot[1] == hash[1]))
        {
            return i;
        }

        i = (i + 1 < issuer->nslots) ? i + 1 : 0;
    }
}


edge_revocation_result_e
edge_revocation_index_add(edge_revocation_index_t *index,
    edge_revocation_issuer_t *issuer, const unsigned char *serial, size_t len)
{
    uint64_t  *slot, hash[2];

    edge_revocation_hash(index, issuer->id, serial, len, hash);
    slot = index->slots[issuer->first
                        + edge_revocation_slot(index, issuer, hash)];

    if (slot[0] | slot[1]) {
        return EDGE_REVOCATION_OK;
    }

    /* one slot stays free: it ends searches */

    if (issuer->count + 1 >= issuer->nslots) {
        return EDGE_REVOCATION_FULL;
    }

    slot[0] = hash[0];
    slot[1] = hash[1];
    issuer->count++;
    index->count++;

    return EDGE_REVOCATION_OK;
}


void
edge_revocation_index_remove(edge_revocation_index_t *index,
    edge_revocation_issuer_t *issuer, const unsigned char *serial, size_t len)
{
    uint64_t   hole, next, home, hash[2];
    uint64_t  *slots;

    slots = index->slots[issuer->first];

    edge_revocation_hash(index, issuer->id, serial, len, hash);
    hole = edge_revocation_slot(index, issuer, hash);

    if ((slots[2 * hole] | slots[2 * hole + 1]) == 0) {
        return;
    }

    issuer->count--;
    index->count--;
    next = hole;

    /* move back what would not be found past the hole */

    for ( ;; ) {
        next = (next + 1 < issuer->nslots) ? next + 1 : 0;

        if ((slots[2 * next] | slots[2 * next + 1]) == 0) {
            break;
        }

        home = edge_revocation_home(issuer, &slots[2 * next]);

        if ((hole <= next) ? (home > hole && home <= next)
                           : (home > hole || home <= next))
        {
            continue;
        }

        memcpy(&slots[2 * hole], &slots[2 * next], 16);
        hole = next;
    }

    memset(&slots[2 * hole], 0, 16);
}


edge_revocation_verdict_e
edge_revocation_index_find(const edge_revocation_index_t *index,
    const unsigned char *id, const unsigned char *serial, size_t len,
    edge_revocation_kind_e kind, int64_t now, int64_t stale)
{
    int64_t                          until;
    uint64_t                         hash[2];
    const uint64_t                  *slot;
    const edge_revocation_issuer_t  *issuer;

    issuer = edge_revocation_index_issuer(index, id);

    /* what is being replaced under us may say anything, but not where to go */

    if (issuer == NULL || issuer->first > index->max_slots
        || issuer->nslots > index->max_slots - issuer->first)
    {
        return EDGE_REVOCATION_NO_LIST;
    }

    edge_revocation_hash(index, id, serial, len, hash);
    slot = index->slots[issuer->first
                        + edge_revocation_slot(index, issuer, hash)];

    if (slot[0] | slot[1]) {
        return EDGE_REVOCATION_REVOKED;
    }

    until = issuer->covered_until[kind];

    if (until == EDGE_REVOCATION_NOT_COVERED) {
        return EDGE_REVOCATION_NO_LIST;
    }

    return (until < now - stale) ? EDGE_REVOCATION_STALE : EDGE_REVOCATION_GOOD;
}
