
#include <string.h>

#include "edge_spill.h"


void
edge_spill_put(edge_spill_t *spill, const void *data, size_t size)
{
    memcpy(spill->bytes + spill->size, data, size);
    spill->size += size;
}


int
edge_spill_drain(edge_spill_t *spill, edge_out_t *out)
{
    size_t  size;

    size = spill->size - spill->pos;

    if (size > out->size - out->pos) {
        size = out->size - out->pos;
    }

    if (size) {
        memcpy((char *) out->data + out->pos, spill->bytes + spill->pos,
               size);
        spill->pos += size;
        out->pos += size;
    }

    if (spill->pos < spill->size) {
        return 0;
    }

    spill->pos = 0;
    spill->size = 0;

    return 1;
}
