
#include <string.h>

#include "edge_kept_parts.h"


#define EDGE_KEPT_MAGIC  "edge dictionary 1\n"


static char *
edge_kept_put_number(char *p, const char *name, uint64_t n)
{
    char  text[24], *digit;

    digit = text + sizeof(text) - 1;
    *digit = '\0';

    do {
        *--digit = (char) ('0' + n % 10);
        n /= 10;
    } while (n);

    return edge_kept_put(p, name, digit);
}


size_t
edge_kept_write_head(const edge_kept_t *kept, char *head)
{
    char           *p;
    unsigned char   sum[EDGE_DICTIONARY_DIGEST];

    memcpy(head, EDGE_KEPT_MAGIC, sizeof(EDGE_KEPT_MAGIC) - 1);

    p = edge_kept_put_identity(head + sizeof(EDGE_KEPT_MAGIC) - 1, kept);
    p = edge_kept_put_bytes(p, "source", kept->source, EDGE_KEPT_SOURCE);
    p = edge_kept_put_number(p, "expires", (uint64_t) kept->expires);
    p = edge_kept_put_number(p, "size", kept->size);

    if (edge_dictionary_digest(head, p - head, sum) != 0) {
        return 0;
    }

    p = edge_kept_put_bytes(p, "sum", sum, EDGE_DICTIONARY_DIGEST);
    *p++ = '\n';

    return p - head;
}


/* a line "name value": the value into max bytes and a zero; NULL: it isn't */

static const char *
edge_kept_line(const char *p, const char *end, const char *name, char *value,
    size_t max)
{
    size_t       size;
    const char  *newline;

    size = strlen(name);

    if ((size_t) (end - p) < size + 2 || memcmp(p, name, size) != 0
        || p[size] != ' ')
    {
        return NULL;
    }

    p += size + 1;
    newline = memchr(p, '\n', end - p);

    if (newline == NULL || (size_t) (newline - p) > max
        || !edge_kept_is_line(p, newline - p))
    {
        return NULL;
    }

    memcpy(value, p, newline - p);
    value[newline - p] = '\0';

    return newline + 1;
}


static const char *
edge_kept_line_number(const char *p, const char *end, const char *name,
    uint64_t max, uint64_t *n)
{
    char   text[24];
    char  *digit;

    p = edge_kept_line(p, end, name, text, 18);

    if (p == NULL || text[0] == '\0') {
        return NULL;
    }

    *n = 0;

    for (digit = text; *digit; digit++) {
        if (*digit < '0' || *digit > '9') {
            return NULL;
        }

        *n = *n * 10 + (uint64_t) (*digit - '0');
    }

    return (*n <= max) ? p : NULL;
}


static const char *
edge_kept_line_bytes(const char *p, const char *end, const char *name,
    unsigned char *out, size_t size)
{
    char         text[EDGE_KEPT_HEX + 1];
    size_t       i;
    const char  *digit;

    p = edge_kept_line(p, end, name, text, 2 * size);

    if (p == NULL || strlen(text) != 2 * size) {
        return NULL;
    }

    memset(out, 0, size);

    for (i = 0; i < 2 * size; i++) {
        digit = strchr(edge_kept_hex, text[i]);
        if (digit == NULL) {
            return NULL;
        }

        out[i / 2] = (unsigned char) (out[i / 2] << 4
                                      | (digit - edge_kept_hex));
    }

    return p;
}


static const char *
edge_kept_read_identity(edge_kept_t *kept, const char *p, const char *end)
{
    size_t  i;

    const struct {
        const char  *name;
        char        *value;
        size_t       max;
    } lines[] = {
        { "origin", kept->origin, EDGE_KEPT_ORIGIN_MAX },
        { "base", kept->base, EDGE_MATCH_PATTERN_MAX },
        { "match", kept->use.match, EDGE_MATCH_PATTERN_MAX },
        { "match-dest", kept->use.dest, EDGE_USE_AS_DEST_MAX },
        { "id", kept->use.id, EDGE_USE_AS_ID_MAX }
    };

    for (i = 0; p && i < sizeof(lines) / sizeof(lines[0]); i++) {
        p = edge_kept_line(p, end, lines[i].name, lines[i].value,
                           lines[i].max);
    }

    return p ? edge_kept_line_bytes(p, end, "digest", kept->digest,
                                    EDGE_DICTIONARY_DIGEST)
             : NULL;
}


/* a sum over all in front of it: the head is whole, and as it was written */

static const char *
edge_kept_check_sum(const char *head, const char *p, const char *end)
{
    size_t         size;
    unsigned char  sum[EDGE_DICTIONARY_DIGEST];
    unsigned char  wanted[EDGE_DICTIONARY_DIGEST];

    size = p - head;
    p = edge_kept_line_bytes(p, end, "sum", sum, EDGE_DICTIONARY_DIGEST);

    if (p == NULL || p == end || *p != '\n'
        || edge_dictionary_digest(head, size, wanted) != 0
        || memcmp(sum, wanted, EDGE_DICTIONARY_DIGEST) != 0)
    {
        return NULL;
    }

    return p + 1;
}


edge_kept_e
edge_kept_read_head(edge_kept_t *kept, const char *data, size_t size,
    size_t *head_size)
{
    uint64_t     expires, content;
    const char  *p, *end;

    memset(kept, 0, sizeof(edge_kept_t));

    end = data + size;

    if (size < sizeof(EDGE_KEPT_MAGIC)
        || memcmp(data, EDGE_KEPT_MAGIC, sizeof(EDGE_KEPT_MAGIC) - 1) != 0)
    {
        return EDGE_KEPT_DAMAGED;
    }

    p = edge_kept_read_identity(kept, data + sizeof(EDGE_KEPT_MAGIC) - 1,
                                end);
    p = p ? edge_kept_line_bytes(p, end, "source", kept->source,
                                 EDGE_KEPT_SOURCE) : NULL;
    p = p ? edge_kept_line_number(p, end, "expires", INT64_MAX, &expires)
          : NULL;
    p = p ? edge_kept_line_number(p, end, "size", UINT32_MAX, &content) : NULL;
    p = p ? edge_kept_check_sum(data, p, end) : NULL;

    if (p == NULL || edge_kept_compile(kept) != EDGE_KEPT_OK) {
        return EDGE_KEPT_DAMAGED;
    }

    kept->expires = (int64_t) expires;
    kept->size = (uint32_t) content;
    *head_size = p - data;

    return edge_kept_set_key(kept);
}
