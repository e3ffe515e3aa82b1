/* unit: ecg/edge_fault.c */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edge_fault.h"


static volatile char  *map;
static int             file;
static volatile int    steps;


/* A page of a file that has no bytes any more. */

static int
map_nothing(void **state)
{
    char  path[] = "/tmp/edge-fault-XXXXXX";

    file = mkstemp(path);
    (void) unlink(path);

    if (ftruncate(file, 8192) != 0) {
        return -1;
    }

    map = mmap(NULL, 8192, PROT_READ, MAP_SHARED, file, 0);

    return (map != MAP_FAILED && ftruncate(file, 0) == 0) ? 0 : -1;
}


static void
read_map(void *data)
{
    steps++;
    *(int *) data = map[4096];
    steps = -100;
}


static void
add_one(void *data)
{
    ++*(int *) data;
}


static void
leave(void *data)
{
    add_one(data);
    edge_fault_leave();
    add_one(data);
}


/* An inner fault ends the inner guard alone. */

static void
nest(void *data)
{
    int  ignored;

    assert_int_equal(edge_fault_guard(read_map, &ignored), 0);
    add_one(data);
    assert_int_equal(edge_fault_guard(add_one, data), 1);
    assert_int_equal(edge_fault_guard(leave, data), 0);
}


static void
try_faults(void)
{
    int  i, byte;

    for (i = 0, steps = 0; i < 1000; i++) {
        assert_int_equal(edge_fault_guard(read_map, &byte), 0);
    }

    assert_int_equal(steps, 1000);
}


static void
try_nesting(void)
{
    int  n;

    n = 0;
    assert_int_equal(edge_fault_guard(nest, &n), 1);
    assert_int_equal(n, 3);

    edge_fault_leave();
}


static void *
in_a_thread(void *data)
{
    int  i, n;

    for (i = 0; i < 2000; i++) {
        if (edge_fault_guard(read_map, &n) != 0) {
            return data;
        }
    }

    return NULL;
}


static void
try_threads(void)
{
    int        i, wrong;
    void      *result;
    pthread_t  threads[4];

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, in_a_thread,
                                        &wrong), 0);
    }

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_null(result);
    }
}


/* A fault that nobody guards kills, as ever. */

static void
try_outside(void)
{
    int    status, byte;
    pid_t  pid;

    assert_int_equal(edge_fault_guard(read_map, &byte), 0);

    (void) fflush(stdout);
    pid = fork();

    if (pid == 0) {
        (void) close(2);
        read_map(&byte);
        _exit(0);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}


/* One test: cmocka takes the signals for itself at the start of each. */

static void
test_faults(void **state)
{
    (void) signal(SIGBUS, SIG_DFL);
    (void) signal(SIGSEGV, SIG_DFL);

    try_faults();
    try_nesting();
    try_threads();
    try_outside();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, map_nothing, NULL);
}
