
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "edge_codec_brotli.h"
#include "edge_codec_zstd.h"
#include "edge_codec_zstd_dictionary.h"
#include "edge_dictionary.h"
#include "edge_structured_field.h"


/* short of memory: without the dictionary, in a window of 32 KB */
#define EDGE_DICTIONARY_FRUGAL_LOG    15

/* the least of Brotli's levels that look into a dictionary */
#define EDGE_DICTIONARY_FRUGAL_BROTLI  2


unsigned
edge_dictionary_has_brotli(void)
{
    return edge_brotli_has_dictionaries();
}


/* RFC 9842, 5: 8 MB or 1.25 times the dictionary, and at most 128 MB */

static unsigned
edge_dictionary_window_log(size_t size)
{
    unsigned  log;

    log = EDGE_ZSTD_WINDOW_LOG_MAX;

    while (log < EDGE_DICTIONARY_WINDOW_LOG_MAX
           && (size_t) 2 << log <= size + size / 4)
    {
        log++;
    }

    return log;
}


static int
edge_dictionary_prepare_zstd(edge_dictionary_t *dictionary, int level)
{
    edge_params_t  *params;

    if (level == EDGE_DICTIONARY_OFF) {
        return 0;
    }

    params = &dictionary->dcz;
    params->level = level;
    params->window_log = edge_dictionary_window_log(dictionary->size);
    params->dictionary = dictionary;

    dictionary->dcz_frugal = *params;
    dictionary->dcz_frugal.window_log = EDGE_DICTIONARY_FRUGAL_LOG;

    dictionary->zstd = edge_zstd_dictionary_create_raw(dictionary->data,
                                                       dictionary->size,
                                                       params);

    return dictionary->zstd ? 0 : -1;
}


static int
edge_dictionary_prepare_brotli(edge_dictionary_t *dictionary, int level)
{
    edge_params_t  *params;

    if (level == EDGE_DICTIONARY_OFF) {
        return 0;
    }

    params = &dictionary->dcb;
    params->level = level;
    params->dictionary = dictionary;

    dictionary->dcb_frugal = *params;

    if (level > EDGE_DICTIONARY_FRUGAL_BROTLI) {
        dictionary->dcb_frugal.level = EDGE_DICTIONARY_FRUGAL_BROTLI;
    }

    dictionary->brotli = edge_brotli_dictionary_create(dictionary->data,
                                                       dictionary->size,
                                                       level);

    return dictionary->brotli ? 0 : -1;
}


edge_dictionary_t *
edge_dictionary_create(const void *data, size_t size, int dcz_level,
    int dcb_level)
{
    edge_dictionary_t  *dictionary;

    dictionary = calloc(1, sizeof(edge_dictionary_t));
    if (dictionary == NULL) {
        return NULL;
    }

    dictionary->data = data;
    dictionary->size = size;

    if (edge_dictionary_digest(data, size, dictionary->digest) != 0
        || edge_dictionary_prepare_zstd(dictionary, dcz_level) != 0
        || edge_dictionary_prepare_brotli(dictionary, dcb_level) != 0)
    {
        edge_dictionary_free(dictionary);
        return NULL;
    }

    return dictionary;
}


void
edge_dictionary_free(edge_dictionary_t *dictionary)
{
    if (dictionary) {
        edge_zstd_dictionary_free(dictionary->zstd);
        edge_brotli_dictionary_free(dictionary->brotli);
        free(dictionary);
    }
}


size_t
edge_dictionary_memory(const edge_dictionary_t *dictionary)
{
    size_t  size;

    size = sizeof(edge_dictionary_t);

    if (dictionary->zstd) {
        size += edge_zstd_dictionary_size(dictionary->zstd);
    }

    if (dictionary->brotli) {
        size += edge_brotli_dictionary_size(dictionary->brotli);
    }

    return size;
}


int
edge_dictionary_digest(const void *data, size_t size, unsigned char *digest)
{
    return EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL) ? 0 : -1;
}


int
edge_dictionary_read_digest(const char *field, size_t size,
    unsigned char *digest)
{
    size_t           n;
    edge_sf_value_t  value;

    if (edge_sf_item(field, size, &value) != EDGE_SF_OK
        || edge_sf_bytes(&value, digest, EDGE_DICTIONARY_DIGEST, &n)
           != EDGE_SF_OK)
    {
        return -1;
    }

    return n == EDGE_DICTIONARY_DIGEST ? 0 : -1;
}


static unsigned
edge_span_is(const edge_span_t *span, const char *text)
{
    return span->size == strlen(text)
           && memcmp(span->data, text, span->size) == 0;
}


static unsigned
edge_dictionary_is_shared(const edge_dictionary_fetch_t *fetch)
{
    if (fetch->allow_origin.size == 0 || fetch->origin.size == 0) {
        return 0;
    }

    return edge_span_is(&fetch->allow_origin, "*")
           || (fetch->allow_origin.size == fetch->origin.size
               && memcmp(fetch->allow_origin.data, fetch->origin.data,
                         fetch->origin.size)
                  == 0);
}


unsigned
edge_dictionary_is_readable(const edge_dictionary_fetch_t *fetch)
{
    if (fetch->site.size == 0 || edge_span_is(&fetch->site, "same-origin")) {
        return 1;
    }

    if (fetch->mode.size == 0 || edge_span_is(&fetch->mode, "navigate")
        || edge_span_is(&fetch->mode, "same-origin"))
    {
        return 1;
    }

    return edge_span_is(&fetch->mode, "cors")
           && edge_dictionary_is_shared(fetch);
}
