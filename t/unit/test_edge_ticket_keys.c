/* unit: ecg/edge_ticket_keys.c -lcrypto */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge_ticket_keys.h"


static void
add(edge_ticket_keys_t *table, char name, time_t start)
{
    unsigned char      bytes[80];
    edge_ticket_key_t  key;

    memset(bytes, name, sizeof(bytes));
    assert_true(edge_ticket_key_parse(&key, bytes, sizeof(bytes)));
    key.start = start;
    edge_ticket_keys_add(table, &key);
}


static char
current(edge_ticket_keys_t *table, time_t now)
{
    const edge_ticket_key_t  *key;

    key = edge_ticket_keys_current(table, now);

    return key ? (char) key->name[0] : '-';
}


static int
opens(edge_ticket_keys_t *table, char name, time_t now)
{
    unsigned char  bytes[16];

    memset(bytes, name, sizeof(bytes));

    return edge_ticket_keys_find(table, bytes, now, 100) != NULL;
}


static void
test_parse(void **state)
{
    unsigned           i;
    unsigned char      bytes[80];
    edge_ticket_key_t  key;

    for (i = 0; i < sizeof(bytes); i++) {
        bytes[i] = i;
    }

    assert_true(edge_ticket_key_parse(&key, bytes, 80));
    assert_int_equal(key.size, 32);
    assert_memory_equal(key.name, bytes, 16);
    assert_memory_equal(key.hmac, bytes + 16, 32);
    assert_memory_equal(key.aes, bytes + 48, 32);

    assert_true(edge_ticket_key_parse(&key, bytes, 48));
    assert_int_equal(key.size, 16);
    assert_memory_equal(key.aes, bytes + 16, 16);
    assert_memory_equal(key.hmac, bytes + 32, 16);

    for (i = 0; i < 100; i++) {
        if (i != 48 && i != 80) {
            assert_false(edge_ticket_key_parse(&key, bytes, i));
        }
    }
}


/* Keys of 1000, 2000 and 3000, with a period of 100. */

static void
test_schedule(void **state)
{
    edge_ticket_keys_t  table;

    memset(&table, 0, sizeof(table));
    assert_int_equal(current(&table, 5), '-');
    assert_false(opens(&table, 'a', 5));

    add(&table, 'b', 2000);
    add(&table, 'a', 1000);
    add(&table, 'c', 3000);

    assert_int_equal(current(&table, 999), 'a');
    assert_int_equal(current(&table, 1999), 'a');
    assert_int_equal(current(&table, 2000), 'b');
    assert_int_equal(current(&table, 9999), 'c');

    /* not started yet, but perhaps elsewhere */
    assert_true(opens(&table, 'c', 1000));

    assert_true(opens(&table, 'a', 2099));
    assert_false(opens(&table, 'a', 2100));
    assert_true(opens(&table, 'b', 3099));
    assert_false(opens(&table, 'b', 3100));
    assert_true(opens(&table, 'c', 99999));
    assert_false(opens(&table, 'x', 1000));

    assert_int_equal(edge_ticket_keys_expire(&table, 2099, 100), 0);
    assert_int_equal(edge_ticket_keys_expire(&table, 2100, 100), 1);
    assert_int_equal(table.n, 2);
    assert_int_equal(table.keys[2].name[0], 0);
    assert_int_equal(edge_ticket_keys_expire(&table, 99999, 100), 1);
    assert_int_equal(current(&table, 99999), 'c');
}


static void
test_order(void **state)
{
    unsigned            i;
    edge_ticket_keys_t  table;

    memset(&table, 0, sizeof(table));
    add(&table, 'a', 7);
    add(&table, 'b', 7);
    assert_int_equal(current(&table, 7), 'b');

    for (i = 0; i < EDGE_TICKET_KEYS_MAX; i++) {
        add(&table, 'c', 100 + i);
    }

    assert_int_equal(table.n, EDGE_TICKET_KEYS_MAX);
    assert_int_equal(table.keys[0].start, 100 + EDGE_TICKET_KEYS_MAX - 1);
    assert_int_equal(table.keys[EDGE_TICKET_KEYS_MAX - 1].start, 100);

    add(&table, 'd', 1);
    assert_int_equal(table.n, EDGE_TICKET_KEYS_MAX);
    assert_int_equal(table.keys[EDGE_TICKET_KEYS_MAX - 1].start, 100);
}


/* What one key sealed is opened by it, and its MAC is its own. */

static void
seal_and_open(edge_ticket_key_t *key)
{
    int             n, last;
    size_t          len;
    EVP_MAC        *hmac;
    EVP_MAC_CTX    *mac;
    unsigned char   iv[16], text[64], out[64], tag[2][32];
    EVP_CIPHER_CTX *cipher;

    hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    mac = EVP_MAC_CTX_new(hmac);
    cipher = EVP_CIPHER_CTX_new();

    assert_true(edge_ticket_key_seal(key, iv, cipher, mac));
    assert_int_equal(EVP_EncryptUpdate(cipher, text, &n,
                                       (unsigned char *) "a ticket", 8), 1);
    assert_int_equal(EVP_EncryptFinal_ex(cipher, text + n, &last), 1);
    assert_int_equal(EVP_MAC_init(mac, NULL, 0, NULL), 1);
    assert_int_equal(EVP_MAC_update(mac, text, n + last), 1);
    assert_int_equal(EVP_MAC_final(mac, tag[0], &len, 32), 1);
    assert_int_equal(len, 32);

    EVP_MAC_CTX_free(mac);
    mac = EVP_MAC_CTX_new(hmac);

    assert_true(edge_ticket_key_open(key, iv, cipher, mac));
    assert_int_equal(EVP_MAC_init(mac, NULL, 0, NULL), 1);
    assert_int_equal(EVP_MAC_update(mac, text, n + last), 1);
    assert_int_equal(EVP_MAC_final(mac, tag[1], &len, 32), 1);
    assert_memory_equal(tag[0], tag[1], 32);

    assert_int_equal(EVP_DecryptUpdate(cipher, out, &n, text, n + last), 1);
    assert_int_equal(EVP_DecryptFinal_ex(cipher, out + n, &last), 1);
    assert_int_equal(n + last, 8);
    assert_memory_equal(out, "a ticket", 8);

    EVP_MAC_CTX_free(mac);
    EVP_MAC_free(hmac);
    EVP_CIPHER_CTX_free(cipher);
}


static void
test_seal(void **state)
{
    unsigned char      bytes[48];
    edge_ticket_key_t  key, other;

    assert_true(edge_ticket_key_make(&key, 5));
    assert_true(edge_ticket_key_make(&other, 5));
    assert_int_equal(key.start, 5);
    assert_memory_not_equal(key.name, other.name, 16);
    assert_memory_not_equal(key.aes, other.aes, 32);
    assert_memory_not_equal(key.aes, key.hmac, 32);

    seal_and_open(&key);

    memset(bytes, 'k', sizeof(bytes));
    assert_true(edge_ticket_key_parse(&key, bytes, sizeof(bytes)));
    seal_and_open(&key);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_schedule),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_seal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
