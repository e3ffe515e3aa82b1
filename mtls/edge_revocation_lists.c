
#include "edge_revocation_lists.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509v3.h>

#include "edge_pages.h"


static void edge_revocation_scan_file(edge_revocation_lists_t *work,
    size_t file);
static void edge_revocation_check(edge_revocation_lists_t *work, size_t file,
    size_t place, const edge_crl_t *crl);
static X509 *edge_revocation_signer(const edge_revocation_lists_t *work,
    const edge_crl_t *crl, edge_revocation_problem_e *problem);
static void edge_revocation_keep(edge_revocation_lists_t *work, size_t file,
    size_t place, const edge_crl_t *crl, X509 *issuer);
static void edge_revocation_choose(edge_revocation_lists_t *work);


/* Base lists, then deltas from the oldest on */

static int
edge_revocation_compare(const void *one, const void *two)
{
    const edge_revocation_list_t  *first = one, *second = two;

    if (first->is_delta != second->is_delta) {
        return first->is_delta - second->is_delta;
    }

    return memcmp(first->number, second->number, EDGE_CRL_MAX_NUMBER);
}


void
edge_revocation_lists_problem(edge_revocation_lists_t *work, size_t file,
    edge_revocation_problem_e problem)
{
    size_t                     n;
    edge_revocation_report_t  *report;

    report = work->report;
    n = report->nproblems;

    if (n < EDGE_REVOCATION_MAX_PROBLEMS) {
        report->problems[n].path = strdup(work->files.names[file]);
        report->problems[n].problem = problem;
        work->failed |= (report->problems[n].path == NULL);
    }

    report->nproblems++;
}


int
edge_revocation_lists_scan(edge_revocation_lists_t *work,
    const edge_revocation_build_t *build, edge_revocation_report_t *report)
{
    size_t  i;

    work->build = build;
    work->report = report;
    work->failed = !edge_revocation_files_list(&work->files, build->paths,
                                               build->npaths);

    for (i = 0; !work->failed && i < work->files.count; i++) {
        edge_revocation_scan_file(work, i);
    }

    edge_revocation_choose(work);

    if (work->count) {
        qsort(work->lists, work->count, sizeof(edge_revocation_list_t),
              edge_revocation_compare);
    }

    return !work->failed;
}


static void
edge_revocation_scan_file(edge_revocation_lists_t *work, size_t file)
{
    int                 more;
    size_t              place;
    edge_crl_t          crl;
    edge_crl_file_t    *source;
    edge_crl_result_e   result;

    source = edge_pages_alloc(sizeof(edge_crl_file_t));
    if (source == NULL) {
        work->failed = 1;
        return;
    }

    if (!edge_crl_file_open(source, work->files.names[file])) {
        edge_revocation_lists_problem(work, file, EDGE_REVOCATION_CANNOT_READ);
        edge_pages_free(source, sizeof(edge_crl_file_t));
        return;
    }

    source->rest = work->build->rest;

    for (place = 0; (more = edge_crl_file_next(source)) == 1; place++) {
        memset(&crl, 0, sizeof(edge_crl_t));

        result = edge_crl_read(&crl, edge_crl_file_read, source, NULL, NULL);

        switch (result) {
        case EDGE_CRL_OK:
            edge_revocation_check(work, file, place, &crl);
            break;
        case EDGE_CRL_NO_MEMORY:
            work->failed = 1;
            break;
        case EDGE_CRL_CANNOT_READ:
            edge_revocation_lists_problem(work, file,
                                          EDGE_REVOCATION_CANNOT_READ);
            break;
        case EDGE_CRL_UNSUPPORTED:
            edge_revocation_lists_problem(work, file,
                                          EDGE_REVOCATION_UNSUPPORTED);
            break;
        default:
            edge_revocation_lists_problem(work, file,
                                          EDGE_REVOCATION_MALFORMED);
            break;
        }

        edge_crl_free(&crl);
    }

    if (more < 0) {
        edge_revocation_lists_problem(work, file, EDGE_REVOCATION_CANNOT_READ);

    } else if (place == 0) {
        edge_revocation_lists_problem(work, file, EDGE_REVOCATION_MALFORMED);
    }

    edge_crl_file_close(source);
    edge_pages_free(source, sizeof(edge_crl_file_t));
}


static void
edge_revocation_check(edge_revocation_lists_t *work, size_t file, size_t place,
    const edge_crl_t *crl)
{
    X509                       *issuer;
    edge_revocation_report_t   *report;
    edge_revocation_problem_e   problem;

    issuer = edge_revocation_signer(work, crl, &problem);

    if (issuer == NULL) {
        edge_revocation_lists_problem(work, file, problem);
        return;
    }

    if (crl->this_update > work->build->now) {
        report = work->report;

        if (report->due == 0 || crl->this_update < report->due) {
            report->due = crl->this_update;
        }

        edge_revocation_lists_problem(work, file,
                                      EDGE_REVOCATION_NOT_YET_VALID);
        return;
    }

    edge_revocation_keep(work, file, place, crl, issuer);
}


