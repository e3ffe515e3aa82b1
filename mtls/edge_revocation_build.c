
#include "edge_revocation_build.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "edge_revocation_lists.h"
#include "edge_revocation_scope.h"


typedef struct {
    const edge_revocation_build_t  *build;
    edge_revocation_report_t       *report;
    edge_revocation_lists_t         lists;
} edge_revocation_work_t;


static edge_revocation_build_result_e edge_revocation_fill(
    edge_revocation_work_t *work);
static int edge_revocation_keep_issuers(edge_revocation_work_t *work);
static int edge_revocation_add_issuers(edge_revocation_work_t *work);


edge_revocation_build_result_e
edge_revocation_build(const edge_revocation_build_t *build,
    edge_revocation_report_t *report)
{
    edge_revocation_work_t           work;
    edge_revocation_build_result_e   result;

    memset(&work, 0, sizeof(edge_revocation_work_t));

    work.build = build;
    work.report = report;

    ERR_set_mark();

    result = EDGE_REVOCATION_BUILD_NO_MEMORY;

    if (edge_revocation_lists_scan(&work.lists, build, report)) {
        result = edge_revocation_fill(&work);
    }

    ERR_pop_to_mark();

    edge_revocation_lists_free(&work.lists);

    return result;
}


static edge_revocation_build_result_e
edge_revocation_fill(edge_revocation_work_t *work)
{
    size_t                           i;
    const edge_revocation_list_t    *list;
    const edge_revocation_build_t   *build;
    edge_revocation_build_result_e   result;

    build = work->build;

    work->report->index = edge_revocation_index_init(build->memory, build->size,
                                                     build->key);

    if (work->report->index == NULL || !edge_revocation_keep_issuers(work)
        || !edge_revocation_add_issuers(work))
    {
        return EDGE_REVOCATION_BUILD_NO_ROOM;
    }

    for (i = 0; i < work->lists.count; i++) {
        list = &work->lists.lists[i];

        if (!list->used) {
            continue;
        }

        work->report->nlists++;

        /* with its deltas */

        if (!list->is_delta) {
            result = edge_revocation_scope_add(&work->lists, list);

            if (result != EDGE_REVOCATION_BUILD_OK) {
                return result;
            }
        }
    }

    return EDGE_REVOCATION_BUILD_OK;
}


static int
edge_revocation_is_of(const edge_revocation_list_t *list,
    const unsigned char *id)
{
    return list->used && memcmp(list->id, id, EDGE_REVOCATION_ID_LEN) == 0;
}


static void
edge_revocation_cover(int64_t *until, const edge_revocation_list_t *list)
{
    if (*until == EDGE_REVOCATION_NOT_COVERED || list->next_update < *until) {
        *until = list->next_update;
    }
}


/* Counts what the issuer has now, as an issuer of the index has it. */

static void
edge_revocation_sum(const edge_revocation_lists_t *lists,
    const unsigned char *id, edge_revocation_issuer_t *sum)
{
    size_t                         i;
    int64_t                       *until;
    const edge_revocation_list_t  *list;

    memset(sum, 0, sizeof(edge_revocation_issuer_t));

    sum->next_update = INT64_MAX;
    sum->this_update = INT64_MIN;

    until = sum->covered_until;
    until[EDGE_REVOCATION_USER] = EDGE_REVOCATION_NOT_COVERED;
    until[EDGE_REVOCATION_CA] = EDGE_REVOCATION_NOT_COVERED;

    for (i = 0; i < lists->count; i++) {
        list = &lists->lists[i];

        if (!edge_revocation_is_of(list, id)) {
            continue;
        }

        sum->count += list->count;

        if (list->is_delta) {
            sum->ndeltas++;
            continue;
        }

        sum->nlists++;

        if (list->next_update < sum->next_update) {
            sum->next_update = list->next_update;
        }

        if (list->this_update > sum->this_update) {
            sum->this_update = list->this_update;
        }

        if (list->covers_users) {
            edge_revocation_cover(&until[EDGE_REVOCATION_USER], list);
        }

        if (list->covers_cas) {
            edge_revocation_cover(&until[EDGE_REVOCATION_CA], list);
        }
    }
}


/*
 * If there were problems, an issuer that has fewer lists than before, or of
 * the same base lists fewer deltas, stays as it was: they may be about it.
 */

static int
edge_revocation_keep_issuers(edge_revocation_work_t *work)
{
    size_t                           i, k;
    edge_revocation_issuer_t         now;
    const edge_revocation_index_t   *before;
    const edge_revocation_issuer_t  *issuer;

    before = work->build->before;

    if (before == NULL || work->report->nproblems == 0) {
        return 1;
    }

    for (i = 0; i < before->nissuers; i++) {
        issuer = &before->issuers[i];
        edge_revocation_sum(&work->lists, issuer->id, &now);

        if (now.nlists >= issuer->nlists
            && (now.ndeltas >= issuer->ndeltas
                || now.this_update > issuer->this_update))
        {
            continue;
        }

        for (k = 0; k < work->lists.count; k++) {
            if (edge_revocation_is_of(&work->lists.lists[k], issuer->id)) {
                work->lists.lists[k].used = 0;
            }
        }

        if (edge_revocation_index_copy_issuer(work->report->index, before,
                                              issuer)
            == NULL)
        {
            return 0;
        }

        work->report->nkept++;
    }

    return 1;
}


/* A table for each other issuer */

static int
edge_revocation_add_issuers(edge_revocation_work_t *work)
{
    size_t                     i;
    edge_revocation_list_t    *list;
    edge_revocation_index_t   *index;
    edge_revocation_issuer_t   now, *issuer;

    index = work->report->index;

    for (i = 0; i < work->lists.count; i++) {
        list = &work->lists.lists[i];

        if (!list->used || edge_revocation_index_issuer(index, list->id)) {
            continue;
        }

        edge_revocation_sum(&work->lists, list->id, &now);

        issuer = edge_revocation_index_add_issuer(index, list->id, now.count);
        if (issuer == NULL) {
            return 0;
        }

        issuer->next_update = now.next_update;
        issuer->this_update = now.this_update;
        memcpy(issuer->covered_until, now.covered_until,
               sizeof(now.covered_until));
        issuer->nlists = now.nlists;
        issuer->ndeltas = now.ndeltas;
    }

    return 1;
}


void
edge_revocation_report_free(edge_revocation_report_t *report)
{
    size_t  i;

    for (i = 0; i < report->nproblems && i < EDGE_REVOCATION_MAX_PROBLEMS; i++)
    {
        free(report->problems[i].path);
    }

    memset(report, 0, sizeof(edge_revocation_report_t));
}


const char *
edge_revocation_problem_text(edge_revocation_problem_e problem)
{
    static const char  *texts[] = {
        "cannot be read",
        "is malformed",
        "has an unsupported algorithm or critical extension",
        "is of an issuer that no server trusts",
        "has a wrong signature",
        "is not yet valid",
        "is a delta whose base list is missing",
        "changed while it was read"
    };

    return texts[problem];
}
