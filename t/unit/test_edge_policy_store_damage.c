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


#define RECORDS  400

/* EDGE_DAMAGE is how often, if it is set */
#define ROUNDS   400


static char                  buf[EDGE_POLICY_RECORD_MAX + 1];
static edge_policy_store_t   store;
static edge_policy_stored_t  record;
static char                  whole[1 << 21];
static size_t                size;


static void
name_of(int i, char *name)
{
    (void) snprintf(name, 64, i % 10 ? "h%d.damage.test" : "*.w%d.test", i);
}


/* What each says differs, so that one cannot stand for another. */

static void
value_of(int i, char *value)
{
    (void) snprintf(value, 64, "GROUP-%d-%d", i, i * 7919 % 1000);
}


static void
fill(void)
{
    int   i;
    char  name[64], value[64];

    assert_int_equal(edge_policy_store_open(&store, path, 1 << 22,
                                            EDGE_STORE_CREATE), EDGE_STORE_OK);
    assert_int_equal(edge_policy_store_begin_write(&store), EDGE_STORE_OK);

    for (i = 0; i < RECORDS; i++) {
        name_of(i, name);
        value_of(i, value);

        memset(&record, 0, sizeof(record));
        record.settings[EDGE_POLICY_GROUPS].value = value;

        assert_int_equal(edge_policy_store_update(&store, name, strlen(name),
                                                  &record), EDGE_STORE_OK);
    }

    assert_int_equal(edge_policy_store_commit(&store), EDGE_STORE_OK);
    edge_policy_store_close(&store);
}


static void
read_whole(void)
{
    int      fd;
    ssize_t  n;

    fd = open(path, O_RDONLY);
    n = read(fd, whole, sizeof(whole));
    (void) close(fd);

    assert_in_range(n, 4096, sizeof(whole) - 1);
    size = (size_t) n;
}


static void
write_at(size_t at, const char *bytes, size_t n)
{
    int  fd;

    fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, bytes, n, (off_t) at), n);
    (void) close(fd);
}


static void
restore(void)
{
    write_at(0, whole, size);
    assert_int_equal(truncate(path, (off_t) size), 0);
}


/* Looks all of them up; returns how many there are.  A wrong one fails. */

static int
look_up_all(void)
{
    int           i, found;
    char          name[64], value[64];
    edge_store_e  result;

    for (i = 0, found = 0; i < RECORDS; i++) {
        name_of(i, name);
        value_of(i, value);

        if (edge_policy_store_begin_read(&store) != EDGE_STORE_OK) {
            continue;
        }

        result = edge_policy_store_get(&store, name, strlen(name), buf,
                                       &record);
        edge_policy_store_end_read(&store);

        if (result == EDGE_STORE_OK) {
            assert_string_equal(record.settings[EDGE_POLICY_GROUPS].value,
                                value);
            found++;
        }
    }

    return found;
}


static void
list_all(void)
{
    int           i;
    size_t        len;
    const char   *name;
    edge_store_e  result;

    if (edge_policy_store_begin_read(&store) != EDGE_STORE_OK) {
        return;
    }

    for (i = 0, name = NULL, len = 0; i < 2 * RECORDS; i++) {
        result = edge_policy_store_next(&store, &name, &len, buf, &record);

        if (result != EDGE_STORE_OK && result != EDGE_STORE_CORRUPT) {
            break;
        }
    }

    edge_policy_store_end_read(&store);
}


/* Writing only in a file cut short: LMDB believes its list of free pages. */

static void
use_and_close(int write)
{
    (void) look_up_all();
    list_all();

    if (write && edge_policy_store_begin_write(&store) == EDGE_STORE_OK) {
        memset(&record, 0, sizeof(record));
        record.settings[EDGE_POLICY_MIN_TLS].value = "1.3";

        if (edge_policy_store_update(&store, "new", 3, &record)
            != EDGE_STORE_OK
            || edge_policy_store_commit(&store) != EDGE_STORE_OK)
        {
            edge_policy_store_abort(&store);
        }
    }

    edge_policy_store_close(&store);
}


/* Some bytes are not what they were, before it is opened or after. */

static void
damage(unsigned kind)
{
    char    noise[512];
    size_t  i, n, at;

    at = (size_t) random() % size;
    n = 1 + (size_t) random() % (kind % 3 ? 8 : sizeof(noise));
    n = (n < size - at) ? n : size - at;

    for (i = 0; i < n; i++) {
        noise[i] = (char) (kind % 2 ? random() : 0);
    }

    if (kind % 5 == 4) {
        assert_int_equal(truncate(path, (off_t) at), 0);

    } else {
        write_at(at, noise, n);
    }
}


/* Exit status 1: it could be opened. */

static int
run_round(unsigned round)
{
    unsigned  before;

    srandom(round);
    before = round & 64;

    if (before) {
        damage(round);
    }

    if (edge_policy_store_open(&store, path, 1 << 22, EDGE_STORE_CREATE)
        != EDGE_STORE_OK)
    {
        return 0;
    }

    if (!before) {
        assert_int_equal(look_up_all(), RECORDS);
        damage(round);
    }

    use_and_close(round % 5 == 4);

    return 1;
}


/* Each in a process: one that was hurt in writing writes no more. */

static void
try_any_damage(void)
{
    int       status, opened;
    pid_t     pid;
    unsigned  round, rounds;

    rounds = getenv("EDGE_DAMAGE") ? (unsigned) atoi(getenv("EDGE_DAMAGE"))
                                   : ROUNDS;
    (void) fflush(NULL);

    for (round = 0, opened = 0; round < rounds; round++) {
        restore();
        pid = fork();

        if (pid == 0) {
            (void) alarm(300);
            _exit(run_round(round));
        }

        assert_int_equal(waitpid(pid, &status, 0), pid);

        if (!WIFEXITED(status) || WEXITSTATUS(status) > 1) {
            fail_msg("round %u: status %x", round, (unsigned) status);
        }

        opened += WEXITSTATUS(status);
    }

    assert_in_range(opened, rounds / 2, rounds);
}


/* Lost once, nothing of it works; the file that is whole again does. */

static void
try_cut_while_open(void)
{
    uint64_t  id;

    restore();

    assert_int_equal(edge_policy_store_open(&store, path, 0,
                                            EDGE_STORE_CREATE), EDGE_STORE_OK);
    assert_int_equal(look_up_all(), RECORDS);
    assert_int_equal(truncate(path, 0), 0);

    assert_int_equal(edge_policy_store_last_id(&store, &id),
                     EDGE_STORE_CORRUPT);
    assert_int_equal(store.lost, 1);
    assert_int_equal(look_up_all(), 0);
    assert_int_not_equal(edge_policy_store_begin_write(&store),
                         EDGE_STORE_OK);
    edge_policy_store_close(&store);
    assert_int_equal(edge_policy_store_begin_read(&store), EDGE_STORE_CORRUPT);

    restore();
    assert_int_equal(edge_policy_store_open(&store, path, 0,
                                            EDGE_STORE_CREATE), EDGE_STORE_OK);
    assert_int_equal(look_up_all(), RECORDS);
    edge_policy_store_close(&store);
}


/* One test: cmocka takes the signals for itself at the start of each. */

static void
test_damage(void **state)
{
    fill();
    read_whole();

    try_any_damage();
    try_cut_while_open();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_damage, make_dir, remove_dir),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
