
#include "edge_calloc.h"


unsigned  edge_calloc_refused;


void *
__wrap_calloc(size_t n, size_t size)
{
    return (edge_calloc_refused && --edge_calloc_refused == 0)
           ? NULL : __real_calloc(n, size);
}
