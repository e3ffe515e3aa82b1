
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edge_kept_files.h"


static unsigned  edge_kept_serial;


char *
edge_kept_path(const char *directory, const char *name)
{
    char    *path;
    size_t   size;

    size = strlen(directory);
    path = malloc(size + 1 + strlen(name) + 1);

    if (path) {
        memcpy(path, directory, size);
        path[size] = '/';
        strcpy(path + size + 1, name);
    }

    return path;
}


static char *
edge_kept_put_decimal(char *p, unsigned long n)
{
    char  text[24], *digit;

    digit = text + sizeof(text) - 1;
    *digit = '\0';

    do {
        *--digit = (char) ('0' + n % 10);
        n /= 10;
    } while (n);

    strcpy(p, digit);

    return p + strlen(digit);
}


/* a name that no other thread of any process has now */

static void
edge_kept_temp_name(char *name)
{
    strcpy(name, EDGE_KEPT_TEMP);
    name = edge_kept_put_decimal(name + sizeof(EDGE_KEPT_TEMP) - 1,
                                 (unsigned long) getpid());
    *name++ = '-';
    (void) edge_kept_put_decimal(name, __atomic_add_fetch(&edge_kept_serial,
                                                          1,
                                                          __ATOMIC_RELAXED));
}


static int
edge_kept_write_all(int fd, const char *data, size_t size)
{
    ssize_t  n;

    while (size) {
        n = write(fd, data, size);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n <= 0) {
            errno = (n == 0) ? ENOSPC : errno;
            return -1;
        }

        data += n;
        size -= (size_t) n;
    }

    return 0;
}


/* on the disk before it has its name: a crash leaves it whole or not there */

static int
edge_kept_write_temp(const char *temp, const edge_kept_t *kept,
    const char *head, size_t head_size, const void *content)
{
    int  fd, rc, saved;

    fd = open(temp, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600);
    if (fd == -1) {
        return -1;
    }

    rc = edge_kept_write_all(fd, head, head_size);

    if (rc == 0) {
        rc = edge_kept_write_all(fd, content, kept->size);
    }

    if (rc == 0) {
        rc = fsync(fd);
    }

    saved = errno;

    if (close(fd) == -1 && rc == 0) {
        return -1;
    }

    errno = saved;

    return rc;
}


static edge_kept_file_e
edge_kept_write_as(const char *temp, const char *path,
    const edge_kept_t *kept, const void *content)
{
    int     saved;
    char    head[EDGE_KEPT_HEAD_MAX];
    size_t  size;

    size = edge_kept_write_head(kept, head);
    if (size == 0) {
        return EDGE_KEPT_FILE_MEMORY;
    }

    if (edge_kept_write_temp(temp, kept, head, size, content) == 0
        && rename(temp, path) == 0)
    {
        return EDGE_KEPT_FILE_OK;
    }

    saved = errno;
    (void) unlink(temp);
    errno = saved;

    return EDGE_KEPT_FILE_SYSTEM;
}


edge_kept_file_e
edge_kept_file_write(const char *directory, const edge_kept_t *kept,
    const void *content)
{
    char               name[EDGE_KEPT_NAME], temp_name[EDGE_KEPT_NAME];
    char              *path, *temp;
    edge_kept_file_e   rc;

    edge_kept_name(kept, name);
    edge_kept_temp_name(temp_name);

    path = edge_kept_path(directory, name);
    temp = edge_kept_path(directory, temp_name);

    rc = (path && temp) ? edge_kept_write_as(temp, path, kept, content)
                        : EDGE_KEPT_FILE_MEMORY;

    free(path);
    free(temp);

    return rc;
}


static edge_kept_file_e
edge_kept_open(const char *directory, const char *name, int *fd)
{
    char  *path;

    path = edge_kept_path(directory, name);
    if (path == NULL) {
        return EDGE_KEPT_FILE_MEMORY;
    }

    *fd = open(path, O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);
    free(path);

    if (*fd != -1) {
        return EDGE_KEPT_FILE_OK;
    }

    return (errno == ENOENT) ? EDGE_KEPT_FILE_NONE : EDGE_KEPT_FILE_SYSTEM;
}


/* up to size bytes from offset on; -1: see errno */