/* An authority of the list's name whose key signed it */

static X509 *
edge_revocation_signer(const edge_revocation_lists_t *work,
    const edge_crl_t *crl, edge_revocation_problem_e *problem)
{
    int                           i;
    X509                         *cert, *found;
    EVP_PKEY                     *key;
    X509_NAME                    *name;
    const unsigned char          *p;
    const struct stack_st_X509   *issuers;

    p = crl->issuer;
    found = NULL;
    issuers = work->build->issuers;
    *problem = EDGE_REVOCATION_MALFORMED;

    name = d2i_X509_NAME(NULL, &p, (long) crl->issuer_len);
    if (name == NULL) {
        return NULL;
    }

    *problem = EDGE_REVOCATION_UNKNOWN_ISSUER;

    for (i = 0; found == NULL && i < sk_X509_num(issuers); i++) {
        cert = sk_X509_value(issuers, i);

        if (X509_NAME_cmp(X509_get_subject_name(cert), name) != 0) {
            continue;
        }

        *problem = EDGE_REVOCATION_BAD_SIGNATURE;
        key = X509_get0_pubkey(cert);

        if (key && (X509_get_key_usage(cert) & KU_CRL_SIGN)
            && edge_crl_verify(crl, key))
        {
            found = cert;
        }
    }

    X509_NAME_free(name);

    return found;
}


static void
edge_revocation_keep(edge_revocation_lists_t *work, size_t file, size_t place,
    const edge_crl_t *crl, X509 *issuer)
{
    size_t                   size;
    edge_revocation_list_t  *lists, *list;

    if (work->count == work->size) {
        size = work->size ? work->size * 2 : 16;

        lists = realloc(work->lists, size * sizeof(edge_revocation_list_t));
        if (lists == NULL) {
            work->failed = 1;
            return;
        }

        work->lists = lists;
        work->size = size;
    }

    list = &work->lists[work->count++];

    list->file = file;
    list->place = place;
    list->used = 0;
    list->this_update = crl->this_update;
    list->next_update = crl->next_update;
    list->count = crl->count;
    list->is_delta = crl->is_delta;
    list->covers_users = crl->covers_users;
    list->covers_cas = crl->covers_cas;

    memcpy(list->number, crl->number, sizeof(list->number));
    memcpy(list->base_number, crl->base_number, sizeof(list->base_number));
    memcpy(list->scope, crl->scope, sizeof(list->scope));
    memcpy(list->digest, crl->digest, sizeof(list->digest));

    work->failed |= !edge_revocation_issuer_id(issuer, list->id);
}


int
edge_revocation_lists_is_same_scope(const edge_revocation_list_t *one,
    const edge_revocation_list_t *two)
{
    return memcmp(one->id, two->id, EDGE_REVOCATION_ID_LEN) == 0
           && memcmp(one->scope, two->scope, sizeof(one->scope)) == 0;
}


/* The latest base list of each scope, and deltas made for it or before it */

static void
edge_revocation_choose(edge_revocation_lists_t *work)
{
    size_t                   i, k;
    edge_revocation_list_t  *list, *other, *base;

    for (i = 0; i < work->count; i++) {
        list = &work->lists[i];
        list->used = !list->is_delta;

        for (k = 0; list->used && k < work->count; k++) {
            other = &work->lists[k];

            if (k != i && !other->is_delta
                && edge_revocation_lists_is_same_scope(list, other)
                && (other->this_update > list->this_update
                    || (other->this_update == list->this_update && k < i)))
            {
                list->used = 0;
            }
        }
    }

    for (i = 0; i < work->count; i++) {
        list = &work->lists[i];

        if (!list->is_delta) {
            continue;
        }

        base = NULL;

        for (k = 0; base == NULL && k < work->count; k++) {
            other = &work->lists[k];

            if (other->used && !other->is_delta
                && edge_revocation_lists_is_same_scope(list, other)
                && memcmp(other->number, list->base_number,
                          EDGE_CRL_MAX_NUMBER)
                   >= 0)
            {
                base = other;
            }
        }

        if (base == NULL) {
            edge_revocation_lists_problem(work, list->file,
                                          EDGE_REVOCATION_NO_BASE);
            continue;
        }

        /* a delta older than the base tells nothing new */

        list->used = memcmp(list->number, base->number, EDGE_CRL_MAX_NUMBER)
                     > 0;
    }
}


void
edge_revocation_lists_free(edge_revocation_lists_t *work)
{
    edge_revocation_files_free(&work->files);
    free(work->lists);
}
