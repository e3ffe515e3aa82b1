
#include <stdio.h>

#include "edge_segments.h"


size_t
edge_segments_random(uint32_t *seed, size_t below)
{
    *seed = *seed * 1664525 + 1013904223;

    return (*seed >> 8) % below;
}


static unsigned char
edge_segments_byte(unsigned kind, size_t i, uint32_t *seed)
{
    static const char  words[] = "<li class=\"item\"><a href=\"/entry\">the "
                                 "quick brown fox and 12 others</a></li>\n";

    switch (kind) {

    case 0:
        return words[(i + i / 97 * 13 + i / 1009 * 5) % (sizeof(words) - 1)];

    case 1:
        return edge_segments_random(seed, 256);

    case 2:
        return 0;

    default:
        return edge_segments_byte(i / 3000 % 3, i, seed);
    }
}


unsigned char *
edge_segments_body(unsigned kind, size_t size)
{
    size_t          i;
    uint32_t        seed;
    unsigned char  *body;

    body = malloc(size + 1);
    assert_non_null(body);

    seed = kind;

    for (i = 0; i < size; i++) {
        body[i] = edge_segments_byte(kind, i, &seed);
    }

    return body;
}


static void
edge_segments_append(edge_coded_t *coded, const void *data, size_t size)
{
    if (size == 0) {
        return;
    }

    if (coded->size + size > coded->room) {
        coded->room = 2 * (coded->size + size);
        coded->data = realloc(coded->data, coded->room);
        assert_non_null(coded->data);
    }

    memcpy(coded->data + coded->size, data, size);
    coded->size += size;
}


static edge_stream_status_e
edge_segments_run(const edge_segments_t *segments, edge_stream_t *stream,
    edge_step_e step, edge_in_t *in, uint32_t *seed, edge_coded_t *coded)
{
    edge_out_t            out;
    edge_stream_status_e  status;

    static unsigned char  room[1 << 18];

    do {
        out.data = room;
        out.size = 1 + edge_segments_random(seed, segments->room_max);
        out.pos = 0;
        room[out.size] = 0x5a;

        status = edge_stream_run(stream, step, in, &out);

        assert_int_not_equal(status, EDGE_STREAM_FAILED);
        assert_int_not_equal(status, EDGE_STREAM_REFUSED);
        assert_int_equal(room[out.size], 0x5a);

        edge_segments_append(coded, room, out.pos);

    } while (status == EDGE_STREAM_WANT_OUT);

    return status;
}


static edge_encoder_t *
edge_segments_attach(const edge_segments_t *segments, edge_stream_t *stream,
    edge_memory_t *memory, uint32_t *seed)
{
    edge_encoder_t      *encoder;
    const edge_codec_t  *codec;

    codec = (segments->plain || edge_segments_random(seed, 3))
            ? segments->codec : segments->stored;

    encoder = codec->create(memory, segments->params, segments->size_max, 0);
    assert_non_null(encoder);
    assert_int_equal(codec->open(encoder, EDGE_SIZE_UNKNOWN),
                     EDGE_CODEC_DONE);

    edge_stream_attach(stream, codec, encoder);

    return encoder;
}


edge_coded_t
edge_segments_code(const edge_segments_t *segments, edge_memory_t *memory,
    const unsigned char *body, size_t size, uint32_t seed,
    void (*check)(const edge_coded_t *coded, const unsigned char *body,
                  size_t size))
{
    edge_in_t             in;
    edge_step_e           step;
    edge_coded_t          coded = { NULL, 0, 0 };
    edge_stream_t         stream;
    edge_encoder_t       *encoder;
    edge_stream_status_e  status;

    edge_stream_init(&stream);
    encoder = edge_segments_attach(segments, &stream, memory, &seed);

    in.data = body;
    in.size = 0;
    in.pos = 0;

    for ( ;; ) {
        in.size += 1 + edge_segments_random(&seed, size / 8 + 2);
        in.size = in.size < size ? in.size : size;

        step = EDGE_STEP_FEED;

        if (in.size == size) {
            step = EDGE_STEP_FINISH;

        } else if (!segments->plain) {
            step = edge_segments_random(&seed, 3);
        }

        status = edge_segments_run(segments, &stream, step, &in, &seed,
                                   &coded);
        assert_int_equal(in.pos, in.size);

        if (check && (step == EDGE_STEP_FLUSH || step == EDGE_STEP_PAUSE)) {
            check(&coded, body, in.size);
        }

        if (status != EDGE_STREAM_FINISHED) {
            continue;
        }

        edge_stream_detach(&stream);
        stream.codec->close(encoder);

        if (step == EDGE_STEP_FINISH) {
            break;
        }

        encoder = edge_segments_attach(segments, &stream, memory, &seed);
    }

    assert_int_equal(stream.bytes_in, size);
    assert_int_equal(stream.bytes_out, coded.size);
    assert_int_equal(stream.ended, 1);

    return coded;
}
