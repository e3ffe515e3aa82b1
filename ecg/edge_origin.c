
#include "edge_origin.h"

#include <stdio.h>
#include <string.h>


#define EDGE_ORIGIN_FRAME_TYPE  0x0c


int
edge_origin_parse(edge_origin_t *origin, const char *text, size_t len)
{
    size_t  i, host;

    for (host = 0; host < len && text[host] != ':'; host++) {
        /* void */
    }

    origin->port = 0;

    for (i = host + 1; i < len; i++) {

        if (text[i] < '0' || text[i] > '9') {
            return 0;
        }

        origin->port = origin->port * 10 + (text[i] - '0');

        if (origin->port > 65535) {
            return 0;
        }
    }

    if (host < len && origin->port == 0) {
        return 0;
    }

    return edge_hostname_normalize(text, host, origin->host, &origin->len)
           == EDGE_HOSTNAME_OK;
}


size_t
edge_origin_write_entry(unsigned char *buf, size_t size, const char *host,
    size_t len, unsigned port)
{
    int   n;
    char  text[EDGE_HOSTNAME_MAX + sizeof("https://:65535")];

    if (len > EDGE_HOSTNAME_MAX) {
        return 0;
    }

    /* the default port is left out, RFC 6454, section 6.2 */

    if (port == 443) {
        n = snprintf(text, sizeof(text), "https://%.*s", (int) len, host);

    } else {
        n = snprintf(text, sizeof(text), "https://%.*s:%u", (int) len, host,
                     port & 0xffff);
    }

    if ((size_t) n + 2 > size) {
        return 0;
    }

    buf[0] = (unsigned char) (n >> 8);
    buf[1] = (unsigned char) n;
    memcpy(buf + 2, text, n);

    return n + 2;
}


void
edge_origin_write_header(unsigned char *buf, size_t payload)
{
    memset(buf, 0, EDGE_ORIGIN_FRAME_HEADER);

    buf[0] = (unsigned char) (payload >> 16);
    buf[1] = (unsigned char) (payload >> 8);
    buf[2] = (unsigned char) payload;
    buf[3] = EDGE_ORIGIN_FRAME_TYPE;
}


int
edge_origin_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    while (a_len && b_len) {
        a_len--;
        b_len--;

        if (a[a_len] != b[b_len]) {
            return (unsigned char) a[a_len] - (unsigned char) b[b_len];
        }
    }

    return (a_len > b_len) - (a_len < b_len);
}


int
edge_origin_covers(const char *wildcard, size_t wildcard_len, const char *host,
    size_t len)
{
    size_t  first;

    if (wildcard_len < 3 || wildcard[0] != '*' || wildcard[1] != '.'
        || len < wildcard_len)
    {
        return 0;
    }

    first = len - (wildcard_len - 1);

    return memcmp(host + first, wildcard + 1, wildcard_len - 1) == 0
           && memchr(host, '.', first) == NULL;
}
