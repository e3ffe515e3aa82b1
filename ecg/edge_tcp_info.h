
/* The kernel's figures of a TCP connection: struct tcp_info of Linux. */


#ifndef _EDGE_TCP_INFO_H_INCLUDED_
#define _EDGE_TCP_INFO_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


typedef enum {
    /* microseconds */
    EDGE_TCP_RTT = 0,
    EDGE_TCP_MIN_RTT,
    EDGE_TCP_RTT_VAR,

    /* segments */
    EDGE_TCP_SENT,
    EDGE_TCP_RECV,
    EDGE_TCP_LOST,
    EDGE_TCP_RETRANS,

    /* bytes */
    EDGE_TCP_SENT_BYTES,
    EDGE_TCP_RECV_BYTES,

    /* bytes a second */
    EDGE_TCP_DELIVERY_RATE,

    /* segments */
    EDGE_TCP_CWND,

    /* bytes */
    EDGE_TCP_UNSENT_BYTES,

    EDGE_TCP_FIGURES
} edge_tcp_figure_e;


typedef struct {
    /* 0 where this kernel does not count */
    uint64_t    figures[EDGE_TCP_FIGURES];
} edge_tcp_info_t;


/* "rtt", "min_rtt" and so on */

const char *edge_tcp_figure_name(edge_tcp_figure_e figure);

/* Returns 0 if fd is no TCP socket. */

int edge_tcp_info_read(int fd, edge_tcp_info_t *info);

/*
 * Writes "proto=TCP&rtt=...&...&unsent_bytes=..." to buf, of
 * EDGE_TCP_INFO_MAX bytes, with a final NUL.  Returns its length.
 */

#define EDGE_TCP_INFO_MAX  512

size_t edge_tcp_info_format(const edge_tcp_info_t *info, char *buf);


#endif /* _EDGE_TCP_INFO_H_INCLUDED_ */
