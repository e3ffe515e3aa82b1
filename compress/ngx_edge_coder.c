
#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_edge_coder.h"


static const ngx_edge_coder_t *
ngx_edge_coder_of(const ngx_edge_coder_t *coders,
    const ngx_edge_dictionary_t *dictionary, edge_coding_e coding)
{
    switch (coding) {

    case EDGE_CODING_DCZ:
        return &dictionary->file->dcz;

    case EDGE_CODING_DCB:
        return &dictionary->file->dcb;

    default:
        return &coders[coding];
    }
}


const ngx_edge_coder_t *
ngx_edge_coder_find(ngx_edge_encoders_t *encoders,
    const ngx_edge_coder_t *coders, const ngx_edge_dictionary_t *dictionary,
    const edge_coding_e *order, ngx_uint_t count, off_t length)
{
    uint64_t                  size;
    ngx_uint_t                i, whole;
    const ngx_edge_coder_t   *coder;
    const ngx_edge_coding_t  *coding;

    size = (length == -1) ? EDGE_SIZE_UNKNOWN : (uint64_t) length;
    whole = (size <= EDGE_POOL_SLAB);

    for (i = 0; i < count; i++) {
        coder = ngx_edge_coder_of(coders, dictionary, order[i]);
        coding = ngx_edge_coder_coding(coder, size);

        if (ngx_edge_encoders_has_room(encoders, coding, size, whole)) {
            return coder;
        }
    }

    return NULL;
}
