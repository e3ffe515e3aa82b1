
#include <string.h>

#include "edge_match_pattern.h"


typedef struct {
    unsigned char  *p;
    unsigned char  *end;
} edge_match_out_t;


static edge_match_pattern_e
edge_match_put(edge_match_out_t *out, unsigned char c)
{
    if (out->p == out->end) {
        return EDGE_MATCH_PATTERN_TOO_LONG;
    }

    *out->p++ = c;

    return EDGE_MATCH_PATTERN_OK;
}


/* the directory of the dictionary, taken literally */

static edge_match_pattern_e
edge_match_put_base(edge_match_out_t *out, const char *base, size_t size)
{
    size_t                i;
    const char           *query;
    edge_match_pattern_e  rc;

    query = size ? memchr(base, '?', size) : NULL;
    if (query) {
        size = query - base;
    }

    while (size && base[size - 1] != '/') {
        size--;
    }

    if (size == 0) {
        return EDGE_MATCH_PATTERN_GROUP;
    }

    for (i = 0; i < size; i++) {
        rc = edge_match_put(out, (unsigned char) base[i]);
        if (rc != EDGE_MATCH_PATTERN_OK) {
            return rc;
        }
    }

    return EDGE_MATCH_PATTERN_OK;
}


/* what ends a name or a group of the syntax that we do not have */

static int
edge_match_is_group(const char *p, const char *end)
{
    if (*p == '(' || *p == ')' || *p == '{' || *p == '}') {
        return 1;
    }

    if (*p != ':') {
        return 0;
    }

    /* ":name", or the "://" behind a scheme */

    return p + 1 < end
           && (p[1] == '/' || p[1] == '_' || p[1] == '$'
               || (p[1] >= 'a' && p[1] <= 'z')
               || (p[1] >= 'A' && p[1] <= 'Z'));
}


static const char *
edge_match_skip_any(const char *p, const char *end)
{
    /* what may follow "*" says how often, and changes nothing */

    while (p < end && (*p == '*' || *p == '+' || *p == '?')) {
        p++;
    }

    return p;
}


static edge_match_pattern_e
edge_match_compile(edge_match_pattern_t *pattern, edge_match_out_t *out,
    const char *p, const char *end)
{
    unsigned char         c;
    edge_match_pattern_e  rc;

    while (p < end) {

        c = (unsigned char) *p;

        if (c == '*') {
            c = EDGE_MATCH_PATTERN_ANY;
            p = edge_match_skip_any(p, end);

        } else if (c == '?' && !pattern->has_query) {
            pattern->has_query = 1;
            pattern->path = (unsigned short) (out->p - pattern->text);
            p++;
            continue;

        } else if (edge_match_is_group(p, end)) {
            return EDGE_MATCH_PATTERN_GROUP;

        } else {
            if (c == '\\' && end - p > 1) {
                c = (unsigned char) *++p;

            } else if (c == '\\' || c == '#') {
                return EDGE_MATCH_PATTERN_CHARACTER;
            }

            if (c <= 0x20 || c == 0x7f) {
                return EDGE_MATCH_PATTERN_CHARACTER;
            }

            p++;
        }

        rc = edge_match_put(out, c);
        if (rc != EDGE_MATCH_PATTERN_OK) {
            return rc;
        }
    }

    return EDGE_MATCH_PATTERN_OK;
}


edge_match_pattern_e
edge_match_pattern_read(edge_match_pattern_t *pattern, const char *text,
    size_t size, const char *base, size_t base_size)
{
    size_t                written;
    edge_match_out_t      out;
    edge_match_pattern_e  rc;

    if (size == 0) {
        return EDGE_MATCH_PATTERN_EMPTY;
    }

    pattern->has_query = 0;
    out.p = pattern->text;
    out.end = pattern->text + EDGE_MATCH_PATTERN_MAX;

    if (text[0] != '/') {
        rc = edge_match_put_base(&out, base, base_size);
        if (rc != EDGE_MATCH_PATTERN_OK) {
            return rc;
        }

    } else if (size > 1 && text[1] == '/') {
        return EDGE_MATCH_PATTERN_GROUP;
    }

    rc = edge_match_compile(pattern, &out, text, text + size);
    if (rc != EDGE_MATCH_PATTERN_OK) {
        return rc;
    }

    written = out.p - pattern->text;

    if (!pattern->has_query) {
        pattern->path = (unsigned short) written;
    }

    pattern->query = (unsigned short) (written - pattern->path);

    return EDGE_MATCH_PATTERN_OK;
}


/* the last "*" takes one byte more whenever the rest does not fit */

static unsigned
edge_match_glob(const unsigned char *p, size_t size, const char *text,
    size_t length)
{
    const char           *t, *end, *retry;
    const unsigned char  *pend, *after;

    t = text;
    end = text + length;
    pend = p + size;
    after = NULL;
    retry = NULL;

    while (t < end) {

        if (p < pend && *p == EDGE_MATCH_PATTERN_ANY) {
            after = ++p;
            retry = t;

        } else if (p < pend && *p == (unsigned char) *t) {
            p++;
            t++;

        } else if (after) {
            p = after;
            t = ++retry;

        } else {
            return 0;
        }
    }

    while (p < pend && *p == EDGE_MATCH_PATTERN_ANY) {
        p++;
    }

    return p == pend;
}


unsigned
edge_match_pattern_matches(const edge_match_pattern_t *pattern,
    const char *target, size_t size)
{
    size_t       path, query;
    const char  *mark;

    mark = size ? memchr(target, '?', size) : NULL;
    path = mark ? (size_t) (mark - target) : size;
    query = mark ? size - path - 1 : 0;

    if (!edge_match_glob(pattern->text, pattern->path, target, path)) {
        return 0;
    }

    return !pattern->has_query
           || edge_match_glob(pattern->text + pattern->path, pattern->query,
                              mark ? mark + 1 : target, query);
}
