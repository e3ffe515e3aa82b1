
/*
 * Keys that TLS session tickets are sealed with (RFC 5077, section 4): which
 * of them seals now, and which may still open.
 */


#ifndef _EDGE_TICKET_KEYS_H_INCLUDED_
#define _EDGE_TICKET_KEYS_H_INCLUDED_


#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <openssl/evp.h>


#define EDGE_TICKET_KEYS_MAX       32
#define EDGE_TICKET_KEY_NAME       16
#define EDGE_TICKET_KEY_SECRET     32
#define EDGE_TICKET_KEY_FILE       80
#define EDGE_TICKET_KEY_FILE_OLD   48
#define EDGE_TICKET_KEY_IV         16


typedef struct {
    unsigned char         name[EDGE_TICKET_KEY_NAME];
    unsigned char         aes[EDGE_TICKET_KEY_SECRET];
    unsigned char         hmac[EDGE_TICKET_KEY_SECRET];

    /* of each secret, 16 or 32 */
    unsigned              size;

    /* it seals from then on, until the start of the next */
    time_t                start;

    /* tells the file it came from; 0: made by ourselves */
    uint64_t              file;
} edge_ticket_key_t;


/* Newest first. */

typedef struct {
    unsigned              n;
    edge_ticket_key_t     keys[EDGE_TICKET_KEYS_MAX];
} edge_ticket_keys_t;


/*
 * Reads a key as ssl_session_ticket_key has it: name, HMAC key and AES-256
 * key in 80 bytes, or name, AES-128 key and HMAC key in 48.  Returns 0 for
 * other lengths.
 */

int edge_ticket_key_parse(edge_ticket_key_t *key, const unsigned char *bytes,
    size_t len);

/* Makes a key of 256 bits that starts then; 0 if random bytes fail to come. */

int edge_ticket_key_make(edge_ticket_key_t *key, time_t start);

/*
 * Adds a key; of two with the same start, that added later is the newer.  A
 * full table loses its oldest.
 */

void edge_ticket_keys_add(edge_ticket_keys_t *table,
    const edge_ticket_key_t *key);

/*
 * The key that seals: the newest that has started; if none has, the first
 * that will.  NULL if the table is empty.
 */

const edge_ticket_key_t *edge_ticket_keys_current(
    const edge_ticket_keys_t *table, time_t now);

/*
 * The key of that name, if it may open: it seals, has not started yet, or the
 * next one started less than a period of seconds ago.
 */

const edge_ticket_key_t *edge_ticket_keys_find(const edge_ticket_keys_t *table,
    const unsigned char *name, time_t now, time_t period);

/* Wipes keys that may not even open; returns how many. */

unsigned edge_ticket_keys_expire(edge_ticket_keys_t *table, time_t now,
    time_t period);

/*
 * Prepare a cipher and a MAC of OpenSSL to seal, with a new iv of
 * EDGE_TICKET_KEY_IV bytes, or to open.  Return 0 if OpenSSL fails.
 */

int edge_ticket_key_seal(const edge_ticket_key_t *key, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac);
int edge_ticket_key_open(const edge_ticket_key_t *key, const unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac);


#endif /* _EDGE_TICKET_KEYS_H_INCLUDED_ */
