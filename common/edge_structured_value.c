
#include "edge_structured_item.h"


edge_sf_e
edge_sf_string(const edge_sf_value_t *value, char *out, size_t max,
    size_t *size)
{
    size_t  i, n;

    if (value->type != EDGE_SF_STRING) {
        return EDGE_SF_MALFORMED;
    }

    n = 0;

    for (i = 0; i < value->size; i++) {

        if (value->data[i] == '\\') {
            i++;
        }

        if (n == max) {
            return EDGE_SF_TOO_LONG;
        }

        out[n++] = value->data[i];
    }

    *size = n;

    return EDGE_SF_OK;
}


/* -1: not a digit of base64 */

static int
edge_sf_base64(char c)
{
    if (edge_sf_is_upper(c)) {
        return c - 'A';
    }

    if (edge_sf_is_lower(c)) {
        return c - 'a' + 26;
    }

    if (edge_sf_is_digit(c)) {
        return c - '0' + 52;
    }

    return (c == '+') ? 62 : (c == '/') ? 63 : -1;
}


edge_sf_e
edge_sf_bytes(const edge_sf_value_t *value, unsigned char *out, size_t max,
    size_t *size)
{
    int       digit;
    size_t    i, n, digits;
    unsigned  bits;

    if (value->type != EDGE_SF_BYTES) {
        return EDGE_SF_MALFORMED;
    }

    /* padding may be left out (4.2.7) */

    for (digits = value->size;
         digits && value->size - digits < 2 && value->data[digits - 1] == '=';
         digits--)
    {
        /* void */
    }

    if (digits % 4 == 1 || (digits != value->size && value->size % 4 != 0)) {
        return EDGE_SF_MALFORMED;
    }

    n = 0;
    bits = 0;

    for (i = 0; i < digits; i++) {

        digit = edge_sf_base64(value->data[i]);
        if (digit < 0) {
            return EDGE_SF_MALFORMED;
        }

        bits = (bits << 6 | (unsigned) digit) & 0xffffff;

        if (i % 4 == 0) {
            continue;
        }

        if (n == max) {
            return EDGE_SF_TOO_LONG;
        }

        out[n++] = (unsigned char) (bits >> (6 - 2 * (i % 4)));
    }

    *size = n;

    return EDGE_SF_OK;
}


size_t
edge_sf_string_size(const char *text, size_t size)
{
    size_t  i, n;

    n = 2;

    for (i = 0; i < size; i++) {

        if (!edge_sf_is_text((unsigned char) text[i])) {
            return 0;
        }

        n += (text[i] == '"' || text[i] == '\\') ? 2 : 1;
    }

    return n;
}


char *
edge_sf_write_string(char *out, const char *text, size_t size)
{
    size_t  i;

    *out++ = '"';

    for (i = 0; i < size; i++) {

        if (text[i] == '"' || text[i] == '\\') {
            *out++ = '\\';
        }

        *out++ = text[i];
    }

    *out++ = '"';

    return out;
}
