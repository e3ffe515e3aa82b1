
#include <string.h>

#include "edge_policy_resolve.h"


static edge_store_e edge_policy_resolve_wildcards(
    const edge_policy_table_t *table, edge_policy_store_t *store,
    const char *host, size_t len, edge_policy_resolved_t *out);
static edge_store_e edge_policy_resolve_name(const edge_policy_table_t *table,
    edge_policy_store_t *store, const char *name, size_t len,
    edge_policy_resolved_t *out);
static edge_store_e edge_policy_resolve_stored(edge_policy_store_t *store,
    const char *name, size_t len, edge_policy_resolved_t *out);
static edge_store_e edge_policy_resolve_link(edge_policy_resolved_t *out,
    const char *name, size_t len, int stored, const edge_policy_t *policy);
static int edge_policy_is_word(const char *name, size_t len);


edge_store_e
edge_policy_resolve(const edge_policy_table_t *table,
    edge_policy_store_t *store, const char *host, size_t len,
    edge_policy_resolved_t *out)
{
    edge_store_e  result;

    out->n = 0;
    memset(&out->policy, 0, sizeof(edge_policy_t));

    if (host == NULL) {
        result = edge_policy_resolve_name(table, store, EDGE_POLICY_NO_SNI,
                                          sizeof(EDGE_POLICY_NO_SNI) - 1, out);

    } else {
        result = EDGE_STORE_OK;

        if (!edge_policy_is_word(host, len)) {
            result = edge_policy_resolve_name(table, store, host, len, out);
        }

        if (result == EDGE_STORE_OK) {
            result = edge_policy_resolve_wildcards(table, store, host, len,
                                                   out);
        }
    }

    if (result != EDGE_STORE_OK) {
        return result;
    }

    return edge_policy_resolve_name(table, store, EDGE_POLICY_DEFAULT,
                                    sizeof(EDGE_POLICY_DEFAULT) - 1, out);
}


/* These names are words here, not hosts. */

static int
edge_policy_is_word(const char *name, size_t len)
{
    return (len == sizeof(EDGE_POLICY_NO_SNI) - 1
            && memcmp(name, EDGE_POLICY_NO_SNI, len) == 0)
           || (len == sizeof(EDGE_POLICY_DEFAULT) - 1
               && memcmp(name, EDGE_POLICY_DEFAULT, len) == 0);
}


static edge_store_e
edge_policy_resolve_wildcards(const edge_policy_table_t *table,
    edge_policy_store_t *store, const char *host, size_t len,
    edge_policy_resolved_t *out)
{
    char                  wildcard[EDGE_HOSTNAME_MAX + 3];
    size_t                i;
    unsigned              labels;
    edge_store_e          result;
    edge_policy_store_t  *looked;

    for (i = 0, labels = 0; i < len; i++) {
        labels += (host[i] == '.');
    }

    wildcard[0] = '*';
    wildcard[1] = '.';

    for ( ; edge_hostname_next_wildcard(&host, &len); labels--) {

        looked = (store && edge_policy_store_has_wildcards(store, labels))
                 ? store : NULL;

        if (looked == NULL && (table == NULL || table->n == 0)) {
            continue;
        }

        memcpy(wildcard + 2, host, len);

        result = edge_policy_resolve_name(table, looked, wildcard, len + 2,
                                          out);
        if (result != EDGE_STORE_OK) {
            return result;
        }
    }

    return EDGE_STORE_OK;
}


static edge_store_e
edge_policy_resolve_name(const edge_policy_table_t *table,
    edge_policy_store_t *store, const char *name, size_t len,
    edge_policy_resolved_t *out)
{
    edge_store_e           result;
    edge_policy_record_t  *record;

    if (store) {
        result = edge_policy_resolve_stored(store, name, len, out);

        if (result != EDGE_STORE_OK && result != EDGE_STORE_NOT_FOUND) {
            return result;
        }
    }

    record = table ? edge_policy_table_find(table, name, len) : NULL;

    if (record == NULL) {
        return EDGE_STORE_OK;
    }

    return edge_policy_resolve_link(out, name, len, 0, &record->policy);
}


static edge_store_e
edge_policy_resolve_stored(edge_policy_store_t *store, const char *name,
    size_t len, edge_policy_resolved_t *out)
{
    unsigned               setting;
    edge_store_e           result;
    edge_policy_t          policy;
    edge_policy_stored_t  *stored;

    if (out->n == EDGE_POLICY_ORIGINS) {
        return EDGE_STORE_FAILED;
    }

    stored = &out->stored[out->n];

    result = edge_policy_store_get(store, name, len, out->bytes[out->n],
                                   stored);
    if (result != EDGE_STORE_OK) {
        return result;
    }

    if (edge_policy_record_policy(stored, &policy, &setting)
        != EDGE_POLICY_OK)
    {
        return EDGE_STORE_CORRUPT;
    }

    return edge_policy_resolve_link(out, name, len, 1, &policy);
}


static edge_store_e
edge_policy_resolve_link(edge_policy_resolved_t *out, const char *name,
    size_t len, int stored, const edge_policy_t *policy)
{
    edge_policy_origin_t  *origin;

    if (out->n == EDGE_POLICY_ORIGINS || len > EDGE_HOSTNAME_MAX) {
        return EDGE_STORE_FAILED;
    }

    origin = &out->origins[out->n];

    memcpy(origin->name, name, len);
    origin->name[len] = '\0';
    origin->len = len;
    origin->stored = (unsigned char) stored;

    edge_policy_inherit(&out->policy, policy, out->n++);

    return EDGE_STORE_OK;
}


const char *
edge_policy_resolved_source(const edge_policy_resolved_t *resolved)
{
    const edge_policy_origin_t  *origin;

    if (resolved->n == 0) {
        return "server";
    }

    origin = &resolved->origins[0];

    if (origin->name[0] == '*') {
        return "wildcard";
    }

    if (strcmp(origin->name, EDGE_POLICY_DEFAULT) == 0) {
        return EDGE_POLICY_DEFAULT;
    }

    if (strcmp(origin->name, EDGE_POLICY_NO_SNI) == 0) {
        return EDGE_POLICY_NO_SNI;
    }

    return "exact";
}
