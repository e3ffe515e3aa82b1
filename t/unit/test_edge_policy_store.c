/* unit: ecg/edge_policy_store.c ecg/edge_policy_store_format.c */
/* unit: ecg/edge_policy_store_open.c ecg/edge_policy_store_write.c */
/* unit: ecg/edge_lmdb.c ecg/edge_fault.c ecg/edge_policy_record.c */
/* unit: ecg/edge_policy.c -llmdb */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "edge_policy_store.h"
#include "edge_store_files.h"


static char                  buf[EDGE_POLICY_RECORD_MAX + 1];
static edge_policy_store_t   store;
static edge_policy_stored_t  record;


static int
open_store(int mode)
{
    return (int) edge_policy_store_open(&store, path, 1 << 22, mode);
}


/* With value NULL, takes the record away. */

static int
update(const char *name, const char *value)
{
    memset(&record, 0, sizeof(record));
    record.settings[EDGE_POLICY_MIN_TLS].value = value;

    return (int) edge_policy_store_update(&store, name, strlen(name), &record);
}


static int
get(const char *name)
{
    int  result;

    assert_int_equal(edge_policy_store_begin_read(&store), EDGE_STORE_OK);
    result = (int) edge_policy_store_get(&store, name, strlen(name), buf,
                                         &record);
    edge_policy_store_end_read(&store);

    return result;
}


static int
has_wildcards(unsigned labels)
{
    int  result;

    assert_int_equal(edge_policy_store_begin_read(&store), EDGE_STORE_OK);
    result = edge_policy_store_has_wildcards(&store, labels);
    edge_policy_store_end_read(&store);

    return result;
}


static void
test_update(void **state)
{
    assert_int_equal(open_store(EDGE_STORE_READ), EDGE_STORE_NO_ACCESS);
    assert_int_equal(open_store(EDGE_STORE_CREATE), EDGE_STORE_OK);

    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);
    assert_int_equal(update("a", "1.2"), EDGE_STORE_OK);
    assert_int_equal(update("a", "1.3"), EDGE_STORE_OK);
    assert_int_equal(update("b", "1.3"), EDGE_STORE_OK);
    assert_int_equal(update("b", NULL), EDGE_STORE_OK);
    assert_int_equal(update("b", NULL), EDGE_STORE_NOT_FOUND);
    assert_int_equal(edge_policy_store_load(&store, "a", 1, buf, &record),
                     EDGE_STORE_OK);
    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);
    edge_policy_store_close(&store);

    assert_int_equal(open_store(EDGE_STORE_READ), EDGE_STORE_OK);
    assert_int_equal(get("a"), EDGE_STORE_OK);
    assert_string_equal(record.settings[EDGE_POLICY_MIN_TLS].value, "1.3");
    assert_int_equal(get("b"), EDGE_STORE_NOT_FOUND);
    edge_policy_store_close(&store);
}


static void
test_wildcards_are_counted(void **state)
{
    assert_int_equal(open_store(EDGE_STORE_CREATE), EDGE_STORE_OK);
    assert_false(has_wildcards(2));

    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);
    update("*.a.b", "1.2");
    update("*.c.b", "1.2");
    update("*.a.b", "1.3");
    update("a.b", "1.3");
    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);

    assert_true(has_wildcards(2));
    assert_false(has_wildcards(1));
    assert_false(has_wildcards(3));
    assert_false(has_wildcards(EDGE_POLICY_STORE_DEPTHS));

    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);
    update("*.a.b", NULL);
    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);
    assert_true(has_wildcards(2));

    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);
    update("*.c.b", NULL);
    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);
    assert_false(has_wildcards(2));

    edge_policy_store_close(&store);
}


static void
write_file(const char *text, size_t len)
{
    int  fd;

    fd = open(path, O_WRONLY|O_CREAT|O_TRUNC, 0600);
    assert_int_equal(write(fd, text, len), len);
    close(fd);
}


static void
test_what_is_no_store(void **state)
{
    static char  zeros[65536];

    write_file("this is a text, not a database, and long enough", 47);
    assert_int_equal(open_store(EDGE_STORE_CREATE), EDGE_STORE_CORRUPT);

    write_file(zeros, sizeof(zeros));
    assert_int_equal(open_store(EDGE_STORE_CREATE), EDGE_STORE_CORRUPT);

    assert_int_equal(edge_policy_store_open(&store, dir, 1 << 20,
                                            EDGE_STORE_CREATE),
                     EDGE_STORE_CORRUPT);
    assert_int_equal(edge_policy_store_open(&store, "/dev/null", 1 << 20,
                                            EDGE_STORE_CREATE),
                     EDGE_STORE_CORRUPT);
    assert_int_equal(edge_policy_store_open(&store, "/nonexistent/db", 1 << 20,
                                            EDGE_STORE_CREATE),
                     EDGE_STORE_NO_ACCESS);
}


