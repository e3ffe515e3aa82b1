/* unit: ecg/edge_lmdb.c ecg/edge_fault.c -llmdb */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge_lmdb.h"
#include "edge_store_files.h"


static edge_lmdb_t  *db;


static edge_lmdb_bytes_t
bytes(const char *text)
{
    edge_lmdb_bytes_t  b;

    b.data = text;
    b.len = strlen(text);

    return b;
}


static void
open_db(int mode)
{
    assert_int_equal(edge_lmdb_open(&db, path, 1 << 20, mode), EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_open_tables(db, mode), EDGE_STORE_OK);
}


static void
put(const char *key, const char *value)
{
    assert_int_equal(edge_lmdb_put(db, EDGE_LMDB_RECORDS, bytes(key),
                                   bytes(value), 0), EDGE_STORE_OK);
}


static void
test_written_is_read_once_committed(void **state)
{
    edge_lmdb_bytes_t  value;

    open_db(EDGE_STORE_CREATE);

    assert_int_equal(edge_lmdb_begin_write(db), EDGE_STORE_OK);
    put("a", "1");
    assert_int_equal(edge_lmdb_get(db, 1, EDGE_LMDB_RECORDS, bytes("a"),
                                   &value), EDGE_STORE_OK);

    assert_int_equal(edge_lmdb_begin_read(db), EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_get(db, 0, EDGE_LMDB_RECORDS, bytes("a"),
                                   &value), EDGE_STORE_NOT_FOUND);
    assert_int_equal(edge_lmdb_commit(db), EDGE_STORE_OK);

    /* the state that is read stays */

    assert_int_equal(edge_lmdb_get(db, 0, EDGE_LMDB_RECORDS, bytes("a"),
                                   &value), EDGE_STORE_NOT_FOUND);
    edge_lmdb_end_read(db);
    assert_int_equal(edge_lmdb_begin_read(db), EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_get(db, 0, EDGE_LMDB_RECORDS, bytes("a"),
                                   &value), EDGE_STORE_OK);
    assert_int_equal(value.len, 1);
    assert_memory_equal(value.data, "1", 1);
    edge_lmdb_end_read(db);

    assert_int_equal(edge_lmdb_begin_write(db), EDGE_STORE_OK);
    put("b", "2");
    edge_lmdb_abort(db);
    assert_int_equal(edge_lmdb_begin_read(db), EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_get(db, 0, EDGE_LMDB_RECORDS, bytes("b"),
                                   &value), EDGE_STORE_NOT_FOUND);
    edge_lmdb_end_read(db);

    edge_lmdb_close(db);
}


static void
test_next(void **state)
{
    uint64_t           n;
    edge_lmdb_bytes_t  key, value;

    open_db(EDGE_STORE_CREATE);

    assert_int_equal(edge_lmdb_begin_write(db), EDGE_STORE_OK);
    put("b", "2");
    put("a", "1");
    put("c", "3");
    assert_int_equal(edge_lmdb_put(db, EDGE_LMDB_RECORDS, bytes("a"),
                                   bytes("x"), 1), EDGE_STORE_EXISTS);
    assert_int_equal(edge_lmdb_delete(db, EDGE_LMDB_RECORDS, bytes("b")),
                     EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_delete(db, EDGE_LMDB_RECORDS, bytes("b")),
                     EDGE_STORE_NOT_FOUND);
    assert_int_equal(edge_lmdb_commit(db), EDGE_STORE_OK);

    assert_int_equal(edge_lmdb_begin_read(db), EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_count(db, EDGE_LMDB_RECORDS, &n),
                     EDGE_STORE_OK);
    assert_int_equal(n, 2);

    key = bytes("");
    assert_int_equal(edge_lmdb_next(db, EDGE_LMDB_RECORDS, &key, &value),
                     EDGE_STORE_OK);
    assert_memory_equal(key.data, "a", 1);
    assert_memory_equal(value.data, "1", 1);

    /* behind a name that is there, and one that is not */

    assert_int_equal(edge_lmdb_next(db, EDGE_LMDB_RECORDS, &key, &value),
                     EDGE_STORE_OK);
    assert_memory_equal(key.data, "c", 1);
    key = bytes("b");
    assert_int_equal(edge_lmdb_next(db, EDGE_LMDB_RECORDS, &key, &value),
                     EDGE_STORE_OK);
    assert_memory_equal(key.data, "c", 1);
    assert_int_equal(edge_lmdb_next(db, EDGE_LMDB_RECORDS, &key, &value),
                     EDGE_STORE_NOT_FOUND);

    edge_lmdb_end_read(db);
    edge_lmdb_close(db);
}


static void
test_full(void **state)
{
    int                n;
    char               key[16];
    uint64_t           used, map;
    edge_store_e       result;
    edge_lmdb_bytes_t  value;

    static char        big[1024];

    open_db(EDGE_STORE_CREATE);
    memset(big, 'a', sizeof(big) - 1);

    assert_int_equal(edge_lmdb_begin_write(db), EDGE_STORE_OK);

    for (n = 0, result = EDGE_STORE_OK; result == EDGE_STORE_OK; n++) {
        (void) snprintf(key, sizeof(key), "%d", n);
        result = edge_lmdb_put(db, EDGE_LMDB_RECORDS, bytes(key), bytes(big),
                               0);
    }

    assert_int_equal(result, EDGE_STORE_MAP_FULL);
    edge_lmdb_abort(db);

    assert_int_equal(edge_lmdb_begin_read(db), EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_get(db, 0, EDGE_LMDB_RECORDS, bytes("0"),
                                   &value), EDGE_STORE_NOT_FOUND);
    edge_lmdb_end_read(db);

    edge_lmdb_size(db, &used, &map);
    assert_int_equal(map, 1 << 20);
    assert_true(used < map);
    edge_lmdb_close(db);

    /* with a larger map there is room */

    assert_int_equal(edge_lmdb_open(&db, path, 4 << 20, EDGE_STORE_CREATE),
                     EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_open_tables(db, EDGE_STORE_CREATE),
                     EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_begin_write(db), EDGE_STORE_OK);

    while (n-- > 0) {
        (void) snprintf(key, sizeof(key), "%d", n);
        put(key, big);
    }

    assert_int_equal(edge_lmdb_commit(db), EDGE_STORE_OK);
    edge_lmdb_close(db);
}


static void
test_no_tables(void **state)
{
    assert_int_equal(edge_lmdb_open(&db, path, 1 << 20, EDGE_STORE_CREATE),
                     EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_open_tables(db, EDGE_STORE_READ),
                     EDGE_STORE_CORRUPT);
    edge_lmdb_close(db);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_written_is_read_once_committed,
                                        make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_next, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_full, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(test_no_tables, make_dir, remove_dir),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
