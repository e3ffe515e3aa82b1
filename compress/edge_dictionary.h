
#ifndef EDGE_DICTIONARY_H
#define EDGE_DICTIONARY_H


#include "edge_codec.h"


/*
 * A dictionary of RFC 9842: bytes that client and server both have, known by
 * their SHA-256, and prepared for the codecs once.
 */

#define EDGE_DICTIONARY_DIGEST  32

/* RFC 9842, 5: the largest window of dcz, whatever the dictionary */
#define EDGE_DICTIONARY_WINDOW_LOG_MAX  27


typedef struct {
    unsigned char    digest[EDGE_DICTIONARY_DIGEST];
    const void      *data;              /* the caller's */
    size_t           size;
    void            *zstd;              /* NULL: no dcz */
    void            *brotli;            /* NULL: no dcb */
    edge_params_t    dcz;               /* of encoders that refer to it */
    edge_params_t    dcz_frugal;
    edge_params_t    dcb;
    edge_params_t    dcb_frugal;
} edge_dictionary_t;


/* a level that says that a coding is not wanted */
#define EDGE_DICTIONARY_OFF  -1000000

/* 1: the library has them; 0: libbrotlienc before 1.1 */
unsigned edge_dictionary_has_brotli(void);

/*
 * Prepares size bytes of data, which are not copied and must outlive it, for
 * dcz and dcb at these levels.  NULL: no memory.
 */
edge_dictionary_t *edge_dictionary_create(const void *data, size_t size,
    int dcz_level, int dcb_level);

/* Once no encoder refers to it; NULL is allowed. */
void edge_dictionary_free(edge_dictionary_t *dictionary);

/* Bytes of memory that it takes, without the data. */
size_t edge_dictionary_memory(const edge_dictionary_t *dictionary);

/* The SHA-256 of size bytes.  0, or -1: no memory. */
int edge_dictionary_digest(const void *data, size_t size,
    unsigned char *digest);

/*
 * Reads a field Available-Dictionary (RFC 9842, 2.2) of size bytes.  0, or
 * -1: it is not a byte sequence of the length of a digest.
 */
int edge_dictionary_read_digest(const char *field, size_t size,
    unsigned char *digest);


/*
 * RFC 9842, 9.3.3: may the answer be coded with a dictionary, or could its
 * size tell a page what it must not read?  Values as in the request, an
 * empty span where there is none; allow_origin is the response's.
 */

typedef struct {
    const char  *data;
    size_t       size;
} edge_span_t;

typedef struct {
    edge_span_t  site;              /* Sec-Fetch-Site */
    edge_span_t  mode;              /* Sec-Fetch-Mode */
    edge_span_t  origin;            /* Origin */
    edge_span_t  allow_origin;      /* Access-Control-Allow-Origin */
} edge_dictionary_fetch_t;

/* 1 or 0 */
unsigned edge_dictionary_is_readable(const edge_dictionary_fetch_t *fetch);


#endif /* EDGE_DICTIONARY_H */
