
#include <string.h>
#include <strings.h>

#include "edge_accept_encoding.h"


#define EDGE_WEIGHT_MALFORMED  -1
#define EDGE_WEIGHT_UNSEEN     -1


typedef struct {
    const char     *name;
    unsigned char   size;
    unsigned char   coding;
} edge_coding_name_t;


static const edge_coding_name_t  edge_coding_names[] = {
    { "gzip",     4, EDGE_CODING_GZIP },
    { "zstd",     4, EDGE_CODING_ZSTD },
    { "br",       2, EDGE_CODING_BR },
    { "dcz",      3, EDGE_CODING_DCZ },
    { "dcb",      3, EDGE_CODING_DCB },
    { "identity", 8, EDGE_CODING_IDENTITY },
    { "x-gzip",   6, EDGE_CODING_GZIP }
};

#define EDGE_CODING_NAMES                                                    \
    (sizeof(edge_coding_names) / sizeof(edge_coding_names[0]))


void
edge_accept_encoding_init(edge_accept_encoding_t *accept)
{
    size_t  i;

    for (i = 0; i < EDGE_CODINGS; i++) {
        accept->weight[i] = EDGE_WEIGHT_UNSEEN;
    }

    accept->any = EDGE_WEIGHT_UNSEEN;
}


static const char *
edge_accept_encoding_skip_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t')) {
        p++;
    }

    return p;
}


static const char *
edge_accept_encoding_trim(const char *p, const char *end)
{
    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }

    return end;
}


/* qvalue of RFC 9110, 12.4.2: 0 or 1, at most three decimals, not above 1 */

static int
edge_accept_encoding_qvalue(const char *p, const char *end)
{
    int  weight, unit;

    if (p == end || (*p != '0' && *p != '1')) {
        return EDGE_WEIGHT_MALFORMED;
    }

    weight = (*p++ - '0') * 1000;

    if (p == end) {
        return weight;
    }

    if (*p++ != '.') {
        return EDGE_WEIGHT_MALFORMED;
    }

    for (unit = 100; p < end; p++, unit /= 10) {

        if (*p < '0' || *p > '9' || unit == 0) {
            return EDGE_WEIGHT_MALFORMED;
        }

        weight += (*p - '0') * unit;
    }

    return weight <= 1000 ? weight : EDGE_WEIGHT_MALFORMED;
}


/* RFC 9110, 12.4.2: OWS ";" OWS "q=" qvalue, and nothing else, or nothing */

static int
edge_accept_encoding_read_weight(const char *p, const char *end)
{
    if (p == end) {
        return 1000;
    }

    p = edge_accept_encoding_skip_space(p + 1, end);

    if (end - p < 2 || (*p != 'q' && *p != 'Q') || p[1] != '=') {
        return EDGE_WEIGHT_MALFORMED;
    }

    return edge_accept_encoding_qvalue(p + 2, end);
}


static void
edge_accept_encoding_note(short *slot, int weight)
{
    if (*slot == EDGE_WEIGHT_UNSEEN || weight < *slot) {
        *slot = (short) weight;
    }
}


static void
edge_accept_encoding_member(edge_accept_encoding_t *accept, const char *p,
    const char *end)
{
    int          weight;
    size_t       i, size;
    const char  *params;

    params = memchr(p, ';', end - p);
    if (params == NULL) {
        params = end;
    }

    weight = edge_accept_encoding_read_weight(params, end);
    if (weight == EDGE_WEIGHT_MALFORMED) {
        return;
    }

    size = edge_accept_encoding_trim(p, params) - p;

    if (size == 1 && *p == '*') {
        edge_accept_encoding_note(&accept->any, weight);
        return;
    }

    for (i = 0; i < EDGE_CODING_NAMES; i++) {

        if (edge_coding_names[i].size == size
            && strncasecmp(edge_coding_names[i].name, p, size) == 0)
        {
            edge_accept_encoding_note(
                &accept->weight[edge_coding_names[i].coding], weight);
            return;
        }
    }
}


void
edge_accept_encoding_read(edge_accept_encoding_t *accept, const char *value,
    size_t size)
{
    const char  *p, *end, *comma;

    p = value;
    end = value + size;

    while (p < end) {

        comma = memchr(p, ',', end - p);
        if (comma == NULL) {
            comma = end;
        }

        p = edge_accept_encoding_skip_space(p, comma);

        edge_accept_encoding_member(accept, p,
                                    edge_accept_encoding_trim(p, comma));

        p = (comma < end) ? comma + 1 : end;
    }
}


int
edge_accept_encoding_weight(const edge_accept_encoding_t *accept,
    edge_coding_e coding)
{
    if (accept->weight[coding] != EDGE_WEIGHT_UNSEEN) {
        return accept->weight[coding];
    }

    /* dictionary codings are asked for by name only (RFC 9842, 6.1) */

    if (accept->any != EDGE_WEIGHT_UNSEEN
        && coding != EDGE_CODING_DCZ && coding != EDGE_CODING_DCB)
    {
        return accept->any;
    }

    return coding == EDGE_CODING_IDENTITY ? 1000 : 0;
}


edge_coding_e
edge_accept_encoding_elect(const edge_accept_encoding_t *accept,
    const edge_coding_e *order, size_t count)
{
    int            weight, best;
    size_t         i;
    edge_coding_e  elected;

    elected = EDGE_CODING_IDENTITY;
    best = 0;

    for (i = 0; i < count; i++) {
        weight = edge_accept_encoding_weight(accept, order[i]);

        if (weight > best) {
            best = weight;
            elected = order[i];
        }
    }

    if (accept->weight[EDGE_CODING_IDENTITY] > best) {
        return EDGE_CODING_IDENTITY;
    }

    return elected;
}


size_t
edge_accept_encoding_rank(const edge_accept_encoding_t *accept,
    edge_coding_e *order, size_t count)
{
    int            weight, weights[EDGE_CODINGS];
    size_t         i, at, kept;
    edge_coding_e  coding;

    kept = 0;

    for (i = 0; i < count; i++) {
        coding = order[i];
        weight = edge_accept_encoding_weight(accept, coding);

        if (weight == 0 || weight < accept->weight[EDGE_CODING_IDENTITY]) {
            continue;
        }

        for (at = kept++; at && weights[at - 1] < weight; at--) {
            weights[at] = weights[at - 1];
            order[at] = order[at - 1];
        }

        weights[at] = weight;
        order[at] = coding;
    }

    return kept;
}
