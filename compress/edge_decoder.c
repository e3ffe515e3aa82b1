
#include "edge_decoder.h"
#include "edge_memory.h"


void *
edge_decoder_alloc(edge_decoder_memory_t *memory, size_t size)
{
    void  *data;

    do {
        data = edge_memory_alloc(memory->account, size);

    } while (data == NULL && memory->reclaim
             && memory->reclaim(memory->data));

    return data;
}
