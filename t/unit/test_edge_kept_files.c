/*
 * unit: compress/edge_kept_files.c compress/edge_kept_folder.c
 *       compress/edge_kept.c compress/edge_kept_head.c compress/edge_use_as.c
 *       compress/edge_match_pattern.c compress/edge_dictionary.c
 *       compress/edge_codec_zstd_dictionary.c
 *       compress/edge_codec_brotli_dictionary.c
 *       common/edge_structured_field.c common/edge_structured_item.c
 *       common/edge_structured_value.c -lzstd -lbrotlienc -lcrypto
 *       -Wl,--wrap=write -Wl,--wrap=fsync
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edge_kept_folder.h"
#include "edge_kept_test.h"


static char    dir[64];

/* bytes that the disk has room for; what fsync() says */
static size_t  room = SIZE_MAX;
static int     sync_error;


ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __real_fsync(int fd);
int __wrap_fsync(int fd);


/* as a disk does that is nearly full: some of it, then none */

ssize_t
__wrap_write(int fd, const void *data, size_t size)
{
    ssize_t  n;

    if (room == 0) {
        errno = ENOSPC;
        return -1;
    }

    n = __real_write(fd, data, size < room ? size : room);

    if (n > 0 && room != SIZE_MAX) {
        room -= (size_t) n;
    }

    return n;
}


int
__wrap_fsync(int fd)
{
    if (sync_error) {
        errno = sync_error;
        return -1;
    }

    return __real_fsync(fd);
}


static int
setup(void **state)
{
    (void) state;

    room = SIZE_MAX;
    sync_error = 0;
    (void) snprintf(dir, sizeof(dir), "/tmp/edge-kept-XXXXXX");

    return mkdtemp(dir) ? 0 : -1;
}


static int
teardown(void **state)
{
    char  command[128];

    (void) state;

    (void) snprintf(command, sizeof(command), "rm -r %s", dir);

    return system(command);
}


/* the names of a directory that are dictionaries */

static unsigned
count(void)
{
    char                 name[EDGE_KEPT_NAME];
    unsigned             n;
    edge_kept_folder_t  *folder;

    folder = edge_kept_folder_open(dir);
    assert_non_null(folder);

    for (n = 0; edge_kept_folder_next(folder, name) == EDGE_KEPT_FILE_OK; n++)
    {
        assert_int_equal(strlen(name), EDGE_KEPT_NAME - 1);
    }

    edge_kept_folder_close(folder);

    return n;
}


static unsigned
is_empty(void)
{
    return rmdir(dir) == 0 && mkdir(dir, 0700) == 0;
}


