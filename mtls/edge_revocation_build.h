
/*
 * Builds an index of revoked certificates from files and directories.
 */


#ifndef _EDGE_REVOCATION_BUILD_H_INCLUDED_
#define _EDGE_REVOCATION_BUILD_H_INCLUDED_


#include <openssl/x509.h>

#include "edge_revocation_index.h"
#include "edge_revocation_issuer.h"


#define EDGE_REVOCATION_MAX_PROBLEMS  16


typedef enum {
    EDGE_REVOCATION_CANNOT_READ,
    EDGE_REVOCATION_MALFORMED,
    EDGE_REVOCATION_UNSUPPORTED,
    EDGE_REVOCATION_UNKNOWN_ISSUER,
    EDGE_REVOCATION_BAD_SIGNATURE,
    EDGE_REVOCATION_NOT_YET_VALID,
    EDGE_REVOCATION_NO_BASE,           /* a delta whose base is not there */
    EDGE_REVOCATION_CHANGED            /* while it was read */
} edge_revocation_problem_e;


typedef enum {
    EDGE_REVOCATION_BUILD_OK,
    EDGE_REVOCATION_BUILD_NO_ROOM,
    EDGE_REVOCATION_BUILD_NO_MEMORY,
    EDGE_REVOCATION_BUILD_CHANGED      /* try again */
} edge_revocation_build_result_e;


typedef struct {
    /* what to read, and whose lists are accepted */
    const char *const              *paths;
    size_t                          npaths;
    const struct stack_st_X509     *issuers;
    int64_t                         now;
    uint64_t                        key[2];

    /* where to build, zeroed; and the index before it, or NULL */
    void                           *memory;
    size_t                          size;
    const edge_revocation_index_t  *before;

    /* called before each 64 KB read, so that it may sleep; or NULL */
    void                          (*rest)(void);
} edge_revocation_build_t;


typedef struct {
    edge_revocation_index_t        *index;
    uint64_t                        nlists;
    uint64_t                        nkept;     /* issuers taken from before */
    int64_t                         due;       /* first thisUpdate to come, 0 */

    /* the first ones; paths are to be freed */
    size_t                          nproblems;
    struct {
        char                       *path;
        edge_revocation_problem_e   problem;
    } problems[EDGE_REVOCATION_MAX_PROBLEMS];
} edge_revocation_report_t;


/*
 * Reads all lists, checks signatures and dates, adds base lists and deltas.  A
 * list that cannot be used is a problem of the report and leaves its issuer as
 * it was before.  The report is zeroed at first and freed in any case.
 */

edge_revocation_build_result_e edge_revocation_build(
    const edge_revocation_build_t *build, edge_revocation_report_t *report);


void edge_revocation_report_free(edge_revocation_report_t *report);


const char *edge_revocation_problem_text(edge_revocation_problem_e problem);


/*
 * A digest of which files there are now, by inode, size and time, links and
 * directories followed: it changes if any of them is replaced.  Returns 0 if
 * memory failed.
 */

int edge_revocation_files(const char *const *paths, size_t npaths,
    unsigned char *digest);


#endif /* _EDGE_REVOCATION_BUILD_H_INCLUDED_ */
