
#include <stdlib.h>
#include <string.h>

#include "edge_kept_parts.h"


const char  edge_kept_hex[] = "0123456789abcdef";


static char *
edge_kept_put_hex(char *p, const unsigned char *data, size_t size)
{
    size_t  i;

    for (i = 0; i < size; i++) {
        *p++ = edge_kept_hex[data[i] >> 4];
        *p++ = edge_kept_hex[data[i] & 15];
    }

    return p;
}


/* the directory that relative patterns are relative to; 0: it is too long */

static unsigned
edge_kept_set_base(edge_kept_t *kept, const char *target, size_t size)
{
    const char  *query;

    query = size ? memchr(target, '?', size) : NULL;
    size = query ? (size_t) (query - target) : size;

    while (size && target[size - 1] != '/') {
        size--;
    }

    if (size > EDGE_MATCH_PATTERN_MAX) {
        return 0;
    }

    memcpy(kept->base, target, size);
    kept->base[size] = '\0';

    return 1;
}


unsigned
edge_kept_is_line(const char *text, size_t size)
{
    size_t  i;

    for (i = 0; i < size; i++) {
        if ((unsigned char) text[i] < 0x20) {
            return 0;
        }
    }

    return 1;
}


edge_kept_e
edge_kept_compile(edge_kept_t *kept)
{
    return edge_match_pattern_read(&kept->match, kept->use.match,
                                   strlen(kept->use.match), kept->base,
                                   strlen(kept->base))
           == EDGE_MATCH_PATTERN_OK ? EDGE_KEPT_OK : EDGE_KEPT_PATTERN;
}


edge_kept_e
edge_kept_init(edge_kept_t *kept, const char *origin, size_t origin_size,
    const char *target, size_t target_size, const edge_use_as_t *use)
{
    memset(kept, 0, sizeof(edge_kept_t));

    if (origin_size == 0 || origin_size > EDGE_KEPT_ORIGIN_MAX
        || !edge_kept_is_line(origin, origin_size))
    {
        return EDGE_KEPT_ORIGIN;
    }

    memcpy(kept->origin, origin, origin_size);
    kept->use = *use;

    if (use->match[0] != '/'
        && (!edge_kept_is_line(target, target_size)
            || !edge_kept_set_base(kept, target, target_size)))
    {
        return EDGE_KEPT_PATTERN;
    }

    return edge_kept_compile(kept);
}


char *
edge_kept_put(char *p, const char *name, const char *value)
{
    size_t  size;

    size = strlen(name);
    memcpy(p, name, size);
    p += size;
    *p++ = ' ';

    size = strlen(value);
    memcpy(p, value, size);
    p += size;
    *p++ = '\n';

    return p;
}


char *
edge_kept_put_bytes(char *p, const char *name, const unsigned char *data,
    size_t size)
{
    char  text[EDGE_KEPT_HEX + 1];

    *edge_kept_put_hex(text, data, size) = '\0';

    return edge_kept_put(p, name, text);
}


char *
edge_kept_put_identity(char *p, const edge_kept_t *kept)
{
    p = edge_kept_put(p, "origin", kept->origin);
    p = edge_kept_put(p, "base", kept->base);
    p = edge_kept_put(p, "match", kept->use.match);
    p = edge_kept_put(p, "match-dest", kept->use.dest);
    p = edge_kept_put(p, "id", kept->use.id);

    return edge_kept_put_bytes(p, "digest", kept->digest,
                               EDGE_DICTIONARY_DIGEST);
}


edge_kept_e
edge_kept_set_key(edge_kept_t *kept)
{
    char           text[EDGE_KEPT_HEAD_MAX], *end;
    unsigned char  digest[EDGE_DICTIONARY_DIGEST];

    end = edge_kept_put_identity(text, kept);

    if (edge_dictionary_digest(text, end - text, digest) != 0) {
        return EDGE_KEPT_ERROR;
    }

    memcpy(&kept->key, digest, sizeof(kept->key));

    return EDGE_KEPT_OK;
}


void
edge_kept_name(const edge_kept_t *kept, char *name)
{
    unsigned char  key[sizeof(kept->key)];

    memcpy(key, &kept->key, sizeof(key));

    name = edge_kept_put_hex(name, kept->digest, EDGE_DICTIONARY_DIGEST);
    *name++ = '-';
    name = edge_kept_put_hex(name, key, sizeof(key));
    *name = '\0';
}
