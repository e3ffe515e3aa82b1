
#include "edge_ticket_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>


static int edge_ticket_files_wanted(const struct dirent *entry);
static int edge_ticket_files_compare(const struct dirent **a,
    const struct dirent **b);
static edge_ticket_problem_t *edge_ticket_files_read_one(int directory,
    const char *name, gid_t group, edge_ticket_key_t *key,
    edge_ticket_problem_t *problem);
static void edge_ticket_files_read_key(int fd, edge_ticket_key_t *key,
    edge_ticket_problem_t *problem);
static const edge_ticket_key_t *edge_ticket_files_find(
    const edge_ticket_keys_t *keys, uint64_t file);
static uint64_t edge_ticket_files_digest(const char *name);


void
edge_ticket_files_read(edge_ticket_files_t *files, const char *directory,
    const edge_ticket_keys_t *before, gid_t group)
{
    int                       fd, i, n;
    uint64_t                  file;
    struct dirent           **entries;
    edge_ticket_key_t         key;
    edge_ticket_problem_t     spare, *problem;
    const edge_ticket_key_t  *old;

    memset(files, 0, sizeof(edge_ticket_files_t));

    fd = open(directory, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        files->error = errno;
        return;
    }

    n = scandir(directory, &entries, edge_ticket_files_wanted,
                edge_ticket_files_compare);
    if (n == -1) {
        files->error = errno;
        close(fd);
        return;
    }

    if (n > EDGE_TICKET_FILES_MAX) {
        files->error = EFBIG;
    }

    for (i = 0; i < n; i++) {

        if (files->error) {
            free(entries[i]);
            continue;
        }

        problem = (files->nproblems < EDGE_TICKET_FILES_PROBLEMS)
                  ? &files->problems[files->nproblems] : &spare;

        problem = edge_ticket_files_read_one(fd, entries[i]->d_name, group,
                                             &key, problem);

        file = edge_ticket_files_digest(entries[i]->d_name);
        key.file = file;

        if (problem) {
            files->nproblems++;
        }

        if (problem && problem->problem != EDGE_TICKET_FILE_EXPOSED) {
            old = edge_ticket_files_find(before, file);

            key.size = 0;

            if (old) {
                key = *old;
            }
        }

        if (key.size) {
            edge_ticket_keys_add(&files->keys, &key);
        }

        free(entries[i]);
    }

    OPENSSL_cleanse(&key, sizeof(edge_ticket_key_t));

    free(entries);
    close(fd);
}


static int
edge_ticket_files_wanted(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}


static int
edge_ticket_files_compare(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}


/* key->size is 0 for what is no file; NULL if nothing is to be told. */

static edge_ticket_problem_t *
edge_ticket_files_read_one(int directory, const char *name, gid_t group,
    edge_ticket_key_t *key, edge_ticket_problem_t *problem)
{
    int          fd;
    struct stat  st;

    memset(key, 0, sizeof(edge_ticket_key_t));
    memset(problem, 0, sizeof(edge_ticket_problem_t));

    memcpy(problem->name, name, strnlen(name, sizeof(problem->name) - 1));

    /* a pipe must not keep us waiting */

    fd = openat(directory, name, O_RDONLY|O_NONBLOCK|O_NOCTTY|O_CLOEXEC);

    if (fd == -1 || fstat(fd, &st) == -1) {
        problem->problem = EDGE_TICKET_FILE_UNREADABLE;
        problem->error = errno;

        /* renamed or removed since the directory was read */

        if (fd == -1 && errno == ENOENT) {
            problem = NULL;
        }

        goto done;
    }

    if (!S_ISREG(st.st_mode)) {
        problem = NULL;
        goto done;
    }

    problem->size = st.st_size;
    problem->mode = st.st_mode & 07777;

    edge_ticket_files_read_key(fd, key, problem);

    key->start = st.st_mtime;

    if (problem->problem == EDGE_TICKET_FILE_OK) {

        if ((st.st_mode & S_IRWXO)
            || ((st.st_mode & S_IRWXG) && st.st_gid != group))
        {
            problem->problem = EDGE_TICKET_FILE_EXPOSED;

        } else {
            problem = NULL;
        }
    }

done:

    if (fd != -1) {
        close(fd);
    }

    return problem;
}


static void
edge_ticket_files_read_key(int fd, edge_ticket_key_t *key,
    edge_ticket_problem_t *problem)
{
    ssize_t        n;
    unsigned char  bytes[EDGE_TICKET_KEY_FILE + 1];

    n = pread(fd, bytes, sizeof(bytes), 0);

    if (n == -1) {
        problem->problem = EDGE_TICKET_FILE_UNREADABLE;
        problem->error = errno;

    } else if (!edge_ticket_key_parse(key, bytes, n)) {
        problem->problem = EDGE_TICKET_FILE_BAD_SIZE;
    }

    OPENSSL_cleanse(bytes, sizeof(bytes));
}


static const edge_ticket_key_t *
edge_ticket_files_find(const edge_ticket_keys_t *keys, uint64_t file)
{
    unsigned  i;

    for (i = 0; keys && i < keys->n; i++) {
        if (keys->keys[i].file == file) {
            return &keys->keys[i];
        }
    }

    return NULL;
}


/* FNV-1a; never 0, which is the file of keys without one */

static uint64_t
edge_ticket_files_digest(const char *name)
{
    uint64_t  digest;

    digest = 0xcbf29ce484222325;

    while (*name) {
        digest = (digest ^ (unsigned char) *name++) * 0x100000001b3;
    }

    return digest ? digest : 1;
}
