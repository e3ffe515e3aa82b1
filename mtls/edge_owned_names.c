
#include "edge_owned_names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>


#define EDGE_OWNED_NAMES_MIN_SLOTS  64


/* The character all spellings of c share. */

static unsigned char
edge_owned_names_fold(char c)
{
    unsigned char  letter;

    letter = (unsigned char) c | 0x20;

    if (letter >= 'a' && letter <= 'z') {
        return letter;
    }

    return (c >= '0' && c <= '9') ? (unsigned char) c : '_';
}


static uint32_t
edge_owned_names_hash(const char *name, size_t len)
{
    size_t    i;
    uint32_t  hash;

    hash = 2166136261u;

    for (i = 0; i < len; i++) {
        hash = (hash ^ edge_owned_names_fold(name[i])) * 16777619u;
    }

    return hash;
}


static int
edge_owned_names_equal(const char *one, const char *two, size_t len)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        if (edge_owned_names_fold(one[i]) != edge_owned_names_fold(two[i])) {
            return 0;
        }
    }

    return 1;
}


/* The slot of the name, or the free one where it belongs. */

static edge_owned_name_t *
edge_owned_names_slot(edge_owned_name_t *slots, size_t nslots,
    const char *name, size_t len)
{
    size_t  i;

    i = edge_owned_names_hash(name, len) & (nslots - 1);

    while (slots[i].data
           && (slots[i].len != len
               || !edge_owned_names_equal(slots[i].data, name, len)))
    {
        i = (i + 1) & (nslots - 1);
    }

    return &slots[i];
}


static edge_owned_names_result_e
edge_owned_names_grow(edge_owned_names_t *names)
{
    size_t              i, nslots;
    edge_owned_name_t  *slots, *slot;

    nslots = names->nslots ? names->nslots * 2 : EDGE_OWNED_NAMES_MIN_SLOTS;

    slots = calloc(nslots, sizeof(edge_owned_name_t));
    if (slots == NULL) {
        return EDGE_OWNED_NAMES_NO_MEMORY;
    }

    for (i = 0; i < names->nslots; i++) {
        if (names->slots[i].data) {
            slot = edge_owned_names_slot(slots, nslots, names->slots[i].data,
                                         names->slots[i].len);
            *slot = names->slots[i];
        }
    }

    free(names->slots);

    names->slots = slots;
    names->nslots = nslots;

    return EDGE_OWNED_NAMES_OK;
}


edge_owned_names_result_e
edge_owned_names_add(edge_owned_names_t *names, const char *name, size_t len)
{
    edge_owned_name_t  *slot;

    if (len == 0 || len > EDGE_OWNED_NAMES_MAX_LEN) {
        return EDGE_OWNED_NAMES_BAD_NAME;
    }

    if ((names->count + 1) * 2 > names->nslots
        && edge_owned_names_grow(names) != EDGE_OWNED_NAMES_OK)
    {
        return EDGE_OWNED_NAMES_NO_MEMORY;
    }

    slot = edge_owned_names_slot(names->slots, names->nslots, name, len);

    if (slot->data == NULL) {
        slot->data = name;
        slot->len = len;
        names->lengths[len] = 1;
        names->count++;
    }

    return EDGE_OWNED_NAMES_OK;
}


const char *
edge_owned_names_find(const edge_owned_names_t *names, const char *name,
    size_t len)
{
    if (len > EDGE_OWNED_NAMES_MAX_LEN || !names->lengths[len]) {
        return NULL;
    }

    return edge_owned_names_slot(names->slots, names->nslots, name, len)->data;
}


void
edge_owned_names_free(edge_owned_names_t *names)
{
    free(names->slots);
    memset(names, 0, sizeof(edge_owned_names_t));
}
