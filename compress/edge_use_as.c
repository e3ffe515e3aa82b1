
#include <string.h>

#include "edge_structured_field.h"
#include "edge_use_as.h"


static edge_use_as_e
edge_use_as_string(const edge_sf_value_t *value, char *out, size_t max)
{
    size_t     size;
    edge_sf_e  rc;

    rc = edge_sf_string(value, out, max, &size);

    if (rc != EDGE_SF_OK) {
        out[0] = '\0';
        return (rc == EDGE_SF_TOO_LONG) ? EDGE_USE_AS_TOO_LONG
                                        : EDGE_USE_AS_MALFORMED;
    }

    out[size] = '\0';

    return EDGE_USE_AS_OK;
}


/* lower case letters and hyphens are all that destinations are made of */

static edge_use_as_e
edge_use_as_check_word(const char *word)
{
    return word[strspn(word, "abcdefghijklmnopqrstuvwxyz-")]
           ? EDGE_USE_AS_MALFORMED : EDGE_USE_AS_OK;
}


static edge_use_as_e
edge_use_as_dests(edge_use_as_t *use, const edge_sf_value_t *list)
{
    char              word[EDGE_USE_AS_DEST_MAX + 1];
    size_t            used, size;
    edge_sf_e         rc;
    edge_use_as_e     result;
    edge_sf_value_t   item;
    edge_sf_reader_t  reader;

    use->dest[0] = '\0';

    if (list->type != EDGE_SF_LIST) {
        return EDGE_USE_AS_MALFORMED;
    }

    used = 0;
    edge_sf_read(&reader, list->data, list->size);

    while ((rc = edge_sf_next_item(&reader, &item)) == EDGE_SF_OK) {

        result = edge_use_as_string(&item, word, EDGE_USE_AS_DEST_MAX);

        if (result == EDGE_USE_AS_OK) {
            result = edge_use_as_check_word(word);
        }

        if (result != EDGE_USE_AS_OK) {
            return result;
        }

        if (word[0] == '\0') {
            strcpy(word, "empty");
        }

        size = strlen(word);

        if (used + 1 + size > EDGE_USE_AS_DEST_MAX) {
            return EDGE_USE_AS_TOO_LONG;
        }

        if (used) {
            use->dest[used++] = ' ';
        }

        memcpy(use->dest + used, word, size + 1);
        used += size;
    }

    return (rc == EDGE_SF_END) ? EDGE_USE_AS_OK : EDGE_USE_AS_MALFORMED;
}


static unsigned
edge_use_as_is(const edge_sf_value_t *value, const char *name)
{
    return value->size == strlen(name)
           && memcmp(value->data, name, value->size) == 0;
}


/* of a key that comes twice the last counts, so each begins anew */

static edge_use_as_e
edge_use_as_member(edge_use_as_t *use, const edge_sf_value_t *key,
    const edge_sf_value_t *value, unsigned *raw)
{
    if (edge_use_as_is(key, "match")) {
        return edge_use_as_string(value, use->match, EDGE_MATCH_PATTERN_MAX);
    }

    if (edge_use_as_is(key, "match-dest")) {
        return edge_use_as_dests(use, value);
    }

    if (edge_use_as_is(key, "id")) {
        return edge_use_as_string(value, use->id, EDGE_USE_AS_ID_MAX);
    }

    if (edge_use_as_is(key, "type")) {
        *raw = (value->type == EDGE_SF_TOKEN && edge_use_as_is(value, "raw"));
    }

    return EDGE_USE_AS_OK;
}


edge_use_as_e
edge_use_as_read(edge_use_as_t *use, const char *field, size_t size)
{
    unsigned          raw;
    edge_sf_e         rc;
    edge_use_as_e     result;
    edge_sf_value_t   key, value;
    edge_sf_reader_t  reader;

    raw = 1;
    use->match[0] = '\0';
    use->dest[0] = '\0';
    use->id[0] = '\0';

    edge_sf_read(&reader, field, size);

    while ((rc = edge_sf_next_member(&reader, &key, &value)) == EDGE_SF_OK) {

        result = edge_use_as_member(use, &key, &value, &raw);
        if (result != EDGE_USE_AS_OK) {
            return result;
        }
    }

    if (rc != EDGE_SF_END) {
        return EDGE_USE_AS_MALFORMED;
    }

    if (!raw) {
        return EDGE_USE_AS_TYPE;
    }

    return use->match[0] ? EDGE_USE_AS_OK : EDGE_USE_AS_NO_MATCH;
}


unsigned
edge_use_as_serves(const char *list, const char *dest, size_t size)
{
    size_t  length;

    if (list[0] == '\0' || size == 0) {
        return 1;
    }

    while (*list) {
        length = strcspn(list, " ");

        if (length == size && memcmp(list, dest, size) == 0) {
            return 1;
        }

        list += length;
        list += (*list == ' ');
    }

    return 0;
}
