
#ifndef EDGE_KEPT_FILES_H
#define EDGE_KEPT_FILES_H


#include "edge_kept.h"


/*
 * Dictionaries as files of one directory, each a head and the content.  A
 * file has its name only when it is whole: it is written under another one,
 * which says by its process whether somebody is still at it.  All of this
 * waits for the disk.
 */

typedef enum {
    EDGE_KEPT_FILE_OK,
    EDGE_KEPT_FILE_END,         /* no further file */
    EDGE_KEPT_FILE_NONE,        /* it isn't there */
    EDGE_KEPT_FILE_DAMAGED,     /* cut short, or not what its name says */
    EDGE_KEPT_FILE_MEMORY,
    EDGE_KEPT_FILE_SYSTEM       /* see errno */
} edge_kept_file_e;


/*
 * Writes kept and its content, of kept->size bytes, into directory.  OK: it
 * is on the disk; else there is nothing new.  Several threads may call.
 */
edge_kept_file_e edge_kept_file_write(const char *directory,
    const edge_kept_t *kept, const void *content);

/* Reads the head of the file name; the content is not looked at. */
edge_kept_file_e edge_kept_file_read_head(const char *directory,
    const char *name, edge_kept_t *kept);

/*
 * Reads the file of kept.  OK: *content is kept->size bytes, compared with
 * kept->digest, and the caller's to free().
 */
edge_kept_file_e edge_kept_file_read(const char *directory,
    const edge_kept_t *kept, void **content);

edge_kept_file_e edge_kept_file_remove(const char *directory,
    const char *name);


/* What a file is called while it is written: this, a process, a number. */
#define EDGE_KEPT_TEMP  ".new-"

/* The path of a file, to be freed.  NULL: no memory. */
char *edge_kept_path(const char *directory, const char *name);


#endif /* EDGE_KEPT_FILES_H */
