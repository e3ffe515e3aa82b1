
/*
 * The revocation lists that are there, read once: which of them can be used,
 * and for what.
 */


#ifndef _EDGE_REVOCATION_LISTS_H_INCLUDED_
#define _EDGE_REVOCATION_LISTS_H_INCLUDED_


#include "edge_crl.h"
#include "edge_crl_file.h"
#include "edge_revocation_build.h"
#include "edge_revocation_files.h"


/* A list whose signature was checked */

typedef struct {
    size_t           file;
    size_t           place;         /* in the file */
    int              used;

    unsigned char    id[EDGE_REVOCATION_ID_LEN];
    int64_t          this_update;
    int64_t          next_update;
    uint64_t         count;
    int              is_delta;
    unsigned char    number[EDGE_CRL_MAX_NUMBER];
    unsigned char    base_number[EDGE_CRL_MAX_NUMBER];
    unsigned char    scope[32];
    int              covers_users;
    int              covers_cas;
    unsigned char    digest[EVP_MAX_MD_SIZE];
} edge_revocation_list_t;


typedef struct {
    const edge_revocation_build_t  *build;
    edge_revocation_report_t       *report;
    edge_revocation_files_t         files;

    edge_revocation_list_t         *lists;
    size_t                          count;
    size_t                          size;
    int                             failed;    /* memory did */
} edge_revocation_lists_t;


/*
 * Reads all lists and marks as used the latest of each scope and deltas newer
 * than it, base lists first, then deltas from the oldest on.  Returns 0 if
 * memory failed.  Zeroed at first, to be freed in any case.
 */

int edge_revocation_lists_scan(edge_revocation_lists_t *work,
    const edge_revocation_build_t *build, edge_revocation_report_t *report);


/* The same issuer's, and with the same issuingDistributionPoint, if any */

int edge_revocation_lists_is_same_scope(const edge_revocation_list_t *one,
    const edge_revocation_list_t *two);


/* Adds a problem with a file to the report. */

void edge_revocation_lists_problem(edge_revocation_lists_t *work, size_t file,
    edge_revocation_problem_e problem);


void edge_revocation_lists_free(edge_revocation_lists_t *work);


#endif /* _EDGE_REVOCATION_LISTS_H_INCLUDED_ */
