
#ifndef EDGE_ZSTD_FRAME_H
#define EDGE_ZSTD_FRAME_H


#include <stddef.h>
#include <stdint.h>


/* The most bytes that a frame header takes, magic number and all. */
#define EDGE_ZSTD_FRAME_HEADER_MAX  18


typedef enum {
    EDGE_ZSTD_FRAME_OK,
    EDGE_ZSTD_FRAME_SKIPPABLE,      /* metadata; the window is not known */
    EDGE_ZSTD_FRAME_TRUNCATED,
    EDGE_ZSTD_FRAME_NOT_ZSTD        /* other magic number or reserved bit */
} edge_zstd_frame_e;


/*
 * Reads the header of the frame that starts at data (RFC 8878, 3.1.1.1).
 * window: bytes a decoder must keep; set with OK only.
 */
edge_zstd_frame_e edge_zstd_frame_read(const unsigned char *data, size_t size,
    uint64_t *window);


#endif /* EDGE_ZSTD_FRAME_H */
