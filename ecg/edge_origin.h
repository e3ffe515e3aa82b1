
/* Origins of hosts, and the frame that tells them: RFC 8336. */


#ifndef _EDGE_ORIGIN_H_INCLUDED_
#define _EDGE_ORIGIN_H_INCLUDED_


#include <stddef.h>

#include "edge_hostname.h"


#define EDGE_ORIGIN_FRAME_HEADER  9

/* what every peer takes, RFC 9113, section 4.2 */
#define EDGE_ORIGIN_FRAME_MAX     16384


typedef struct {
    char          host[EDGE_HOSTNAME_MAX + 1];
    size_t        len;

    /* 0: that of the connection */
    unsigned      port;
} edge_origin_t;


/* Parses "host" or "host:port"; returns 0 if it is neither. */

int edge_origin_parse(edge_origin_t *origin, const char *text, size_t len);

/*
 * Writes an Origin-Entry, "https://" host, and port unless it is 443, to
 * buf[size].  Returns its length, 0 if it does not fit.
 */

size_t edge_origin_write_entry(unsigned char *buf, size_t size,
    const char *host, size_t len, unsigned port);

/* Writes the frame header, EDGE_ORIGIN_FRAME_HEADER bytes, for a payload. */

void edge_origin_write_header(unsigned char *buf, size_t payload);

/*
 * Compares names from their ends, so that all names below one come together:
 * less than 0, 0, or more, as memcmp().
 */

int edge_origin_compare(const char *a, size_t a_len, const char *b,
    size_t b_len);

/*
 * Non-zero if the wildcard of a certificate, "*." and a name, covers a host:
 * one label in its place, RFC 9525, section 6.3.
 */

int edge_origin_covers(const char *wildcard, size_t wildcard_len,
    const char *host, size_t len);


#endif /* _EDGE_ORIGIN_H_INCLUDED_ */
