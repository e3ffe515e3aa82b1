/* fuzz: mtls/edge_crl.c mtls/edge_crl_extensions.c mtls/edge_der.c
         mtls/edge_crl_signature.c mtls/edge_pages.c -lcrypto */

/*
 * Input: how many bytes each read gives, then DER.  Reading in one piece or in
 * small ones must come to the same.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge_crl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


typedef struct {
    const uint8_t  *data;
    size_t          size;
    size_t          step;
    uint64_t        entries;
} source_t;


static long
read_some(void *data, unsigned char *buf, size_t size)
{
    source_t  *source = data;

    if (size > source->step) {
        size = source->step;
    }

    if (size > source->size) {
        size = source->size;
    }

    memcpy(buf, source->data, size);
    source->data += size;
    source->size -= size;

    return (long) size;
}


static int
count_entry(void *data, const unsigned char *serial, size_t len,
    unsigned reason)
{
    source_t  *source = data;

    if (len == 0 || reason > 255) {
        abort();
    }

    source->entries += serial[0] + serial[len - 1] + 1;

    return 0;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    source_t           whole, pieces;
    edge_crl_t         one, two;
    edge_crl_result_e  first, second;

    if (size < 1) {
        return 0;
    }

    memset(&whole, 0, sizeof(source_t));
    whole.data = data + 1;
    whole.size = size - 1;
    whole.step = SIZE_MAX;

    pieces = whole;
    pieces.step = 1 + data[0];

    memset(&one, 0, sizeof(edge_crl_t));
    memset(&two, 0, sizeof(edge_crl_t));

    first = edge_crl_read(&one, read_some, &whole, count_entry, &whole);
    second = edge_crl_read(&two, read_some, &pieces, count_entry, &pieces);

    if (first != second || whole.entries != pieces.entries
        || memcmp(one.digest, two.digest, sizeof(one.digest)) != 0
        || one.count != two.count)
    {
        abort();
    }

    edge_crl_free(&one);
    edge_crl_free(&two);

    return 0;
}
