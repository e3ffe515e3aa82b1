
#include "edge_revocation_scope.h"

#include <string.h>

#include "edge_pages.h"


typedef struct {
    edge_revocation_lists_t    *lists;
    edge_revocation_index_t    *index;
    edge_revocation_issuer_t   *issuer;

    /* what the deltas take out, an index of its own; or NULL */
    edge_revocation_index_t    *removed;
    size_t                      removed_size;

    int                         is_full;
} edge_revocation_scope_t;


static edge_revocation_build_result_e edge_revocation_scope_fill(
    edge_revocation_scope_t *scope, const edge_revocation_list_t *base);
static edge_revocation_build_result_e edge_revocation_scope_read_deltas(
    edge_revocation_scope_t *scope, const edge_revocation_list_t *base,
    edge_crl_entry_pt entry);
static edge_revocation_build_result_e edge_revocation_scope_read(
    edge_revocation_scope_t *scope, const edge_revocation_list_t *list,
    edge_crl_entry_pt entry);
static int edge_revocation_scope_note_removed(void *data,
    const unsigned char *serial, size_t len, unsigned reason);
static int edge_revocation_scope_add_entry(void *data,
    const unsigned char *serial, size_t len, unsigned reason);


static int
edge_revocation_scope_has(const edge_revocation_list_t *base,
    const edge_revocation_list_t *list)
{
    return list->used && list->is_delta
           && edge_revocation_lists_is_same_scope(base, list);
}


edge_revocation_build_result_e
edge_revocation_scope_add(edge_revocation_lists_t *lists,
    const edge_revocation_list_t *base)
{
    size_t                           i;
    uint64_t                         count;
    edge_revocation_scope_t          scope;
    edge_revocation_build_result_e   result;

    memset(&scope, 0, sizeof(edge_revocation_scope_t));

    scope.lists = lists;
    scope.index = lists->report->index;
    scope.issuer = edge_revocation_index_issuer(scope.index, base->id);

    count = 0;

    for (i = 0; i < lists->count; i++) {
        if (edge_revocation_scope_has(base, &lists->lists[i])) {
            count += lists->lists[i].count;
        }
    }

    if (count) {
        scope.removed_size = edge_revocation_index_size(count);
        scope.removed = edge_pages_alloc(scope.removed_size);

        if (scope.removed == NULL) {
            return EDGE_REVOCATION_BUILD_NO_MEMORY;
        }

        (void) edge_revocation_index_init(scope.removed, scope.removed_size,
                                          lists->build->key);
        (void) edge_revocation_index_add_issuer(scope.removed, base->id, count);
    }

    result = edge_revocation_scope_fill(&scope, base);

    if (scope.removed) {
        edge_pages_free(scope.removed, scope.removed_size);
    }

    return result;
}


/* What deltas take out is known before anything is added. */

static edge_revocation_build_result_e
edge_revocation_scope_fill(edge_revocation_scope_t *scope,
    const edge_revocation_list_t *base)
{
    edge_revocation_build_result_e  result;

    result = EDGE_REVOCATION_BUILD_OK;

    if (scope->removed) {
        result = edge_revocation_scope_read_deltas(scope, base,
                                           edge_revocation_scope_note_removed);
    }

    if (result == EDGE_REVOCATION_BUILD_OK) {
        result = edge_revocation_scope_read(scope, base,
                                            edge_revocation_scope_add_entry);
    }

    if (result == EDGE_REVOCATION_BUILD_OK) {
        result = edge_revocation_scope_read_deltas(scope, base,
                                              edge_revocation_scope_add_entry);
    }

    return result;
}


/* From the oldest on, as they are sorted */

