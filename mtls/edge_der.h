
/*
 * Elements of DER (X.690) from a stream, one after the other, and a digest of
 * what was read.
 */


#ifndef _EDGE_DER_H_INCLUDED_
#define _EDGE_DER_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>


#define EDGE_DER_INTEGER      0x02
#define EDGE_DER_BIT_STRING   0x03
#define EDGE_DER_OCTETS       0x04
#define EDGE_DER_OID          0x06
#define EDGE_DER_ENUMERATED   0x0a
#define EDGE_DER_BOOLEAN      0x01
#define EDGE_DER_UTC_TIME     0x17
#define EDGE_DER_TIME         0x18
#define EDGE_DER_SEQUENCE     0x30
#define EDGE_DER_CONTEXT_0    0xa0

#define EDGE_DER_BUFFER       65536


typedef long (*edge_der_read_pt)(void *data, unsigned char *buf, size_t size);


typedef enum {
    EDGE_DER_OK,
    EDGE_DER_MALFORMED,
    EDGE_DER_CANNOT_READ
} edge_der_result_e;


/* Zeroed but for read and data. */

typedef struct {
    edge_der_read_pt   read;
    void              *data;

    size_t             pos;
    size_t             last;
    uint64_t           offset;         /* of pos in the stream */

    int                hashing;
    EVP_MD_CTX        *md;             /* NULL until the algorithm is known */
    size_t             hashed;         /* pos up to which it was */

    unsigned char      buf[EDGE_DER_BUFFER];
} edge_der_t;


typedef struct {
    unsigned           tag;
    size_t             len;            /* of the content */
    uint64_t           start;          /* offset of the tag */
    uint64_t           end;            /* offset past the content */
} edge_der_element_t;


/* An element that lies in memory whole. */

typedef struct {
    unsigned              tag;
    const unsigned char  *data;
    size_t                len;
} edge_der_item_t;


/* Reads tag and length of the next element, which must end by limit. */

edge_der_result_e edge_der_next(edge_der_t *der, uint64_t limit,
    edge_der_element_t *element);


/*
 * Looks at len bytes in place, or skips them; *content is valid until the next
 * call.  With EDGE_DER_BUFFER bytes or more nothing can be looked at.
 */

edge_der_result_e edge_der_content(edge_der_t *der, size_t len,
    const unsigned char **content);
edge_der_result_e edge_der_skip(edge_der_t *der, uint64_t len);


/*
 * All bytes from edge_der_hash_from() on go into md, which may be given later,
 * before EDGE_DER_BUFFER bytes were read.  edge_der_hash() adds those read by
 * now; it returns 0 if the library failed.
 */

void edge_der_hash_from(edge_der_t *der);
int edge_der_hash(edge_der_t *der);


/*
 * Takes the next element from memory, *p to end.  Returns 0 if there is none
 * or it is malformed.
 */

int edge_der_take(const unsigned char **p, const unsigned char *end,
    edge_der_item_t *item);


#endif /* _EDGE_DER_H_INCLUDED_ */
