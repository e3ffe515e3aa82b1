
#ifndef NGX_EDGE_BODY_PARTS_H
#define NGX_EDGE_BODY_PARTS_H


#include "ngx_edge_body.h"


/*
 * What the files of the body pump share, and nobody else: ngx_edge_body.c
 * goes round, ngx_edge_body_gather.c codes what is small and whole,
 * ngx_edge_body_encode.c takes input step by step, ngx_edge_body_input.c
 * reads it, ngx_edge_body_frame.c runs encoders and fills buffers.
 */


/* Registers the cleanup, once, when something is to outlive the call. */
ngx_int_t ngx_edge_body_add_cleanup(ngx_edge_body_t *body);


/* Input kept until the body is whole: codes it, or goes over to STREAM. */
ngx_int_t ngx_edge_body_gather(ngx_edge_body_t *body);

void ngx_edge_body_release_gather(ngx_edge_body_t *body);


/*
 * The bytes of an input buffer: those in memory, or max at most of a file,
 * read into the worker's memory, good until the next call.  NGX_ERROR: no
 * memory, or the file can't be read.
 */
ngx_int_t ngx_edge_body_view(ngx_edge_body_t *body, ngx_buf_t *buf,
    size_t max, edge_in_t *in);

/* All of a buffer's bytes into data, of ngx_buf_size(); errors as above. */
ngx_int_t ngx_edge_body_copy(ngx_edge_body_t *body, ngx_buf_t *buf,
    u_char *data);

/* That many bytes of the buffer are taken. */
void ngx_edge_body_advance(ngx_edge_body_t *body, ngx_buf_t *buf,
    size_t size);


/* Codes input until there is none or no output buffer is free (starved). */
ngx_int_t ngx_edge_body_encode(ngx_edge_body_t *body);

/* Reads what the first input buffer asks for into body->step. */
void ngx_edge_body_read_step(ngx_edge_body_t *body);

/* Lets go of the first input buffer, all of which was taken. */
void ngx_edge_body_consume(ngx_edge_body_t *body);

/* The step is complete: passes its marks on. */
ngx_int_t ngx_edge_body_complete(ngx_edge_body_t *body);


/* An encoder with a frame opened for size bytes, as edge_pool_take(). */
ngx_int_t ngx_edge_body_attach(ngx_edge_body_t *body, uint64_t size,
    ngx_uint_t whole);

void ngx_edge_body_release_encoder(ngx_edge_body_t *body);

/* One run of the stream, timed. */
edge_stream_status_e ngx_edge_body_run(ngx_edge_body_t *body,
    edge_step_e step, edge_in_t *in, edge_out_t *out);

/* The same into the buffer being filled. */
edge_stream_status_e ngx_edge_body_run_buf(ngx_edge_body_t *body,
    edge_step_e step, edge_in_t *in);

/* Ends the frame into as many buffers as it takes; a failure is latched. */
void ngx_edge_body_end_frame(ngx_edge_body_t *body);


/* A buffer with room; NGX_DECLINED: limit of them are made and all busy. */
ngx_int_t ngx_edge_body_get_buf(ngx_edge_body_t *body, ngx_uint_t limit);

ngx_int_t ngx_edge_body_append_out(ngx_edge_body_t *body, ngx_buf_t *buf);

/* Moves the buffer being filled into out, with these marks. */
ngx_int_t ngx_edge_body_emit(ngx_edge_body_t *body, ngx_uint_t flush,
    ngx_uint_t last);


#endif /* NGX_EDGE_BODY_PARTS_H */
