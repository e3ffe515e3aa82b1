
#include "edge_decoder.h"
#include "edge_memory.h"


void *
edge_decoder_alloc(edge_decoder_memory_t *memory, size_t size)
{
    void    *data;
    size_t   before;

    do {
        before = memory->account->used;
        data = edge_memory_alloc(memory->account, size);
        memory->used += memory->account->used - before;

    } while (data == NULL && memory->reclaim
             && memory->reclaim(memory->data));

    return data;
}


void
edge_decoder_free(edge_decoder_memory_t *memory, void *data)
{
    size_t  before;

    before = memory->account->used;
    edge_memory_free(memory->account, data);
    memory->used -= before - memory->account->used;
}
