
#include "edge_crl_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>


static const char  edge_crl_file_begin[] = "-----BEGIN X509 CRL-----";


/* The next byte, -1 at the end, -2 if reading failed. */

static int
edge_crl_file_byte(edge_crl_file_t *file)
{
    ssize_t  n;

    if (file->pos < file->last) {
        return file->buf[file->pos++];
    }

    do {
        n = read(file->fd, file->buf, EDGE_CRL_FILE_BUFFER);
    } while (n == -1 && errno == EINTR);

    if (n <= 0) {
        file->failed |= (n < 0);
        return (n < 0) ? -2 : -1;
    }

    file->pos = 1;
    file->last = (size_t) n;

    return file->buf[0];
}


int
edge_crl_file_open(edge_crl_file_t *file, const char *path)
{
    int  first;

    memset(file, 0, offsetof(edge_crl_file_t, buf));

    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd == -1) {
        return 0;
    }

    /* a list in DER is a SEQUENCE */

    first = edge_crl_file_byte(file);
    file->is_pem = (first != 0x30);

    if (first >= 0) {
        file->pos = 0;
    }

    return 1;
}


int
edge_crl_file_next(edge_crl_file_t *file)
{
    int     c;
    size_t  matched;

    if (!file->is_pem) {
        file->in_list = !file->in_list;
        return file->in_list;
    }

    matched = 0;

    while (edge_crl_file_begin[matched]) {
        c = edge_crl_file_byte(file);

        if (c < 0) {
            return (c == -1) ? 0 : -1;
        }

        if (c == edge_crl_file_begin[matched]) {
            matched++;

        } else if (c != '-') {
            matched = 0;

        } else if (matched != 5) {
            matched = 1;
        }
    }

    file->nbits = 0;
    file->bits = 0;

    return 1;
}


static int
edge_crl_file_base64(int c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }

    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }

    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }

    return (c == '+') ? 62 : (c == '/') ? 63 : -1;
}


/* Up to the hyphens of the last line, or anything that is no base64 */

static long
edge_crl_file_read_pem(edge_crl_file_t *file, unsigned char *buf, size_t size)
{
    int     c, value;
    size_t  n;

    n = 0;

    while (n < size) {
        c = edge_crl_file_byte(file);

        if (c == '\n' || c == '\r' || c == ' ' || c == '\t') {
            continue;
        }

        value = edge_crl_file_base64(c);

        if (value < 0) {
            if (c >= 0) {
                file->pos--;
            }

            break;
        }

        file->bits = file->bits << 6 | (unsigned) value;
        file->nbits += 6;

        if (file->nbits >= 8) {
            file->nbits -= 8;
            buf[n++] = (unsigned char) (file->bits >> file->nbits);
        }
    }

    return file->failed ? -1 : (long) n;
}


long
edge_crl_file_read(void *data, unsigned char *buf, size_t size)
{
    ssize_t  n;

    edge_crl_file_t  *file = data;

    if (file->rest) {
        file->rest();
    }

    if (file->is_pem) {
        return edge_crl_file_read_pem(file, buf, size);
    }

    if (file->pos < file->last) {
        if (size > file->last - file->pos) {
            size = file->last - file->pos;
        }

        memcpy(buf, file->buf + file->pos, size);
        file->pos += size;

        return (long) size;
    }

    do {
        n = read(file->fd, buf, size);
    } while (n == -1 && errno == EINTR);

    return (long) n;
}


void
edge_crl_file_close(edge_crl_file_t *file)
{
    close(file->fd);
}
