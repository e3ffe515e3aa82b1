
/*
 * A certificate revocation list, RFC 5280, section 5, read as a stream of DER:
 * memory does not grow with the list.
 */


#ifndef _EDGE_CRL_H_INCLUDED_
#define _EDGE_CRL_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>


#define EDGE_CRL_MAX_NUMBER      20
#define EDGE_CRL_REMOVE_FROM_CRL  8    /* a reason code */


typedef enum {
    EDGE_CRL_OK,
    EDGE_CRL_MALFORMED,
    EDGE_CRL_UNSUPPORTED,              /* algorithm, or critical extension */
    EDGE_CRL_CANNOT_READ,
    EDGE_CRL_NO_MEMORY,
    EDGE_CRL_STOPPED                   /* by the function given */
} edge_crl_result_e;


/* Gives up to size bytes, 0 at the end of the list, -1 if reading failed. */

typedef long (*edge_crl_read_pt)(void *data, unsigned char *buf, size_t size);


/*
 * Called for each certificate; the serial number is the content of an INTEGER.
 * Returns 0, or anything else to stop reading.
 */

typedef int (*edge_crl_entry_pt)(void *data, const unsigned char *serial,
    size_t len, unsigned reason);


/* Zeroed at first, edge_crl_free() in any case.  Times are seconds of 1970. */

typedef struct {
    unsigned char   *issuer;           /* DER of the name */
    size_t           issuer_len;

    int64_t          this_update;
    int64_t          next_update;      /* INT64_MAX if there is none */

    unsigned char    number[EDGE_CRL_MAX_NUMBER];         /* right-aligned */
    unsigned char    base_number[EDGE_CRL_MAX_NUMBER];
    int              is_delta;

    /* issuingDistributionPoint: its digest, and of whom the list tells all */
    unsigned char    scope[32];
    int              covers_users;
    int              covers_cas;

    uint64_t         count;            /* of entries */

    /* what was signed, as a digest, and by which algorithm */
    const EVP_MD    *md;
    int              key_type;         /* EVP_PKEY_RSA and so on */
    unsigned char    digest[EVP_MAX_MD_SIZE];
    unsigned char   *signature;
    size_t           signature_len;
} edge_crl_t;


/* Reads a whole list; nothing is believed before edge_crl_verify(). */

edge_crl_result_e edge_crl_read(edge_crl_t *crl, edge_crl_read_pt read,
    void *read_data, edge_crl_entry_pt entry, void *entry_data);


/* Says whether the list was signed by the key. */

int edge_crl_verify(const edge_crl_t *crl, EVP_PKEY *key);


void edge_crl_free(edge_crl_t *crl);


#endif /* _EDGE_CRL_H_INCLUDED_ */
