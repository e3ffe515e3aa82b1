/*
 * fuzz: compress/edge_kept.c compress/edge_kept_head.c compress/edge_use_as.c
 *       compress/edge_freshness.c compress/edge_match_pattern.c
 *       compress/edge_dictionary.c compress/edge_codec_zstd_dictionary.c
 *       compress/edge_codec_brotli_dictionary.c
 *       common/edge_structured_field.c common/edge_structured_item.c
 *       common/edge_structured_value.c -lzstd -lbrotlienc -lcrypto
 */

/*
 * The fields of a response that is kept, and the head of its file: the first
 * byte says which. What is read from a field must come back from the head
 * that is written of it; a head is whole or damaged, by its sum, which is
 * made right here now and then, so that what is behind it is reached.
 */

#include <stdlib.h>
#include <string.h>

#include "edge_freshness.h"
#include "edge_kept.h"


int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);


static void
fuzz_cache_control(const char *text, size_t size)
{
    int64_t               left;
    edge_cache_control_t  control;

    edge_cache_control_init(&control);
    edge_cache_control_read(&control, text, size);

    left = edge_freshness_left(&control, 0, EDGE_FRESHNESS_NONE, 0);

    if (left < 0 || left > EDGE_FRESHNESS_MAX
        || (left && (control.no_store || control.is_private)))
    {
        abort();
    }

    if (edge_freshness_read_age(text, size) < 0) {
        abort();
    }
}


/* a zero byte parts the field from the path */

static void
fuzz_field(const char *text, size_t size)
{
    char           head[EDGE_KEPT_HEAD_MAX];
    size_t         length, rest, written, read;
    const char    *zero;
    edge_kept_t    kept, again;
    edge_use_as_t  use;

    zero = size ? memchr(text, 0, size) : NULL;
    length = zero ? (size_t) (zero - text) : size;
    rest = zero ? size - length - 1 : 0;

    if (edge_use_as_read(&use, text, length) != EDGE_USE_AS_OK
        || edge_kept_init(&kept, "https://a.test:443", 18,
                          zero ? zero + 1 : text, rest, &use)
           != EDGE_KEPT_OK)
    {
        return;
    }

    kept.expires = 12345;
    kept.size = (uint32_t) size;

    if (edge_kept_set_key(&kept) != EDGE_KEPT_OK) {
        abort();
    }

    written = edge_kept_write_head(&kept, head);

    if (edge_kept_read_head(&again, head, written, &read) != EDGE_KEPT_OK
        || read != written || again.key != kept.key
        || strcmp(again.use.match, use.match) != 0
        || strcmp(again.use.dest, use.dest) != 0
        || strcmp(again.use.id, use.id) != 0
        || again.match.path != kept.match.path
        || memcmp(again.match.text, kept.match.text, kept.match.path) != 0)
    {
        abort();
    }
}


/* a head with the sum that it should have, if there is room for one */

static void
fuzz_head(const char *text, size_t size, unsigned mend)
{
    char           *copy, *p;
    size_t          read, i;
    edge_kept_t     kept;
    unsigned char   sum[EDGE_DICTIONARY_DIGEST];

    static const char  hex[] = "0123456789abcdef";

    copy = malloc(size + 70);
    memcpy(copy, text, size);

    if (mend && edge_dictionary_digest(text, size, sum) == 0) {
        p = copy + size;
        memcpy(p, "sum ", 4);
        p += 4;

        for (i = 0; i < EDGE_DICTIONARY_DIGEST; i++) {
            *p++ = hex[sum[i] >> 4];
            *p++ = hex[sum[i] & 15];
        }

        *p++ = '\n';
        *p++ = '\n';
        size = p - copy;
    }

    copy = realloc(copy, size ? size : 1);

    if (edge_kept_read_head(&kept, copy, size, &read) == EDGE_KEPT_OK
        && (read > size || strlen(kept.origin) > EDGE_KEPT_ORIGIN_MAX
            || strlen(kept.use.id) > EDGE_USE_AS_ID_MAX))
    {
        abort();
    }

    free(copy);
}


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    char  *copy;

    if (size == 0) {
        return 0;
    }

    copy = malloc(size > 1 ? size - 1 : 1);
    memcpy(copy, data + 1, size - 1);

    switch (data[0] & 3) {

    case 0:
        fuzz_cache_control(copy, size - 1);
        break;

    case 1:
        fuzz_field(copy, size - 1);
        break;

    default:
        fuzz_head(copy, size - 1, data[0] & 1);
        break;
    }

    free(copy);

    return 0;
}
