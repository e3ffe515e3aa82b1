
#ifndef EDGE_KEPT_H
#define EDGE_KEPT_H


#include <stddef.h>
#include <stdint.h>

#include "edge_dictionary.h"
#include "edge_use_as.h"


/*
 * A dictionary kept from a response: what it is good for, by which it is
 * found again, and the head of the file it is kept in.
 */

#define EDGE_KEPT_ORIGIN_MAX  300
#define EDGE_KEPT_SOURCE      16

/* digest, hyphen and key in hexadecimal, and a zero byte */
#define EDGE_KEPT_NAME        (2 * EDGE_DICTIONARY_DIGEST + 1 + 16 + 1)

/* no head of a file is longer */
#define EDGE_KEPT_HEAD_MAX    4096


typedef struct {
    unsigned char         digest[EDGE_DICTIONARY_DIGEST];
    unsigned char         source[EDGE_KEPT_SOURCE];     /* what its response
                                           is known by; zeros: by nothing */
    uint64_t              key;          /* of what follows, see below */
    int64_t               expires;      /* seconds since 1970 */
    uint32_t              size;         /* bytes of the content */
    char                  origin[EDGE_KEPT_ORIGIN_MAX + 1];
    char                  base[EDGE_MATCH_PATTERN_MAX + 1]; /* directory of
                                           its path, for relative patterns */
    edge_use_as_t         use;
    edge_match_pattern_t  match;        /* use.match, compiled */
} edge_kept_t;


typedef enum {
    EDGE_KEPT_OK,
    EDGE_KEPT_ORIGIN,       /* too long, or with bytes no origin has */
    EDGE_KEPT_PATTERN,      /* "match" can't be used */
    EDGE_KEPT_DAMAGED,      /* a head that is not as it was written */
    EDGE_KEPT_ERROR         /* the library has no memory */
} edge_kept_e;


/*
 * Fills in kept from where its response came: origin, a word for scheme,
 * host and port; target, path and query; field, its Use-As-Dictionary.
 * Digest, size, source and expires are set to zeros.
 */
edge_kept_e edge_kept_init(edge_kept_t *kept, const char *origin,
    size_t origin_size, const char *target, size_t target_size,
    const edge_use_as_t *use);

/* With digest set: the key by which equal ones are told from others. */
edge_kept_e edge_kept_set_key(edge_kept_t *kept);

/* The name of its file, of EDGE_KEPT_NAME bytes. */
void edge_kept_name(const edge_kept_t *kept, char *name);

/* The head of its file into EDGE_KEPT_HEAD_MAX bytes; returns how many, 0:
   no memory. */
size_t edge_kept_write_head(const edge_kept_t *kept, char *head);

/*
 * Reads what a file begins with, size bytes of it.  OK, and *head_size is
 * how many the head has; DAMAGED: the head is none, or changed, or cut short.
 */
edge_kept_e edge_kept_read_head(edge_kept_t *kept, const char *data,
    size_t size, size_t *head_size);


#endif /* EDGE_KEPT_H */