static void
test_truncated(void **state)
{
    int   i, len;
    char  name[16];

    assert_int_equal(open_store(EDGE_STORE_CREATE), EDGE_STORE_OK);
    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);

    for (i = 0; i < 2000; i++) {
        (void) snprintf(name, sizeof(name), "h%d", i);
        assert_int_equal(update(name, "1.2"), EDGE_STORE_OK);
    }

    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);
    edge_policy_store_close(&store);

    for (len = 100000; len > 0; len -= 7000) {
        assert_int_equal(truncate(path, len), 0);
        assert_int_equal(open_store(EDGE_STORE_READ), EDGE_STORE_CORRUPT);
    }
}


static void
test_other_format(void **state)
{
    uint32_t           format;
    edge_lmdb_bytes_t  key, value;

    assert_int_equal(open_store(EDGE_STORE_CREATE), EDGE_STORE_OK);

    format = EDGE_POLICY_STORE_FORMAT + 1;
    key.data = "format";
    key.len = 6;
    value.data = (char *) &format;
    value.len = sizeof(format);

    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_put(store.db, EDGE_LMDB_META, key, value, 0),
                     EDGE_STORE_OK);
    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);
    edge_policy_store_close(&store);

    assert_int_equal(open_store(EDGE_STORE_CREATE), EDGE_STORE_OTHER_FORMAT);
    assert_int_equal(open_store(EDGE_STORE_READ), EDGE_STORE_OTHER_FORMAT);
}


static void
test_damaged_record(void **state)
{
    edge_lmdb_bytes_t  key, value;

    assert_int_equal(open_store(EDGE_STORE_CREATE), EDGE_STORE_OK);

    key.data = "a";
    key.len = 1;
    value.data = "min_tls";
    value.len = 7;

    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);
    assert_int_equal(edge_lmdb_put(store.db, EDGE_LMDB_RECORDS, key, value, 0),
                     EDGE_STORE_OK);
    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);
    assert_int_equal(get("a"), EDGE_STORE_CORRUPT);
    edge_policy_store_close(&store);
}


/* A writer that dies leaves nothing, and does not keep others from writing. */

static void
test_killed_writer(void **state)
{
    int    status;
    pid_t  pid;

    pid = fork();

    if (pid == 0) {
        open_store(EDGE_STORE_CREATE);
        edge_policy_store_begin_write(&store);
        update("a", "1.2");
        edge_policy_store_commit(&store);
        edge_policy_store_begin_write(&store);
        update("b", "1.2");
        _exit(0);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(open_store(EDGE_STORE_CREATE), EDGE_STORE_OK);
    assert_int_equal(get("a"), EDGE_STORE_OK);
    assert_int_equal(get("b"), EDGE_STORE_NOT_FOUND);
    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);
    assert_int_equal(update("b", "1.3"), EDGE_STORE_OK);
    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);
    assert_int_equal(get("b"), EDGE_STORE_OK);
    edge_policy_store_close(&store);
}


static void
test_next(void **state)
{
    size_t       len;
    const char  *name;

    assert_int_equal(open_store(EDGE_STORE_CREATE), EDGE_STORE_OK);
    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);
    update("b", "1.2");
    update("a", "1.3");
    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);

    assert_int_equal(edge_policy_store_begin_read(&store), EDGE_STORE_OK);
    name = "";
    len = 0;
    assert_int_equal(edge_policy_store_next(&store, &name, &len, buf, &record),
                     EDGE_STORE_OK);
    assert_memory_equal(name, "a", 1);
    assert_int_equal(edge_policy_store_next(&store, &name, &len, buf, &record),
                     EDGE_STORE_OK);
    assert_memory_equal(name, "b", 1);
    assert_int_equal(edge_policy_store_next(&store, &name, &len, buf, &record),
                     EDGE_STORE_NOT_FOUND);
    edge_policy_store_end_read(&store);
    edge_policy_store_close(&store);
}


#define IN_DIR(test)                                                           \
    cmocka_unit_test_setup_teardown(test, make_dir, remove_dir)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        IN_DIR(test_update),
        IN_DIR(test_wildcards_are_counted),
        IN_DIR(test_what_is_no_store),
        IN_DIR(test_truncated),
        IN_DIR(test_other_format),
        IN_DIR(test_damaged_record),
        IN_DIR(test_killed_writer),
        IN_DIR(test_next),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
