
#ifndef EDGE_CODEC_DICTIONARY_H
#define EDGE_CODEC_DICTIONARY_H


#include "edge_codec.h"


/*
 * dcz and dcb (RFC 9842, 4 and 5): a magic number and the digest of the
 * dictionary, once at the start of the body, then what zstd or Brotli makes
 * with it.  edge_params_t.dictionary is an edge_dictionary_t.
 */

#define EDGE_DCB_HEADER  (4 + 32)
#define EDGE_DCZ_HEADER  (8 + 32)


extern const edge_codec_t  edge_codec_dcz;
extern const edge_codec_t  edge_codec_dcb;
extern const edge_codec_t  edge_codec_dcz_stored;
extern const edge_codec_t  edge_codec_dcb_stored;


#endif /* EDGE_CODEC_DICTIONARY_H */