static edge_revocation_build_result_e
edge_revocation_scope_read_deltas(edge_revocation_scope_t *scope,
    const edge_revocation_list_t *base, edge_crl_entry_pt entry)
{
    size_t                           i;
    const edge_revocation_list_t    *list;
    edge_revocation_build_result_e   result;

    for (i = 0; i < scope->lists->count; i++) {
        list = &scope->lists->lists[i];

        if (!edge_revocation_scope_has(base, list)) {
            continue;
        }

        result = edge_revocation_scope_read(scope, list, entry);
        if (result != EDGE_REVOCATION_BUILD_OK) {
            return result;
        }
    }

    return EDGE_REVOCATION_BUILD_OK;
}


static edge_revocation_build_result_e
edge_revocation_scope_read(edge_revocation_scope_t *scope,
    const edge_revocation_list_t *list, edge_crl_entry_pt entry)
{
    size_t                           place;
    edge_crl_t                       crl;
    edge_crl_file_t                 *source;
    edge_crl_result_e                result;
    edge_revocation_build_result_e   rc;

    source = edge_pages_alloc(sizeof(edge_crl_file_t));
    if (source == NULL) {
        return EDGE_REVOCATION_BUILD_NO_MEMORY;
    }

    if (!edge_crl_file_open(source, scope->lists->files.names[list->file])) {
        edge_pages_free(source, sizeof(edge_crl_file_t));
        return EDGE_REVOCATION_BUILD_CHANGED;
    }

    source->rest = scope->lists->build->rest;
    memset(&crl, 0, sizeof(edge_crl_t));

    scope->is_full = 0;
    result = EDGE_CRL_MALFORMED;

    for (place = 0; edge_crl_file_next(source) == 1; place++) {
        if (place == list->place) {
            result = edge_crl_read(&crl, edge_crl_file_read, source, entry,
                                   scope);
            break;
        }
    }

    /* what was verified is what was added now, or all is done again */

    if (scope->is_full) {
        rc = EDGE_REVOCATION_BUILD_CHANGED;

    } else if (result == EDGE_CRL_NO_MEMORY) {
        rc = EDGE_REVOCATION_BUILD_NO_MEMORY;

    } else if (result != EDGE_CRL_OK
               || memcmp(crl.digest, list->digest, sizeof(crl.digest)) != 0)
    {
        rc = EDGE_REVOCATION_BUILD_CHANGED;

    } else {
        rc = EDGE_REVOCATION_BUILD_OK;
    }

    if (rc == EDGE_REVOCATION_BUILD_CHANGED) {
        edge_revocation_lists_problem(scope->lists, list->file,
                                      EDGE_REVOCATION_CHANGED);
    }

    edge_crl_free(&crl);
    edge_crl_file_close(source);
    edge_pages_free(source, sizeof(edge_crl_file_t));

    return rc;
}


/* A later delta may list again what an earlier one took out. */

static int
edge_revocation_scope_note_removed(void *data, const unsigned char *serial,
    size_t len, unsigned reason)
{
    edge_revocation_scope_t *scope = data;

    edge_revocation_issuer_t  *removed;

    removed = &scope->removed->issuers[0];

    if (reason != EDGE_CRL_REMOVE_FROM_CRL) {
        edge_revocation_index_remove(scope->removed, removed, serial, len);
        return 0;
    }

    scope->is_full = (edge_revocation_index_add(scope->removed, removed, serial,
                                                len)
                      != EDGE_REVOCATION_OK);

    return scope->is_full;
}


static int
edge_revocation_scope_add_entry(void *data, const unsigned char *serial,
    size_t len, unsigned reason)
{
    edge_revocation_scope_t  *scope = data;

    if (reason == EDGE_CRL_REMOVE_FROM_CRL
        || (scope->removed
            && edge_revocation_index_find(scope->removed, scope->issuer->id,
                                          serial, len, EDGE_REVOCATION_USER, 0,
                                          0)
               == EDGE_REVOCATION_REVOKED))
    {
        return 0;
    }

    scope->is_full = (edge_revocation_index_add(scope->index, scope->issuer,
                                                serial, len)
                      != EDGE_REVOCATION_OK);

    return scope->is_full;
}
