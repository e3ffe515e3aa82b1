
/*
 * What a TLS session must remember of a verified client, beside the client's
 * certificate, which OpenSSL keeps itself: the issuer, the chain and how long
 * it is valid.  A resumed connection reads here what a full handshake wrote,
 * so both tell the same.  The bytes are kept as SSL_SESSION's application data
 * and so go into tickets and session caches alike.
 */


#ifndef _EDGE_SESSION_NOTE_H_INCLUDED_
#define _EDGE_SESSION_NOTE_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <openssl/x509.h>


#define EDGE_SESSION_NOTE_MAX_CHAIN  8


typedef struct {
    const unsigned char      *data;
    size_t                    len;
} edge_session_note_span_t;


typedef struct {
    int64_t                   valid_until;    /* first notAfter of the chain,
                                                 0 if spoiled */

    edge_session_note_span_t  issuer_serial;  /* upper-case hex, as text */
    edge_session_note_span_t  issuer_ski;     /* the same, may be empty */

    /* DER, between client and root, the client's issuer first */
    edge_session_note_span_t  chain[EDGE_SESSION_NOTE_MAX_CHAIN];
    size_t                    chain_len;

    int                       chain_left_out; /* longer than was allowed */

    /* of each certificate but the root: edge_revocation_issuer_id(), serial,
       and whether basicConstraints say that it is an authority's */
    edge_session_note_span_t  keys[EDGE_SESSION_NOTE_MAX_CHAIN + 1];
    int                       is_ca[EDGE_SESSION_NOTE_MAX_CHAIN + 1];
    size_t                    nkeys;
} edge_session_note_t;


typedef enum {
    EDGE_SESSION_NOTE_OK,
    EDGE_SESSION_NOTE_BAD,
    EDGE_SESSION_NOTE_NO_MEMORY
} edge_session_note_result_e;


/*
 * Writes the note of a verified chain, client first, root last.  Certificates
 * between them are kept if their DER takes at most max_chain bytes together;
 * with 0 none are and nothing is said to be left out.  Keys for looking up
 * revocation are kept if with_keys is set; a chain too long for them is bad.
 * *note is the caller's to OPENSSL_free().
 */

edge_session_note_result_e edge_session_note_make(
    const struct stack_st_X509 *chain, size_t max_chain, int with_keys,
    unsigned char **note, size_t *len);


/*
 * Changes a note just made to one whose session is of no further use, because
 * the client was refused in spite of its chain: valid_until becomes 0, and all
 * else stays.
 */

void edge_session_note_spoil(unsigned char *note);


/* Reads len bytes; what is read points into them. */

edge_session_note_result_e edge_session_note_read(const void *data, size_t len,
    edge_session_note_t *note);


#endif /* _EDGE_SESSION_NOTE_H_INCLUDED_ */
