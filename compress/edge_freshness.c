
#include <string.h>
#include <strings.h>

#include "edge_freshness.h"


typedef struct {
    const char  *data;
    size_t       size;
} edge_freshness_span_t;


/* a directive with its argument; without quotes, and empty if it has none */

typedef struct {
    edge_freshness_span_t  name;
    edge_freshness_span_t  value;
} edge_directive_t;


void
edge_cache_control_init(edge_cache_control_t *control)
{
    memset(control, 0, sizeof(edge_cache_control_t));
    control->max_age = -1;
    control->s_maxage = -1;
}


static const char *
edge_directive_skip(const char *p, const char *end, const char *set)
{
    while (p < end && *p && strchr(set, *p)) {
        p++;
    }

    return p;
}


static const char *
edge_directive_until(const char *p, const char *end, const char *set)
{
    while (p < end && !(*p && strchr(set, *p))) {
        p++;
    }

    return p;
}


static const char *
edge_directive_quoted(const char *p, const char *end,
    edge_freshness_span_t *value)
{
    value->data = ++p;

    while (p < end && *p != '"') {
        p += (*p == '\\' && end - p > 1) ? 2 : 1;
    }

    value->size = p - value->data;

    return (p < end) ? p + 1 : end;
}


/* the next directive; NULL: there is none */

static const char *
edge_directive_next(const char *p, const char *end,
    edge_directive_t *directive)
{
    p = edge_directive_skip(p, end, ", \t");

    if (p == end) {
        return NULL;
    }

    memset(directive, 0, sizeof(edge_directive_t));

    directive->name.data = p;
    p = edge_directive_until(p, end, "=, \t");
    directive->name.size = p - directive->name.data;

    p = edge_directive_skip(p, end, " \t");

    if (p == end || *p != '=') {
        return p;
    }

    p = edge_directive_skip(p + 1, end, " \t");

    if (p < end && *p == '"') {
        return edge_directive_quoted(p, end, &directive->value);
    }

    directive->value.data = p;
    p = edge_directive_until(p, end, ", \t");
    directive->value.size = p - directive->value.data;

    return p;
}


/* seconds (RFC 9111, 1.2.2), EDGE_FRESHNESS_MAX at most; -1: they are none */

static int64_t
edge_freshness_seconds(const char *data, size_t size)
{
    size_t   i;
    int64_t  n;

    n = 0;

    for (i = 0; i < size; i++) {
        if (data[i] < '0' || data[i] > '9') {
            return -1;
        }

        n = n * 10 + (data[i] - '0');

        if (n > EDGE_FRESHNESS_MAX) {
            n = EDGE_FRESHNESS_MAX;
        }
    }

    return size ? n : -1;
}


/* of two the shorter counts, and one that can't be read is stale (4.2.1) */

static void
edge_freshness_note(int64_t *known, const edge_directive_t *directive)
{
    int64_t  n;

    n = edge_freshness_seconds(directive->value.data, directive->value.size);

    if (n == -1) {
        n = 0;
    }

    if (*known == -1 || n < *known) {
        *known = n;
    }
}


static unsigned
edge_directive_is(const edge_directive_t *directive, const char *name)
{
    return directive->name.size == strlen(name)
           && strncasecmp(directive->name.data, name, directive->name.size)
              == 0;
}


void
edge_cache_control_read(edge_cache_control_t *control, const char *field,
    size_t size)
{
    const char        *p, *end;
    edge_directive_t   directive;

    p = field;
    end = field + size;

    while ((p = edge_directive_next(p, end, &directive)) != NULL) {

        if (edge_directive_is(&directive, "no-store")) {
            control->no_store = 1;

        } else if (edge_directive_is(&directive, "private")) {
            control->is_private = 1;

        } else if (edge_directive_is(&directive, "no-cache")) {
            control->no_cache = 1;

        } else if (edge_directive_is(&directive, "max-age")) {
            edge_freshness_note(&control->max_age, &directive);

        } else if (edge_directive_is(&directive, "s-maxage")) {
            edge_freshness_note(&control->s_maxage, &directive);
        }
    }
}


int64_t
edge_freshness_read_age(const char *field, size_t size)
{
    int64_t  n;

    n = edge_freshness_seconds(field, size);

    return (n == -1) ? EDGE_FRESHNESS_MAX : n;
}


static int64_t
edge_freshness_lifetime(const edge_cache_control_t *control, int64_t date,
    int64_t expires)
{
    if (control->s_maxage != -1) {
        return control->s_maxage;
    }

    if (control->max_age != -1) {
        return control->max_age;
    }

    if (expires == EDGE_FRESHNESS_NONE || expires <= date) {
        return 0;
    }

    return (expires - date < EDGE_FRESHNESS_MAX) ? expires - date
                                                 : EDGE_FRESHNESS_MAX;
}


int64_t
edge_freshness_left(const edge_cache_control_t *control, int64_t date,
    int64_t expires, int64_t age)
{
    int64_t  left;

    if (control->no_store || control->is_private || control->no_cache) {
        return 0;
    }

    left = edge_freshness_lifetime(control, date, expires) - age;

    return (left > 0) ? left : 0;
}
