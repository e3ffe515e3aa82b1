/* fuzz: compress/edge_accept_encoding.c */

/*
 * Differential: the reader against one that is slow and plain.  The grammar
 * of RFC 9110 is tried as text: a member is right if it is one of the few
 * ways to write a weight, spelled out one by one.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "edge_accept_encoding.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


static const struct {
    const char     *name;
    edge_coding_e   coding;
} names[] = {
    { "identity", EDGE_CODING_IDENTITY }, { "zstd", EDGE_CODING_ZSTD },
    { "br", EDGE_CODING_BR }, { "gzip", EDGE_CODING_GZIP },
    { "x-gzip", EDGE_CODING_GZIP }, { "dcz", EDGE_CODING_DCZ },
    { "dcb", EDGE_CODING_DCB }
};


/* every right way to write each weight: 0.5, 0.50, 0.500 */

static char      weights[1001][4][8];
static unsigned  weights_made;


static void
make_weights(void)
{
    int   weight, digits;
    char  text[16];

    for (weight = 0; weight <= 1000; weight++) {
        for (digits = 0; digits <= 3; digits++) {
            (void) snprintf(text, sizeof(text), "%.3f", weight / 1000.0);

            if (strspn(text + 2 + digits, "0") == strlen(text + 2 + digits)) {
                text[2 + digits] = '\0';
                strcpy(weights[weight][digits], text);
            }
        }
    }

    weights_made = 1;
}


/* thousandths, or -1 */

static int
plain_weight(const char *text)
{
    int  weight, digits;

    if (!weights_made) {
        make_weights();
    }

    if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0) {
        return (text[0] - '0') * 1000;
    }

    for (weight = 0; weight <= 1000; weight++) {
        for (digits = 0; digits <= 3; digits++) {
            if (text[0] && strcmp(text, weights[weight][digits]) == 0) {
                return weight;
            }
        }
    }

    return -1;
}


/* a copy without the blanks around it */

static char *
plain_trim(const char *data, size_t size)
{
    char  *copy;

    while (size && (data[0] == ' ' || data[0] == '\t')) {
        data++;
        size--;
    }

    while (size && (data[size - 1] == ' ' || data[size - 1] == '\t')) {
        size--;
    }

    copy = calloc(1, size + 1);
    if (copy == NULL) {
        abort();
    }

    memcpy(copy, data, size);

    return copy;
}


static void
plain_member(edge_accept_encoding_t *accept, const char *data, size_t size)
{
    int          weight;
    char        *name, *params;
    short       *slot;
    size_t       i;
    const char  *semicolon;

    /* no member of ours has a zero byte */

    if (memchr(data, '\0', size)) {
        return;
    }

    semicolon = memchr(data, ';', size);
    name = plain_trim(data, semicolon ? (size_t) (semicolon - data) : size);
    params = semicolon
             ? plain_trim(semicolon + 1, size - (semicolon + 1 - data)) : NULL;
    weight = 1000;

    if (params) {
        weight = (strncasecmp(params, "q=", 2) == 0)
                 ? plain_weight(params + 2) : -1;
    }

    slot = (strcmp(name, "*") == 0) ? &accept->any : NULL;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(name, names[i].name) == 0) {
            slot = &accept->weight[names[i].coding];
        }
    }

    if (slot && weight >= 0 && (*slot < 0 || weight < *slot)) {
        *slot = weight;
    }

    free(name);
    free(params);
}


static void
plain_read(edge_accept_encoding_t *accept, const char *data, size_t size)
{
    size_t  i, start;

    for (start = 0, i = 0; i <= size; i++) {
        if (i == size || data[i] == ',') {
            plain_member(accept, data + start, i - start);
            start = i + 1;
        }
    }
}


static void
check_election(const edge_accept_encoding_t *accept, unsigned char choice)
{
    int            weight, elected_weight;
    size_t         i, n, place;
    edge_coding_e  order[4], elected;

    n = choice & 3;

    for (i = 0; i < n; i++) {
        order[i] = 1 + (choice >> 2 * i & 7) % (EDGE_CODINGS - 1);
    }

    elected = edge_accept_encoding_elect(accept, order, n);
    elected_weight = edge_accept_encoding_weight(accept, elected);

    for (place = 0; place < n && order[place] != elected; place++) {
        /* void */
    }

    if (elected != EDGE_CODING_IDENTITY
        && (place == n || elected_weight == 0
            || accept->weight[EDGE_CODING_IDENTITY] > elected_weight))
    {
        abort();
    }

    for (i = 0; i < n; i++) {
        weight = edge_accept_encoding_weight(accept, order[i]);

        if (weight < 0 || weight > 1000) {
            abort();
        }

        /* nothing better, and nothing as good further in front */

        if (elected == EDGE_CODING_IDENTITY
            ? (weight > 0 && accept->weight[EDGE_CODING_IDENTITY] <= weight)
            : (weight > elected_weight
               || (weight == elected_weight && i < place)))
        {
            abort();
        }
    }
}


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    size_t                  i, split;
    char                   *line;
    unsigned char           choice;
    edge_accept_encoding_t  ours, plain;

    if (size < 1 || size > 2000) {
        return 0;
    }

    choice = data[0];
    line = (char *) data + 1;
    size--;

    edge_accept_encoding_init(&ours);
    edge_accept_encoding_init(&plain);

    /* lines end at LF */

    for (split = 0, i = 0; i <= size; i++) {
        if (i == size || line[i] == '\n') {
            edge_accept_encoding_read(&ours, line + split, i - split);
            plain_read(&plain, line + split, i - split);
            split = i + 1;
        }
    }

    if (ours.any != plain.any
        || memcmp(ours.weight, plain.weight, sizeof(ours.weight)) != 0)
    {
        abort();
    }

    check_election(&ours, choice);

    return 0;
}
