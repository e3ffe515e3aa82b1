
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* that of libc has not had all of it for long */
#include <linux/tcp.h>

#include "edge_tcp_info.h"


static const char *const  edge_tcp_figure_names[EDGE_TCP_FIGURES] = {
    "rtt",
    "min_rtt",
    "rtt_var",
    "sent",
    "recv",
    "lost",
    "retrans",
    "sent_bytes",
    "recv_bytes",
    "delivery_rate",
    "cwnd",
    "unsent_bytes"
};


const char *
edge_tcp_figure_name(edge_tcp_figure_e figure)
{
    return edge_tcp_figure_names[figure];
}


int
edge_tcp_info_read(int fd, edge_tcp_info_t *info)
{
    uint64_t         *figures;
    socklen_t         len;
    struct tcp_info   ti;

    /* an older kernel fills less */

    memset(&ti, 0, sizeof(ti));
    len = sizeof(ti);

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &ti, &len) == -1) {
        return 0;
    }

    figures = info->figures;

    figures[EDGE_TCP_RTT] = ti.tcpi_rtt;
    figures[EDGE_TCP_MIN_RTT] = ti.tcpi_min_rtt;
    figures[EDGE_TCP_RTT_VAR] = ti.tcpi_rttvar;
    figures[EDGE_TCP_SENT] = ti.tcpi_segs_out;
    figures[EDGE_TCP_RECV] = ti.tcpi_segs_in;
    figures[EDGE_TCP_LOST] = ti.tcpi_lost;
    figures[EDGE_TCP_RETRANS] = ti.tcpi_total_retrans;
    figures[EDGE_TCP_SENT_BYTES] = ti.tcpi_bytes_sent;
    figures[EDGE_TCP_RECV_BYTES] = ti.tcpi_bytes_received;
    figures[EDGE_TCP_DELIVERY_RATE] = ti.tcpi_delivery_rate;
    figures[EDGE_TCP_CWND] = ti.tcpi_snd_cwnd;
    figures[EDGE_TCP_UNSENT_BYTES] = ti.tcpi_notsent_bytes;

    return 1;
}


size_t
edge_tcp_info_format(const edge_tcp_info_t *info, char *buf)
{
    size_t    len;
    unsigned  i;

    len = (size_t) snprintf(buf, EDGE_TCP_INFO_MAX, "proto=TCP");

    for (i = 0; i < EDGE_TCP_FIGURES; i++) {

        /* twelve names and numbers of 20 digits are under 400 bytes */

        len += (size_t) snprintf(buf + len, EDGE_TCP_INFO_MAX - len,
                                 "&%s=%" PRIu64, edge_tcp_figure_names[i],
                                 info->figures[i]);
    }

    return len;
}
