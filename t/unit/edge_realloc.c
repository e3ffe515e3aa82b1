
#include "edge_realloc.h"


int  edge_realloc_left = -1;


void *
__wrap_realloc(void *p, size_t size)
{
    if (edge_realloc_left == 0) {
        return NULL;
    }

    if (edge_realloc_left > 0) {
        edge_realloc_left--;
    }

    return __real_realloc(p, size);
}
