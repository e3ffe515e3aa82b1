
#include <string.h>

#include "edge_hot.h"
#include "edge_hostname.h"


static edge_hostname_e edge_hostname_copy_labels(const char *in, size_t len,
    char *out);
static size_t edge_hostname_cut_port(const char *in, size_t len);


EDGE_HOT edge_hostname_e
edge_hostname_normalize(const char *in, size_t len, char *out, size_t *out_len)
{
    edge_hostname_e  result;

    if (len == 0) {
        return EDGE_HOSTNAME_EMPTY;
    }

    len = edge_hostname_cut_port(in, len);

    if (len && in[len - 1] == '.') {
        len--;
    }

    if (len > EDGE_HOSTNAME_MAX) {
        return EDGE_HOSTNAME_TOO_LONG;
    }

    result = edge_hostname_copy_labels(in, len, out);
    if (result != EDGE_HOSTNAME_OK) {
        return result;
    }

    out[len] = '\0';
    *out_len = len;

    return EDGE_HOSTNAME_OK;
}


edge_hostname_e
edge_hostname_normalize_record(const char *in, size_t len, char *out,
    size_t *out_len)
{
    size_t           star;
    edge_hostname_e  result;

    star = (len > 2 && in[0] == '*' && in[1] == '.') ? 2 : 0;

    if (memchr(in, ':', len)) {
        return EDGE_HOSTNAME_MALFORMED;
    }

    if (len > star && in[len - 1] == '.') {
        len--;
    }

    if (len > EDGE_HOSTNAME_MAX) {
        return EDGE_HOSTNAME_TOO_LONG;
    }

    memcpy(out, in, star);

    result = edge_hostname_normalize(in + star, len - star, out + star,
                                     out_len);
    if (result == EDGE_HOSTNAME_OK) {
        *out_len += star;
    }

    return result;
}


EDGE_HOT static size_t
edge_hostname_cut_port(const char *in, size_t len)
{
    size_t  n;

    for (n = len; n && in[n - 1] >= '0' && in[n - 1] <= '9'; n--) {
        /* void */
    }

    return (n && n < len && in[n - 1] == ':') ? n - 1 : len;
}


/* what a label is made of, in lower case; 0 for all that ends it */

static const char  edge_hostname_bytes[256] = {
    ['-'] = '-', ['_'] = '_',

    ['0'] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',

    ['A'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
            'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',

    ['a'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
            'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z'
};


/* one branch a byte, which goes one way but for dots */

EDGE_HOT static edge_hostname_e
edge_hostname_copy_labels(const char *in, size_t len, char *out)
{
    size_t  i, label;

    /* where the label begins */

    label = 0;

    for (i = 0; i < len; i++) {
        out[i] = edge_hostname_bytes[(unsigned char) in[i]];

        if (out[i]) {
            continue;
        }

        if (i - label > EDGE_HOSTNAME_LABEL_MAX) {
            return EDGE_HOSTNAME_TOO_LONG;
        }

        if (in[i] != '.' || i == label) {
            return EDGE_HOSTNAME_MALFORMED;
        }

        out[i] = '.';
        label = i + 1;
    }

    if (i - label > EDGE_HOSTNAME_LABEL_MAX) {
        return EDGE_HOSTNAME_TOO_LONG;
    }

    return (i == label) ? EDGE_HOSTNAME_MALFORMED : EDGE_HOSTNAME_OK;
}


EDGE_HOT int
edge_hostname_next_wildcard(const char **name, size_t *len)
{
    const char  *dot;

    dot = memchr(*name, '.', *len);
    if (dot == NULL) {
        return 0;
    }

    *len -= (size_t) (dot + 1 - *name);
    *name = dot + 1;

    return 1;
}
