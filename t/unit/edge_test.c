
#include <zstd.h>

#include "edge_test.h"


size_t
edge_test_random(uint32_t *state, size_t below)
{
    *state = *state * 1664525 + 1013904223;

    return ((uint64_t) (*state >> 8) * below) >> 24;
}


unsigned char *
edge_test_body(edge_test_kind_e kind, size_t size)
{
    size_t          i, word;
    uint32_t        state;
    unsigned char  *body;

    static const char  *words[] = {
        "<div class=\"", "edge", "the ", "</div>\n", "function(", "0x7f",
        "Content-Encoding", " = ", "window", "; "
    };

    state = 1 + kind;
    body = calloc(1, size + 1);
    assert_non_null(body);

    for (i = 0; i < size && kind == EDGE_TEST_NOISE; i++) {
        body[i] = edge_test_random(&state, 256);
    }

    for (i = 0; i < size && kind == EDGE_TEST_TEXT; /* void */ ) {
        word = edge_test_random(&state, 10);
        strncpy((char *) body + i, words[word], size - i);
        i += strlen(words[word]);
    }

    return body;
}


void
edge_test_append(edge_test_bytes_t *bytes, const void *data, size_t size)
{
    if (bytes->size + size > bytes->room) {
        bytes->room = (bytes->size + size) * 2;
        bytes->data = realloc(bytes->data, bytes->room);
        assert_non_null(bytes->data);
    }

    if (size) {
        memcpy(bytes->data + bytes->size, data, size);
        bytes->size += size;
    }
}


void
edge_test_release(edge_test_bytes_t *bytes)
{
    free(bytes->data);
    memset(bytes, 0, sizeof(edge_test_bytes_t));
}


int
edge_test_unzstd(const void *coded, size_t size, const void *dictionary,
    size_t dictionary_size, edge_test_bytes_t *body)
{
    size_t          left;
    ZSTD_DCtx      *dctx;
    ZSTD_inBuffer   in = { coded, size, 0 };
    ZSTD_outBuffer  out;

    static unsigned char  buffer[1 << 16];

    dctx = ZSTD_createDCtx();
    assert_non_null(dctx);
    assert_false(ZSTD_isError(ZSTD_DCtx_setParameter(dctx,
                                                     ZSTD_d_windowLogMax,
                                                     23)));
    assert_false(ZSTD_isError(ZSTD_DCtx_loadDictionary(dctx, dictionary,
                                                       dictionary_size)));
    left = 0;

    do {
        out.dst = buffer;
        out.size = sizeof(buffer);
        out.pos = 0;

        left = ZSTD_decompressStream(dctx, &out, &in);

        if (ZSTD_isError(left)) {
            break;
        }

        edge_test_append(body, buffer, out.pos);

    } while (in.pos < in.size || (left && out.pos == out.size));

    (void) ZSTD_freeDCtx(dctx);

    return ZSTD_isError(left) ? -1 : left == 0;
}


void
edge_test_assert_zstd(const edge_test_bytes_t *coded, const void *body,
    size_t size)
{
    edge_test_bytes_t  decoded = { NULL, 0, 0 };

    assert_int_equal(edge_test_unzstd(coded->data, coded->size, NULL, 0,
                                      &decoded), 1);
    assert_int_equal(decoded.size, size);

    if (size) {
        assert_memory_equal(decoded.data, body, size);
    }

    edge_test_release(&decoded);
}
