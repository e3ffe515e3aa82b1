
#include "edge_coded_head.h"
#include "edge_zstd_frame.h"


#define EDGE_CODED_HEAD_WINDOW_MAX  (8 * 1024 * 1024)

/* header, an empty block, trailer */
#define EDGE_CODED_HEAD_GZIP_MIN    20
#define EDGE_CODED_HEAD_GZIP_FLAGS  0xe0    /* reserved */


/* bits of Brotli, the lowest of a byte first; past the end there are zeros */

typedef struct {
    const unsigned char  *data;
    size_t                size;
    size_t                at;               /* in bits */
} edge_coded_head_bits_t;


static unsigned
edge_coded_head_take(edge_coded_head_bits_t *bits, unsigned count)
{
    size_t    byte;
    unsigned  i, value;

    value = 0;

    for (i = 0; i < count; i++, bits->at++) {
        byte = bits->at / 8;

        if (byte < bits->size && bits->data[byte] >> bits->at % 8 & 1) {
            value |= 1U << i;
        }
    }

    return value;
}


/* the rest of the byte, which must be zeros: 1 if it is */

static unsigned
edge_coded_head_pad(edge_coded_head_bits_t *bits)
{
    return edge_coded_head_take(bits, (8 - bits->at % 8) % 8) == 0;
}


static edge_coded_head_e
edge_coded_head_zstd(const unsigned char *head, size_t size)
{
    uint64_t  window;

    window = 0;

    switch (edge_zstd_frame_read(head, size, &window)) {

    case EDGE_ZSTD_FRAME_OK:
        return window <= EDGE_CODED_HEAD_WINDOW_MAX ? EDGE_CODED_HEAD_OK
                                                    : EDGE_CODED_HEAD_WINDOW;

    case EDGE_ZSTD_FRAME_SKIPPABLE:
        return EDGE_CODED_HEAD_OK;

    case EDGE_ZSTD_FRAME_TRUNCATED:
        return EDGE_CODED_HEAD_TRUNCATED;

    default:
        return EDGE_CODED_HEAD_OTHER;
    }
}


static edge_coded_head_e
edge_coded_head_gzip(const unsigned char *head, size_t size,
    uint64_t file_size)
{
    static const unsigned char  magic[] = { 0x1f, 0x8b, 8 };

    size_t  i;

    for (i = 0; i < sizeof(magic) && i < size; i++) {
        if (head[i] != magic[i]) {
            return EDGE_CODED_HEAD_OTHER;
        }
    }

    if (file_size < EDGE_CODED_HEAD_GZIP_MIN || size < 4) {
        return EDGE_CODED_HEAD_TRUNCATED;
    }

    return (head[3] & EDGE_CODED_HEAD_GZIP_FLAGS) ? EDGE_CODED_HEAD_OTHER
                                                  : EDGE_CODED_HEAD_OK;
}


/* WBITS; the one pattern not in use is the mark of "large window Brotli" */

static edge_coded_head_e
edge_coded_head_brotli_window(edge_coded_head_bits_t *bits)
{
    if (edge_coded_head_take(bits, 1) == 0
        || edge_coded_head_take(bits, 3) != 0
        || edge_coded_head_take(bits, 3) != 1)
    {
        return EDGE_CODED_HEAD_OK;
    }

    return EDGE_CODED_HEAD_WINDOW;
}


/* a metablock without content: zeros, and its length without leading ones */

static edge_coded_head_e
edge_coded_head_brotli_metadata(edge_coded_head_bits_t *bits, unsigned last,
    uint64_t file_size)
{
    unsigned  bytes, length;

    if (edge_coded_head_take(bits, 1) != 0) {
        return EDGE_CODED_HEAD_OTHER;
    }

    bytes = edge_coded_head_take(bits, 2);
    length = edge_coded_head_take(bits, 8 * bytes);

    if ((bytes > 1 && length >> 8 * (bytes - 1) == 0)
        || !edge_coded_head_pad(bits))
    {
        return EDGE_CODED_HEAD_OTHER;
    }

    length = (bytes ? length + 1 : 0) + (last ? 0 : 1);

    return bits->at / 8 + length <= file_size ? EDGE_CODED_HEAD_OK
                                              : EDGE_CODED_HEAD_TRUNCATED;
}


static edge_coded_head_e
edge_coded_head_brotli(const unsigned char *head, size_t size,
    uint64_t file_size)
{
    unsigned                last, nibbles, length;
    edge_coded_head_e       result;
    edge_coded_head_bits_t  bits = { head, size, 0 };

    if (file_size == 0) {
        return EDGE_CODED_HEAD_TRUNCATED;
    }

    /* Brotli could begin like this; a file under the wrong name does */

    if (edge_coded_head_gzip(head, size, file_size) == EDGE_CODED_HEAD_OK
        || (size >= 5 && edge_coded_head_zstd(head, size)
                         != EDGE_CODED_HEAD_OTHER))
    {
        return EDGE_CODED_HEAD_OTHER;
    }

    result = edge_coded_head_brotli_window(&bits);

    if (result != EDGE_CODED_HEAD_OK) {
        return result;
    }

    last = edge_coded_head_take(&bits, 1);

    /* the body of nothing ends here */

    if (last && edge_coded_head_take(&bits, 1)) {
        return edge_coded_head_pad(&bits) && bits.at / 8 == file_size
               ? EDGE_CODED_HEAD_OK : EDGE_CODED_HEAD_OTHER;
    }

    nibbles = edge_coded_head_take(&bits, 2) + 4;

    if (nibbles == 7) {
        return edge_coded_head_brotli_metadata(&bits, last, file_size);
    }

    length = edge_coded_head_take(&bits, 4 * nibbles);

    if (nibbles > 4 && length >> 4 * (nibbles - 1) == 0) {
        return EDGE_CODED_HEAD_OTHER;
    }

    if (last || edge_coded_head_take(&bits, 1) == 0) {
        return bits.at / 8 < file_size ? EDGE_CODED_HEAD_OK
                                       : EDGE_CODED_HEAD_TRUNCATED;
    }

    /* bytes as they are, and something must follow */

    if (!edge_coded_head_pad(&bits)) {
        return EDGE_CODED_HEAD_OTHER;
    }

    return bits.at / 8 + length + 1 < file_size ? EDGE_CODED_HEAD_OK
                                                : EDGE_CODED_HEAD_TRUNCATED;
}


edge_coded_head_e
edge_coded_head_check(edge_coding_e coding, const unsigned char *head,
    size_t size, uint64_t file_size)
{
    switch (coding) {

    case EDGE_CODING_ZSTD:
        return edge_coded_head_zstd(head, size);

    case EDGE_CODING_GZIP:
        return edge_coded_head_gzip(head, size, file_size);

    case EDGE_CODING_BR:
        return edge_coded_head_brotli(head, size, file_size);

    default:
        return EDGE_CODED_HEAD_OTHER;
    }
}
