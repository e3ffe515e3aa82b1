
#include <string.h>

#include "edge_rule_text.h"


static unsigned char
edge_rule_text_lower(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') ? c | 0x20 : c;
}


int
edge_rule_text_same(const char *a, const char *b, size_t len, unsigned fold)
{
    size_t  i;

    if (!fold) {
        return memcmp(a, b, len) == 0;
    }

    for (i = 0; i < len; i++) {
        if (edge_rule_text_lower(a[i]) != edge_rule_text_lower(b[i])) {
            return 0;
        }
    }

    return 1;
}


/* no going back further than to the last "*": linear in what both are long */

int
edge_rule_text_glob(const char *pattern, size_t pattern_len, const char *text,
    size_t len, unsigned fold)
{
    size_t  p, t, star, mark;

    p = 0;
    t = 0;
    star = pattern_len;
    mark = 0;

    while (t < len) {

        if (p < pattern_len && pattern[p] == '*') {
            star = p++;
            mark = t;

        } else if (p < pattern_len
                   && edge_rule_text_same(&pattern[p], &text[t], 1, fold))
        {
            p++;
            t++;

        } else if (star < pattern_len) {
            p = star + 1;
            t = ++mark;

        } else {
            return 0;
        }
    }

    while (p < pattern_len && pattern[p] == '*') {
        p++;
    }

    return p == pattern_len;
}


/* FNV-1a */

uint32_t
edge_rule_text_hash(const char *text, size_t len)
{
    size_t    i;
    uint32_t  hash;

    hash = 2166136261u;

    for (i = 0; i < len; i++) {
        hash = (hash ^ edge_rule_text_lower(text[i])) * 16777619u;
    }

    return hash;
}


/* the i-th of eight bytes, counted from one end */

static uint64_t
edge_rule_text_byte(unsigned char c, size_t i, unsigned fold)
{
    return (uint64_t) (fold ? edge_rule_text_lower(c) : c) << 8 * i;
}


void
edge_rule_text_ends(const char *text, size_t len, unsigned fold,
    edge_rule_ends_t *ends)
{
    size_t  i;

    ends->head = 0;
    ends->tail = 0;

    for (i = 0; i < 8 && i < len; i++) {
        ends->head |= edge_rule_text_byte(text[i], i, fold);
        ends->tail |= edge_rule_text_byte(text[len - 1 - i], i, fold);
    }
}


void
edge_rule_text_pattern_ends(const char *pattern, size_t len, unsigned fold,
    edge_rule_ends_t *ends, edge_rule_ends_t *masks)
{
    size_t  i;

    memset(ends, 0, sizeof(edge_rule_ends_t));
    memset(masks, 0, sizeof(edge_rule_ends_t));

    for (i = 0; i < 8 && pattern[i] != '*'; i++) {
        ends->head |= edge_rule_text_byte(pattern[i], i, fold);
        masks->head |= (uint64_t) 0xff << 8 * i;
    }

    for (i = 0; i < 8 && pattern[len - 1 - i] != '*'; i++) {
        ends->tail |= edge_rule_text_byte(pattern[len - 1 - i], i, fold);
        masks->tail |= (uint64_t) 0xff << 8 * i;
    }
}
