
/*
 * Preloaded into nginx by EdgeTest::Swap: a file that another one takes the
 * place of while it is read.  EDGE_SWAP_FILE names it; before every second time
 * that this process opens it, EDGE_SWAP_FILE.1, .2 and so on are renamed to it,
 * as long as there are such.
 */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static char  file[4096];
static int   opened;


/* here, not later: nginx clears its environment */

__attribute__((constructor)) static void
swap_init(void)
{
    const char  *path;

    path = getenv("EDGE_SWAP_FILE");

    if (path) {
        (void) snprintf(file, sizeof(file), "%s", path);
    }
}


static void
swap(const char *path)
{
    char  next[4200];

    if (file[0] == '\0' || strcmp(path, file) != 0 || ++opened % 2) {
        return;
    }

    (void) snprintf(next, sizeof(next), "%s.%d", file, opened / 2);
    (void) rename(next, file);
}


int
open64(const char *path, int flags, ...)
{
    int      mode;
    va_list  args;

    static int  (*next)(const char *path, int flags, ...);

    va_start(args, flags);
    mode = (flags & (O_CREAT|O_TMPFILE)) ? va_arg(args, int) : 0;
    va_end(args);

    if (next == NULL) {
        next = (int (*)(const char *, int, ...)) dlsym(RTLD_NEXT, "open64");
    }

    swap(path);

    return next(path, flags, mode);
}


int
open(const char *path, int flags, ...)
{
    int      mode;
    va_list  args;

    va_start(args, flags);
    mode = (flags & (O_CREAT|O_TMPFILE)) ? va_arg(args, int) : 0;
    va_end(args);

    return open64(path, flags, mode);
}
