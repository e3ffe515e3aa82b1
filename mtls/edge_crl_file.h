
/*
 * Files with certificate revocation lists: one in DER, or any number in PEM,
 * among other things.
 */


#ifndef _EDGE_CRL_FILE_H_INCLUDED_
#define _EDGE_CRL_FILE_H_INCLUDED_


#include <stddef.h>


#define EDGE_CRL_FILE_BUFFER  32768


typedef struct {
    int            fd;
    void         (*rest)(void);    /* called before each read, or NULL */

    int            is_pem;
    int            in_list;
    int            failed;

    unsigned       bits;           /* of base64, and how many there are */
    int            nbits;

    size_t         pos;
    size_t         last;
    unsigned char  buf[EDGE_CRL_FILE_BUFFER];
} edge_crl_file_t;


/* Returns 0 if the file cannot be opened. */

int edge_crl_file_open(edge_crl_file_t *file, const char *path);


/* Goes to the next list: 1 if there is one, 0 if not, -1 if reading failed. */

int edge_crl_file_next(edge_crl_file_t *file);


/* Gives DER of the list, as edge_crl_read_pt wants it; data is the file. */

long edge_crl_file_read(void *data, unsigned char *buf, size_t size);


void edge_crl_file_close(edge_crl_file_t *file);


#endif /* _EDGE_CRL_FILE_H_INCLUDED_ */
