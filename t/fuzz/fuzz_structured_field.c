/*
 * fuzz: common/edge_structured_field.c common/edge_structured_item.c
 *       common/edge_structured_value.c
 */

/*
 * Any field as an item and as a dictionary: what is read lies within it and
 * is what its type says, and a string written again is read the same.
 */

#include <stdlib.h>
#include <string.h>

#include "edge_structured_field.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


#define check(condition)  do { if (!(condition)) abort(); } while (0)


static void
check_string(const edge_sf_value_t *value)
{
    char             *text, *written;
    size_t            n, again;
    edge_sf_value_t   second;

    text = malloc(value->size + 1);
    check(edge_sf_string(value, text, value->size, &n) == EDGE_SF_OK);
    check(n <= value->size);

    again = edge_sf_string_size(text, n);
    written = malloc(again);
    check(edge_sf_write_string(written, text, n) == written + again);
    check(edge_sf_item(written, again, &second) == EDGE_SF_OK);
    check(second.size == value->size);
    check(memcmp(second.data, value->data, value->size) == 0);

    free(text);
    free(written);
}


static void
check_value(const edge_sf_value_t *value, const char *field, size_t size)
{
    size_t          n;
    edge_sf_e       rc;
    unsigned char   bytes[64];

    if (value->type == EDGE_SF_BOOLEAN) {
        check(value->size == 1 && (*value->data & ~1) == '0');
        return;
    }

    check(value->data >= field && value->size <= size);
    check(value->data + value->size <= field + size);

    if (value->type == EDGE_SF_STRING) {
        check_string(value);
    }

    rc = edge_sf_bytes(value, bytes, sizeof(bytes), &n);
    check(value->type == EDGE_SF_BYTES || rc == EDGE_SF_MALFORMED);
    check(rc != EDGE_SF_OK || n <= sizeof(bytes));
}


static void
check_list(const edge_sf_value_t *list)
{
    edge_sf_e         rc;
    edge_sf_value_t   item;
    edge_sf_reader_t  items;

    edge_sf_read(&items, list->data, list->size);

    while ((rc = edge_sf_next_item(&items, &item)) == EDGE_SF_OK) {
        check_value(&item, list->data, list->size);
    }

    /* it was read once before */

    check(rc == EDGE_SF_END && items.p == items.end);
}


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char              *field;
    size_t             members;
    edge_sf_value_t    key, value;
    edge_sf_reader_t   reader;

    field = malloc(size ? size : 1);
    memcpy(field, data, size);

    if (edge_sf_item(field, size, &value) == EDGE_SF_OK) {
        check(value.type != EDGE_SF_LIST);
        check_value(&value, field, size);
    }

    edge_sf_read(&reader, field, size);

    for (members = 0;
         edge_sf_next_member(&reader, &key, &value) == EDGE_SF_OK;
         members++)
    {
        check(key.size && members <= size);
        check_value(&value, field, size);

        if (value.type == EDGE_SF_LIST) {
            check_list(&value);
        }
    }

    free(field);

    return 0;
}
