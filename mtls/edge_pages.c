
#define _GNU_SOURCE

#include "edge_pages.h"

#include <sys/mman.h>


void *
edge_pages_alloc(size_t size)
{
    void  *data;

    data = mmap(NULL, size, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS,
                -1, 0);

    return (data == MAP_FAILED) ? NULL : data;
}


void
edge_pages_free(void *data, size_t size)
{
    (void) munmap(data, size);
}
