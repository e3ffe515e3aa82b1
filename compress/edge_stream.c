
#include <string.h>

#include "edge_stream.h"


void
edge_stream_init(edge_stream_t *stream)
{
    memset(stream, 0, sizeof(edge_stream_t));
}


void
edge_stream_attach(edge_stream_t *stream, const edge_codec_t *codec,
    edge_encoder_t *encoder)
{
    stream->codec = codec;
    stream->encoder = encoder;
    stream->ended = 0;

    if (codec->resume) {
        codec->resume(encoder, &stream->progress);
    }
}


void
edge_stream_detach(edge_stream_t *stream)
{
    stream->encoder = NULL;
}


static edge_stream_status_e
edge_stream_fail(edge_stream_t *stream)
{
    stream->failed = 1;
    return EDGE_STREAM_FAILED;
}


/* runs the codec until it is done, out is full or it stops moving */

static edge_codec_rc_e
edge_stream_drive(edge_stream_t *stream, edge_in_t *in, edge_out_t *out)
{
    size_t           in_pos, out_pos;
    edge_codec_rc_e  rc;

    do {
        in_pos = in->pos;
        out_pos = out->pos;

        rc = stream->codec->step(stream->encoder, stream->step, in, out);

        if (rc != EDGE_CODEC_MORE || out->pos == out->size) {
            return rc;
        }

    } while (in->pos != in_pos || out->pos != out_pos);

    return EDGE_CODEC_ERROR;
}


static edge_stream_status_e
edge_stream_complete(edge_stream_t *stream)
{
    edge_step_e  step;

    step = stream->step;
    stream->step = EDGE_STEP_FEED;

    switch (step) {

    case EDGE_STEP_FINISH:
        stream->ended = 1;
        stream->frames++;
        return EDGE_STREAM_FINISHED;

    case EDGE_STEP_PAUSE:
        stream->ended = stream->codec->concatenates;
        stream->frames++;
        return EDGE_STREAM_FINISHED;

    case EDGE_STEP_FLUSH:
        return EDGE_STREAM_FLUSHED;

    default:
        return EDGE_STREAM_WANT_IN;
    }
}


edge_stream_status_e
edge_stream_run(edge_stream_t *stream, edge_step_e step, edge_in_t *in,
    edge_out_t *out)
{
    size_t           in_pos, out_pos;
    edge_codec_rc_e  rc;

    if (stream->failed || stream->encoder == NULL) {
        return edge_stream_fail(stream);
    }

    if (stream->step < step) {
        stream->step = step;
    }

    in_pos = in->pos;
    out_pos = out->pos;

    rc = edge_stream_drive(stream, in, out);

    stream->bytes_in += in->pos - in_pos;
    stream->bytes_out += out->pos - out_pos;

    switch (rc) {

    case EDGE_CODEC_DONE:
        return edge_stream_complete(stream);

    case EDGE_CODEC_MORE:
        return EDGE_STREAM_WANT_OUT;

    case EDGE_CODEC_NO_MEMORY:
        return EDGE_STREAM_REFUSED;

    default:
        return edge_stream_fail(stream);
    }
}
