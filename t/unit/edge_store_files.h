
/* A folder of its own for each test of a store. */


#ifndef _EDGE_STORE_FILES_H_INCLUDED_
#define _EDGE_STORE_FILES_H_INCLUDED_


#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>


static char  dir[64];
static char  path[96];


static int
make_dir(void **state)
{
    (void) snprintf(dir, sizeof(dir), "/tmp/edge-store-XXXXXX");

    if (mkdtemp(dir) == NULL) {
        return -1;
    }

    (void) snprintf(path, sizeof(path), "%s/db", dir);

    return 0;
}


static int
remove_dir(void **state)
{
    char  lock[112];

    (void) snprintf(lock, sizeof(lock), "%s-lock", path);
    (void) unlink(path);
    (void) unlink(lock);

    return rmdir(dir);
}


#endif /* _EDGE_STORE_FILES_H_INCLUDED_ */
