/* fuzz: ecg/edge_hostname.c */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge_hostname.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* A name is given in memory of its own size, so that no byte more is read. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char         out[EDGE_HOSTNAME_MAX + 1], again[EDGE_HOSTNAME_MAX + 1];
    char        *in;
    size_t       len, len2, left, parents;
    const char  *name;

    in = malloc(size ? size : 1);
    if (in == NULL) {
        return 0;
    }

    memcpy(in, data, size);

    if (edge_hostname_normalize(in, size, out, &len) == EDGE_HOSTNAME_OK) {

        if (len == 0 || len > EDGE_HOSTNAME_MAX || out[len] != '\0'
            || strlen(out) != len
            || edge_hostname_normalize(out, len, again, &len2)
               != EDGE_HOSTNAME_OK
            || len2 != len || memcmp(out, again, len) != 0)
        {
            abort();
        }

        name = out;
        left = len;
        parents = 0;

        while (edge_hostname_next_wildcard(&name, &left)) {
            if (name + left != out + len || ++parents > 127) {
                abort();
            }
        }
    }

    if (edge_hostname_normalize_record(in, size, out, &len)
        == EDGE_HOSTNAME_OK
        && (len > EDGE_HOSTNAME_MAX || strlen(out) != len))
    {
        abort();
    }

    free(in);

    return 0;
}
