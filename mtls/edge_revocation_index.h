
/*
 * Revoked certificates, found by issuer and serial number: a table of 128-bit
 * hashes in one piece of memory without pointers, to be shared by processes.
 * About 21.4 bytes an entry.  Filled by one, then read by many.
 */


#ifndef _EDGE_REVOCATION_INDEX_H_INCLUDED_
#define _EDGE_REVOCATION_INDEX_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>


#define EDGE_REVOCATION_ID_LEN       16
#define EDGE_REVOCATION_MAX_ISSUERS  1024

#define EDGE_REVOCATION_NOT_COVERED  INT64_MIN


/* What a list may be limited to: cA of basicConstraints tells them apart. */

typedef enum {
    EDGE_REVOCATION_USER,
    EDGE_REVOCATION_CA,
    EDGE_REVOCATION_KINDS
} edge_revocation_kind_e;


typedef struct {
    unsigned char              id[EDGE_REVOCATION_ID_LEN];
    int64_t                    next_update;    /* the earliest of its lists */
    int64_t                    this_update;    /* the latest */

    /* next_update of lists of a kind, or EDGE_REVOCATION_NOT_COVERED */
    int64_t                    covered_until[EDGE_REVOCATION_KINDS];

    uint64_t                   nlists;         /* base lists */
    uint64_t                   ndeltas;
    uint64_t                   first;          /* of its slots */
    uint64_t                   nslots;
    uint64_t                   count;
} edge_revocation_issuer_t;


typedef struct {
    uint64_t                   max_slots;
    uint64_t                   nslots;
    uint64_t                   count;          /* of entries, of all issuers */
    uint64_t                   key[2];
    uint64_t                   nissuers;
    edge_revocation_issuer_t   issuers[EDGE_REVOCATION_MAX_ISSUERS];

    uint64_t                   slots[][2];
} edge_revocation_index_t;


typedef enum {
    EDGE_REVOCATION_OK,
    EDGE_REVOCATION_FULL
} edge_revocation_result_e;


typedef enum {
    EDGE_REVOCATION_GOOD,
    EDGE_REVOCATION_REVOKED,
    EDGE_REVOCATION_NO_LIST,       /* of this issuer and kind is known */
    EDGE_REVOCATION_STALE          /* not listed, and the list is too old */
} edge_revocation_verdict_e;


/* Bytes that an index of one issuer with so many entries takes. */

size_t edge_revocation_index_size(uint64_t entries);


/*
 * Makes an empty index in size bytes of zeroed memory; the key is random, and
 * the same where tables are copied.  Returns NULL if size is too small.
 */

edge_revocation_index_t *edge_revocation_index_init(void *memory, size_t size,
    const uint64_t *key);


/*
 * Adds an issuer with room for so many entries; NULL if there is none.  Until
 * told otherwise its lists cover all kinds and have no next_update.
 */

edge_revocation_issuer_t *edge_revocation_index_add_issuer(
    edge_revocation_index_t *index, const unsigned char *id, uint64_t entries);


/* Adds an issuer as it is in another index of the same key; NULL likewise. */

edge_revocation_issuer_t *edge_revocation_index_copy_issuer(
    edge_revocation_index_t *index, const edge_revocation_index_t *from,
    const edge_revocation_issuer_t *issuer);


/* Returns NULL if the issuer is not known. */

edge_revocation_issuer_t *edge_revocation_index_issuer(
    const edge_revocation_index_t *index, const unsigned char *id);


/*
 * Adds or removes a certificate.  The serial number is the content of an
 * INTEGER, as long as it is, in DER's shortest form or not.
 */

edge_revocation_result_e edge_revocation_index_add(
    edge_revocation_index_t *index, edge_revocation_issuer_t *issuer,
    const unsigned char *serial, size_t len);
void edge_revocation_index_remove(edge_revocation_index_t *index,
    edge_revocation_issuer_t *issuer, const unsigned char *serial, size_t len);


/*
 * Looks a certificate up.  A list is too old from stale seconds after its
 * next_update on; what it lists is revoked nevertheless, as is what is listed
 * by a list of another kind.
 */

edge_revocation_verdict_e edge_revocation_index_find(
    const edge_revocation_index_t *index, const unsigned char *id,
    const unsigned char *serial, size_t len, edge_revocation_kind_e kind,
    int64_t now, int64_t stale);


#endif /* _EDGE_REVOCATION_INDEX_H_INCLUDED_ */
