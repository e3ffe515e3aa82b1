
/* A directory of files, each with one key of session tickets. */


#ifndef _EDGE_TICKET_FILES_H_INCLUDED_
#define _EDGE_TICKET_FILES_H_INCLUDED_


#include <sys/types.h>

#include "edge_ticket_keys.h"


#define EDGE_TICKET_FILES_MAX       1024
#define EDGE_TICKET_FILES_PROBLEMS  8


typedef enum {
    EDGE_TICKET_FILE_OK = 0,

    /* not read, error is errno */
    EDGE_TICKET_FILE_UNREADABLE,

    /* neither 48 nor 80 bytes */
    EDGE_TICKET_FILE_BAD_SIZE,

    /* used, but others than nginx may read it */
    EDGE_TICKET_FILE_EXPOSED
} edge_ticket_file_e;


typedef struct {
    char                     name[256];
    edge_ticket_file_e       problem;
    int                      error;
    off_t                    size;
    mode_t                   mode;
} edge_ticket_problem_t;


typedef struct {
    /* errno if the directory cannot be read; EFBIG: over the limit of files */
    int                      error;

    edge_ticket_keys_t       keys;

    /* the first of them are told */
    unsigned                 nproblems;
    edge_ticket_problem_t    problems[EDGE_TICKET_FILES_PROBLEMS];
} edge_ticket_files_t;


/*
 * Reads all files of a directory whose names do not begin with a dot.  A key
 * starts at the modification time of its file; of two with the same time,
 * the last by name is the newer.  In place of a file that cannot be used
 * stands the key it had in before, or NULL.  Files may be readable by the
 * group given.  Blocks.
 */

void edge_ticket_files_read(edge_ticket_files_t *files, const char *directory,
    const edge_ticket_keys_t *before, gid_t group);


#endif /* _EDGE_TICKET_FILES_H_INCLUDED_ */
