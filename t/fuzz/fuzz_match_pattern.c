/* fuzz: compress/edge_match_pattern.c */

/*
 * Differential: a pattern, a zero byte and a target; the matcher against a
 * plain table of which prefix matches which.
 */

#include <stdlib.h>
#include <string.h>

#include "edge_match_pattern.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


static unsigned
plain_glob(const unsigned char *p, size_t size, const char *text, size_t n)
{
    size_t          i, j;
    unsigned        matches;
    unsigned char  *row, *next;

    row = calloc(n + 1, 1);
    next = calloc(n + 1, 1);
    row[0] = 1;

    for (i = 0; i < size; i++) {
        memset(next, 0, n + 1);

        for (j = 0; j <= n; j++) {
            if (p[i] == EDGE_MATCH_PATTERN_ANY) {
                next[j] = row[j] || (j && next[j - 1]);

            } else if (j) {
                next[j] = row[j - 1] && p[i] == (unsigned char) text[j - 1];
            }
        }

        memcpy(row, next, n + 1);
    }

    matches = row[n];
    free(row);
    free(next);

    return matches;
}


static unsigned
plain_matches(const edge_match_pattern_t *pattern, const char *target,
    size_t size)
{
    size_t  path;

    for (path = 0; path < size && target[path] != '?'; path++) { /* void */ }

    if (!plain_glob(pattern->text, pattern->path, target, path)) {
        return 0;
    }

    if (!pattern->has_query) {
        return 1;
    }

    return path < size
           ? plain_glob(pattern->text + pattern->path, pattern->query,
                        target + path + 1, size - path - 1)
           : plain_glob(pattern->text + pattern->path, pattern->query,
                        target, 0);
}


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    size_t                 length, rest;
    char                  *text, *target;
    const unsigned char   *zero;
    edge_match_pattern_t   pattern;

    zero = size ? memchr(data, 0, size) : NULL;
    length = zero ? (size_t) (zero - data) : size;
    rest = zero ? size - length - 1 : 0;

    text = malloc(length + 1);
    target = malloc(rest + 1);
    memcpy(text, data, length);

    if (rest) {
        memcpy(target, zero + 1, rest);
    }

    if (edge_match_pattern_read(&pattern, text, length, target, rest)
        == EDGE_MATCH_PATTERN_OK)
    {
        if (pattern.path + pattern.query > EDGE_MATCH_PATTERN_MAX
            || edge_match_pattern_matches(&pattern, target, rest)
               != plain_matches(&pattern, target, rest))
        {
            abort();
        }
    }

    free(text);
    free(target);

    return 0;
}
