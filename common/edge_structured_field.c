
#include "edge_structured_item.h"


void
edge_sf_read(edge_sf_reader_t *reader, const char *data, size_t size)
{
    reader->p = data;
    reader->end = data + size;
    reader->begun = 0;
}


static void
edge_sf_skip_spaces(edge_sf_reader_t *reader)
{
    while (reader->p < reader->end && *reader->p == ' ') {
        reader->p++;
    }
}


static void
edge_sf_skip_ows(edge_sf_reader_t *reader)
{
    while (reader->p < reader->end
           && (*reader->p == ' ' || *reader->p == '\t'))
    {
        reader->p++;
    }
}


/* 4.2.3.3 */

static edge_sf_e
edge_sf_key(edge_sf_reader_t *reader, edge_sf_value_t *key)
{
    const char  *p;

    p = reader->p;

    if (p == reader->end || (!edge_sf_is_lower(*p) && *p != '*')) {
        return EDGE_SF_MALFORMED;
    }

    key->type = EDGE_SF_TOKEN;
    key->data = p;

    while (p < reader->end
           && (edge_sf_is_lower(*p) || edge_sf_is_digit(*p) || *p == '_'
               || *p == '-' || *p == '.' || *p == '*'))
    {
        p++;
    }

    key->size = p - key->data;
    reader->p = p;

    return EDGE_SF_OK;
}


/* 4.2.3.2: read, and forgotten */

static edge_sf_e
edge_sf_skip_parameters(edge_sf_reader_t *reader)
{
    edge_sf_value_t  key, value;

    while (edge_sf_is_at(reader, ';')) {

        reader->p++;
        edge_sf_skip_spaces(reader);

        if (edge_sf_key(reader, &key) != EDGE_SF_OK) {
            return EDGE_SF_MALFORMED;
        }

        if (edge_sf_is_at(reader, '=')) {
            reader->p++;

            if (edge_sf_bare_item(reader, &value) != EDGE_SF_OK) {
                return EDGE_SF_MALFORMED;
            }
        }
    }

    return EDGE_SF_OK;
}


edge_sf_e
edge_sf_next_item(edge_sf_reader_t *reader, edge_sf_value_t *value)
{
    const char  *from;

    from = reader->p;
    edge_sf_skip_spaces(reader);

    if (reader->p == reader->end || *reader->p == ')') {
        return EDGE_SF_END;
    }

    if (reader->begun && reader->p == from) {
        return EDGE_SF_MALFORMED;
    }

    reader->begun = 1;

    if (edge_sf_bare_item(reader, value) != EDGE_SF_OK) {
        return EDGE_SF_MALFORMED;
    }

    return edge_sf_skip_parameters(reader);
}


/* 4.2.1.2, from behind the parenthesis; every item is read to find the end */

static edge_sf_e
edge_sf_inner_list(edge_sf_reader_t *reader, edge_sf_value_t *value)
{
    edge_sf_e         rc;
    edge_sf_value_t   item;
    edge_sf_reader_t  items;

    items = *reader;
    items.begun = 0;

    do {
        rc = edge_sf_next_item(&items, &item);
    } while (rc == EDGE_SF_OK);

    if (rc != EDGE_SF_END || !edge_sf_is_at(&items, ')')) {
        return EDGE_SF_MALFORMED;
    }

    value->type = EDGE_SF_LIST;
    value->data = reader->p;
    value->size = items.p - reader->p;
    reader->p = items.p + 1;

    return EDGE_SF_OK;
}


static edge_sf_e
edge_sf_member_value(edge_sf_reader_t *reader, edge_sf_value_t *value)
{
    if (!edge_sf_is_at(reader, '=')) {
        value->type = EDGE_SF_BOOLEAN;
        value->data = "1";
        value->size = 1;

        return EDGE_SF_OK;
    }

    reader->p++;

    if (edge_sf_is_at(reader, '(')) {
        reader->p++;
        return edge_sf_inner_list(reader, value);
    }

    return edge_sf_bare_item(reader, value);
}


edge_sf_e
edge_sf_next_member(edge_sf_reader_t *reader, edge_sf_value_t *key,
    edge_sf_value_t *value)
{
    if (!reader->begun) {
        reader->begun = 1;
        edge_sf_skip_spaces(reader);

        if (reader->p == reader->end) {
            return EDGE_SF_END;
        }

    } else {
        edge_sf_skip_ows(reader);

        if (reader->p == reader->end) {
            return EDGE_SF_END;
        }

        if (*reader->p++ != ',') {
            return EDGE_SF_MALFORMED;
        }

        /* a comma promises another member */

        edge_sf_skip_ows(reader);
    }

    if (edge_sf_key(reader, key) != EDGE_SF_OK
        || edge_sf_member_value(reader, value) != EDGE_SF_OK)
    {
        return EDGE_SF_MALFORMED;
    }

    return edge_sf_skip_parameters(reader);
}


edge_sf_e
edge_sf_item(const char *field, size_t size, edge_sf_value_t *value)
{
    edge_sf_reader_t  reader;

    edge_sf_read(&reader, field, size);
    edge_sf_skip_spaces(&reader);

    if (edge_sf_bare_item(&reader, value) != EDGE_SF_OK
        || edge_sf_skip_parameters(&reader) != EDGE_SF_OK)
    {
        return EDGE_SF_MALFORMED;
    }

    edge_sf_skip_spaces(&reader);

    return (reader.p == reader.end) ? EDGE_SF_OK : EDGE_SF_MALFORMED;
}
