
#include "edge_revocation_files.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/evp.h>

#include "edge_revocation_build.h"


static int
edge_revocation_files_add(edge_revocation_files_t *files, const char *dir,
    const char *name)
{
    char    **names, *path;
    size_t    size, dir_len, name_len;

    if (files->count == files->size) {
        size = files->size ? files->size * 2 : 16;

        names = realloc(files->names, size * sizeof(char *));
        if (names == NULL) {
            return 0;
        }

        files->names = names;
        files->size = size;
    }

    dir_len = dir ? strlen(dir) + 1 : 0;
    name_len = strlen(name) + 1;

    path = malloc(dir_len + name_len);
    if (path == NULL) {
        return 0;
    }

    if (dir) {
        memcpy(path, dir, dir_len - 1);
        path[dir_len - 1] = '/';
    }

    memcpy(path + dir_len, name, name_len);
    files->names[files->count++] = path;

    return 1;
}


static int
edge_revocation_files_compare(const void *one, const void *two)
{
    return strcmp(*(char *const *) one, *(char *const *) two);
}


static int
edge_revocation_files_list_dir(edge_revocation_files_t *files, const char *path,
    DIR *dir)
{
    int             ok;
    size_t          first;
    struct dirent  *entry;

    ok = 1;
    first = files->count;

    while (ok && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.') {
            ok = edge_revocation_files_add(files, path, entry->d_name);
        }
    }

    if (files->count > first) {
        qsort(files->names + first, files->count - first, sizeof(char *),
              edge_revocation_files_compare);
    }

    return ok;
}


int
edge_revocation_files_list(edge_revocation_files_t *files,
    const char *const *paths, size_t npaths)
{
    int     ok;
    DIR    *dir;
    size_t  i;

    ok = 1;

    for (i = 0; ok && i < npaths; i++) {
        dir = opendir(paths[i]);

        if (dir == NULL) {
            ok = edge_revocation_files_add(files, NULL, paths[i]);
            continue;
        }

        ok = edge_revocation_files_list_dir(files, paths[i], dir);
        closedir(dir);
    }

    return ok;
}


void
edge_revocation_files_free(edge_revocation_files_t *files)
{
    size_t  i;

    for (i = 0; i < files->count; i++) {
        free(files->names[i]);
    }

    free(files->names);
    memset(files, 0, sizeof(edge_revocation_files_t));
}


int
edge_revocation_files(const char *const *paths, size_t npaths,
    unsigned char *digest)
{
    int                       ok;
    size_t                    i;
    EVP_MD_CTX               *md;
    struct stat               st;
    edge_revocation_files_t   files;

    memset(&files, 0, sizeof(files));

    md = EVP_MD_CTX_new();

    ok = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL)
         && edge_revocation_files_list(&files, paths, npaths);

    for (i = 0; ok && i < files.count; i++) {
        uint64_t  about[6] = { 0 };

        if (stat(files.names[i], &st) == 0) {
            about[0] = 1;
            about[1] = (uint64_t) st.st_dev;
            about[2] = (uint64_t) st.st_ino;
            about[3] = (uint64_t) st.st_size;
            about[4] = (uint64_t) st.st_mtim.tv_sec;
            about[5] = (uint64_t) st.st_mtim.tv_nsec;
        }

        ok = EVP_DigestUpdate(md, files.names[i], strlen(files.names[i]) + 1)
             && EVP_DigestUpdate(md, about, sizeof(about));
    }

    ok = ok && EVP_DigestFinal_ex(md, digest, NULL);

    EVP_MD_CTX_free(md);
    edge_revocation_files_free(&files);

    return ok;
}
