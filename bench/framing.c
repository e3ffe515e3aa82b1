
#include "framing.h"


static int
framing_size_line(framing_t *framing, char ch)
{
    if (ch >= '0' && ch <= '9') {
        framing->chunk_left = framing->chunk_left * 16 + ch - '0';

    } else if (ch >= 'a' && ch <= 'f') {
        framing->chunk_left = framing->chunk_left * 16 + ch - 'a' + 10;

    } else if (ch == '\n') {
        framing->at = framing->chunk_left ? DATA : LAST;

    } else if (ch != '\r') {
        return -1;
    }

    return 0;
}


int
framing_take(framing_t *framing, const char *data, size_t size,
    framing_body_t body, void *owner)
{
    size_t  at, part;

    for (at = 0; at < size; /* void */ ) {

        switch (framing->at) {

        case SIZE:
            if (framing_size_line(framing, data[at++]) != 0) {
                return -1;
            }
            break;

        case DATA:
            part = size - at < framing->chunk_left ? size - at
                                                   : framing->chunk_left;
            if (body(owner, data + at, part) != 0) {
                return -1;
            }

            at += part;
            framing->chunk_left -= part;
            if (framing->chunk_left == 0) {
                framing->at = DATA_END;
            }
            break;

        case DATA_END:
            if (data[at++] == '\n') {
                framing->at = SIZE;
            }
            break;

        case LAST:
            if (data[at++] == '\n') {
                framing->at = DONE;
            }
            break;

        case DONE:
            return -1;
        }
    }

    return 0;
}
