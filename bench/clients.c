/*
 * clients PORT PATH CODING NUMBER RCVBUF CHECKED FILE: many clients that stop.
 *
 * Each connects, asks for PATH, reads the head and stops reading; "stopped" is
 * printed when all have. After a line on stdin CHECKED of them read on, a few
 * at a time, while the rest stay as they are; what comes is decoded and
 * compared with FILE byte for byte. Prints how many were right and wrong, and
 * of all clients how many got a response that was not coded; exit status 0
 * when all were right.
 *
 * With PATH /events a client reads the first event before it stops and must
 * be able to decode it at once; all of them read on together.
 */

#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/epoll.h>

#include "client.h"

#define AT_ONCE  64


static int        number, checked, is_events;
static client_t  *clients;


static void
stop_all(void)
{
    int                 begun, i, n, stopped;
    struct epoll_event  events[256];

    begun = 0;
    stopped = 0;

    while (stopped < number) {
        while (begun < number && begun - stopped < AT_ONCE) {
            clients[begun].number = begun;
            client_connect(&clients[begun++]);
        }

        n = epoll_wait(asked.ep, events, 256, 60000);
        if (n == 0) {
            fprintf(stderr, "only %d of %d have a head\n", stopped, number);
            exit(1);
        }

        for (i = 0; i < n; i++) {
            stopped += client_stop(events[i].data.ptr);
        }
    }

    printf("stopped\n");
    fflush(stdout);
}


static int
count(state_t state)
{
    int  i, n;

    for (i = 0, n = 0; i < number; i++) {
        n += clients[i].state == state;
    }

    return n;
}


static void
go_on_all(void)
{
    int                 at_once, begun, coded, ended, i, n;
    client_t           *c;
    struct epoll_event  events[256];

    at_once = is_events ? number : AT_ONCE;
    begun = 0;
    ended = 0;

    while (ended < checked) {
        while (begun < checked && begun - ended < at_once) {
            c = &clients[begun++];
            client_go_on(c);
            ended += c->state != READING;
        }

        n = epoll_wait(asked.ep, events, 256, 60000);
        if (n == 0) {
            fprintf(stderr, "nothing came for a minute\n");
            break;
        }

        for (i = 0; i < n; i++) {
            c = events[i].data.ptr;
            client_read(c);
            ended += c->state != READING;
        }
    }

    for (i = 0, coded = 0; i < number; i++) {
        coded += clients[i].is_coded;
    }

    printf("right %d wrong %d, not coded %d\n", count(RIGHT),
           checked - count(RIGHT),
           asked.coding == IDENTITY ? 0 : number - coded);
    exit(count(RIGHT) != checked);
}


static void
read_text(const char *name)
{
    char    *text;
    FILE    *file;
    size_t   size;

    file = fopen(name, "rb");
    if (file == NULL) {
        perror(name);
        exit(1);
    }

    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);

    text = malloc(size);
    if (text == NULL || fread(text, 1, size, file) != size) {
        perror(name);
        exit(1);
    }

    fclose(file);

    asked.text = text;
    asked.text_size = size;
}


int
main(int argc, char **argv)
{
    if (argc != 8) {
        fprintf(stderr, "usage: clients PORT PATH CODING NUMBER RCVBUF "
                "CHECKED FILE\n");
        return 2;
    }

    asked.port = atoi(argv[1]);
    asked.path = argv[2];
    asked.coding_name = argv[3];
    number = atoi(argv[4]);
    asked.rcvbuf = atoi(argv[5]);
    checked = atoi(argv[6]);

    asked.coding = strcmp(asked.coding_name, "gzip") == 0 ? GZIP
                   : strcmp(asked.coding_name, "br") == 0 ? BROTLI
                   : strcmp(asked.coding_name, "zstd") == 0 ? ZSTD : IDENTITY;

    is_events = strcmp(asked.path, "/events") == 0;

    if (is_events) {
        asked.text = "id: 1\ndata: first\n\nid: 2\ndata: second\n\n";
        asked.text_size = strlen(asked.text);
        asked.first_size = strlen("id: 1\ndata: first\n\n");

    } else {
        read_text(argv[7]);
    }

    clients = calloc(number, sizeof(client_t));
    asked.ep = epoll_create1(0);

    stop_all();

    if (getchar() == EOF) {
        return 0;
    }

    go_on_all();
}
