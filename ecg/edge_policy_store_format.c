
#include <string.h>

#include "edge_policy_store_parts.h"


static uint64_t edge_policy_store_sum(uint64_t sum, edge_lmdb_bytes_t bytes);


static const edge_lmdb_bytes_t  edge_policy_store_format_key = {
    "format", 6
};

static const edge_lmdb_bytes_t  edge_policy_store_wildcards_key = {
    "wildcards", 9
};


edge_store_e
edge_policy_store_read_format(edge_policy_store_t *store, int written,
    uint32_t *format)
{
    edge_store_e       result;
    edge_lmdb_bytes_t  value;

    result = edge_lmdb_get(store->db, written, EDGE_LMDB_META,
                           edge_policy_store_format_key, &value);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    if (value.len != sizeof(uint32_t)) {
        return EDGE_STORE_CORRUPT;
    }

    memcpy(format, value.data, sizeof(uint32_t));

    return (*format < EDGE_POLICY_STORE_FORMAT_MIN
            || *format > EDGE_POLICY_STORE_FORMAT)
           ? EDGE_STORE_OTHER_FORMAT : EDGE_STORE_OK;
}


edge_store_e
edge_policy_store_write_format(edge_policy_store_t *store, uint32_t format)
{
    edge_lmdb_bytes_t  value;

    value.data = (char *) &format;
    value.len = sizeof(format);

    return edge_lmdb_put(store->db, EDGE_LMDB_META,
                         edge_policy_store_format_key, value, 0);
}


void
edge_policy_store_read_wildcards(edge_policy_store_t *store, int written,
    uint32_t *wildcards)
{
    size_t             size;
    edge_lmdb_bytes_t  value;

    size = EDGE_POLICY_STORE_DEPTHS * sizeof(uint32_t);

    if (edge_lmdb_get(store->db, written, EDGE_LMDB_META,
                      edge_policy_store_wildcards_key, &value)
        == EDGE_STORE_OK
        && value.len == size)
    {
        memcpy(wildcards, value.data, size);

    } else {
        memset(wildcards, 0, size);
    }
}


edge_store_e
edge_policy_store_count_wildcard(edge_policy_store_t *store, const char *name,
    size_t len, int change)
{
    size_t             i;
    unsigned           labels;
    uint32_t           wildcards[EDGE_POLICY_STORE_DEPTHS];
    edge_lmdb_bytes_t  value;

    if (name[0] != '*') {
        return EDGE_STORE_OK;
    }

    /* "*.a.b" has two behind the star */

    for (i = 0, labels = 0; i < len; i++) {
        labels += (name[i] == '.');
    }

    if (labels >= EDGE_POLICY_STORE_DEPTHS) {
        return EDGE_STORE_FAILED;
    }

    edge_policy_store_read_wildcards(store, 1, wildcards);
    wildcards[labels] += (uint32_t) change;

    value.data = (char *) wildcards;
    value.len = sizeof(wildcards);

    return edge_lmdb_put(store->db, EDGE_LMDB_META,
                         edge_policy_store_wildcards_key, value, 0);
}


size_t
edge_policy_store_encode(uint32_t format, edge_lmdb_bytes_t name,
    const edge_policy_stored_t *record, char *buf)
{
    size_t             len;
    uint64_t           sum;
    edge_lmdb_bytes_t  text;

    if (format == 1) {
        return edge_policy_record_encode(record, buf);
    }

    len = edge_policy_record_encode(record, buf + sizeof(sum));
    if (len == 0) {
        return 0;
    }

    text.data = buf + sizeof(sum);
    text.len = len;

    sum = edge_policy_store_sum(edge_policy_store_sum(format, name), text);
    memcpy(buf, &sum, sizeof(sum));

    return len + sizeof(sum);
}


edge_store_e
edge_policy_store_decode(uint32_t format, edge_lmdb_bytes_t name,
    edge_lmdb_bytes_t value, char *buf, edge_policy_stored_t *out)
{
    uint64_t  sum;

    if (format != 1) {

        if (value.len < sizeof(sum)
            || value.len > EDGE_POLICY_STORE_VALUE_MAX)
        {
            return EDGE_STORE_CORRUPT;
        }

        memcpy(&sum, value.data, sizeof(sum));

        value.data += sizeof(sum);
        value.len -= sizeof(sum);

        if (sum != edge_policy_store_sum(edge_policy_store_sum(format, name),
                                         value))
        {
            return EDGE_STORE_CORRUPT;
        }
    }

    return edge_policy_record_decode(value.data, value.len, buf, out)
           ? EDGE_STORE_OK : EDGE_STORE_CORRUPT;
}


/* Finds what a disk does to a record, not what somebody does on purpose. */

static uint64_t
edge_policy_store_sum(uint64_t sum, edge_lmdb_bytes_t bytes)
{
    size_t    i, n;
    uint64_t  word;

    sum ^= bytes.len;

    for (i = 0; i < bytes.len; i += n) {
        n = bytes.len - i;
        n = (n < sizeof(word)) ? n : sizeof(word);

        word = 0;
        memcpy(&word, bytes.data + i, n);

        sum = (sum ^ word) * 0x9e3779b97f4a7c15ULL;
        sum ^= sum >> 29;
    }

    return sum;
}
