
#include "edge_pool_parts.h"


void
edge_idle_add(edge_idle_list_t *list, edge_idle_t *idle, size_t bytes)
{
    idle->bytes = bytes;
    idle->newer = NULL;
    idle->older = list->newest;

    *(list->newest ? &list->newest->newer : &list->oldest) = idle;
    list->newest = idle;

    list->count++;
    list->bytes += bytes;
}


void
edge_idle_remove(edge_idle_list_t *list, edge_idle_t *idle)
{
    *(idle->older ? &idle->older->newer : &list->oldest) = idle->newer;
    *(idle->newer ? &idle->newer->older : &list->newest) = idle->older;

    list->count--;
    list->bytes -= idle->bytes;
}