static void
put_file(const char *name, const char *text)
{
    char   path[256];
    FILE  *file;

    (void) snprintf(path, sizeof(path), "%s/%s", dir, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}


static void
test_round_trip(void **state)
{
    char          name[EDGE_KEPT_NAME];
    void         *content;
    edge_kept_t   kept, again;

    (void) state;

    kept = kept_of("https://a.test:443", "/*", "content");
    edge_kept_name(&kept, name);

    assert_int_equal(edge_kept_file_read(dir, &kept, &content),
                     EDGE_KEPT_FILE_NONE);
    assert_int_equal(edge_kept_file_write(dir, &kept, "content"),
                     EDGE_KEPT_FILE_OK);
    assert_int_equal(edge_kept_file_write(dir, &kept, "content"),
                     EDGE_KEPT_FILE_OK);
    assert_int_equal(count(), 1);

    assert_int_equal(edge_kept_file_read_head(dir, name, &again),
                     EDGE_KEPT_FILE_OK);
    assert_memory_equal(&again, &kept, sizeof(edge_kept_t));

    assert_int_equal(edge_kept_file_read(dir, &kept, &content),
                     EDGE_KEPT_FILE_OK);
    assert_memory_equal(content, "content", 7);
    free(content);

    assert_int_equal(edge_kept_file_remove(dir, name), EDGE_KEPT_FILE_OK);
    assert_int_equal(edge_kept_file_remove(dir, name), EDGE_KEPT_FILE_NONE);
    assert_true(is_empty());
}


static void
test_full_disk(void **state)
{
    size_t       n;
    edge_kept_t  kept;

    (void) state;

    kept = kept_of("https://a.test:443", "/*", "content");

    for (n = 0; n < 600; n += 7) {
        room = n;

        if (edge_kept_file_write(dir, &kept, "content") == EDGE_KEPT_FILE_OK)
        {
            break;
        }

        assert_int_equal(errno, ENOSPC);
        assert_true(is_empty());
    }

    assert_in_range(n, 100, 500);
    assert_int_equal(count(), 1);

    /* one that is there stays as it is */

    room = 200;
    assert_int_equal(edge_kept_file_write(dir, &kept, "content"),
                     EDGE_KEPT_FILE_SYSTEM);
    assert_int_equal(count(), 1);

    room = SIZE_MAX;
    sync_error = EIO;
    kept = kept_of("https://a.test:443", "/*", "other");
    assert_int_equal(edge_kept_file_write(dir, &kept, "other"),
                     EDGE_KEPT_FILE_SYSTEM);
    assert_int_equal(errno, EIO);
    assert_int_equal(count(), 1);
}


static void
test_damage(void **state)
{
    int           fd;
    char          name[EDGE_KEPT_NAME], path[256], c;
    void         *content;
    size_t        i, size;
    edge_kept_t   kept, again;
    struct stat   st;

    (void) state;

    kept = kept_of("https://a.test:443", "/*", "content");
    edge_kept_name(&kept, name);
    (void) snprintf(path, sizeof(path), "%s/%s", dir, name);

    assert_int_equal(edge_kept_file_write(dir, &kept, "content"),
                     EDGE_KEPT_FILE_OK);
    assert_int_equal(stat(path, &st), 0);
    size = (size_t) st.st_size;

    for (i = 0; i < size; i++) {
        fd = open(path, O_RDWR);
        assert_int_equal(pread(fd, &c, 1, (off_t) i), 1);
        c ^= 4;
        assert_int_equal(pwrite(fd, &c, 1, (off_t) i), 1);

        assert_int_equal(edge_kept_file_read(dir, &kept, &content),
                         EDGE_KEPT_FILE_DAMAGED);
        assert_null(content);

        /* a head does not tell of its content */

        assert_int_equal(edge_kept_file_read_head(dir, name, &again),
                         i < size - 7 ? EDGE_KEPT_FILE_DAMAGED
                                      : EDGE_KEPT_FILE_OK);
        c ^= 4;
        assert_int_equal(pwrite(fd, &c, 1, (off_t) i), 1);
        close(fd);
    }

    assert_int_equal(truncate(path, (off_t) size + 1), 0);
    assert_int_equal(edge_kept_file_read_head(dir, name, &again),
                     EDGE_KEPT_FILE_DAMAGED);

    for (i = 0; i < size; i++) {
        assert_int_equal(truncate(path, (off_t) (size - i - 1)), 0);
        assert_int_equal(edge_kept_file_read_head(dir, name, &again),
                         EDGE_KEPT_FILE_DAMAGED);
        assert_int_equal(edge_kept_file_read(dir, &kept, &content),
                         EDGE_KEPT_FILE_DAMAGED);
    }
}


static void
test_folder(void **state)
{
    char   mine[64], gone[64];
    pid_t  child;

    (void) state;

    child = fork();

    if (child == 0) {
        _exit(0);
    }

    assert_int_equal(waitpid(child, NULL, 0), child);

    (void) snprintf(mine, sizeof(mine), EDGE_KEPT_TEMP "%d-1",
                    (int) getpid());
    (void) snprintf(gone, sizeof(gone), EDGE_KEPT_TEMP "%d-1", (int) child);

    put_file(mine, "being written");
    put_file(gone, "left behind");
    put_file(EDGE_KEPT_TEMP, "no process");
    put_file(EDGE_KEPT_TEMP "0-1", "no process");
    put_file("readme", "not ours");
    put_file("00-11", "too short");

    assert_int_equal(count(), 0);

    /* all but what was left behind is as it was */

    assert_int_equal(edge_kept_file_remove(dir, gone), EDGE_KEPT_FILE_NONE);
    assert_int_equal(edge_kept_file_remove(dir, mine), EDGE_KEPT_FILE_OK);
    assert_int_equal(edge_kept_file_remove(dir, EDGE_KEPT_TEMP),
                     EDGE_KEPT_FILE_OK);
    assert_int_equal(edge_kept_file_remove(dir, EDGE_KEPT_TEMP "0-1"),
                     EDGE_KEPT_FILE_OK);
    assert_int_equal(edge_kept_file_remove(dir, "readme"),
                     EDGE_KEPT_FILE_OK);

    assert_null(edge_kept_folder_open("/nowhere/at/all"));
    assert_int_equal(errno, ENOENT);
}


static void
test_other_kinds(void **state)
{
    char          name[EDGE_KEPT_NAME], path[256];
    void         *content;
    edge_kept_t   kept;

    (void) state;

    kept = kept_of("https://a.test:443", "/*", "content");
    edge_kept_name(&kept, name);
    (void) snprintf(path, sizeof(path), "%s/%s", dir, name);

    /* neither followed nor waited for */

    assert_int_equal(symlink("/etc/passwd", path), 0);
    assert_int_equal(edge_kept_file_read(dir, &kept, &content),
                     EDGE_KEPT_FILE_SYSTEM);
    assert_int_equal(unlink(path), 0);

    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_not_equal(edge_kept_file_read(dir, &kept, &content),
                         EDGE_KEPT_FILE_OK);
    assert_int_equal(unlink(path), 0);

    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(edge_kept_file_read(dir, &kept, &content),
                     EDGE_KEPT_FILE_SYSTEM);
    assert_int_equal(rmdir(path), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_disk, setup, teardown),
        cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
        cmocka_unit_test_setup_teardown(test_folder, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_kinds, setup, teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
