
#include <string.h>

#include "edge_structured_item.h"


/* at most so many digits before the point, after it, and without one */
#define EDGE_SF_WHOLE_MAX     12
#define EDGE_SF_FRACTION_MAX  3
#define EDGE_SF_INTEGER_MAX   15


/* 4.2.4 */

static edge_sf_e
edge_sf_number(edge_sf_reader_t *reader, edge_sf_value_t *value,
    edge_sf_type_e type)
{
    size_t       whole, fraction;
    const char  *p;

    value->type = type;
    value->data = reader->p;

    p = reader->p + edge_sf_is_at(reader, '-');

    for (whole = 0; p < reader->end && edge_sf_is_digit(*p); p++) {
        whole++;
    }

    fraction = 0;

    if (whole && type == EDGE_SF_NUMBER && p < reader->end && *p == '.') {

        for (p++; p < reader->end && edge_sf_is_digit(*p); p++) {
            fraction++;
        }

        if (fraction == 0 || fraction > EDGE_SF_FRACTION_MAX
            || whole > EDGE_SF_WHOLE_MAX)
        {
            return EDGE_SF_MALFORMED;
        }
    }

    if (whole == 0 || whole > EDGE_SF_INTEGER_MAX) {
        return EDGE_SF_MALFORMED;
    }

    value->size = p - value->data;
    reader->p = p;

    return EDGE_SF_OK;
}


/* 4.2.5, from behind the opening quote */

static edge_sf_e
edge_sf_quoted(edge_sf_reader_t *reader, edge_sf_value_t *value)
{
    value->type = EDGE_SF_STRING;
    value->data = reader->p;

    for ( /* void */; reader->p < reader->end; reader->p++) {

        if (*reader->p == '"') {
            value->size = reader->p++ - value->data;
            return EDGE_SF_OK;
        }

        if (*reader->p == '\\') {
            reader->p++;

            if (!edge_sf_is_at(reader, '"')
                && !edge_sf_is_at(reader, '\\'))
            {
                return EDGE_SF_MALFORMED;
            }

        } else if (!edge_sf_is_text((unsigned char) *reader->p)) {
            return EDGE_SF_MALFORMED;
        }
    }

    return EDGE_SF_MALFORMED;
}


static int
edge_sf_is_hex(const edge_sf_reader_t *reader)
{
    return reader->p < reader->end
           && (edge_sf_is_digit(*reader->p)
               || (*reader->p >= 'a' && *reader->p <= 'f'));
}


/* 4.2.10, from behind the "%" */

static edge_sf_e
edge_sf_display(edge_sf_reader_t *reader, edge_sf_value_t *value)
{
    if (!edge_sf_is_at(reader, '"')) {
        return EDGE_SF_MALFORMED;
    }

    value->type = EDGE_SF_DISPLAY;
    value->data = ++reader->p;

    for ( /* void */; reader->p < reader->end; reader->p++) {

        if (*reader->p == '"') {
            value->size = reader->p++ - value->data;
            return EDGE_SF_OK;
        }

        if (*reader->p == '%') {
            reader->p++;

            if (!edge_sf_is_hex(reader)) {
                return EDGE_SF_MALFORMED;
            }

            reader->p++;

            if (!edge_sf_is_hex(reader)) {
                return EDGE_SF_MALFORMED;
            }

        } else if (!edge_sf_is_text((unsigned char) *reader->p)) {
            return EDGE_SF_MALFORMED;
        }
    }

    return EDGE_SF_MALFORMED;
}


/* 4.2.7, from behind the opening colon; what is between is read later */

static edge_sf_e
edge_sf_colons(edge_sf_reader_t *reader, edge_sf_value_t *value)
{
    const char  *p;

    value->type = EDGE_SF_BYTES;
    value->data = reader->p;

    for (p = reader->p; p < reader->end && *p != ':'; p++) {
        if (!edge_sf_is_alpha(*p) && !edge_sf_is_digit(*p) && *p != '+'
            && *p != '/' && *p != '=')
        {
            return EDGE_SF_MALFORMED;
        }
    }

    if (p == reader->end) {
        return EDGE_SF_MALFORMED;
    }

    value->size = p - value->data;
    reader->p = p + 1;

    return EDGE_SF_OK;
}


/* 4.2.6 */

static edge_sf_e
edge_sf_token(edge_sf_reader_t *reader, edge_sf_value_t *value)
{
    const char  *p;

    value->type = EDGE_SF_TOKEN;
    value->data = reader->p;

    for (p = reader->p; p < reader->end; p++) {
        if (*p == '\0'
            || (!edge_sf_is_alpha(*p) && !edge_sf_is_digit(*p)
                && strchr("!#$%&'*+-.^_`|~:/", *p) == NULL))
        {
            break;
        }
    }

    value->size = p - value->data;
    reader->p = p;

    return EDGE_SF_OK;
}


/* 4.2.8, from behind the "?" */

static edge_sf_e
edge_sf_boolean(edge_sf_reader_t *reader, edge_sf_value_t *value)
{
    if (!edge_sf_is_at(reader, '0') && !edge_sf_is_at(reader, '1')) {
        return EDGE_SF_MALFORMED;
    }

    value->type = EDGE_SF_BOOLEAN;
    value->data = reader->p++;
    value->size = 1;

    return EDGE_SF_OK;
}


/* 4.2.3.1 */

edge_sf_e
edge_sf_bare_item(edge_sf_reader_t *reader, edge_sf_value_t *value)
{
    char  c;

    if (reader->p == reader->end) {
        return EDGE_SF_MALFORMED;
    }

    c = *reader->p;

    if (c == '-' || edge_sf_is_digit(c)) {
        return edge_sf_number(reader, value, EDGE_SF_NUMBER);
    }

    if (c == '*' || edge_sf_is_alpha(c)) {
        return edge_sf_token(reader, value);
    }

    reader->p++;

    switch (c) {

    case '"':
        return edge_sf_quoted(reader, value);

    case ':':
        return edge_sf_colons(reader, value);

    case '?':
        return edge_sf_boolean(reader, value);

    case '@':
        return edge_sf_number(reader, value, EDGE_SF_DATE);

    case '%':
        return edge_sf_display(reader, value);

    default:
        return EDGE_SF_MALFORMED;
    }
}
