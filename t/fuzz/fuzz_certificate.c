/* fuzz: mtls/edge_cert*.c mtls/edge_session_note.c mtls/edge_text.c -lcrypto
         mtls/edge_revocation_issuer.c mtls/edge_der.c */

/*
 * Input: the DER of a certificate, or a session's note.  All that comes out
 * must be visible ASCII.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edge_certificate.h"
#include "edge_certificate_xfcc.h"
#include "edge_session_note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_text(const edge_text_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < 0x20 || text->data[i] > 0x7e) {
            abort();
        }
    }
}


static void
try_note(const uint8_t *data, size_t size)
{
    size_t               i;
    uint64_t             sum;
    edge_session_note_t  note;

    if (edge_session_note_read(data, size, &note) != EDGE_SESSION_NOTE_OK) {
        return;
    }

    sum = (note.issuer_serial.len != 0) + (note.issuer_ski.len != 0);

    for (i = 0; i < note.chain_len; i++) {
        sum += note.chain[i].len;
    }

    if (sum > size) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    X509                 *cert;
    edge_text_t           text;
    const unsigned char  *p;
    edge_certificate_t    certificate;

    try_note(data, size);

    p = data;

    cert = d2i_X509(NULL, &p, (long) size);
    if (cert == NULL) {
        return 0;
    }

    memset(&text, 0, sizeof(text));
    memset(&certificate, 0, sizeof(certificate));

    edge_certificate_read(cert, &certificate);
    check_text(&certificate.text);

    edge_certificate_add_xfcc(&text, cert, &certificate);
    edge_certificate_add_client_cert(&text, cert);
    check_text(&text);

    edge_text_free(&text);
    edge_certificate_free(&certificate);
    X509_free(cert);

    return 0;
}
