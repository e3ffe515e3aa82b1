/* unit: ecg/edge_tcp_info.c */

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge_tcp_info.h"


/* The two ends of a connection over loopback. */

static void
connect_pair(int *client, int *server)
{
    int                 listening;
    socklen_t           len;
    struct sockaddr_in  sin;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    len = sizeof(sin);

    listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listening, (struct sockaddr *) &sin, len), 0);
    assert_int_equal(listen(listening, 1), 0);
    assert_int_equal(getsockname(listening, (struct sockaddr *) &sin, &len),
                     0);

    *client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(*client, (struct sockaddr *) &sin, len), 0);
    *server = accept(listening, NULL, NULL);
    close(listening);
}


static void
test_figures(void **state)
{
    int              client, server;
    char             text[100];
    edge_tcp_info_t  info;

    connect_pair(&client, &server);

    memset(text, 'a', sizeof(text));
    assert_int_equal(write(client, text, 100), 100);
    assert_int_equal(read(server, text, 100), 100);
    assert_int_equal(write(server, text, 7), 7);

    assert_int_equal(edge_tcp_info_read(server, &info), 1);
    assert_int_equal(info.figures[EDGE_TCP_RECV_BYTES], 100);
    assert_int_equal(info.figures[EDGE_TCP_SENT_BYTES], 7);
    assert_true(info.figures[EDGE_TCP_CWND] > 0);
    assert_true(info.figures[EDGE_TCP_RTT] > 0);
    assert_true(info.figures[EDGE_TCP_RECV] > 0);
    assert_int_equal(info.figures[EDGE_TCP_RETRANS], 0);

    close(client);
    close(server);
}


static void
test_not_tcp(void **state)
{
    int              fds[2];
    edge_tcp_info_t  info;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(edge_tcp_info_read(fds[0], &info), 0);
    assert_int_equal(edge_tcp_info_read(-1, &info), 0);
    close(fds[0]);
    close(fds[1]);
}


static void
test_format(void **state)
{
    char             buf[EDGE_TCP_INFO_MAX];
    size_t           len;
    unsigned         i;
    edge_tcp_info_t  info;

    for (i = 0; i < EDGE_TCP_FIGURES; i++) {
        info.figures[i] = i;
    }

    len = edge_tcp_info_format(&info, buf);
    assert_int_equal(len, strlen(buf));
    assert_string_equal(buf, "proto=TCP&rtt=0&min_rtt=1&rtt_var=2&sent=3&"
                        "recv=4&lost=5&retrans=6&sent_bytes=7&recv_bytes=8&"
                        "delivery_rate=9&cwnd=10&unsent_bytes=11");

    memset(&info, 0xff, sizeof(info));
    assert_true(edge_tcp_info_format(&info, buf) < EDGE_TCP_INFO_MAX);
    assert_string_equal(edge_tcp_figure_name(EDGE_TCP_UNSENT_BYTES),
                        "unsent_bytes");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_not_tcp),
        cmocka_unit_test(test_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
