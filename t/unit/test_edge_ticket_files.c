/* unit: ecg/edge_ticket_files.c ecg/edge_ticket_keys.c -lcrypto */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge_ticket_files.h"


static char                 dir[64];
static edge_ticket_files_t  files;


static char *
path(const char *name)
{
    static char  buf[128];

    snprintf(buf, sizeof(buf), "%s/%s", dir, name);

    return buf;
}


static void
put(const char *name, char key, size_t len, time_t start)
{
    int              fd;
    char             bytes[128];
    struct timespec  times[2];

    memset(bytes, key, sizeof(bytes));
    unlink(path(name));

    fd = open(path(name), O_WRONLY|O_CREAT, 0600);
    assert_int_equal(write(fd, bytes, len), len);

    times[0].tv_sec = times[1].tv_sec = start;
    times[0].tv_nsec = times[1].tv_nsec = 0;
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}


/* Names of the keys, newest first. */

static const char *
look(const edge_ticket_keys_t *before)
{
    unsigned     i;
    static char  names[EDGE_TICKET_KEYS_MAX + 1];

    edge_ticket_files_read(&files, dir, before, getegid());

    for (i = 0; i < files.keys.n; i++) {
        names[i] = files.keys.keys[i].name[0];
    }

    names[i] = '\0';

    return names;
}


static int
setup(void **state)
{
    strcpy(dir, "/tmp/ticket-files-XXXXXX");

    return mkdtemp(dir) == NULL;
}


static int
teardown(void **state)
{
    char  command[128];

    snprintf(command, sizeof(command), "rm -rf %s", dir);

    return system(command);
}


static void
test_good(void **state)
{
    assert_string_equal(look(NULL), "");
    assert_int_equal(files.error, 0);

    put("1", 'a', 80, 1000);
    put("3", 'c', 80, 2000);
    put("2", 'b', 48, 3000);
    put(".4", 'd', 80, 4000);
    assert_int_equal(mkdir(path("5"), 0700), 0);
    assert_int_equal(mkfifo(path("6"), 0600), 0);

    assert_string_equal(look(NULL), "bca");
    assert_int_equal(files.nproblems, 0);
    assert_int_equal(files.keys.keys[0].start, 3000);
    assert_int_equal(files.keys.keys[0].size, 16);

    /* the name decides between files of one time */
    put("0", 'z', 80, 3000);
    assert_string_equal(look(NULL), "bzca");
}


static void
test_damaged(void **state)
{
    edge_ticket_keys_t  before;

    put("1", 'a', 80, 1000);
    put("2", 'b', 80, 2000);
    assert_string_equal(look(NULL), "ba");
    before = files.keys;

    put("2", 'x', 79, 3000);
    put("3", 'x', 0, 3000);
    assert_string_equal(look(NULL), "a");
    assert_int_equal(files.nproblems, 2);
    assert_string_equal(files.problems[0].name, "2");
    assert_int_equal(files.problems[0].problem, EDGE_TICKET_FILE_BAD_SIZE);
    assert_int_equal(files.problems[0].size, 79);
    assert_string_equal(files.problems[1].name, "3");

    assert_string_equal(look(&before), "ba");
    assert_int_equal(files.keys.keys[0].start, 2000);

    put("2", 'x', 81, 3000);
    assert_string_equal(look(&before), "ba");

    unlink(path("2"));
    unlink(path("3"));
    assert_string_equal(look(&before), "a");
    assert_int_equal(files.nproblems, 0);
}


static void
test_problems(void **state)
{
    int   i;
    char  name[16];

    put("1", 'a', 80, 1000);
    assert_int_equal(chmod(path("1"), 0604), 0);
    assert_string_equal(look(NULL), "a");
    assert_int_equal(files.nproblems, 1);
    assert_int_equal(files.problems[0].problem, EDGE_TICKET_FILE_EXPOSED);
    assert_int_equal(files.problems[0].mode, 0604);

    assert_int_equal(chmod(path("1"), 0640), 0);
    assert_string_equal(look(NULL), "a");
    assert_int_equal(files.nproblems, 0);

    edge_ticket_files_read(&files, dir, NULL, getegid() + 1);
    assert_int_equal(files.nproblems, 1);

    unlink(path("1"));
    assert_int_equal(symlink("1", path("1")), 0);
    assert_string_equal(look(NULL), "");
    assert_int_equal(files.problems[0].problem, EDGE_TICKET_FILE_UNREADABLE);
    assert_int_equal(files.problems[0].error, ELOOP);

    for (i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "x%d", i);
        put(name, 'x', 5, 1);
    }

    assert_string_equal(look(NULL), "");
    assert_int_equal(files.nproblems, 21);

    for (i = 20; i < EDGE_TICKET_FILES_MAX; i++) {
        snprintf(name, sizeof(name), "x%d", i);
        put(name, 'x', 5, 1);
    }

    assert_string_equal(look(NULL), "");
    assert_int_equal(files.error, EFBIG);

    assert_int_equal(teardown(NULL), 0);
    assert_string_equal(look(NULL), "");
    assert_int_equal(files.error, ENOENT);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_good, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damaged, setup, teardown),
        cmocka_unit_test_setup_teardown(test_problems, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
