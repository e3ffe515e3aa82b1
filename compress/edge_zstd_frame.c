
#include "edge_zstd_frame.h"


#define EDGE_ZSTD_MAGIC            0xfd2fb528
#define EDGE_ZSTD_MAGIC_SKIPPABLE  0x184d2a50
#define EDGE_ZSTD_MAGIC_SKIP_MASK  0xfffffff0

/* fields of the frame header descriptor */
#define EDGE_ZSTD_SINGLE_SEGMENT   0x20
#define EDGE_ZSTD_RESERVED         0x08


static uint64_t
edge_zstd_frame_little_endian(const unsigned char *p, size_t size)
{
    uint64_t  value;

    value = 0;

    while (size--) {
        value = value << 8 | p[size];
    }

    return value;
}


edge_zstd_frame_e
edge_zstd_frame_read(const unsigned char *data, size_t size,
    uint64_t *window)
{
    size_t                content_size, offset;
    uint64_t              base, magic;
    unsigned char         descriptor;
    const unsigned char  *content;

    static const size_t  id_sizes[] = { 0, 1, 2, 4 };
    static const size_t  content_sizes[] = { 0, 2, 4, 8 };

    if (size < 5) {
        return EDGE_ZSTD_FRAME_TRUNCATED;
    }

    magic = edge_zstd_frame_little_endian(data, 4);

    if ((magic & EDGE_ZSTD_MAGIC_SKIP_MASK) == EDGE_ZSTD_MAGIC_SKIPPABLE) {
        return EDGE_ZSTD_FRAME_SKIPPABLE;
    }

    descriptor = data[4];

    if (magic != EDGE_ZSTD_MAGIC || (descriptor & EDGE_ZSTD_RESERVED)) {
        return EDGE_ZSTD_FRAME_NOT_ZSTD;
    }

    content_size = content_sizes[descriptor >> 6];
    offset = 5 + id_sizes[descriptor & 3];

    if (!(descriptor & EDGE_ZSTD_SINGLE_SEGMENT)) {
        offset++;

    } else if (content_size == 0) {
        content_size = 1;
    }

    if (size < offset + content_size) {
        return EDGE_ZSTD_FRAME_TRUNCATED;
    }

    if (!(descriptor & EDGE_ZSTD_SINGLE_SEGMENT)) {

        /* exponent in five bits, mantissa in eighths of the base */

        base = (uint64_t) 1 << (10 + (data[5] >> 3));
        *window = base + (base >> 3) * (data[5] & 7);

        return EDGE_ZSTD_FRAME_OK;
    }

    /* a single segment: the window is the content, whose size is given */

    content = data + offset;
    *window = edge_zstd_frame_little_endian(content, content_size);

    if (content_size == 2) {
        *window += 256;
    }

    return EDGE_ZSTD_FRAME_OK;
}
