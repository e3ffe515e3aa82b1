
#ifndef EDGE_CODEC_ZSTD_H
#define EDGE_CODEC_ZSTD_H


#include "edge_codec.h"


/* RFC 9659: the window of Content-Encoding zstd is at most 8 MB */
#define EDGE_ZSTD_WINDOW_LOG_MAX  23
#define EDGE_ZSTD_WINDOW_LOG_MIN  10


typedef struct {
    int       level_min;
    int       level_max;
    unsigned  version;              /* as ZSTD_versionNumber(): 10504 */
} edge_zstd_limits_t;


/* What the library can do, both the loaded one and the one built with. */
edge_zstd_limits_t edge_zstd_limits(void);


#endif /* EDGE_CODEC_ZSTD_H */
