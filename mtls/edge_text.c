
#include "edge_text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>


#define EDGE_TEXT_MIN_SIZE  256


static const char  edge_text_upper[] = "0123456789ABCDEF";
static const char  edge_text_lower[] = "0123456789abcdef";


/* Returns where len more bytes may be written, or NULL. */

static char *
edge_text_reserve(edge_text_t *text, size_t len)
{
    char   *data;
    size_t  size;

    if (text->failed) {
        return NULL;
    }

    if (len <= text->size - text->len) {
        return text->data + text->len;
    }

    if (len > SIZE_MAX / 2 - text->len) {
        text->failed = 1;
        return NULL;
    }

    size = (text->len + len) * 2;

    if (size < EDGE_TEXT_MIN_SIZE) {
        size = EDGE_TEXT_MIN_SIZE;
    }

    data = realloc(text->data, size);
    if (data == NULL) {
        text->failed = 1;
        return NULL;
    }

    text->data = data;
    text->size = size;

    return data + text->len;
}


void
edge_text_add(edge_text_t *text, const char *data, size_t len)
{
    char  *p;

    p = edge_text_reserve(text, len);

    if (p == NULL || len == 0) {
        return;
    }

    memcpy(p, data, len);
    text->len += len;
}


void
edge_text_add_escaped(edge_text_t *text, const void *data, size_t len,
    const char *specials)
{
    char                 *p;
    size_t                i;
    const unsigned char  *bytes;

    bytes = data;

    for (i = 0; i < len; i++) {
        p = edge_text_reserve(text, 3);
        if (p == NULL) {
            return;
        }

        if (bytes[i] >= 0x20 && bytes[i] <= 0x7e && bytes[i] != '\\'
            && strchr(specials, bytes[i]) == NULL)
        {
            *p = (char) bytes[i];
            text->len++;
            continue;
        }

        p[0] = '\\';
        p[1] = edge_text_upper[bytes[i] >> 4];
        p[2] = edge_text_upper[bytes[i] & 0xf];
        text->len += 3;
    }
}


void
edge_text_add_hex(edge_text_t *text, const void *data, size_t len,
    edge_text_case_e letters)
{
    char                 *p;
    size_t                i;
    const char           *digits;
    const unsigned char  *bytes;

    bytes = data;
    digits = (letters == EDGE_TEXT_UPPER) ? edge_text_upper : edge_text_lower;

    if (len == 0) {
        return;
    }

    p = (len > SIZE_MAX / 4) ? NULL : edge_text_reserve(text, len * 2);
    if (p == NULL) {
        text->failed = 1;
        return;
    }

    for (i = 0; i < len; i++) {
        *p++ = digits[bytes[i] >> 4];
        *p++ = digits[bytes[i] & 0xf];
    }

    text->len += len * 2;
}


void
edge_text_add_base64(edge_text_t *text, const void *data, size_t len)
{
    char                 *p;
    size_t                i;
    uint32_t              group;
    const unsigned char  *bytes;

    static const char  alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "abcdefghijklmnopqrstuvwxyz0123456789+/";

    bytes = data;

    if (len == 0) {
        return;
    }

    p = (len > SIZE_MAX / 4) ? NULL
                             : edge_text_reserve(text, (len + 2) / 3 * 4);
    if (p == NULL) {
        text->failed = 1;
        return;
    }

    for (i = 0; i < len; i += 3) {
        group = (uint32_t) bytes[i] << 16;
        group |= (i + 1 < len) ? (uint32_t) bytes[i + 1] << 8 : 0;
        group |= (i + 2 < len) ? bytes[i + 2] : 0;

        *p++ = alphabet[group >> 18];
        *p++ = alphabet[group >> 12 & 0x3f];
        *p++ = (i + 1 < len) ? alphabet[group >> 6 & 0x3f] : '=';
        *p++ = (i + 2 < len) ? alphabet[group & 0x3f] : '=';
    }

    text->len += (len + 2) / 3 * 4;
}


void
edge_text_add_percent(edge_text_t *text, const void *data, size_t len)
{
    char                 *p;
    size_t                i;
    unsigned char         letter;
    const unsigned char  *bytes;

    bytes = data;

    for (i = 0; i < len; i++) {
        p = edge_text_reserve(text, 3);
        if (p == NULL) {
            return;
        }

        letter = bytes[i] | 0x20;

        if ((letter >= 'a' && letter <= 'z')
            || (bytes[i] >= '0' && bytes[i] <= '9')
            || (bytes[i] != '\0' && strchr("-._~", bytes[i])))
        {
            *p = (char) bytes[i];
            text->len++;
            continue;
        }

        p[0] = '%';
        p[1] = edge_text_upper[bytes[i] >> 4];
        p[2] = edge_text_upper[bytes[i] & 0xf];
        text->len += 3;
    }
}


int
edge_text_list_has(const char *list, size_t list_len, const char *item,
    size_t item_len, int ignore_case)
{
    size_t       len;
    const char  *comma, *end;

    end = list + list_len;

    while (item_len > 0 && list < end) {
        comma = memchr(list, ',', (size_t) (end - list));
        len = (size_t) ((comma ? comma : end) - list);

        if (len == item_len
            && (ignore_case ? strncasecmp(list, item, len)
                            : memcmp(list, item, len)) == 0)
        {
            return 1;
        }

        list += len + 1;
    }

    return 0;
}


void
edge_text_free(edge_text_t *text)
{
    free(text->data);
    memset(text, 0, sizeof(edge_text_t));
}
