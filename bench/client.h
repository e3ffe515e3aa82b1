
#ifndef CLIENT_H
#define CLIENT_H


#include <stddef.h>

#include "decode.h"
#include "framing.h"


typedef enum { HEAD, STOPPED, READING, RIGHT, WRONG } state_t;

typedef struct {
    int        number;
    int        fd;
    state_t    state;
    framing_t  framing;
    size_t     decoded;
    int        is_coded;
    char      *kept;
    size_t     kept_size;
    decoder_t  decoder;
} client_t;


/* What all clients ask for, and where they wait. */

typedef struct {
    int          port;
    int          rcvbuf;
    int          ep;
    const char  *path;
    const char  *coding_name;
    coding_t     coding;
    const char  *text;          /* what the body must be */
    size_t       text_size;
    size_t       first_size;    /* events: of the first, read before the stop */
} asked_t;

extern asked_t  asked;


/* Connects a zeroed client, and asks. */
void client_connect(client_t *client);

/* Something came before it stopped; 1: now it has. Exits if it is wrong. */
int client_stop(client_t *client);

/* It reads on, unless what it kept is wrong already. */
void client_go_on(client_t *client);

/* Something came: RIGHT or WRONG when it was the last. */
void client_read(client_t *client);


#endif /* CLIENT_H */