static ssize_t
edge_kept_read_at(int fd, void *data, size_t size, off_t offset)
{
    size_t   done;
    ssize_t  n;

    for (done = 0; done < size; done += (size_t) n) {
        n = pread(fd, (char *) data + done, size - done,
                  offset + (off_t) done);

        if (n == -1 && errno == EINTR) {
            n = 0;

        } else if (n == -1) {
            return -1;

        } else if (n == 0) {
            break;
        }
    }

    return (ssize_t) done;
}


/* also whether its name is that of what it says, and its length */

static edge_kept_file_e
edge_kept_read_fd_head(int fd, const char *name, edge_kept_t *kept,
    size_t *head_size)
{
    char         head[EDGE_KEPT_HEAD_MAX], wanted[EDGE_KEPT_NAME];
    ssize_t      n;
    struct stat  st;

    n = edge_kept_read_at(fd, head, sizeof(head), 0);

    if (n == -1 || fstat(fd, &st) == -1) {
        return EDGE_KEPT_FILE_SYSTEM;
    }

    if (edge_kept_read_head(kept, head, (size_t) n, head_size)
        != EDGE_KEPT_OK)
    {
        return EDGE_KEPT_FILE_DAMAGED;
    }

    edge_kept_name(kept, wanted);

    return strcmp(name, wanted) == 0
           && st.st_size == (off_t) (*head_size + kept->size)
           ? EDGE_KEPT_FILE_OK : EDGE_KEPT_FILE_DAMAGED;
}


edge_kept_file_e
edge_kept_file_read_head(const char *directory, const char *name,
    edge_kept_t *kept)
{
    int               fd;
    size_t            head_size;
    edge_kept_file_e  rc;

    rc = edge_kept_open(directory, name, &fd);

    if (rc == EDGE_KEPT_FILE_OK) {
        rc = edge_kept_read_fd_head(fd, name, kept, &head_size);
        (void) close(fd);
    }

    return rc;
}


static edge_kept_file_e
edge_kept_read_content(int fd, const char *name, edge_kept_t *found,
    void **content)
{
    size_t            head_size;
    ssize_t           n;
    unsigned char     digest[EDGE_DICTIONARY_DIGEST];
    edge_kept_file_e  rc;

    rc = edge_kept_read_fd_head(fd, name, found, &head_size);
    if (rc != EDGE_KEPT_FILE_OK) {
        return rc;
    }

    *content = malloc(found->size ? found->size : 1);
    if (*content == NULL) {
        return EDGE_KEPT_FILE_MEMORY;
    }

    n = edge_kept_read_at(fd, *content, found->size, (off_t) head_size);

    if (n == -1) {
        rc = EDGE_KEPT_FILE_SYSTEM;

    } else if (n != (ssize_t) found->size) {
        rc = EDGE_KEPT_FILE_DAMAGED;

    } else if (edge_dictionary_digest(*content, found->size, digest) != 0) {
        rc = EDGE_KEPT_FILE_MEMORY;

    } else if (memcmp(digest, found->digest, EDGE_DICTIONARY_DIGEST) != 0) {
        rc = EDGE_KEPT_FILE_DAMAGED;
    }

    if (rc != EDGE_KEPT_FILE_OK) {
        free(*content);
        *content = NULL;
    }

    return rc;
}


edge_kept_file_e
edge_kept_file_read(const char *directory, const edge_kept_t *kept,
    void **content)
{
    int               fd;
    char              name[EDGE_KEPT_NAME];
    edge_kept_t       found;
    edge_kept_file_e  rc;

    *content = NULL;
    edge_kept_name(kept, name);

    rc = edge_kept_open(directory, name, &fd);
    if (rc != EDGE_KEPT_FILE_OK) {
        return rc;
    }

    rc = edge_kept_read_content(fd, name, &found, content);
    (void) close(fd);

    return rc;
}


edge_kept_file_e
edge_kept_file_remove(const char *directory, const char *name)
{
    int    rc;
    char  *path;

    path = edge_kept_path(directory, name);
    if (path == NULL) {
        return EDGE_KEPT_FILE_MEMORY;
    }

    rc = unlink(path);
    free(path);

    if (rc == 0) {
        return EDGE_KEPT_FILE_OK;
    }

    return (errno == ENOENT) ? EDGE_KEPT_FILE_NONE : EDGE_KEPT_FILE_SYSTEM;
}
