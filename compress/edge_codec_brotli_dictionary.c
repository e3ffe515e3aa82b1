
#include <stdlib.h>

#include <brotli/encode.h>

#include "edge_codec_brotli.h"


struct edge_brotli_dictionary_s {
    void    *prepared;
    size_t   size;
};


size_t
edge_brotli_dictionary_size(const edge_brotli_dictionary_t *dictionary)
{
    return sizeof(edge_brotli_dictionary_t) + dictionary->size;
}


/* of a header that came with dictionaries */
#if defined(SHARED_BROTLI_MAX_COMPOUND_DICTS)

/* what preparing takes for a while is freed before it returns */

static void *
edge_brotli_dictionary_alloc(void *size, size_t wanted)
{
    void  *data;

    data = malloc(wanted);

    if (data) {
        *(size_t *) size = wanted;
    }

    return data;
}


static void
edge_brotli_dictionary_release(void *size, void *data)
{
    (void) size;

    free(data);
}


unsigned
edge_brotli_has_dictionaries(void)
{
    return 1;
}


edge_brotli_dictionary_t *
edge_brotli_dictionary_create(const void *data, size_t size, int level)
{
    edge_brotli_dictionary_t  *dictionary;

    dictionary = calloc(1, sizeof(edge_brotli_dictionary_t));
    if (dictionary == NULL) {
        return NULL;
    }

    dictionary->prepared = BrotliEncoderPrepareDictionary(
                               BROTLI_SHARED_DICTIONARY_RAW, size, data, level,
                               edge_brotli_dictionary_alloc,
                               edge_brotli_dictionary_release,
                               &dictionary->size);

    if (dictionary->prepared == NULL) {
        free(dictionary);
        return NULL;
    }

    return dictionary;
}


void
edge_brotli_dictionary_free(edge_brotli_dictionary_t *dictionary)
{
    if (dictionary) {
        BrotliEncoderDestroyPreparedDictionary(dictionary->prepared);
        free(dictionary);
    }
}


int
edge_brotli_dictionary_attach(const edge_brotli_dictionary_t *dictionary,
    void *state)
{
    return BrotliEncoderAttachPreparedDictionary(state, dictionary->prepared);
}

#else

unsigned
edge_brotli_has_dictionaries(void)
{
    return 0;
}


edge_brotli_dictionary_t *
edge_brotli_dictionary_create(const void *data, size_t size, int level)
{
    (void) data;
    (void) size;
    (void) level;

    return NULL;
}


void
edge_brotli_dictionary_free(edge_brotli_dictionary_t *dictionary)
{
    free(dictionary);
}


int
edge_brotli_dictionary_attach(const edge_brotli_dictionary_t *dictionary,
    void *state)
{
    (void) dictionary;
    (void) state;

    return 0;
}

#endif
