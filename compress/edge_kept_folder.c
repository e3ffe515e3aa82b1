
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "edge_kept_folder.h"


struct edge_kept_folder_s {
    DIR         *dir;
    const char  *directory;             /* the caller's */
};


edge_kept_folder_t *
edge_kept_folder_open(const char *directory)
{
    edge_kept_folder_t  *folder;

    folder = malloc(sizeof(edge_kept_folder_t));
    if (folder == NULL) {
        return NULL;
    }

    folder->directory = directory;
    folder->dir = opendir(directory);

    if (folder->dir == NULL) {
        free(folder);
        return NULL;
    }

    return folder;
}


/* hexadecimal, a hyphen, hexadecimal */

static unsigned
edge_kept_is_name(const char *name)
{
    size_t  n;

    static const char  hex[] = "0123456789abcdef";

    n = strspn(name, hex);

    return n == 2 * EDGE_DICTIONARY_DIGEST && name[n] == '-'
           && strspn(name + n + 1, hex) == EDGE_KEPT_NAME - 1 - n - 1
           && strlen(name) == EDGE_KEPT_NAME - 1;
}


/* is it a file that nobody goes on writing? */

static unsigned
edge_kept_is_left(const char *name)
{
    long   pid;
    char  *end;

    if (strncmp(name, EDGE_KEPT_TEMP, sizeof(EDGE_KEPT_TEMP) - 1) != 0) {
        return 0;
    }

    pid = strtol(name + sizeof(EDGE_KEPT_TEMP) - 1, &end, 10);

    return pid > 0 && *end == '-' && kill((pid_t) pid, 0) == -1
           && errno == ESRCH;
}


edge_kept_file_e
edge_kept_folder_next(edge_kept_folder_t *folder, char *name)
{
    struct dirent  *entry;

    while ((entry = readdir(folder->dir)) != NULL) {

        if (edge_kept_is_name(entry->d_name)) {
            strcpy(name, entry->d_name);
            return EDGE_KEPT_FILE_OK;
        }

        if (edge_kept_is_left(entry->d_name)) {
            (void) edge_kept_file_remove(folder->directory, entry->d_name);
        }
    }

    return EDGE_KEPT_FILE_END;
}


void
edge_kept_folder_close(edge_kept_folder_t *folder)
{
    (void) closedir(folder->dir);
    free(folder);
}
