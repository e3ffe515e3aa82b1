
#include "edge_ticket_keys.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>


static int edge_ticket_key_mac(const edge_ticket_key_t *key, EVP_MAC_CTX *mac);
static const EVP_CIPHER *edge_ticket_key_cipher(const edge_ticket_key_t *key);
static int edge_ticket_keys_may_open(const edge_ticket_keys_t *table,
    unsigned i, time_t now, time_t period);


int
edge_ticket_key_parse(edge_ticket_key_t *key, const unsigned char *bytes,
    size_t len)
{
    const unsigned char  *secrets;

    if (len != EDGE_TICKET_KEY_FILE && len != EDGE_TICKET_KEY_FILE_OLD) {
        return 0;
    }

    memset(key, 0, sizeof(edge_ticket_key_t));
    memcpy(key->name, bytes, EDGE_TICKET_KEY_NAME);

    secrets = bytes + EDGE_TICKET_KEY_NAME;

    if (len == EDGE_TICKET_KEY_FILE) {
        key->size = 32;
        memcpy(key->hmac, secrets, 32);
        memcpy(key->aes, secrets + 32, 32);

    } else {
        key->size = 16;
        memcpy(key->aes, secrets, 16);
        memcpy(key->hmac, secrets + 16, 16);
    }

    return 1;
}


int
edge_ticket_key_make(edge_ticket_key_t *key, time_t start)
{
    int            made;
    unsigned char  bytes[EDGE_TICKET_KEY_FILE];

    made = RAND_bytes(bytes, EDGE_TICKET_KEY_NAME) == 1
           && RAND_priv_bytes(bytes + EDGE_TICKET_KEY_NAME,
                              sizeof(bytes) - EDGE_TICKET_KEY_NAME)
              == 1
           && edge_ticket_key_parse(key, bytes, sizeof(bytes));

    OPENSSL_cleanse(bytes, sizeof(bytes));

    if (made) {
        key->start = start;
    }

    return made;
}


void
edge_ticket_keys_add(edge_ticket_keys_t *table, const edge_ticket_key_t *key)
{
    unsigned  i;

    for (i = 0; i < table->n && table->keys[i].start > key->start; i++) {
        /* void */
    }

    if (i == EDGE_TICKET_KEYS_MAX) {
        return;
    }

    if (table->n < EDGE_TICKET_KEYS_MAX) {
        table->n++;
    }

    memmove(&table->keys[i + 1], &table->keys[i],
            (table->n - 1 - i) * sizeof(edge_ticket_key_t));

    table->keys[i] = *key;
}


const edge_ticket_key_t *
edge_ticket_keys_current(const edge_ticket_keys_t *table, time_t now)
{
    unsigned  i;

    for (i = 0; i < table->n; i++) {
        if (table->keys[i].start <= now) {
            return &table->keys[i];
        }
    }

    return table->n ? &table->keys[table->n - 1] : NULL;
}


/* Clocks of a fleet differ: what has not started here, may have elsewhere. */

static int
edge_ticket_keys_may_open(const edge_ticket_keys_t *table, unsigned i,
    time_t now, time_t period)
{
    return i == 0 || now - table->keys[i - 1].start < period;
}


const edge_ticket_key_t *
edge_ticket_keys_find(const edge_ticket_keys_t *table,
    const unsigned char *name, time_t now, time_t period)
{
    unsigned  i;

    for (i = 0; i < table->n; i++) {

        if (!edge_ticket_keys_may_open(table, i, now, period)) {
            return NULL;
        }

        if (memcmp(table->keys[i].name, name, EDGE_TICKET_KEY_NAME) == 0) {
            return &table->keys[i];
        }
    }

    return NULL;
}


unsigned
edge_ticket_keys_expire(edge_ticket_keys_t *table, time_t now, time_t period)
{
    unsigned  i, n;

    for (i = 0; i < table->n; i++) {
        if (!edge_ticket_keys_may_open(table, i, now, period)) {
            break;
        }
    }

    n = table->n - i;
    table->n = i;

    if (n) {
        OPENSSL_cleanse(&table->keys[i], n * sizeof(edge_ticket_key_t));
    }

    return n;
}


int
edge_ticket_key_seal(const edge_ticket_key_t *key, unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    return RAND_bytes(iv, EDGE_TICKET_KEY_IV) == 1
           && EVP_EncryptInit_ex(cipher, edge_ticket_key_cipher(key), NULL,
                                 key->aes, iv)
              == 1
           && edge_ticket_key_mac(key, mac);
}


int
edge_ticket_key_open(const edge_ticket_key_t *key, const unsigned char *iv,
    EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac)
{
    return edge_ticket_key_mac(key, mac)
           && EVP_DecryptInit_ex(cipher, edge_ticket_key_cipher(key), NULL,
                                 key->aes, iv)
              == 1;
}


static const EVP_CIPHER *
edge_ticket_key_cipher(const edge_ticket_key_t *key)
{
    return (key->size == 32) ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
}


static int
edge_ticket_key_mac(const edge_ticket_key_t *key, EVP_MAC_CTX *mac)
{
    OSSL_PARAM  params[3];

    params[0] = OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY,
                                                  (void *) key->hmac,
                                                  key->size);
    params[1] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
                                                 (char *) "SHA256", 0);
    params[2] = OSSL_PARAM_construct_end();

    return EVP_MAC_CTX_set_params(mac, params) == 1;
}
