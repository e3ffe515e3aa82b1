
#ifndef EDGE_KEPT_FOLDER_H
#define EDGE_KEPT_FOLDER_H


#include "edge_kept_files.h"


/* The files of a directory of dictionaries, one after the other. */

typedef struct edge_kept_folder_s  edge_kept_folder_t;

/* NULL: see errno. */
edge_kept_folder_t *edge_kept_folder_open(const char *directory);

/*
 * The next name of a dictionary, of EDGE_KEPT_NAME bytes, or END.  What
 * processes that are gone have begun to write is removed on the way; other
 * files are left alone.
 */
edge_kept_file_e edge_kept_folder_next(edge_kept_folder_t *folder,
    char *name);

void edge_kept_folder_close(edge_kept_folder_t *folder);


#endif /* EDGE_KEPT_FOLDER_H */
