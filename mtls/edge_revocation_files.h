
/*
 * The files that paths stand for: themselves, or all in a directory.
 */


#ifndef _EDGE_REVOCATION_FILES_H_INCLUDED_
#define _EDGE_REVOCATION_FILES_H_INCLUDED_


#include <stddef.h>


typedef struct {
    char    **names;
    size_t    count;
    size_t    size;
} edge_revocation_files_t;


/*
 * Lists the files in order; those in directories whose names begin with a dot
 * are left out.  A path that is not there is listed.  Returns 0 if memory
 * failed; to be freed in any case.
 */

int edge_revocation_files_list(edge_revocation_files_t *files,
    const char *const *paths, size_t npaths);


void edge_revocation_files_free(edge_revocation_files_t *files);


#endif /* _EDGE_REVOCATION_FILES_H_INCLUDED_ */
