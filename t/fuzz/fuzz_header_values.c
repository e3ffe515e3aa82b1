/* fuzz: mtls/edge_text.c mtls/edge_owned_names.c */

/*
 * Input: bytes of a certificate's field, or the name of a header.  What is
 * written is visible ASCII and reads back as what it was; a name is owned if
 * and only if CGI could take it for one that is.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge_owned_names.h"
#include "edge_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static const char  specials[] = ", \"";


static void
check(int is_right)
{
    if (!is_right) {
        abort();
    }
}


static int
digit(char c)
{
    return (c >= '0' && c <= '9') ? c - '0' : (c | 0x20) - 'a' + 10;
}


/* One byte written as \HH or %HH, or as it is; moves *p past it. */

static uint8_t
take(const char **p, const char *end, char mark)
{
    int  high, low;

    check(*p < end);

    if (**p != mark) {
        check(**p >= 0x20 && **p <= 0x7e);
        return (uint8_t) *(*p)++;
    }

    check(end - *p >= 3);

    high = digit((*p)[1]);
    low = digit((*p)[2]);
    *p += 3;

    check(high >= 0 && high < 16 && low >= 0 && low < 16);

    return (uint8_t) (high << 4 | low);
}


static void
check_read_back(const edge_text_t *text, char mark, const uint8_t *data,
    size_t size)
{
    size_t       i;
    const char  *p, *end;

    check(!text->failed);

    p = text->data;
    end = p ? p + text->len : NULL;

    for (i = 0; i < size; i++) {
        check(p != NULL);
        check(mark != '\\' || strchr(specials, *p) == NULL || *p == '\0');
        check(take(&p, end, mark) == data[i]);
    }

    check(p == end);
}


static void
try_value(const uint8_t *data, size_t size)
{
    size_t       i;
    edge_text_t  text;

    memset(&text, 0, sizeof(text));

    edge_text_add_escaped(&text, data, size, specials);
    check_read_back(&text, '\\', data, size);

    /* an item is found in a list of itself, and no other item by it */

    if (size > 0) {
        edge_text_add(&text, ",x", 2);
        check(edge_text_list_has(text.data, text.len, text.data, text.len - 2,
                                 0));
        check(edge_text_list_has(text.data, text.len, "x", 1, 1));
        check(!edge_text_list_has(text.data, text.len, "", 0, 1));
    }

    text.len = 0;
    edge_text_add_percent(&text, data, size);
    check_read_back(&text, '%', data, size);

    text.len = 0;
    edge_text_add_hex(&text, data, size, EDGE_TEXT_UPPER);
    check(text.len == 2 * size);

    text.len = 0;
    edge_text_add_base64(&text, data, size);
    check(text.len == (size + 2) / 3 * 4);

    for (i = 0; i < text.len; i++) {
        check(text.data[i] > 0x20 && text.data[i] <= 0x7e);
    }

    edge_text_free(&text);
}


/* As CGI makes a variable of a name: letters, digits, all else an underscore */

static uint8_t
fold(uint8_t c)
{
    if (c >= 'a' && c <= 'z') {
        return (uint8_t) (c - 0x20);
    }

    return ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) ? c : '_';
}


static void
try_name(const uint8_t *data, size_t size)
{
    size_t              i, k, len, owned;
    edge_owned_names_t  names;

    static const char  *own[] = { "Cf-Cert-Verified", "Cf-Cert-Sha256",
                                  "Client-Cert", "Client-Cert-Chain",
                                  "X-Forwarded-Client-Cert" };

    memset(&names, 0, sizeof(names));
    owned = 0;

    for (i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        len = strlen(own[i]);

        if (edge_owned_names_add(&names, own[i], len) != EDGE_OWNED_NAMES_OK) {
            edge_owned_names_free(&names);
            return;
        }

        for (k = 0; len == size && k < len; k++) {
            if (fold((uint8_t) own[i][k]) != fold(data[k])) {
                break;
            }
        }

        owned += (len == size && k == len);
    }

    check((edge_owned_names_find(&names, (const char *) data, size) != NULL)
          == (owned == 1));

    edge_owned_names_free(&names);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    try_value(data, size);
    try_name(data, size);

    return 0;
}
